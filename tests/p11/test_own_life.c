/* SPDX-License-Identifier: Apache-2.0 */

/* Session objects: who finds them, how they change, and when they end. */

#include "own.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void
test_session_objects_are_found_by_every_session_of_the_token(void **state)
{
	CK_SESSION_HANDLE other = client_open(0, 0), elsewhere = client_open(1, 0);
	CK_ATTRIBUTE template[] = {TEXT(CKA_LABEL, "mine"), NUMBER(CKA_TOKEN, no), CLASS(public)};
	CK_OBJECT_HANDLE object;
	CK_ATTRIBUTE class = {CKA_CLASS, NULL, 0};

	(void)state;
	assert_ok(CREATE(&object, EC_KEY, TEXT(CKA_LABEL, "mine")));
	assert_int_equal(client_find(other, template, 3).handles[0], object);
	assert_int_equal(client_find(elsewhere, template, 3).count, 0);
	assert_ok(p11->C_GetAttributeValue(other, object, &class, 1));
	assert_rv(
	    CKR_OBJECT_HANDLE_INVALID, p11->C_GetAttributeValue(elsewhere, object, &class, 1));
	assert_ok(p11->C_DestroyObject(other, object));
	assert_int_equal(client_find(session, template, 3).count, 0);
	assert_rv(CKR_OBJECT_HANDLE_INVALID, p11->C_DestroyObject(session, object));
}

static void
test_session_objects_end_with_their_session(void **state)
{
	CK_SESSION_HANDLE other = client_open(0, CKF_RW_SESSION);
	CK_ATTRIBUTE template = CLASS(data);
	CK_OBJECT_HANDLE own, others[3];

	(void)state;
	assert_ok(CREATE(&own, CLASS(data)));
	for (size_t i = 0; i < COUNT(others); i++)
		assert_ok(p11->C_CreateObject(other, &template, 1, &others[i]));
	assert_ok(p11->C_DestroyObject(session, others[1]));
	assert_int_equal(FIND(CLASS(data)).count, 3);
	assert_ok(p11->C_CloseSession(other));
	assert_int_equal(FIND(CLASS(data)).count, 1);
	assert_rv(CKR_OBJECT_HANDLE_INVALID, client_read(session, others[0], CKA_CLASS).rv);
	assert_ok(p11->C_Finalize(NULL));
	assert_int_equal(own_start(NULL), 0);
	assert_int_equal(FIND(CLASS(data)).count, 0);
	assert_rv(CKR_OBJECT_HANDLE_INVALID, client_read(session, own, CKA_CLASS).rv);
}

static void
test_private_session_objects_end_with_the_login(void **state)
{
	CK_OBJECT_HANDLE mine, everybodys;

	(void)state;
	assert_ok(p11->C_Login(session, CKU_USER, NULL, 0));
	assert_ok(CREATE(&mine, CLASS(data), NUMBER(CKA_PRIVATE, yes)));
	assert_ok(CREATE(&everybodys, CLASS(data)));
	assert_ok(p11->C_Logout(session));
	assert_rv(CKR_OBJECT_HANDLE_INVALID, client_read(session, mine, CKA_CLASS).rv);
	assert_int_equal(FIND(CLASS(data)).handles[0], everybodys);
}

static void
test_changes_keep_to_the_rules(void **state)
{
	CK_OBJECT_HANDLE object;

	(void)state;
	assert_ok(CREATE(&object, EC_KEY, TEXT(CKA_LABEL, "old")));
	assert_ok(
	    CHANGE(object, TEXT(CKA_LABEL, "new"), TEXT(CKA_ID, "1"), NUMBER(CKA_VERIFY, no)));
	assert_shows(object, CKA_LABEL, "new", 3);
	assert_int_equal(FIND(TEXT(CKA_LABEL, "new"), NUMBER(CKA_TOKEN, no)).handles[0], object);
	assert_rv(CKR_ATTRIBUTE_READ_ONLY, CHANGE(object, NUMBER(CKA_KEY_TYPE, rsa)));
	assert_rv(CKR_ATTRIBUTE_READ_ONLY, CHANGE(object, BYTES(CKA_EC_POINT, point)));
	assert_rv(CKR_ATTRIBUTE_READ_ONLY, CHANGE(object, NUMBER(CKA_MODIFIABLE, no)));
	assert_rv(CKR_TEMPLATE_INCONSISTENT, CHANGE(object, BYTES(CKA_MODULUS, modulus)));
	assert_rv(CKR_ATTRIBUTE_TYPE_INVALID, CHANGE(object, TEXT(0x8badf00dUL, "x")));
	/* all or nothing */
	assert_rv(CKR_ATTRIBUTE_VALUE_INVALID,
	    CHANGE(object, TEXT(CKA_LABEL, "newer"), NUMBER(CKA_VERIFY, maybe)));
	assert_shows(object, CKA_LABEL, "new", 3);
	assert_ok(CHANGE(object, NUMBER(CKA_COPYABLE, no)));
	assert_rv(CKR_ATTRIBUTE_READ_ONLY, CHANGE(object, NUMBER(CKA_COPYABLE, yes)));
}

