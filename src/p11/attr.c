/* SPDX-License-Identifier: Apache-2.0 */
#include "p11/attr.h"

#include "p11/own.h"

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

struct ccm_span
ccm_p11_attribute_constant(const struct ccm_p11_attribute *attribute)
{
	static const CK_BBOOL booleans[] = {CK_FALSE, CK_TRUE};

	switch (attribute->form) {
	case CCM_P11_BOOL:
		return CCM_SPAN(&booleans[attribute->constant != 0], sizeof(booleans[0]));
	case CCM_P11_ULONG:
		return CCM_SPAN(&attribute->constant, sizeof(attribute->constant));
	case CCM_P11_ULONGS:
	case CCM_P11_DATE:
	case CCM_P11_BYTES:
		break;
	}
	return CCM_SPAN("", 0);
}

bool
ccm_p11_attribute_is_hidden(
    const struct ccm_p11_attribute *attribute, const struct ccm_p11_object *object)
{
	if ((attribute->rules & CCM_P11_SECRET) != 0)
		return ccm_p11_own_flag(object->own, CKA_SENSITIVE) ||
		       !ccm_p11_own_flag(object->own, CKA_EXTRACTABLE);
	return attribute->source == CCM_P11_SENSITIVE;
}

bool
ccm_p11_attribute_value(const struct ccm_p11_attribute *attribute,
    const struct ccm_p11_object *object, struct ccm_buf *out, struct ccm_error *err)
{
	const struct ccm_cert *certificate = NULL;
	struct ccm_span bytes;

	out->len = 0;
	switch (attribute->source) {
	case CCM_P11_CONSTANT:
		bytes = ccm_p11_attribute_constant(attribute);
		return ccm_buf_append(out, bytes.data, bytes.len, err);
	case CCM_P11_GIVEN:
		bytes = ccm_p11_own_value(object->own, attribute->type);
		return ccm_buf_append(out, bytes.data, bytes.len, err);
	case CCM_P11_EXPORTED:
		if (ccm_item_kind(object->item) == CCM_ITEM_KEY) /* which has none */
			break;
		certificate = ccm_item_certificate(object->item, err);
		return certificate != NULL && attribute->get(object, certificate, out, err);
	case CCM_P11_LISTED:
	case CCM_P11_ASKED:
	case CCM_P11_SENSITIVE:
		break;
	}
	return attribute->get(object, NULL, out, err);
}

bool
ccm_p11_form_admits(enum ccm_p11_form form, CK_ULONG len)
{
	switch (form) {
	case CCM_P11_BOOL:
		return len == sizeof(CK_BBOOL);
	case CCM_P11_ULONG:
		return len == sizeof(CK_ULONG);
	case CCM_P11_ULONGS:
		return len % sizeof(CK_ULONG) == 0;
	case CCM_P11_DATE:
		return len == 0 || len == sizeof(CK_DATE);
	case CCM_P11_BYTES:
		break;
	}
	return true;
}

static bool
row_admits(const struct ccm_p11_attribute *row, const CK_ATTRIBUTE *wanted)
{
	if (row->source == CCM_P11_SENSITIVE || !ccm_p11_form_admits(row->form, wanted->ulValueLen))
		return false;
	return row->source != CCM_P11_CONSTANT || ccm_span_equal(ccm_p11_attribute_constant(row),
						      CCM_SPAN(wanted->pValue, wanted->ulValueLen));
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

	if (row != NULL && ccm_p11_attribute_is_hidden(row, object)) {
		rv = CKR_ATTRIBUTE_SENSITIVE;
	} else if (row != NULL) {
		/* the service that failed once is not asked again for the rest */
		bool given_up = err->code != CCM_OK && row->source >= CCM_P11_ASKED;

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

CK_RV
ccm_p11_attributes_size(const struct ccm_p11_object *object, CK_ULONG *size)
{
	size_t count;
	const struct ccm_p11_attribute *rows = ccm_p11_attributes(&count);
	struct ccm_error err = {0};
	struct ccm_buf value = {0};
	CK_ULONG sum = 0;
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++) {
		if ((rows[i].kinds & object->kind) == 0 ||
		    ccm_p11_attribute_is_hidden(&rows[i], object))
			continue;
		ok = ccm_p11_attribute_value(&rows[i], object, &value, &err);
		sum += value.len;
	}
	ccm_buf_clear(&value);
	if (!ok)
		return ccm_p11_failure("measuring an object", &err);
	*size = sum;
	return CKR_OK;
}
