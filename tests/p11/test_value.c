/* SPDX-License-Identifier: Apache-2.0 */

/* C_GetAttributeValue and handles, of a token with the certificates that objects.sh issues. */

#include "client.h"

#include <stdbool.h>
#include <string.h>

#define RSA_NAME "rsa.example.com"
#define EC_NAME "ec.example.com"

static CK_SESSION_HANDLE session;

static int
start(void **state)
{
	if (client_start(state) != 0)
		return -1;
	session = client_session("PCA");
	return 0;
}

/* C_GetAttributeValue: the cases of PKCS#11 2.40 s.5.7.5 */

static void
test_sizes_are_told_without_a_buffer(void **state)
{
	CK_OBJECT_HANDLE cert = client_object(session, CKO_CERTIFICATE, RSA_NAME);
	CK_ATTRIBUTE template[] = {{CKA_CLASS, NULL, 0}, {CKA_LABEL, NULL, 99}, {CKA_ID, NULL, 0}};

	(void)state;
	assert_ok(p11->C_GetAttributeValue(session, cert, template, 3));
	assert_int_equal(template[0].ulValueLen, sizeof(CK_OBJECT_CLASS));
	assert_int_equal(template[1].ulValueLen, strlen(RSA_NAME));
	assert_int_equal(template[2].ulValueLen, 16);
	assert_ok(p11->C_GetAttributeValue(session, cert, NULL, 0));
}

static void
test_all_of_a_template_is_answered_whatever_fails(void **state)
{
	CK_OBJECT_HANDLE key = client_object(session, CKO_PRIVATE_KEY, RSA_NAME);
	CK_BYTE small[4] = {0}, id[16], prime[256];
	CK_OBJECT_CLASS class = 0;
	CK_BBOOL sign = CK_FALSE;
	CK_ATTRIBUTE template[] = {
	    {CKA_LABEL, small, sizeof(small)},    /* too small */
	    {CKA_CLASS, &class, sizeof(class)},   /* fine */
	    {CKA_PRIME_1, prime, sizeof(prime)},  /* sensitive */
	    {CKA_EC_POINT, prime, sizeof(prime)}, /* not of an RSA key */
	    {0x8badf00dUL, prime, sizeof(prime)}, /* nobody's */
	    {CKA_ID, id, sizeof(id)},             /* fine */
	    {CKA_SIGN, &sign, sizeof(sign)},      /* fine */
	};
	CK_RV rv = p11->C_GetAttributeValue(session, key, template, COUNT(template));

	(void)state;
	assert_true(rv == CKR_BUFFER_TOO_SMALL || rv == CKR_ATTRIBUTE_SENSITIVE ||
		    rv == CKR_ATTRIBUTE_TYPE_INVALID);
	for (int i = 0; i < 5; i++)
		if (i != 1)
			assert_int_equal(template[i].ulValueLen, CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(small[0], 0);
	assert_int_equal(class, CKO_PRIVATE_KEY);
	assert_int_equal(template[5].ulValueLen, 16);
	assert_int_equal(sign, CK_TRUE);
}

static void
test_each_failure_has_its_code(void **state)
{
	static const struct {
		CK_ATTRIBUTE_TYPE type;
		CK_ULONG room;
		CK_RV want;
	} cases[] = {
	    {CKA_LABEL, 3, CKR_BUFFER_TOO_SMALL},
	    {CKA_PRIVATE_EXPONENT, 512, CKR_ATTRIBUTE_SENSITIVE},
	    {CKA_COEFFICIENT, 0, CKR_ATTRIBUTE_SENSITIVE},
	    {CKA_VALUE, 512, CKR_ATTRIBUTE_TYPE_INVALID},
	    {CKA_CERTIFICATE_TYPE, 512, CKR_ATTRIBUTE_TYPE_INVALID},
	    {CKA_LABEL, 512, CKR_OK},
	};
	CK_OBJECT_HANDLE key = client_object(session, CKO_PRIVATE_KEY, RSA_NAME);
	CK_BYTE room[512];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		CK_ATTRIBUTE attribute = {cases[i].type, room, cases[i].room};

		assert_rv(cases[i].want, p11->C_GetAttributeValue(session, key, &attribute, 1));
	}
	key = client_object(session, CKO_PRIVATE_KEY, EC_NAME);
	assert_rv(CKR_ATTRIBUTE_SENSITIVE, client_read(session, key, CKA_VALUE).rv);
	assert_rv(CKR_ATTRIBUTE_TYPE_INVALID, client_read(session, key, CKA_PRIME_1).rv);
}

/* Handles */

static void
test_handles_are_the_tokens_and_lasting(void **state)
{
	CK_OBJECT_HANDLE key = client_object(session, CKO_PRIVATE_KEY, EC_NAME);
	CK_SESSION_HANDLE other = client_session("PCA"), elsewhere = client_session("SCM");
	CK_ATTRIBUTE attribute = {CKA_CLASS, NULL, 0};

	(void)state;
	assert_int_equal(client_object(other, CKO_PRIVATE_KEY, EC_NAME), key);
	assert_rv(
	    CKR_OBJECT_HANDLE_INVALID, p11->C_GetAttributeValue(elsewhere, key, &attribute, 1));
	assert_rv(
	    CKR_OBJECT_HANDLE_INVALID, p11->C_GetAttributeValue(session, key | 7, &attribute, 1));
	assert_ok(p11->C_Finalize(NULL));
	assert_int_equal(start(NULL), 0);
	assert_int_equal(client_object(session, CKO_PRIVATE_KEY, EC_NAME), key);
}

static void
test_found_objects_come_in_pieces(void **state)
{
	struct client_objects all = client_find(session, NULL, 0);
	CK_OBJECT_HANDLE piece[3];
	CK_ULONG count, got = 0;

	(void)state;
	assert_ok(p11->C_FindObjectsInit(session, NULL, 0));
	do {
		assert_ok(p11->C_FindObjects(session, piece, COUNT(piece), &count));
		assert_memory_equal(piece, all.handles + got, count * sizeof(*piece));
		got += count;
	} while (count == COUNT(piece));
	assert_int_equal(got, all.count);
	assert_ok(p11->C_FindObjectsFinal(session));
}

int
main(void)
{
#define started(test) cmocka_unit_test_setup_teardown(test, start, client_stop)
	const struct CMUnitTest tests[] = {
	    started(test_sizes_are_told_without_a_buffer),
	    started(test_all_of_a_template_is_answered_whatever_fails),
	    started(test_each_failure_has_its_code),
	    started(test_handles_are_the_tokens_and_lasting),
	    started(test_found_objects_come_in_pieces),
	};

	return cmocka_run_group_tests_name("p11/value", tests, client_load, NULL);
}