static void
test_what_is_prohibited_is_not_done(void **state)
{
	CK_OBJECT_HANDLE object, copy;

	(void)state;
	assert_ok(CREATE(&object, CLASS(data), NUMBER(CKA_MODIFIABLE, no),
	    NUMBER(CKA_DESTROYABLE, no), NUMBER(CKA_COPYABLE, no)));
	assert_rv(CKR_ACTION_PROHIBITED, CHANGE(object, TEXT(CKA_LABEL, "x")));
	assert_rv(CKR_ACTION_PROHIBITED, p11->C_CopyObject(session, object, NULL, 0, &copy));
	assert_rv(CKR_ACTION_PROHIBITED, p11->C_DestroyObject(session, object));
	assert_ok(p11->C_CloseAllSessions(0)); /* that is another matter */
	session = client_open(0, 0);
	assert_int_equal(FIND(CLASS(data)).count, 0);
}

static void
test_a_copy_is_an_object_of_its_own(void **state)
{
	CK_ATTRIBUTE changes[] = {TEXT(CKA_LABEL, "copy"), NUMBER(CKA_MODIFIABLE, no)},
		     token = NUMBER(CKA_TOKEN, yes), type = NUMBER(CKA_KEY_TYPE, rsa);
	CK_SESSION_HANDLE other = client_open(0, 0);
	CK_OBJECT_HANDLE object, copy;

	(void)state;
	assert_ok(CREATE(&object, EC_KEY, TEXT(CKA_LABEL, "original")));
	assert_rv(CKR_TOKEN_WRITE_PROTECTED, p11->C_CopyObject(other, object, &token, 1, &copy));
	assert_rv(CKR_ATTRIBUTE_READ_ONLY, p11->C_CopyObject(other, object, &type, 1, &copy));
	assert_ok(p11->C_CopyObject(other, object, changes, 2, &copy));
	assert_int_not_equal(copy, object);
	assert_shows(object, CKA_LABEL, "original", 8);
	assert_shows(copy, CKA_LABEL, "copy", 4);
	assert_shows(copy, CKA_EC_POINT, point, sizeof(point));
	assert_rv(CKR_ACTION_PROHIBITED, CHANGE(copy, TEXT(CKA_LABEL, "x")));
	assert_ok(p11->C_CloseSession(other));
	assert_rv(CKR_OBJECT_HANDLE_INVALID, client_read(session, copy, CKA_CLASS).rv);
	assert_shows(object, CKA_LABEL, "original", 8);
}

static void
test_many_come_and_go(void **state)
{
	enum { MANY = 3000 };
	CK_OBJECT_HANDLE *objects = calloc(MANY, sizeof(*objects));
	CK_ULONG size;

	(void)state;
	for (int i = 0; i < MANY; i++)
		assert_ok(CREATE(&objects[i], CLASS(data), NUMBER(CKA_VALUE, i)));
	for (int i = 0; i < MANY; i += 2)
		assert_ok(p11->C_DestroyObject(session, objects[i]));
	for (int i = 1; i < MANY; i += 2)
		assert_shows(objects[i], CKA_VALUE, &i, sizeof(i));
	assert_int_equal(
	    FIND(CLASS(data), NUMBER(CKA_VALUE, (int){1001})).handles[0], objects[1001]);
	assert_ok(p11->C_GetObjectSize(session, objects[1], &size));
	assert_in_range(size, sizeof(int) + 8, 200);
	free(objects);
}

int
main(void)
{
#define started(test) cmocka_unit_test_setup_teardown(test, own_start, client_stop)
	const struct CMUnitTest tests[] = {
	    started(test_session_objects_are_found_by_every_session_of_the_token),
	    started(test_session_objects_end_with_their_session),
	    started(test_private_session_objects_end_with_the_login),
	    started(test_changes_keep_to_the_rules),
	    started(test_what_is_prohibited_is_not_done),
	    started(test_a_copy_is_an_object_of_its_own),
	    started(test_many_come_and_go),
	};

	return cmocka_run_group_tests_name("p11/own_life", tests, own_load, own_unload);
}
