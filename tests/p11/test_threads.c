/* SPDX-License-Identifier: Apache-2.0 */

/* Many threads that open, find, read, sign, verify, decrypt, derive, log in and close, in sessions
 * of their own and in one that they share. What they ask for must come out right; nothing may race
 * (TSan). */

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

/* What the account's RSA key decrypts and unwraps, and the EC key agrees on. */
static void
use_ciphers(CK_SESSION_HANDLE session)
{
	CK_RSA_PKCS_OAEP_PARAMS params = {CKM_SHA256, CKG_MGF1_SHA256, CKZ_DATA_SPECIFIED, NULL, 0};
	CK_MECHANISM oaep = {CKM_RSA_PKCS_OAEP, &params, sizeof(params)},
		     generate = {CKM_AES_KEY_GEN, NULL, 0};
	CK_OBJECT_HANDLE public = find(session, CKO_PUBLIC_KEY, "rsa.example.com");
	CK_OBJECT_HANDLE private = find(session, CKO_PRIVATE_KEY, "rsa.example.com");
	CK_OBJECT_CLASS secret = CKO_SECRET_KEY;
	CK_KEY_TYPE aes = CKK_AES;
	CK_ULONG key_len = 32, len = 256, opened_len = 256;
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &secret, sizeof(secret)},
	    {CKA_KEY_TYPE, &aes, sizeof(aes)}, {CKA_VALUE_LEN, &key_len, sizeof(key_len)}};
	CK_BYTE data[32], sealed[256], opened[256];
	CK_OBJECT_HANDLE key, again;

	EXPECT_OK(p11->C_GenerateRandom(session, data, sizeof(data)));
	EXPECT_OK(p11->C_EncryptInit(session, &oaep, public));
	EXPECT_OK(p11->C_Encrypt(session, data, sizeof(data), sealed, &len));
	EXPECT_OK(p11->C_DecryptInit(session, &oaep, private));
	EXPECT_OK(p11->C_Decrypt(session, sealed, len, opened, &opened_len));
	expect(0, memcmp(data, opened, sizeof(data)) != 0, "what was decrypted");
	EXPECT_OK(p11->C_GenerateKey(session, &generate, template + 2, 1, &key));
	EXPECT_OK(p11->C_WrapKey(session, &oaep, public, key, sealed, &len));
	EXPECT_OK(p11->C_UnwrapKey(session, &oaep, private, sealed, len, template, 3, &again));
}

static void
agree(CK_SESSION_HANDLE session)
{
	static CK_BYTE p256[] = {6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7};
	CK_MECHANISM generate = {CKM_EC_KEY_PAIR_GEN, NULL, 0}, sha = {CKM_SHA256, NULL, 0};
	CK_ATTRIBUTE curve = {CKA_EC_PARAMS, p256, sizeof(p256)};
	CK_OBJECT_HANDLE public, private, secret;
	CK_BYTE point[67], digest[32];
	CK_ATTRIBUTE read = {CKA_EC_POINT, point, sizeof(point)};
	CK_ECDH1_DERIVE_PARAMS params = {CKD_NULL, 0, NULL, sizeof(point), point};
	CK_MECHANISM ecdh = {CKM_ECDH1_DERIVE, &params, sizeof(params)};
	CK_ULONG len = sizeof(digest);

	EXPECT_OK(
	    p11->C_GenerateKeyPair(session, &generate, &curve, 1, NULL, 0, &public, &private));
	EXPECT_OK(p11->C_GetAttributeValue(session, public, &read, 1));
	EXPECT_OK(p11->C_DeriveKey(
	    session, &ecdh, find(session, CKO_PRIVATE_KEY, "ec.example.com"), NULL, 0, &secret));
	EXPECT_OK(p11->C_DigestInit(session, &sha));
	EXPECT_OK(p11->C_DigestKey(session, secret));
	EXPECT_OK(p11->C_DigestFinal(session, digest, &len));
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
		if (round % 4 == 1)
			use_ciphers(session);
		agree(session);
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
