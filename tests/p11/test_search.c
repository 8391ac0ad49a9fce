/* SPDX-License-Identifier: Apache-2.0 */

/* What is answered without asking anybody: nobody listens on this service's port. */

#include "client.h"

#include <stdio.h>
#include <string.h>

static int
load(void **state)
{
	int rv = client_load(state);

	client_configure(client_dead_service);
	return rv;
}

static void
test_what_cannot_match_is_not_asked_for(void **state)
{
	static CK_OBJECT_CLASS data = CKO_DATA, nss_trust = 0xce534353UL, cert = CKO_CERTIFICATE,
			       private = CKO_PRIVATE_KEY, public = CKO_PUBLIC_KEY;
	static CK_BBOOL no = CK_FALSE, yes = CK_TRUE;
	static CK_ULONG number = 1, aes = CKK_AES;
	static CK_BYTE byte;
	static const struct {
		const char *name;
		CK_SLOT_ID slot;
		CK_ATTRIBUTE template[2];
	} cases[] = {
	    {"data objects", 0, {{CKA_CLASS, &data, sizeof(data)}, {CKA_TOKEN, &yes, 1}}},
	    {"NSS trust of keys", 0, {{CKA_CLASS, &nss_trust, sizeof(data)}, {CKA_SIGN, &yes, 1}}},
	    {"session objects", 0, {{CKA_TOKEN, &no, 1}, {CKA_CLASS, &cert, sizeof(cert)}}},
	    {"private objects", 0, {{CKA_PRIVATE, &yes, 1}, {CKA_CLASS, &cert, sizeof(cert)}}},
	    {"a short id", 0, {{CKA_ID, (void *)"0123456789", 10}, {CKA_TOKEN, &yes, 1}}},
	    {"a long id", 0, {{CKA_ID, (void *)"0123456789abcdefg", 17}, {CKA_TOKEN, &yes, 1}}},
	    {"no id", 0, {{CKA_ID, NULL, 0}, {CKA_TOKEN, &yes, 1}}},
	    {"a label with a NUL", 0, {{CKA_LABEL, (void *)"a\0b", 3}, {CKA_TOKEN, &yes, 1}}},
	    {"private keys where there are none", 1,
		{{CKA_CLASS, &private, sizeof(private)}, {CKA_TOKEN, &yes, 1}}},
	    {"an unknown attribute", 0, {{0xd8444763UL, &yes, 1}, {CKA_TOKEN, &yes, 1}}},
	    {"a class of a byte", 0, {{CKA_CLASS, &byte, 1}, {CKA_TOKEN, &yes, 1}}},
	    {"a Boolean of a number", 0,
		{{CKA_TOKEN, &number, sizeof(number)}, {CKA_PRIVATE, &no, 1}}},
	    {"an empty Boolean", 0, {{CKA_TOKEN, NULL, 0}, {CKA_PRIVATE, &no, 1}}},
	    {"AES keys", 0, {{CKA_KEY_TYPE, &aes, sizeof(aes)}, {CKA_TOKEN, &yes, 1}}},
	    {"a certificate that signs", 0,
		{{CKA_CLASS, &cert, sizeof(cert)}, {CKA_SIGN, &yes, 1}}},
	    {"a public key with private parts", 0,
		{{CKA_CLASS, &public, sizeof(public)}, {CKA_PRIME_1, &byte, 1}}},
	    {"a private key by its private parts", 0,
		{{CKA_CLASS, &private, sizeof(private)}, {CKA_PRIME_1, &byte, 1}}},
	    {"attribute certificates", 0,
		{{CKA_CLASS, &cert, sizeof(cert)},
		    {CKA_CERTIFICATE_TYPE, &number, sizeof(number)}}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		CK_SESSION_HANDLE session = client_open(cases[i].slot, 0);
		CK_ULONG count = 99;
		CK_OBJECT_HANDLE object;

		if (p11->C_FindObjectsInit(session, (CK_ATTRIBUTE *)cases[i].template, 2) != CKR_OK)
			fail_msg("%s: somebody was asked", cases[i].name);
		assert_ok(p11->C_FindObjects(session, &object, 1, &count));
		assert_int_equal(count, 0);
		assert_ok(p11->C_FindObjectsFinal(session));
	}
}

static void
test_an_unreachable_service_fails_the_search_and_is_logged(void **state)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof(class)};
	CK_SESSION_HANDLE session = client_open(0, 0);
	CK_OBJECT_HANDLE object;
	CK_ULONG count;

	(void)state;
	client_log_reset();
	assert_rv(CKR_DEVICE_ERROR, p11->C_FindObjectsInit(session, &template, 1));
	assert_non_null(strstr(client_log(), "error"));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_FindObjects(session, &object, 1, &count));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_FindObjectsFinal(session));
}

static CK_OBJECT_HANDLE
find_profile(CK_SESSION_HANDLE session)
{
	CK_OBJECT_CLASS class = CKO_PROFILE;
	CK_ULONG id = CKP_PUBLIC_CERTIFICATES_TOKEN;
	CK_ATTRIBUTE template[] = {
	    {CKA_CLASS, &class, sizeof(class)}, {CKA_PROFILE_ID, &id, sizeof(id)}};
	struct client_objects found = client_find(session, template, 2);

	assert_int_equal(found.count, 1);
	return found.handles[0];
}

