/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_PROV_LOGIN_H
#define CCM_PROV_LOGIN_H

/*
 * The PIN, for who wants a private key that is behind it: the keystore's, of one that is in it or
 * of a token with `login = pin`; the HSM's, of a token that is bound to one. From the URI
 * (pin-value, pin-source), else the configuration, else the application's own prompt. One that was
 * refused is not tried again. Nobody is asked for anything else.
 */

#include "model/uri.h"
#include "prov/prov.h"

struct ccm_prov_prompt {
	OSSL_PASSPHRASE_CALLBACK *ask; /* NULL: nobody can be asked */
	void *arg;
};

/* The HSMs of the tokens that the URI selects, whose keys nobody sees before; prompt NULL: only by
 * a PIN that the URI has. */
bool ccm_prov_login_hsm(struct ccm_model *model, const struct ccm_uri *uri,
    const struct ccm_prov_prompt *prompt, struct ccm_error *err);
/* What a token makes its keys in. */
bool ccm_prov_login_token(struct ccm_model *model, struct ccm_token *token,
    const struct ccm_uri *uri, const struct ccm_prov_prompt *prompt, struct ccm_error *err);
bool ccm_prov_login(struct ccm_item *item, const struct ccm_prov *prov, const struct ccm_uri *uri,
    const struct ccm_prov_prompt *prompt, struct ccm_error *err);

#endif
