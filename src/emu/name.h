/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_NAME_H
#define CCM_EMU_NAME_H

/* Distinguished names: our six parts and X.509's. Pure. */

#include <openssl/types.h>

#include "emu/resource.h"

/* In the order of the examples: CN C ST L O OU; parts that are NULL are left out. */
X509_NAME *ccm_emu_name_make(char *const *parts);

/* Replace the parts by those of a name, the first of each kind; what it lacks is NULL. */
bool ccm_emu_name_read(
    const X509_NAME *name, char *parts[CCM_EMU_NAME_PARTS], struct ccm_error *err);

#endif