static void
test_the_profile_needs_no_service(void **state)
{
	CK_SESSION_HANDLE session = client_open(0, 0);
	CK_OBJECT_HANDLE profile = find_profile(session);
	CK_BBOOL token = CK_FALSE;
	CK_ATTRIBUTE template[] = {{CKA_TOKEN, &token, 1}, {CKA_ID, NULL, 0}};

	(void)state;
	assert_int_equal(
	    client_number(session, profile, CKA_PROFILE_ID), CKP_PUBLIC_CERTIFICATES_TOKEN);
	assert_int_equal(client_number(session, profile, CKA_CLASS), CKO_PROFILE);
	assert_rv(
	    CKR_ATTRIBUTE_TYPE_INVALID, p11->C_GetAttributeValue(session, profile, template, 2));
	assert_int_equal(token, CK_TRUE);
	assert_int_equal(template[1].ulValueLen, CK_UNAVAILABLE_INFORMATION);
}

static void
test_mechanism_objects_are_for_who_asks(void **state)
{
	CK_OBJECT_CLASS class = CKO_MECHANISM;
	CK_MECHANISM_TYPE type = CKM_ECDSA, listed[64];
	CK_ATTRIBUTE of_class[] = {
	    {CKA_CLASS, &class, sizeof(class)}, {CKA_MECHANISM_TYPE, &type, sizeof(type)}};
	CK_SESSION_HANDLE session = client_open(0, 0);
	struct client_objects found = client_find(session, of_class, 1);
	CK_ULONG count = COUNT(listed);

	(void)state;
	assert_ok(p11->C_GetMechanismList(0, listed, &count));
	assert_int_equal(found.count, count);
	for (CK_ULONG i = 0; i < count; i++)
		assert_int_equal(
		    client_number(session, found.handles[i], CKA_MECHANISM_TYPE), listed[i]);
	found = client_find(session, of_class, 2);
	assert_int_equal(found.count, 1);
	assert_int_equal(client_number(session, found.handles[0], CKA_CLASS), CKO_MECHANISM);
	assert_int_equal(client_find(session, of_class + 1, 1).count, 0);
}

static void
test_a_search_is_one_operation(void **state)
{
	CK_ULONG id = CKP_BASELINE_PROVIDER;
	CK_ATTRIBUTE template = {CKA_PROFILE_ID, &id, sizeof(id)}, broken = {CKA_ID, NULL, 5};
	CK_SESSION_HANDLE session = client_open(0, 0), other = client_open(0, 0);
	CK_OBJECT_HANDLE object;
	CK_ULONG count;

	(void)state;
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_FindObjects(session, &object, 1, &count));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_FindObjectsFinal(session));
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_FindObjectsInit(session, NULL, 1));
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_FindObjectsInit(session, &broken, 1));
	assert_ok(p11->C_FindObjectsInit(session, &template, 1));
	assert_rv(CKR_OPERATION_ACTIVE, p11->C_FindObjectsInit(session, &template, 1));
	assert_ok(p11->C_FindObjectsInit(other, &template, 1));
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_FindObjects(session, &object, 1, NULL));
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_FindObjects(session, NULL, 1, &count));
	assert_ok(p11->C_FindObjects(session, NULL, 0, &count));
	assert_int_equal(count, 0);
	assert_ok(p11->C_FindObjects(session, &object, 1, &count));
	assert_int_equal(count, 1);
	assert_ok(p11->C_FindObjects(session, &object, 1, &count));
	assert_int_equal(count, 0);
	assert_ok(p11_3_0->C_SessionCancel(session, CKF_FIND_OBJECTS));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_FindObjectsFinal(session));
	assert_ok(p11->C_FindObjectsFinal(other));
}

static void
test_objects_that_nobody_found_do_not_exist(void **state)
{
	static const CK_OBJECT_HANDLE handles[] = {0, 1, 9, 15, 36, 80001, 1UL << 20, ~0UL};
	CK_SESSION_HANDLE session = client_open(0, 0);
	CK_MECHANISM mechanism = {CKM_ECDSA, NULL, 0};
	CK_ATTRIBUTE template = {CKA_CLASS, NULL, 0};

	(void)state;
	for (size_t i = 0; i < COUNT(handles); i++) {
		assert_rv(CKR_OBJECT_HANDLE_INVALID,
		    p11->C_GetAttributeValue(session, handles[i], &template, 1));
		assert_rv(CKR_KEY_HANDLE_INVALID, p11->C_SignInit(session, &mechanism, handles[i]));
		assert_rv(
		    CKR_KEY_HANDLE_INVALID, p11->C_VerifyInit(session, &mechanism, handles[i]));
	}
	assert_rv(
	    CKR_KEY_HANDLE_INVALID, p11->C_SignInit(session, &mechanism, find_profile(session)));
	assert_rv(
	    CKR_ARGUMENTS_BAD, p11->C_GetAttributeValue(session, find_profile(session), NULL, 1));
}

static void
test_signing_needs_its_init(void **state)
{
	CK_SESSION_HANDLE session = client_open(0, 0);
	CK_BYTE data[1] = {0}, out[1];
	CK_ULONG len = sizeof(out);

	(void)state;
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_Sign(session, data, 1, out, &len));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_SignUpdate(session, data, 1));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_SignFinal(session, out, &len));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_Verify(session, data, 1, out, 1));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_VerifyUpdate(session, data, 1));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_VerifyFinal(session, out, 1));
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_SignInit(session, NULL, 1));
	assert_ok(p11_3_0->C_SessionCancel(session, CKF_SIGN | CKF_VERIFY));
}

#define started(test) cmocka_unit_test_setup_teardown(test, client_start, client_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    started(test_what_cannot_match_is_not_asked_for),
	    started(test_an_unreachable_service_fails_the_search_and_is_logged),
	    started(test_the_profile_needs_no_service),
	    started(test_mechanism_objects_are_for_who_asks),
	    started(test_a_search_is_one_operation),
	    started(test_objects_that_nobody_found_do_not_exist),
	    started(test_signing_needs_its_init),
	};

	return cmocka_run_group_tests_name("p11/search", tests, load, NULL);
}
