/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Searching as a law: an object is found by every attribute that it shows and by every combination
 * of them, and not by one that it doesn't have.
 */

#include "client.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 64

/* An object with all that it shows. */
struct shown {
	CK_OBJECT_HANDLE handle;
	CK_ATTRIBUTE attributes[SHOWN_MAX];
	CK_ULONG count;
};

static CK_SESSION_HANDLE session;
static struct shown objects[CLIENT_MAX];
static CK_ULONG object_count;

static void
read_if_shown(struct shown *object, CK_ATTRIBUTE_TYPE type)
{
	struct client_value value = client_read(session, object->handle, type);

	if (value.rv != CKR_OK) {
		assert_true(
		    value.rv == CKR_ATTRIBUTE_TYPE_INVALID || value.rv == CKR_ATTRIBUTE_SENSITIVE);
		return;
	}
	assert_true(object->count < SHOWN_MAX);
	object->attributes[object->count++] = (CK_ATTRIBUTE){type, value.data, value.len};
}

static int
start(void **state)
{
	struct client_objects all;

	if (client_load(state) != 0 || client_start(state) != 0)
		return -1;
	session = client_session("PCA");
	all = client_find(session, NULL, 0);
	object_count = all.count;
	for (CK_ULONG i = 0; i < all.count; i++) {
		objects[i].handle = all.handles[i];
		for (CK_ATTRIBUTE_TYPE type = 0; type < 0x700; type++)
			read_if_shown(&objects[i], type);
		for (CK_ATTRIBUTE_TYPE type = CKA_CCM_BASE; type < CKA_CCM_BASE + 0x100; type++)
			read_if_shown(&objects[i], type);
		read_if_shown(&objects[i], CKA_ALLOWED_MECHANISMS);
	}
	return 0;
}

static int
stop(void **state)
{
	for (CK_ULONG i = 0; i < object_count; i++)
		for (CK_ULONG j = 0; j < objects[i].count; j++)
			free(objects[i].attributes[j].pValue);
	return client_stop(state);
}

static bool
is_found(CK_OBJECT_HANDLE handle, CK_ATTRIBUTE *template, CK_ULONG count)
{
	struct client_objects found = client_find(session, template, count);

	for (CK_ULONG i = 0; i < found.count; i++)
		if (found.handles[i] == handle)
			return true;
	return false;
}

/* The object shows this attribute with this value. */
static bool
shows(const struct shown *object, const CK_ATTRIBUTE *wanted)
{
	for (CK_ULONG i = 0; i < object->count; i++) {
		const CK_ATTRIBUTE *has = &object->attributes[i];

		if (has->type == wanted->type)
			return has->ulValueLen == wanted->ulValueLen &&
			       (has->ulValueLen == 0 ||
				   memcmp(has->pValue, wanted->pValue, has->ulValueLen) == 0);
	}
	return false;
}

static void
test_objects_show_a_lot(void **state)
{
	(void)state;
	assert_in_range(object_count, 10, CLIENT_MAX);
	for (CK_ULONG i = 0; i < object_count; i++)
		assert_in_range(objects[i].count, 7, SHOWN_MAX);
}

static void
test_one_attribute_finds_those_that_show_it(void **state)
{
	(void)state;
	for (CK_ULONG i = 0; i < object_count; i++) {
		for (CK_ULONG j = 0; j < objects[i].count; j++) {
			CK_ATTRIBUTE *wanted = &objects[i].attributes[j];
			struct client_objects found = client_find(session, wanted, 1);
			CK_ULONG want = 0;

			for (CK_ULONG k = 0; k < object_count; k++)
				want += shows(&objects[k], wanted);
			if (found.count != want || !is_found(objects[i].handle, wanted, 1))
				fail_msg("attribute 0x%lx of object %lu finds %lu, not %lu",
				    wanted->type, objects[i].handle, found.count, want);
		}
	}
}

static void
test_any_combination_finds_the_object(void **state)
{
	(void)state;
	srandom(20240229);
	for (int round = 0; round < 2000; round++) {
		struct shown *object = &objects[(CK_ULONG)random() % object_count];
		CK_ATTRIBUTE template[8];
		CK_ULONG count = 1 + (CK_ULONG)random() % COUNT(template);

		for (CK_ULONG i = 0; i < count; i++)
			template[i] = object->attributes[(CK_ULONG)random() % object->count];
		if (!is_found(object->handle, template, count))
			fail_msg("round %d: object %lu is not found by %lu attributes", round,
			    object->handle, count);
	}
}

static void
test_a_changed_value_does_not_find_the_object(void **state)
{
	(void)state;
	for (CK_ULONG i = 0; i < object_count; i++) {
		for (CK_ULONG j = 0; j < objects[i].count; j++) {
			CK_ATTRIBUTE wanted = objects[i].attributes[j];
			unsigned char *changed = malloc(wanted.ulValueLen + 1);

			if (wanted.ulValueLen != 0)
				memcpy(changed, wanted.pValue, wanted.ulValueLen);
			wanted.pValue = changed;
			changed[wanted.ulValueLen] = 'x';
			wanted.ulValueLen++;
			assert_false(is_found(objects[i].handle, &wanted, 1));
			wanted.ulValueLen--;
			if (wanted.ulValueLen != 0) {
				changed[wanted.ulValueLen - 1] ^= 1;
				assert_false(is_found(objects[i].handle, &wanted, 1));
				changed[wanted.ulValueLen - 1] ^= 1;
				wanted.ulValueLen--;
				assert_false(is_found(objects[i].handle, &wanted, 1));
			}
			free(changed);
		}
	}
}

static void
test_a_strange_attribute_spoils_every_template(void **state)
{
	static const CK_ATTRIBUTE_TYPE strange[] = {CKA_APPLICATION, CKA_PRIME_1, CKA_OWNER,
	    CKA_WRAP_TEMPLATE, CKA_HW_FEATURE_TYPE, CKA_VENDOR_DEFINED | 1, ~0UL};

	(void)state;
	for (size_t i = 0; i < COUNT(strange); i++) {
		CK_ATTRIBUTE template[] = {
		    objects[0].attributes[0], {strange[i], (void *)"value", 5}};

		assert_int_equal(client_find(session, template, 2).count, 0);
	}
}

/* Not even an attribute of a wild size makes a search fail. */
static void
test_wild_templates_are_survived(void **state)
{
	static CK_BYTE bytes[4096];

	(void)state;
	srandom(19700101);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (CK_BYTE)random();
	for (int round = 0; round < 2000; round++) {
		CK_ATTRIBUTE template[4];
		CK_ULONG count = (CK_ULONG)random() % COUNT(template);

		for (CK_ULONG i = 0; i < count; i++) {
			struct shown *object = &objects[(CK_ULONG)random() % object_count];

			template[i].type =
			    object->attributes[(CK_ULONG)random() % object->count].type;
			template[i].ulValueLen = (CK_ULONG)random() % (round % 64 + 1);
			template[i].pValue = bytes + (CK_ULONG)random() % (sizeof(bytes) - 64);
		}
		client_find(session, template, count);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_objects_show_a_lot),
	    cmocka_unit_test(test_one_attribute_finds_those_that_show_it),
	    cmocka_unit_test(test_any_combination_finds_the_object),
	    cmocka_unit_test(test_a_changed_value_does_not_find_the_object),
	    cmocka_unit_test(test_a_strange_attribute_spoils_every_template),
	    cmocka_unit_test(test_wild_templates_are_survived),
	};

	return cmocka_run_group_tests_name("p11/match", tests, start, stop);
}
