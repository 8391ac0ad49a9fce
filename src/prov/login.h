/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_PROV_LOGIN_H
#define CCM_PROV_LOGIN_H

/*
 * The keystore's PIN, for who wants a private key that is behind it: one of the keystore, or of a
 * token with `login = pin`. From the URI (pin-value, pin-source), else the configuration, else the
 * application's own prompt. One that was refused is not tried again. Nobody is asked for anything
 * else.
 */

#include "model/uri.h"
#include "prov/prov.h"

struct ccm_prov_prompt {
	OSSL_PASSPHRASE_CALLBACK *ask; /* NULL: nobody can be asked */
	void *arg;
};

/* The keystore itself, for a key that is to be made. */
bool ccm_prov_unlock(struct ccm_model *model, const struct ccm_uri *uri,
    const struct ccm_prov_prompt *prompt, struct ccm_error *err);
bool ccm_prov_login(struct ccm_item *item, const struct ccm_prov *prov, const struct ccm_uri *uri,
    const struct ccm_prov_prompt *prompt, struct ccm_error *err);

#endif
