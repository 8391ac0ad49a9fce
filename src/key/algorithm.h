/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_ALGORITHM_H
#define CCM_ALGORITHM_H

/* Kinds of keys by name, as PCA writes them: RSA2048, EC256; and ED25519, SM2. */

#include "key/generate.h"

#define CCM_ALGORITHM_SIZE 16

/* In any case. Unknown: CCM_USAGE lists what there is. */
bool ccm_algorithm_parse(const char *name, struct ccm_key_spec *spec, struct ccm_error *err);
/* The name of a kind, and that of a key's kind; "" when it has none. */
void ccm_algorithm_name(const struct ccm_key_spec *spec, char name[static CCM_ALGORITHM_SIZE]);
void ccm_algorithm_of(const EVP_PKEY *pkey, char name[static CCM_ALGORITHM_SIZE]);

#endif
