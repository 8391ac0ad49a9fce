/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CREDENTIALS_H
#define CCM_CREDENTIALS_H

#include "core/mem.h"

/*
 * What a request is authenticated with: a token, or a signature by an access key, for which the
 * request also says whom it is for (spec/huawei-auth.md 1.3). NULL is "not given". All of it is
 * kept as secret.
 */
struct ccm_credentials {
	char *token; /* then the rest does not matter */
	char *access_key, *secret_key;
	char *security_token; /* of a temporary key */
	char *project_id, *domain_id;
};

/* Each member on its own; "" counts as not given. out is cleared when it fails. */
bool ccm_credentials_copy(
    const struct ccm_credentials *from, struct ccm_credentials *out, struct ccm_error *err);
void ccm_credentials_clear(struct ccm_credentials *credentials);

/* Replace a member, such as &credentials->project_id. */
bool ccm_credentials_set(char **member, const char *text, struct ccm_error *err);

#endif
