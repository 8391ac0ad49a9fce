/* SPDX-License-Identifier: Apache-2.0 */
#include "p11/own.h"

#include <openssl/evp.h>
#include <string.h>

static size_t
count_given(enum ccm_p11_kind kind)
{
	size_t count, given = 0;
	const struct ccm_p11_attribute *rows = ccm_p11_attributes(&count);

	for (size_t i = 0; i < count; i++)
		given += (rows[i].kinds & kind) != 0 && rows[i].source == CCM_P11_GIVEN;
	return given;
}

static bool
assign(struct ccm_p11_own_value *value, struct ccm_span bytes, struct ccm_error *err)
{
	struct ccm_buf fresh = {0};

	if ((value->attribute->rules & CCM_P11_SECRET) != 0)
		ccm_buf_init_secret(&fresh);
	if (!ccm_buf_append(&fresh, bytes.data, bytes.len, err)) {
		ccm_buf_clear(&fresh);
		return false;
	}
	ccm_buf_clear(&value->bytes);
	value->bytes = fresh;
	return true;
}

struct ccm_p11_own *
ccm_p11_own_new(enum ccm_p11_kind kind, struct ccm_error *err)
{
	size_t count, given = count_given(kind);
	const struct ccm_p11_attribute *rows = ccm_p11_attributes(&count);
	struct ccm_p11_own *own =
	    ccm_alloc(sizeof(*own) + given * sizeof(struct ccm_p11_own_value), err);

	if (own == NULL)
		return NULL;
	atomic_init(&own->refs, 1);
	own->kind = kind;
	for (size_t i = 0; i < count; i++) {
		struct ccm_p11_own_value *value = &own->values[own->count];

		if ((rows[i].kinds & kind) == 0 || rows[i].source != CCM_P11_GIVEN)
			continue;
		value->attribute = &rows[i];
		own->count++;
		if (!assign(value, ccm_p11_attribute_constant(&rows[i]), err)) {
			ccm_p11_own_unref(own);
			return NULL;
		}
	}
	return own;
}

struct ccm_p11_own *
ccm_p11_own_copy(const struct ccm_p11_own *own, struct ccm_error *err)
{
	struct ccm_p11_own *copy = ccm_p11_own_new(own->kind, err);
	bool ok = copy != NULL;

	for (size_t i = 0; ok && i < own->count; i++)
		ok = assign(&copy->values[i], ccm_buf_span(&own->values[i].bytes), err);
	if (!ok) {
		ccm_p11_own_unref(copy);
		return NULL;
	}
	copy->slot_id = own->slot_id;
	copy->session = own->session;
	copy->number = own->number;
	copy->public_key = own->public_key;
	if (copy->public_key != NULL)
		EVP_PKEY_up_ref(copy->public_key);
	copy->key = own->key != NULL ? ccm_key_ref(own->key) : NULL;
	return copy;
}

struct ccm_p11_own *
ccm_p11_own_ref(struct ccm_p11_own *own)
{
	atomic_fetch_add(&own->refs, 1);
	return own;
}

void
ccm_p11_own_unref(struct ccm_p11_own *own)
{
	if (own == NULL || atomic_fetch_sub(&own->refs, 1) != 1)
		return;
	for (size_t i = 0; i < own->count; i++)
		ccm_buf_clear(&own->values[i].bytes);
	EVP_PKEY_free(own->public_key);
	ccm_key_unref(own->key);
	ccm_free(own);
}

static struct ccm_p11_own_value *
find(const struct ccm_p11_own *own, CK_ATTRIBUTE_TYPE type)
{
	for (size_t i = 0; i < own->count; i++)
		if (own->values[i].attribute->type == type)
			return (struct ccm_p11_own_value *)&own->values[i];
	return NULL;
}

struct ccm_span
ccm_p11_own_value(const struct ccm_p11_own *own, CK_ATTRIBUTE_TYPE type)
{
	const struct ccm_p11_own_value *value = find(own, type);

	return value != NULL ? ccm_buf_span(&value->bytes) : CCM_SPAN(NULL, 0);
}

bool
ccm_p11_own_flag(const struct ccm_p11_own *own, CK_ATTRIBUTE_TYPE type)
{
	struct ccm_span value = ccm_p11_own_value(own, type);

	return value.len == sizeof(CK_BBOOL) && value.data[0] != CK_FALSE;
}

CK_ULONG
ccm_p11_own_number(const struct ccm_p11_own *own, CK_ATTRIBUTE_TYPE type)
{
	struct ccm_span value = ccm_p11_own_value(own, type);
	CK_ULONG number = 0;

	if (value.len == sizeof(number))
		memcpy(&number, value.data, sizeof(number));
	return number;
}

bool
ccm_p11_own_set(
    struct ccm_p11_own *own, CK_ATTRIBUTE_TYPE type, struct ccm_span value, struct ccm_error *err)
{
	struct ccm_p11_own_value *held = find(own, type);

	return held == NULL || assign(held, value, err);
}

bool
ccm_p11_own_apply(
    struct ccm_p11_own *own, const CK_ATTRIBUTE *template, CK_ULONG count, struct ccm_error *err)
{
	for (CK_ULONG i = 0; i < count; i++)
		if (!ccm_p11_own_set(own, template[i].type,
			CCM_SPAN(template[i].pValue, template[i].ulValueLen), err))
			return false;
	return true;
}
