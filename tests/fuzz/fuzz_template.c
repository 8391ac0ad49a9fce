/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Templates against a second opinion: what a search finds is what reading every attribute of every
 * object says, and C_GetAttributeValue says of each attribute the same alone, in company, by size,
 * and with too little room (PKCS#11 2.40 s.5.7.5).
 */

#include "p11_call.h"

#include <stdlib.h>
#include <string.h>

enum { ALL = 64 };

struct value {
	CK_RV rv;
	CK_BYTE *data;
	CK_ULONG len;
};

static struct value
read_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_ATTRIBUTE attribute = {type, NULL, 0};
	struct value value = {.rv = C_GetAttributeValue(session, object, &attribute, 1)};

	if (value.rv == CKR_OBJECT_HANDLE_INVALID)
		return value;
	value.len = attribute.ulValueLen;
	INPUT_CLAIM((value.rv == CKR_OK) == (value.len != CK_UNAVAILABLE_INFORMATION));
	if (value.rv != CKR_OK)
		return value;
	attribute.pValue = value.data = malloc(value.len);
	INPUT_CLAIM(C_GetAttributeValue(session, object, &attribute, 1) == CKR_OK);
	INPUT_CLAIM(attribute.ulValueLen == value.len);
	return value;
}

/* Does the object have all that the template says? */
static bool
fits(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, const struct template *template)
{
	bool same = true;

	for (CK_ULONG i = 0; same && i < template->count; i++) {
		const CK_ATTRIBUTE *wanted = &template->attributes[i];
		struct value value = read_value(session, object, wanted->type);

		same = value.rv == CKR_OK && value.len == wanted->ulValueLen &&
		       (value.len == 0 || memcmp(value.data, wanted->pValue, value.len) == 0);
		free(value.data);
	}
	return same;
}

static bool
names_class(const struct template *template)
{
	for (CK_ULONG i = 0; i < template->count; i++)
		if (template->attributes[i].type == CKA_CLASS)
			return true;
	return false;
}

static bool
contains(const CK_OBJECT_HANDLE *handles, CK_ULONG count, CK_OBJECT_HANDLE handle)
{
	for (CK_ULONG i = 0; i < count; i++)
		if (handles[i] == handle)
			return true;
	return false;
}

static void
check_search(struct run *run, const struct template *template)
{
	CK_SESSION_HANDLE session = run->sessions[0];
	CK_OBJECT_HANDLE all[ALL], found[ALL];
	CK_ULONG all_count = token_find(session, NULL, 0, all, ALL), count;
	CK_ULONG expected = 0;

	if (names_class(template))
		return; /* mechanisms are found by their class only */
	count = token_find(session, template->attributes, template->count, found, ALL);
	for (CK_ULONG i = 0; i < all_count; i++) {
		if (!fits(session, all[i], template))
			continue;
		expected++;
		INPUT_CLAIM(contains(found, count, all[i]));
	}
	INPUT_CLAIM(count == expected);
}

static void
check_read(struct run *run, CK_OBJECT_HANDLE object, struct template wish)
{
	CK_SESSION_HANDLE session = run->sessions[0];
	CK_ULONG rooms[16];
	CK_RV rv, worst = CKR_OK;

	for (CK_ULONG i = 0; i < wish.count; i++)
		rooms[i] = wish.attributes[i].ulValueLen;
	rv = C_GetAttributeValue(session, object, wish.attributes, wish.count);
	if (rv == CKR_OBJECT_HANDLE_INVALID)
		return;
	for (CK_ULONG i = 0; i < wish.count; i++) {
		const CK_ATTRIBUTE *got = &wish.attributes[i];
		struct value value = read_value(session, object, got->type);
		bool fitting = got->pValue == NULL || value.len <= rooms[i];

		INPUT_CLAIM(value.rv != CKR_OK ||
			    got->ulValueLen == (fitting ? value.len : CK_UNAVAILABLE_INFORMATION));
		INPUT_CLAIM(value.rv == CKR_OK || got->ulValueLen == CK_UNAVAILABLE_INFORMATION);
		if (value.rv == CKR_OK && fitting && got->pValue != NULL && value.len != 0)
			INPUT_CLAIM(memcmp(got->pValue, value.data, value.len) == 0);
		if (value.rv != CKR_OK || !fitting)
			worst = value.rv != CKR_OK ? value.rv : CKR_BUFFER_TOO_SMALL;
		free(value.data);
	}
	INPUT_CLAIM((rv == CKR_OK) == (worst == CKR_OK));
}

/* Any value of an object there is. */
static void
borrow(struct run *run, CK_ATTRIBUTE *attribute)
{
	struct value value = read_value(run->sessions[0], any_object(run), attribute->type);

	if (value.rv != CKR_OK)
		return;
	attribute->pValue = keep_memory(run, value.data);
	attribute->ulValueLen = value.len;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run run = {.input = {data, size}};
	struct template template;

	run_start(&run);
	for (unsigned rounds = 8; run.input.left != 0 && rounds != 0; rounds--) {
		template = any_template(&run);
		for (CK_ULONG i = 0; template.attributes != NULL && i < template.count; i++)
			if (input_rarely(&run.input, 2))
				borrow(&run, &template.attributes[i]);
		if (template.attributes != NULL)
			check_search(&run, &template);
		template = any_wish(&run);
		if (template.attributes != NULL)
			check_read(&run, any_object(&run), template);
		run_forget(&run);
	}
	token_close();
	return 0;
}
