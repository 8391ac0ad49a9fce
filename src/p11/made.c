/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "p11/keygen.h"

/* What contradicts the mechanism, or what else is known of the object (2.40 s.4.1.1). */
static CK_RV
judge_constants(enum ccm_p11_kind kind, const struct ccm_p11_template *template)
{
	static const CK_ATTRIBUTE_TYPE types[] = {CKA_CLASS, CKA_KEY_TYPE};

	for (size_t i = 0; i < CCM_COUNT(types); i++) {
		const CK_ATTRIBUTE *given =
		    ccm_p11_template_find(template->attributes, template->count, types[i]);
		struct ccm_span want =
		    ccm_p11_attribute_constant(ccm_p11_attribute_find(types[i], kind));

		if (given != NULL && given->pValue != NULL && given->ulValueLen == want.len &&
		    memcmp(given->pValue, want.data, want.len) != 0)
			return CKR_TEMPLATE_INCONSISTENT;
	}
	return CKR_OK;
}

CK_RV
ccm_p11_made_new(
    enum ccm_p11_kind kind, const struct ccm_p11_template *template, struct ccm_p11_own **own)
{
	struct ccm_error err = {0};
	CK_RV rv;

	*own = NULL;
	if (template->attributes == NULL && template->count != 0)
		return CKR_ARGUMENTS_BAD;
	if (ccm_p11_template_wants_token(template->attributes, template->count))
		return CKR_TOKEN_WRITE_PROTECTED;
	rv = judge_constants(kind, template);
	if (rv == CKR_OK)
		rv = ccm_p11_template_check(
		    kind, template->attributes, template->count, CCM_P11_GENERATE);
	if (rv != CKR_OK)
		return rv;
	*own = ccm_p11_own_new(kind, &err);
	if (*own != NULL && ccm_p11_own_apply(*own, template->attributes, template->count, &err))
		return CKR_OK;
	ccm_p11_own_unref(*own);
	*own = NULL;
	return ccm_p11_failure("making a key", &err);
}

CK_RV
ccm_p11_made_secret_kind(
    const struct ccm_p11_template *template, bool needed, enum ccm_p11_kind *kind)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_GENERIC_SECRET;
	CK_ATTRIBUTE whole[] = {
	    {CKA_CLASS, &class, sizeof(class)}, {CKA_KEY_TYPE, &type, sizeof(type)}};
	const CK_ATTRIBUTE *given;

	if (template->attributes == NULL && template->count != 0)
		return CKR_ARGUMENTS_BAD;
	given = ccm_p11_template_find(template->attributes, template->count, CKA_KEY_TYPE);
	if (given == NULL && needed)
		return CKR_TEMPLATE_INCOMPLETE;
	if (given != NULL)
		whole[1] = *given;
	return ccm_p11_template_kind(whole, CCM_COUNT(whole), kind);
}

static CK_RV
set(struct ccm_p11_own *own, CK_ATTRIBUTE_TYPE type, struct ccm_span value)
{
	struct ccm_error err = {0};

	return ccm_p11_own_set(own, type, value, &err) ? CKR_OK
						       : ccm_p11_failure("making a key", &err);
}

static CK_RV
set_flag(struct ccm_p11_own *own, CK_ATTRIBUTE_TYPE type, bool flag)
{
	CK_BBOOL value = flag ? CK_TRUE : CK_FALSE;

	return set(own, type, CCM_SPAN(&value, sizeof(value)));
}

CK_RV
ccm_p11_made_by(struct ccm_p11_own *own, const struct ccm_p11_origin *origin)
{
	CK_RV rv = set_flag(own, CKA_LOCAL, origin->generated_by != CK_UNAVAILABLE_INFORMATION);

	if (rv == CKR_OK)
		rv = set(own, CKA_KEY_GEN_MECHANISM,
		    CCM_SPAN(&origin->generated_by, sizeof(origin->generated_by)));
	if (rv == CKR_OK)
		rv = set_flag(own, CKA_ALWAYS_SENSITIVE,
		    origin->always_sensitive && ccm_p11_own_flag(own, CKA_SENSITIVE));
	if (rv == CKR_OK)
		rv = set_flag(own, CKA_NEVER_EXTRACTABLE,
		    origin->never_extractable && !ccm_p11_own_flag(own, CKA_EXTRACTABLE));
	return rv;
}

CK_RV
ccm_p11_made_secret(const struct ccm_p11_session *session, struct ccm_p11_own *take_own,
    struct ccm_span value, const struct ccm_p11_origin *origin, CK_OBJECT_HANDLE *handle)
{
	CK_RV rv = set(take_own, CKA_VALUE, value);

	if (rv == CKR_OK)
		rv = ccm_p11_made_by(take_own, origin);
	if (rv == CKR_OK)
		rv = ccm_p11_own_complete(take_own);
	if (rv == CKR_OK)
		return ccm_p11_own_insert(session, take_own, handle);
	ccm_p11_own_unref(take_own);
	return rv;
}
