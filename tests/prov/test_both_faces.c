/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file, one process, two faces: an OpenSSL provider and a PKCS#11 module.
 * Usage: both_faces FIRST SECOND LAST, each "provider" or "module": which is loaded first, and
 * which one is left when the other is gone.
 */
#include <dlfcn.h>
#include <openssl/err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "p11/cryptoki.h"

static struct client provider;
static void *module;
static CK_FUNCTION_LIST *p11;
static CK_SESSION_HANDLE session;

static void
open_provider(void)
{
	client_open(&provider, NULL, "ccm", "default");
}

static void
close_provider(void)
{
	client_close(&provider);
}

static void
open_module(void)
{
	union {
		void *symbol;
		CK_C_GetFunctionList function;
	} get;
	CK_SLOT_ID slots[8];
	CK_ULONG count = COUNT(slots);

	module = dlopen(getenv("CCM_MODULE"), RTLD_NOW | RTLD_LOCAL);
	assert_non_null(module);
	get.symbol = dlsym(module, "C_GetFunctionList");
	assert_non_null(get.symbol);
	assert_int_equal(CKR_OK, get.function(&p11));
	assert_int_equal(CKR_OK, p11->C_Initialize(NULL));
	assert_int_equal(CKR_OK, p11->C_GetSlotList(CK_TRUE, slots, &count));
	assert_true(count > 0); /* the first is the PCA's */
	assert_int_equal(
	    CKR_OK, p11->C_OpenSession(slots[0], CKF_SERIAL_SESSION, NULL, NULL, &session));
}

static void
close_module(void)
{
	assert_int_equal(CKR_OK, p11->C_Finalize(NULL));
	assert_int_equal(0, dlclose(module));
}

static void
sign_by_provider(struct client_signature *signature)
{
	EVP_PKEY *key = client_key(NULL, RSA_URI);

	assert_non_null(key);
	assert_true(client_sign(NULL, key, signature));
	EVP_PKEY_free(key);
}

static void
sign_by_module(struct client_signature *signature)
{
	char label[] = "rsa.example.com";
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template[] = {
	    {CKA_CLASS, &class, sizeof(class)},
	    {CKA_LABEL, label, strlen(label)},
	};
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_OBJECT_HANDLE key;
	CK_ULONG count = 0, len = sizeof(signature->bytes);

	assert_int_equal(CKR_OK, p11->C_FindObjectsInit(session, template, COUNT(template)));
	assert_int_equal(CKR_OK, p11->C_FindObjects(session, &key, 1, &count));
	assert_int_equal(CKR_OK, p11->C_FindObjectsFinal(session));
	assert_int_equal(1, count);
	assert_int_equal(CKR_OK, p11->C_SignInit(session, &mechanism, key));
	assert_int_equal(CKR_OK, p11->C_Sign(session, (CK_BYTE *)client_text, strlen(client_text),
				     signature->bytes, &len));
	signature->len = len;
}

static const struct face {
	const char *name;
	void (*open)(void);
	void (*sign)(struct client_signature *);
	void (*close)(void);
} faces[] = {
    {"provider", open_provider, sign_by_provider, close_provider},
    {"module", open_module, sign_by_module, close_module},
};

static const struct face *order[3]; /* opened first, second; closed last */

static const struct face *
face_of(const char *name)
{
	for (size_t i = 0; i < COUNT(faces); i++)
		if (strcmp(name, faces[i].name) == 0)
			return &faces[i];
	fprintf(stderr, "no face %s\n", name);
	exit(2);
}

/* PKCS#1 signatures are the same every time. */
static void
test_both_faces_sign_alike_and_leave_alone(void **state)
{
	const struct face *leaver = order[2] == &faces[0] ? &faces[1] : &faces[0];
	struct client_signature first, second;

	(void)state;
	order[0]->open();
	order[0]->sign(&first);
	order[1]->open();
	order[1]->sign(&second);
	assert_int_equal(first.len, second.len);
	assert_memory_equal(first.bytes, second.bytes, first.len);
	order[0]->sign(&second);
	assert_memory_equal(first.bytes, second.bytes, first.len);
	leaver->close();
	order[2]->sign(&second);
	assert_memory_equal(first.bytes, second.bytes, first.len);
	leaver->open();
	leaver->sign(&second);
	assert_memory_equal(first.bytes, second.bytes, first.len);
	leaver->close();
	order[2]->close();
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_both_faces_sign_alike_and_leave_alone),
	};

	if (argc != 4)
		return 2;
	for (size_t i = 0; i < COUNT(order); i++)
		order[i] = face_of(argv[i + 1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
