/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "p11/own.h"

const CK_ATTRIBUTE *
ccm_p11_template_find(const CK_ATTRIBUTE *template, CK_ULONG count, CK_ATTRIBUTE_TYPE type)
{
	for (CK_ULONG i = 0; i < count; i++)
		if (template[i].type == type)
			return &template[i];
	return NULL;
}

bool
ccm_p11_template_wants_token(const CK_ATTRIBUTE *template, CK_ULONG count)
{
	const CK_ATTRIBUTE *token = ccm_p11_template_find(template, count, CKA_TOKEN);
	CK_BBOOL yes = CK_FALSE;

	if (token != NULL && token->pValue != NULL && token->ulValueLen == sizeof(yes))
		memcpy(&yes, token->pValue, sizeof(yes));
	return yes != CK_FALSE;
}

static CK_RV
read_number(const CK_ATTRIBUTE *template, CK_ULONG count, CK_ATTRIBUTE_TYPE type, CK_ULONG *number)
{
	const CK_ATTRIBUTE *found = ccm_p11_template_find(template, count, type);

	if (found == NULL)
		return CKR_TEMPLATE_INCOMPLETE;
	if (found->pValue == NULL || found->ulValueLen != sizeof(*number))
		return CKR_ATTRIBUTE_VALUE_INVALID;
	memcpy(number, found->pValue, sizeof(*number)); /* of any alignment */
	return CKR_OK;
}

CK_RV
ccm_p11_template_kind(const CK_ATTRIBUTE *template, CK_ULONG count, enum ccm_p11_kind *kind)
{
	static const struct {
		CK_OBJECT_CLASS class;
		CK_ATTRIBUTE_TYPE subtype;
		CK_ULONG want;
		enum ccm_p11_kind kind;
	} kinds[] = {
	    {CKO_DATA, CKA_CLASS, CKO_DATA, CCM_P11_OWN_DATA},
	    {CKO_CERTIFICATE, CKA_CERTIFICATE_TYPE, CKC_X_509, CCM_P11_OWN_CERTIFICATE},
	    {CKO_PUBLIC_KEY, CKA_KEY_TYPE, CKK_RSA, CCM_P11_OWN_PUBLIC_RSA},
	    {CKO_PUBLIC_KEY, CKA_KEY_TYPE, CKK_EC, CCM_P11_OWN_PUBLIC_EC},
	    {CKO_PUBLIC_KEY, CKA_KEY_TYPE, CKK_EC_EDWARDS, CCM_P11_OWN_PUBLIC_ED},
	    {CKO_PRIVATE_KEY, CKA_KEY_TYPE, CKK_RSA, CCM_P11_OWN_PRIVATE_RSA},
	    {CKO_PRIVATE_KEY, CKA_KEY_TYPE, CKK_EC, CCM_P11_OWN_PRIVATE_EC},
	    {CKO_PRIVATE_KEY, CKA_KEY_TYPE, CKK_EC_EDWARDS, CCM_P11_OWN_PRIVATE_ED},
	    {CKO_SECRET_KEY, CKA_KEY_TYPE, CKK_GENERIC_SECRET, CCM_P11_OWN_GENERIC},
	    {CKO_SECRET_KEY, CKA_KEY_TYPE, CKK_AES, CCM_P11_OWN_AES},
	};
	CK_ULONG class = 0, subtype = 0;
	CK_RV rv = read_number(template, count, CKA_CLASS, &class);

	if (rv != CKR_OK)
		return rv;
	rv = CKR_ATTRIBUTE_VALUE_INVALID;
	for (size_t i = 0; i < CCM_COUNT(kinds); i++) {
		if (kinds[i].class != class)
			continue;
		rv = read_number(template, count, kinds[i].subtype, &subtype);
		*kind = kinds[i].kind;
		if (rv != CKR_OK || subtype == kinds[i].want)
			return rv;
		rv = CKR_ATTRIBUTE_VALUE_INVALID;
	}
	return rv;
}

/* Nobody's attribute, or one of other objects? */
static CK_RV
judge_stranger(CK_ATTRIBUTE_TYPE type)
{
	size_t count;
	const struct ccm_p11_attribute *rows = ccm_p11_attributes(&count);

	for (size_t i = 0; i < count; i++)
		if (rows[i].type == type)
			return CKR_TEMPLATE_INCONSISTENT;
	return CKR_ATTRIBUTE_TYPE_INVALID;
}

static CK_RV
judge_value(const struct ccm_p11_attribute *row, const CK_ATTRIBUTE *given, enum ccm_p11_rule rule)
{
	bool changes = rule == CCM_P11_COPY || rule == CCM_P11_SET;
	CK_BBOOL boolean;

	if (given->pValue == NULL && given->ulValueLen != 0)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	if (!ccm_p11_form_admits(row->form, given->ulValueLen))
		return CKR_ATTRIBUTE_VALUE_INVALID;
	if (row->source == CCM_P11_CONSTANT)
		return ccm_span_equal(ccm_p11_attribute_constant(row),
			   CCM_SPAN(given->pValue, given->ulValueLen))
			   ? CKR_OK
			   : CKR_ATTRIBUTE_VALUE_INVALID;
	if (row->form != CCM_P11_BOOL)
		return CKR_OK;
	memcpy(&boolean, given->pValue, sizeof(boolean));
	if (boolean != CK_FALSE && boolean != CK_TRUE)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	if (changes && (row->rules & (boolean ? CCM_P11_ONLY_FALSE : CCM_P11_ONLY_TRUE)) != 0)
		return CKR_ATTRIBUTE_READ_ONLY;
	return CKR_OK;
}

static CK_RV
judge_all_there(enum ccm_p11_kind kind, const CK_ATTRIBUTE *template, CK_ULONG count, unsigned must)
{
	size_t row_count;
	const struct ccm_p11_attribute *rows = ccm_p11_attributes(&row_count);

	for (size_t i = 0; i < row_count; i++) {
		bool needed = (rows[i].kinds & kind) != 0 && (rows[i].rules & must) != 0;

		if (needed && ccm_p11_template_find(template, count, rows[i].type) == NULL)
			return CKR_TEMPLATE_INCOMPLETE;
	}
	return CKR_OK;
}

CK_RV
ccm_p11_template_check(
    enum ccm_p11_kind kind, const CK_ATTRIBUTE *template, CK_ULONG count, enum ccm_p11_rule rule)
{
	for (CK_ULONG i = 0; i < count; i++) {
		const struct ccm_p11_attribute *row =
		    ccm_p11_attribute_find(template[i].type, kind);
		CK_RV rv;

		if (row == NULL)
			return judge_stranger(template[i].type);
		if ((row->rules & rule) == 0)
			return CKR_ATTRIBUTE_READ_ONLY;
		rv = judge_value(row, &template[i], rule);
		if (rv != CKR_OK)
			return rv;
		if (ccm_p11_template_find(template, i, template[i].type) != NULL)
			return CKR_TEMPLATE_INCONSISTENT; /* said twice */
	}
	switch (rule) {
	case CCM_P11_CREATE:
		return judge_all_there(kind, template, count, CCM_P11_CREATE_MUST);
	case CCM_P11_GENERATE:
		return judge_all_there(kind, template, count, CCM_P11_GENERATE_MUST);
	default:
		return CKR_OK;
	}
}
