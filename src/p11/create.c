/* SPDX-License-Identifier: Apache-2.0 */
#include "p11/token.h"

#include <string.h>

/*
 * Making and changing objects: the application's own, and, where a token is written to, keys that
 * go into the keystore and certificates that PCA issues.
 */

static CK_RV
fail(struct ccm_p11_own *own, const char *what, const struct ccm_error *err)
{
	ccm_p11_own_unref(own);
	return ccm_p11_failure(what, err);
}

static CK_RV
make(enum ccm_p11_kind kind, const CK_ATTRIBUTE *template, CK_ULONG count, struct ccm_p11_own **out)
{
	struct ccm_error err = {0};
	struct ccm_p11_own *own;
	CK_RV rv = ccm_p11_template_check(kind, template, count, CCM_P11_CREATE);

	if (rv != CKR_OK)
		return rv;
	own = ccm_p11_own_new(kind, &err);
	if (own == NULL || !ccm_p11_own_apply(own, template, count, &err))
		return fail(own, "C_CreateObject", &err);
	rv = ccm_p11_own_complete(own);
	if (rv != CKR_OK)
		ccm_p11_own_unref(own);
	*out = own;
	return rv;
}

static bool
wants_issuing(const struct ccm_p11_session *session, const struct ccm_p11_template *template)
{
	return strcmp(ccm_token_service(session->token), "PCA") == 0 &&
	       ccm_p11_template_find(template->attributes, template->count, CKA_CCM_ISSUER) != NULL;
}

/* Private keys are the keystore's from then on; nothing else can be written. */
static CK_RV
create_on_token(const struct ccm_p11_session *session, const struct ccm_p11_template *template,
    CK_OBJECT_HANDLE *handle)
{
	const struct ccm_p11_pair pair = {.private.handle = handle};
	struct ccm_p11_template rest = {0};
	struct ccm_p11_own *own = NULL;
	enum ccm_p11_kind kind;
	CK_RV rv = ccm_p11_token_check_write(session);

	if (rv == CKR_OK && wants_issuing(session, template))
		return ccm_p11_token_issue(session, template, handle);
	if (rv == CKR_OK)
		rv = ccm_p11_template_off_token(template, &rest);
	if (rv == CKR_OK)
		rv = ccm_p11_template_kind(rest.attributes, rest.count, &kind);
	if (rv == CKR_OK && (kind & CCM_P11_OWN_PRIVATE) == 0)
		rv = CKR_TOKEN_WRITE_PROTECTED;
	if (rv == CKR_OK)
		rv = make(kind, rest.attributes, rest.count, &own);
	if (rv == CKR_OK) {
		rv = ccm_p11_token_keep(session, own, NULL, &pair);
		ccm_p11_own_unref(own);
	}
	ccm_p11_template_free(&rest);
	return rv;
}

CK_RV
ccm_p11_object_create(const struct ccm_p11_session *session, const CK_ATTRIBUTE *template,
    CK_ULONG count, CK_OBJECT_HANDLE *handle)
{
	struct ccm_p11_own *own;
	enum ccm_p11_kind kind;
	CK_RV rv;

	if (template == NULL || handle == NULL)
		return CKR_ARGUMENTS_BAD;
	if (ccm_p11_template_wants_token(template, count))
		return create_on_token(
		    session, &(struct ccm_p11_template){template, count}, handle);
	rv = ccm_p11_template_kind(template, count, &kind);
	if (rv == CKR_OK)
		rv = make(kind, template, count, &own);
	return rv == CKR_OK ? ccm_p11_own_insert(session, own, handle) : rv;
}

/* A copy with what a template changes by a rule. */
static CK_RV
vary(const struct ccm_p11_own *own, const CK_ATTRIBUTE *template, CK_ULONG count,
    enum ccm_p11_rule rule, struct ccm_p11_own **out)
{
	struct ccm_error err = {0};
	CK_RV rv = ccm_p11_template_check(own->kind, template, count, rule);

	if (rv != CKR_OK)
		return rv;
	*out = ccm_p11_own_copy(own, &err);
	if (*out == NULL || !ccm_p11_own_apply(*out, template, count, &err))
		return fail(*out, "copying an object", &err);
	return CKR_OK;
}

CK_RV
ccm_p11_object_copy(const struct ccm_p11_session *session, CK_OBJECT_HANDLE handle,
    const struct ccm_p11_template *template, CK_OBJECT_HANDLE *copy)
{
	struct ccm_p11_object object;
	struct ccm_p11_own *own;
	CK_RV rv;

	if ((template->attributes == NULL && template->count != 0) || copy == NULL)
		return CKR_ARGUMENTS_BAD;
	if (!ccm_p11_object_get(session, handle, &object))
		return CKR_OBJECT_HANDLE_INVALID;
	if (ccm_p11_template_wants_token(template->attributes, template->count))
		rv = CKR_TOKEN_WRITE_PROTECTED;
	else if (object.own == NULL || !ccm_p11_own_flag(object.own, CKA_COPYABLE))
		rv = CKR_ACTION_PROHIBITED;
	else
		rv = vary(object.own, template->attributes, template->count, CCM_P11_COPY, &own);
	ccm_p11_object_clear(&object);
	return rv == CKR_OK ? ccm_p11_own_insert(session, own, copy) : rv;
}

/* One attempt, lost when another thread changes the object at the same time. */
static CK_RV
change(const struct ccm_p11_own *own, const CK_ATTRIBUTE *template, CK_ULONG count, bool *done)
{
	struct ccm_p11_own *changed;
	CK_RV rv;

	if (!ccm_p11_own_flag(own, CKA_MODIFIABLE))
		return CKR_ACTION_PROHIBITED;
	rv = vary(own, template, count, CCM_P11_SET, &changed);
	if (rv == CKR_OK)
		*done = ccm_p11_own_replace(own, changed);
	return rv;
}

CK_RV
ccm_p11_object_change(const struct ccm_p11_session *session, CK_OBJECT_HANDLE handle,
    const CK_ATTRIBUTE *template, CK_ULONG count)
{
	bool done = false;
	CK_RV rv = CKR_OK;

	if (template == NULL)
		return CKR_ARGUMENTS_BAD;
	while (rv == CKR_OK && !done) {
		struct ccm_p11_object object;

		if (!ccm_p11_object_get(session, handle, &object))
			return CKR_OBJECT_HANDLE_INVALID;
		done = object.own == NULL;
		rv = object.own != NULL ? change(object.own, template, count, &done)
					: ccm_p11_token_change(session, &object, template, count);
		ccm_p11_object_clear(&object);
	}
	return rv;
}

CK_RV
ccm_p11_object_destroy(const struct ccm_p11_session *session, CK_OBJECT_HANDLE handle)
{
	struct ccm_p11_object object;
	CK_RV rv = CKR_OK;

	if (!ccm_p11_object_get(session, handle, &object))
		return CKR_OBJECT_HANDLE_INVALID;
	if (object.own == NULL)
		rv = ccm_p11_token_destroy(session, &object);
	else if (!ccm_p11_own_flag(object.own, CKA_DESTROYABLE))
		rv = CKR_ACTION_PROHIBITED;
	else if (!ccm_p11_own_remove(object.own))
		rv = CKR_OBJECT_HANDLE_INVALID;
	ccm_p11_object_clear(&object);
	return rv;
}
