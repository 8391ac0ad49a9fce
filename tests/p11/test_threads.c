/* SPDX-License-Identifier: Apache-2.0 */

/* Many threads that open, find, read, sign, verify, log in and close, in sessions of their own and
 * in one that they share. What they ask for must come out right; nothing may race (TSan). */

#include "client.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 16

static atomic_uint failures;
static CK_SESSION_HANDLE shared;
static CK_OBJECT_HANDLE shared_object;
static int rounds = 25;

/* cmocka's assertions are for the main thread only. */
static bool
expect(CK_RV want, CK_RV rv, const char *what)
{
	if (rv == want)
		return true;
	fprintf(stderr, "%s: 0x%lx\n", what, rv);
	atomic_fetch_add(&failures, 1);
	return false;
}
#define EXPECT_OK(call) expect(CKR_OK, call, #call)

static CK_OBJECT_HANDLE
find(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, const char *label)
{
	CK_ATTRIBUTE template[] = {
	    {CKA_CLASS, &class, sizeof(class)}, {CKA_LABEL, (void *)label, strlen(label)}};
	CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
	CK_ULONG count = 0;

	EXPECT_OK(p11->C_FindObjectsInit(session, template, 2));
	EXPECT_OK(p11->C_FindObjects(session, &object, 1, &count));
	EXPECT_OK(p11->C_FindObjectsFinal(session));
	expect(1, count, label);
	return object;
}

static void
sign_and_verify(CK_SESSION_HANDLE session, const char *label, CK_MECHANISM_TYPE type)
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_BYTE data[100], signature[512];
	CK_ULONG len = sizeof(signature);

	EXPECT_OK(p11->C_GenerateRandom(session, data, sizeof(data)));
	EXPECT_OK(p11->C_SignInit(session, &mechanism, find(session, CKO_PRIVATE_KEY, label)));
	EXPECT_OK(p11->C_Sign(session, data, sizeof(data), signature, &len));
	EXPECT_OK(p11->C_VerifyInit(session, &mechanism, find(session, CKO_PUBLIC_KEY, label)));
	EXPECT_OK(p11->C_Verify(session, data, sizeof(data), signature, len));
	signature[len - 1] ^= 1;
	EXPECT_OK(p11->C_VerifyInit(session, &mechanism, find(session, CKO_PUBLIC_KEY, label)));
	expect(CKR_SIGNATURE_INVALID, p11->C_Verify(session, data, sizeof(data), signature, len),
	    "a broken signature");
}

static void
read_certificate(CK_SESSION_HANDLE session, const char *label)
{
	CK_BYTE value[4096];
	CK_ATTRIBUTE attribute = {CKA_VALUE, value, sizeof(value)};

	EXPECT_OK(p11->C_GetAttributeValue(
	    session, find(session, CKO_CERTIFICATE, label), &attribute, 1));
}

/* An object that all threads change, find and copy at the same time, and one of one's own. */
static void
use_objects(CK_SESSION_HANDLE session)
{
	CK_OBJECT_CLASS data = CKO_DATA;
	CK_BYTE value[8];
	CK_ATTRIBUTE template[] = {
	    {CKA_CLASS, &data, sizeof(data)}, {CKA_VALUE, value, sizeof(value)}};
	CK_OBJECT_HANDLE own = CK_INVALID_HANDLE, copy, found[8];
	CK_ULONG count;

	EXPECT_OK(p11->C_GenerateRandom(session, value, sizeof(value)));
	EXPECT_OK(p11->C_CreateObject(session, template, 2, &own));
	EXPECT_OK(p11->C_SetAttributeValue(session, shared_object, template + 1, 1));
	EXPECT_OK(p11->C_GetAttributeValue(session, shared_object, template + 1, 1));
	EXPECT_OK(p11->C_CopyObject(session, shared_object, NULL, 0, &copy));
	EXPECT_OK(p11->C_FindObjectsInit(session, template, 1));
	EXPECT_OK(p11->C_FindObjects(session, found, COUNT(found), &count));
	EXPECT_OK(p11->C_FindObjectsFinal(session));
	EXPECT_OK(p11->C_DestroyObject(session, own)); /* the copy goes with the session */
}

