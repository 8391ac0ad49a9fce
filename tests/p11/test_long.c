/* SPDX-License-Identifier: Apache-2.0 */

/* Open, find, sign, close, again and again: memory, descriptors and sessions stay as they are. */

#include "client.h"

#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL "ec.example.com"
#define SLACK 65536 /* bytes, however many rounds */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ROUNDS 500
#define WATCHES_MEMORY 0 /* it is the sanitizer's */
#else
#define ROUNDS 10000
#define WATCHES_MEMORY 1
#endif

static void
make_one_round(CK_SLOT_ID slot)
{
	CK_OBJECT_CLASS data = CKO_DATA;
	CK_ATTRIBUTE template = {CKA_CLASS, &data, sizeof(data)};
	CK_SESSION_HANDLE session = client_open(slot, 0);
	CK_MECHANISM mechanism = {CKM_ECDSA_SHA256, NULL, 0};
	CK_BYTE signature[64];
	CK_ULONG len = sizeof(signature);
	CK_OBJECT_HANDLE object;

	assert_ok(
	    p11->C_SignInit(session, &mechanism, client_object(session, CKO_PRIVATE_KEY, LABEL)));
	assert_ok(p11->C_Sign(session, (CK_BYTE *)"data", 4, signature, &len));
	assert_ok(p11->C_CreateObject(session, &template, 1, &object));
	/* what is not ended here ends with the session: a search, a signature, an object */
	assert_ok(
	    p11->C_SignInit(session, &mechanism, client_object(session, CKO_PRIVATE_KEY, LABEL)));
	assert_ok(p11->C_FindObjectsInit(session, &template, 1));
	assert_ok(p11->C_CloseSession(session));
}

static unsigned
descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned count = 0;

	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

static void
test_rounds_leave_nothing(void **state)
{
	long rounds =
	    getenv("CCM_ROUNDS") != NULL ? strtol(getenv("CCM_ROUNDS"), NULL, 10) : ROUNDS;
	CK_SLOT_ID slot = client_slot("PCA");
	CK_TOKEN_INFO info;
	unsigned files, exchanges;
	size_t memory;

	(void)state;
	for (int i = 0; i < 200; i++)
		make_one_round(slot);
	files = descriptors();
	exchanges = client_exchanges(NULL);
	memory = mallinfo2().uordblks;
	for (long i = 0; i < rounds; i++)
		make_one_round(slot);
	if (WATCHES_MEMORY)
		assert_in_range(mallinfo2().uordblks, 0, memory + SLACK);
	assert_int_equal(descriptors(), files);
	assert_in_range(client_exchanges(NULL), exchanges, exchanges + 8); /* kept answers age */
	assert_ok(p11->C_GetTokenInfo(slot, &info));
	assert_int_equal(info.ulSessionCount, 0);
}

static void
test_lives_leave_nothing(void **state)
{
	CK_SLOT_ID slot;
	size_t memory = 0;

	for (int i = 0; i < 300; i++) {
		if (i == 50)
			memory = mallinfo2().uordblks;
		assert_int_equal(client_start(state), 0);
		slot = client_slot("PCA");
		make_one_round(slot);
		client_open(slot, 0); /* C_Finalize closes it */
		assert_int_equal(client_stop(state), 0);
	}
	if (WATCHES_MEMORY)
		assert_in_range(mallinfo2().uordblks, 0, memory + SLACK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_rounds_leave_nothing, client_start, client_stop),
	    cmocka_unit_test(test_lives_leave_nothing),
	};

	return cmocka_run_group_tests_name("p11/long", tests, client_load, NULL);
}
