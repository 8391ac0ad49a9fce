/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_ALGORITHM_H
#define CCM_ALGORITHM_H

/* Kinds of keys by name, as PCA writes them: RSA2048, EC256; and ED25519, SM2. */

#include "key/generate.h"

#define CCM_ALGORITHM_SIZE 16

/* In any case. Unknown: CCM_USAGE lists what there is. */
bool ccm_algorithm_parse(const char *name, struct ccm_key_spec *spec, struct ccm_error *err);
/* The name of a key's kind; "" of one that has none. */
void ccm_algorithm_of(const EVP_PKEY *pkey, char name[static CCM_ALGORITHM_SIZE]);

#endif