/* Whatever the others do in it: no crash, and an answer that the standard knows. */
static void
use_shared(void)
{
	CK_OBJECT_HANDLE object;
	CK_ULONG count;
	CK_RV rv = p11->C_FindObjectsInit(shared, NULL, 0);

	if (rv != CKR_OK && rv != CKR_OPERATION_ACTIVE)
		expect(CKR_OK, rv, "C_FindObjectsInit in the shared session");
	rv = p11->C_FindObjects(shared, &object, 1, &count);
	if (rv != CKR_OK && rv != CKR_OPERATION_NOT_INITIALIZED)
		expect(CKR_OK, rv, "C_FindObjects in the shared session");
	rv = p11->C_FindObjectsFinal(shared);
	if (rv != CKR_OK && rv != CKR_OPERATION_NOT_INITIALIZED)
		expect(CKR_OK, rv, "C_FindObjectsFinal in the shared session");
	rv = p11->C_Login(shared, CKU_USER, NULL, 0);
	if (rv != CKR_OK && rv != CKR_USER_ALREADY_LOGGED_IN)
		expect(CKR_OK, rv, "C_Login");
	rv = p11->C_Logout(shared);
	if (rv != CKR_OK && rv != CKR_USER_NOT_LOGGED_IN)
		expect(CKR_OK, rv, "C_Logout");
}

static void *
work(void *argument)
{
	CK_SLOT_ID slot = *(CK_SLOT_ID *)argument;

	for (int round = 0; round < rounds; round++) {
		CK_SESSION_HANDLE session;
		CK_TOKEN_INFO info;

		EXPECT_OK(p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session));
		sign_and_verify(session, "ec.example.com", CKM_ECDSA_SHA256);
		if (round % 4 == 0)
			sign_and_verify(session, "rsa.example.com", CKM_SHA256_RSA_PKCS);
		read_certificate(session, "ec384.example.com");
		use_objects(session);
		use_shared();
		EXPECT_OK(p11->C_GetTokenInfo(slot, &info));
		EXPECT_OK(p11->C_CloseSession(session));
		expect(CKR_SESSION_HANDLE_INVALID, p11->C_CloseSession(session), "closing twice");
	}
	return NULL;
}

static void
test_sixteen_threads_do_not_disturb_one_another(void **state)
{
	CK_SLOT_ID slot = client_slot("PCA");
	CK_OBJECT_CLASS data = CKO_DATA;
	CK_ATTRIBUTE template = {CKA_CLASS, &data, sizeof(data)};
	CK_TOKEN_INFO info;
	pthread_t threads[THREADS];

	(void)state;
	shared = client_session("PCA");
	assert_ok(p11->C_CreateObject(shared, &template, 1, &shared_object));
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, &slot), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(atomic_load(&failures), 0);
	assert_ok(p11->C_GetTokenInfo(slot, &info));
	assert_int_equal(info.ulSessionCount, 1);
}

static int
sign_in_child(bool afresh, CK_SESSION_HANDLE session)
{
	if (afresh && !EXPECT_OK(p11->C_Initialize(NULL)))
		return 1;
	if (afresh)
		session = client_session("PCA");
	sign_and_verify(session, "ec.example.com", CKM_ECDSA_SHA256);
	read_certificate(session, "ec384.example.com");
	return atomic_load(&failures) == 0 && EXPECT_OK(p11->C_Finalize(NULL)) ? 0 : 2;
}

/* The parent has keys, connections and a session; all three sign at the same time. */
static void
test_parent_and_children_go_on_signing(void **state)
{
	CK_SESSION_HANDLE session = client_session("PCA");
	pid_t pids[2];
	int status;

	(void)state;
	sign_and_verify(session, "rsa.example.com", CKM_SHA256_RSA_PKCS);
	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(sign_in_child(i != 0, session));
	}
	for (int i = 0; i < 10; i++)
		sign_and_verify(session, "rsa.example.com", CKM_SHA256_RSA_PKCS);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	sign_and_verify(session, "ec.example.com", CKM_ECDSA_SHA256);
	assert_int_equal(atomic_load(&failures), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_sixteen_threads_do_not_disturb_one_another, client_start, client_stop),
	    cmocka_unit_test_setup_teardown(
		test_parent_and_children_go_on_signing, client_start, client_stop),
	};

	if (getenv("CCM_ROUNDS") != NULL)
		rounds = (int)strtol(getenv("CCM_ROUNDS"), NULL, 10);
	return cmocka_run_group_tests_name("p11/threads", tests, client_load, NULL);
}
