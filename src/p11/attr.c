/* SPDX-License-Identifier: Apache-2.0 */
#include "p11/attr.h"

#include <string.h>

const struct ccm_p11_attribute *
ccm_p11_attribute_find(CK_ATTRIBUTE_TYPE type, enum ccm_p11_kind kind)
{
	size_t count;
	const struct ccm_p11_attribute *rows = ccm_p11_attributes(&count);

	for (size_t i = 0; i < count; i++)
		if (rows[i].type == type && (rows[i].kinds & kind) != 0)
			return &rows[i];
	return NULL;
}

static bool
append_constant(
    const struct ccm_p11_attribute *attribute, struct ccm_buf *out, struct ccm_error *err)
{
	CK_BBOOL boolean = (CK_BBOOL)attribute->constant;

	switch (attribute->form) {
	case CCM_P11_BOOL:
		return ccm_buf_append(out, &boolean, sizeof(boolean), err);
	case CCM_P11_ULONG:
		return ccm_buf_append(out, &attribute->constant, sizeof(attribute->constant), err);
	case CCM_P11_BYTES:
		break;
	}
	return true;
}

bool
ccm_p11_attribute_value(const struct ccm_p11_attribute *attribute,
    const struct ccm_p11_object *object, struct ccm_buf *out, struct ccm_error *err)
{
	const struct ccm_cert *certificate = NULL;

	out->len = 0;
	if (attribute->source == CCM_P11_CONSTANT)
		return append_constant(attribute, out, err);
	if (attribute->source == CCM_P11_EXPORTED) {
		certificate = ccm_item_certificate(object->item, err);
		if (certificate == NULL)
			return false;
	}
	return attribute->get(object, certificate, out, err);
}

static bool
row_admits(const struct ccm_p11_attribute *row, const CK_ATTRIBUTE *wanted)
{
	CK_ULONG number;
	CK_BBOOL boolean;

	if (row->source == CCM_P11_SENSITIVE)
		return false;
	switch (row->form) {
	case CCM_P11_BOOL:
		if (wanted->ulValueLen != sizeof(boolean))
			return false;
		memcpy(&boolean, wanted->pValue, sizeof(boolean));
		return row->source != CCM_P11_CONSTANT || boolean == row->constant;
	case CCM_P11_ULONG:
		if (wanted->ulValueLen != sizeof(number))
			return false;
		memcpy(&number, wanted->pValue, sizeof(number)); /* of any alignment */
		return row->source != CCM_P11_CONSTANT || number == row->constant;
	case CCM_P11_BYTES:
		break;
	}
	return row->source != CCM_P11_CONSTANT || wanted->ulValueLen == 0;
}

unsigned
ccm_p11_attribute_kinds(const CK_ATTRIBUTE *wanted)
{
	size_t count;
	const struct ccm_p11_attribute *rows = ccm_p11_attributes(&count);
	unsigned kinds = 0;

	for (size_t i = 0; i < count; i++)
		if (rows[i].type == wanted->type && row_admits(&rows[i], wanted))
			kinds |= rows[i].kinds;
	return kinds;
}

/* The cases of PKCS#11 2.40 s.5.7.5, for an attribute whose value is at hand. */
static CK_RV
hand_over(const struct ccm_buf *value, CK_ATTRIBUTE *wanted)
{
	CK_ULONG room = wanted->ulValueLen;

	wanted->ulValueLen = value->len;
	if (wanted->pValue == NULL)
		return CKR_OK;
	if (room < value->len) {
		wanted->ulValueLen = CK_UNAVAILABLE_INFORMATION;
		return CKR_BUFFER_TOO_SMALL;
	}
	if (value->len != 0)
		memcpy(wanted->pValue, value->data, value->len);
	return CKR_OK;
}

static CK_RV
read_one(const struct ccm_p11_object *object, CK_ATTRIBUTE *wanted, struct ccm_buf *value,
    struct ccm_error *err)
{
	const struct ccm_p11_attribute *row = ccm_p11_attribute_find(wanted->type, object->kind);
	CK_RV rv = CKR_ATTRIBUTE_TYPE_INVALID;

	if (row != NULL && row->source == CCM_P11_SENSITIVE) {
		rv = CKR_ATTRIBUTE_SENSITIVE;
	} else if (row != NULL) {
		/* the service that failed once is not asked again for the rest */
		bool given_up = err->code != CCM_OK && row->source == CCM_P11_EXPORTED;

		if (!given_up && ccm_p11_attribute_value(row, object, value, err))
			return hand_over(value, wanted);
		rv = ccm_p11_rv(err->code);
	}
	wanted->ulValueLen = CK_UNAVAILABLE_INFORMATION;
	return rv;
}

CK_RV
ccm_p11_attributes_read(const struct ccm_p11_object *object, CK_ATTRIBUTE *template, CK_ULONG count)
{
	struct ccm_error err = {0};
	struct ccm_buf value = {0};
	CK_RV rv = CKR_OK;

	for (CK_ULONG i = 0; i < count; i++) {
		CK_RV one = read_one(object, &template[i], &value, &err);

		if (rv == CKR_OK)
			rv = one;
	}
	ccm_buf_clear(&value);
	return err.code != CCM_OK ? ccm_p11_failure("reading an object", &err) : rv;
}
