/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_FUZZ_P11_SAMPLES_H
#define CCM_FUZZ_P11_SAMPLES_H

/* Templates that C_CreateObject takes: data, a certificate, keys of every type. Made once. */

#include "p11_call.h"

extern const size_t sample_count;
const struct template *samples(void);
/* An attribute of one of them; any numbers will do. */
CK_ATTRIBUTE sample_attribute(size_t sample, size_t attribute);
/* A point of the curve of the EC keys. */
struct bytes sample_point(void);

#endif
