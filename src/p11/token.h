/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_P11_TOKEN_H
#define CCM_P11_TOKEN_H

/*
 * Writing on a token (`read_only = no`): its keys are the keystore's (model/local.h), its
 * certificates the service's.
 */

#include "key/generate.h"
#include "p11/keygen.h"

/* May this session write there? */
CK_RV ccm_p11_token_check_write(const struct ccm_p11_session *session);
/* The template without CKA_TOKEN; to be freed. */
CK_RV ccm_p11_template_off_token(
    const struct ccm_p11_template *template, struct ccm_p11_template *out);
void ccm_p11_template_free(struct ccm_p11_template *template);

/* Keep a private key that was made or brought; generated tells which. Its item's handle. */
CK_RV ccm_p11_token_keep(const struct ccm_p11_session *session, const struct ccm_p11_own *private,
    const struct ccm_p11_own *public, const struct ccm_p11_pair *pair);

/* Make a pair in the HSM that the token is bound to; public and private are as the templates say.
 */
CK_RV ccm_p11_token_generate(const struct ccm_p11_session *session,
    const struct ccm_p11_own *private, const struct ccm_p11_own *public,
    const struct ccm_key_spec *spec, const struct ccm_p11_pair *pair);

/* What the template of a certificate that is to be issued may say. */
struct ccm_p11_wish_attribute {
	CK_ATTRIBUTE_TYPE type;
	const char *name;
	size_t offset; /* of its span in struct ccm_issue_wish */
};
extern const struct ccm_p11_wish_attribute ccm_p11_wish_attributes[];
extern const size_t ccm_p11_wish_attribute_count;
/* issue.c: a certificate for a key of the token, which is PCA's. */
CK_RV ccm_p11_token_issue(const struct ccm_p11_session *session,
    const struct ccm_p11_template *template, CK_OBJECT_HANDLE *handle);

CK_RV ccm_p11_token_change(const struct ccm_p11_session *session,
    const struct ccm_p11_object *object, const CK_ATTRIBUTE *template, CK_ULONG count);
CK_RV ccm_p11_token_destroy(
    const struct ccm_p11_session *session, const struct ccm_p11_object *object);

#endif
