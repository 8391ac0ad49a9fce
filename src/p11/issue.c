/* SPDX-License-Identifier: Apache-2.0 */
/* C_CreateObject of a certificate that names an issuer: PCA issues it for a key of the token. */
#include "model/issue_wish.h"

#include <string.h>

#include "p11/token.h"

#define WISH(type, member)                                           \
	{                                                            \
		type, #type, offsetof(struct ccm_issue_wish, member) \
	}

const struct ccm_p11_wish_attribute ccm_p11_wish_attributes[] = {
    WISH(CKA_CCM_ISSUER, issuer),
    WISH(CKA_SUBJECT, subject),
    WISH(CKA_LABEL, label),
    WISH(CKA_START_DATE, from),
    WISH(CKA_END_DATE, until),
    WISH(CKA_CCM_SAN, names),
    WISH(CKA_CCM_KEY_USAGE, usages),
    WISH(CKA_CCM_EXT_KEY_USAGE, purposes),
};

const size_t ccm_p11_wish_attribute_count = CCM_COUNT(ccm_p11_wish_attributes);

/* What every certificate of the token is, and a template may say. */
static CK_RV
check_constant(const CK_ATTRIBUTE *given)
{
	const struct ccm_p11_attribute *row;

	switch (given->type) {
	case CKA_CLASS:
	case CKA_CERTIFICATE_TYPE:
	case CKA_TOKEN:
	case CKA_PRIVATE:
		row = ccm_p11_attribute_find(given->type, CCM_P11_CERTIFICATE);
		return ccm_span_equal(ccm_p11_attribute_constant(row),
			   CCM_SPAN(given->pValue, given->ulValueLen))
			   ? CKR_OK
			   : CKR_ATTRIBUTE_VALUE_INVALID;
	default:
		return ccm_p11_attribute_find(given->type, CCM_P11_CERTIFICATE) != NULL
			   ? CKR_ATTRIBUTE_READ_ONLY
			   : CKR_ATTRIBUTE_TYPE_INVALID;
	}
}

static CK_RV
take(const CK_ATTRIBUTE *given, struct ccm_issue_wish *wish, struct ccm_span *id)
{
	struct ccm_span value = CCM_SPAN(given->pValue, given->ulValueLen);
	struct ccm_span *to = given->type == CKA_ID ? id : NULL;

	if (given->pValue == NULL && given->ulValueLen != 0)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	for (size_t i = 0; i < ccm_p11_wish_attribute_count; i++)
		if (ccm_p11_wish_attributes[i].type == given->type)
			to = (struct ccm_span *)((char *)wish + ccm_p11_wish_attributes[i].offset);
	if (to == NULL)
		return check_constant(given);
	if (to->len != 0)
		return CKR_TEMPLATE_INCONSISTENT; /* said twice */
	*to = value;
	return CKR_OK;
}

/* The key that has this id, with a certificate or without. */
static CK_RV
find_key(struct ccm_token *token, struct ccm_span id, struct ccm_item **key)
{
	const struct ccm_query query = {.kinds = CCM_ITEM_KEY | CCM_ITEM_CERTIFICATE, .id = id};
	struct ccm_error err = {0};
	struct ccm_items found;

	*key = NULL;
	if (!ccm_token_find(token, &query, &found, &err))
		return ccm_p11_failure("C_CreateObject", &err);
	for (size_t i = 0; *key == NULL && i < found.count; i++)
		if (ccm_item_is_local(found.items[i]))
			*key = ccm_item_ref(found.items[i]);
	ccm_items_clear(&found);
	return *key != NULL ? CKR_OK : CKR_ATTRIBUTE_VALUE_INVALID;
}

/* What is wrong with the wish is the template's fault; what the service refuses, its decision. */
static CK_RV
rv_of_refusal(const struct ccm_error *err)
{
	CK_RV rv = ccm_p11_failure("C_CreateObject", err);

	if (err->code == CCM_USAGE)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	return err->code == CCM_CONFLICT ? CKR_FUNCTION_REJECTED : rv;
}

CK_RV
ccm_p11_token_issue(const struct ccm_p11_session *session, const struct ccm_p11_template *template,
    CK_OBJECT_HANDLE *handle)
{
	struct ccm_p11_object object = {.kind = CCM_P11_CERTIFICATE};
	struct ccm_issue_wish wish = {0};
	struct ccm_span id = {0};
	struct ccm_error err = {0};
	struct ccm_item *key = NULL;
	CK_RV rv = CKR_OK;

	for (CK_ULONG i = 0; rv == CKR_OK && i < template->count; i++)
		rv = take(&template->attributes[i], &wish, &id);
	if (rv == CKR_OK && (id.len == 0 || wish.issuer.len == 0))
		rv = CKR_TEMPLATE_INCOMPLETE;
	if (rv == CKR_OK)
		rv = find_key(session->token, id, &key);
	if (rv != CKR_OK)
		return rv;
	object.item = ccm_issue_wish_grant(key, &wish, &err);
	ccm_item_unref(key);
	if (object.item == NULL)
		return rv_of_refusal(&err);
	*handle = ccm_p11_object_handle(&object);
	ccm_item_unref(object.item);
	return CKR_OK;
}
