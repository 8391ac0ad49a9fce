/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_PROV_KEYMGMT_H
#define CCM_PROV_KEYMGMT_H

#include "prov/prov.h"

OSSL_FUNC_keymgmt_get_params_fn ccm_prov_key_get_params;
OSSL_FUNC_keymgmt_set_params_fn ccm_prov_key_set_params;

/* Generation of plain keys and parameters, forwarded to the private library context. */
void *ccm_prov_generate_init(const struct ccm_prov *prov, const struct ccm_prov_type *type,
    int selection, const OSSL_PARAM params[]);
OSSL_FUNC_keymgmt_gen_set_template_fn ccm_prov_generate_set_template;
OSSL_FUNC_keymgmt_gen_set_params_fn ccm_prov_generate_set_params;
OSSL_FUNC_keymgmt_gen_fn ccm_prov_generate;
OSSL_FUNC_keymgmt_gen_cleanup_fn ccm_prov_generate_cleanup;

#endif
