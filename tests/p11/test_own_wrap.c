/* SPDX-License-Identifier: Apache-2.0 */

/* Secret keys wrapped and unwrapped by RSA. */

#include "own.h"

#include <stdlib.h>
#include <string.h>

#define SIZE 256 /* of the RSA key's numbers */

static CK_RSA_PKCS_OAEP_PARAMS sha1 = {CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0},
			       sha256 = {CKM_SHA256, CKG_MGF1_SHA384, CKZ_DATA_SPECIFIED,
				   (void *)"label", 5};
static CK_MECHANISM mechanisms[] = {
    {CKM_RSA_PKCS, NULL, 0},
    {CKM_RSA_X_509, NULL, 0},
    {CKM_RSA_PKCS_OAEP, &sha1, sizeof(sha1)},
    {CKM_RSA_PKCS_OAEP, &sha256, sizeof(sha256)},
};
static CK_OBJECT_HANDLE public_rsa, private_rsa;

static int
start(void **state)
{
	CK_MECHANISM mechanism = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
	CK_ATTRIBUTE for_public = NUMBER(CKA_MODULUS_BITS, number);

	if (own_load(state) != 0 || own_start(state) != 0)
		return -1;
	assert_ok(p11->C_GenerateKeyPair(
	    session, &mechanism, &for_public, 1, NULL, 0, &public_rsa, &private_rsa));
	return 0;
}

static int
stop(void **state)
{
	client_stop(state);
	return own_unload(state);
}

static CK_OBJECT_HANDLE
unwrap(CK_MECHANISM *mechanism, CK_BYTE *wrapped, CK_ATTRIBUTE *template, CK_ULONG count)
{
	CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;

	assert_ok(p11->C_UnwrapKey(
	    session, mechanism, private_rsa, wrapped, SIZE, template, count, &key));
	return key;
}

static void
test_secret_keys_are_wrapped_and_unwrapped(void **state)
{
	CK_ULONG key_len = sizeof(key16);
	CK_ATTRIBUTE template[] = {CLASS(secret), NUMBER(CKA_KEY_TYPE, aes),
	    NUMBER(CKA_VALUE_LEN, key_len), NUMBER(CKA_ENCRYPT, yes)};
	CK_OBJECT_HANDLE key, again;

	(void)state;
	assert_ok(CREATE(&key, AES_KEY));
	for (size_t i = 0; i < COUNT(mechanisms); i++) {
		CK_BYTE wrapped[SIZE];
		CK_ULONG len = 0;
		CK_MECHANISM *mechanism = &mechanisms[i];

		assert_ok(p11->C_WrapKey(session, mechanism, public_rsa, key, NULL, &len));
		assert_int_equal(len, SIZE);
		len--;
		assert_rv(CKR_BUFFER_TOO_SMALL,
		    p11->C_WrapKey(session, mechanism, public_rsa, key, wrapped, &len));
		assert_ok(p11->C_WrapKey(session, mechanism, public_rsa, key, wrapped, &len));
		again = unwrap(&mechanisms[i], wrapped, template, COUNT(template));
		assert_shows(again, CKA_VALUE, key16, sizeof(key16));
		assert_shows(again, CKA_LOCAL, &no, 1);
		assert_shows(again, CKA_NEVER_EXTRACTABLE, &no, 1);
		if (mechanism->mechanism == CKM_RSA_X_509)
			continue;
		again = unwrap(&mechanisms[i], wrapped, template, 2); /* however long it is */
		assert_shows(again, CKA_VALUE, key16, sizeof(key16));
	}
}

/* With the length that is wanted, a wrong padding gives a key like a right one does. */
static void
test_unwrapping_is_no_oracle(void **state)
{
	CK_ULONG key_len = 48;
	CK_ATTRIBUTE template[] = {
	    CLASS(secret), NUMBER(CKA_KEY_TYPE, generic), NUMBER(CKA_VALUE_LEN, key_len)};
	CK_BYTE wrapped[SIZE] = {0, 1, 2, 3};
	struct client_value first, second;

	(void)state;
	first = client_read(session, unwrap(&mechanisms[0], wrapped, template, 3), CKA_VALUE);
	second = client_read(session, unwrap(&mechanisms[0], wrapped, template, 3), CKA_VALUE);
	assert_int_equal(first.len, 48);
	assert_int_equal(second.len, 48);
	assert_memory_equal(first.data, second.data, 48);
	free(second.data);
	wrapped[SIZE - 1] = 1;
	second = client_read(session, unwrap(&mechanisms[0], wrapped, template, 3), CKA_VALUE);
	assert_int_equal(second.len, 48);
	assert_memory_not_equal(first.data, second.data, 48);
	free(first.data);
	free(second.data);
}

static void
test_what_cannot_be_wrapped_is_refused(void **state)
{
	CK_MECHANISM pkcs1 = {CKM_RSA_PKCS, NULL, 0}, raw = {CKM_RSA_X_509, NULL, 0};
	CK_BYTE long_value[SIZE] = {1}, out[SIZE] = {0};
	CK_ULONG len = SIZE, short_len = 8;
	CK_OBJECT_HANDLE key, hidden, trusting, pair, too_long;
	CK_ATTRIBUTE template[] = {CLASS(secret), NUMBER(CKA_KEY_TYPE, generic),
	    NUMBER(CKA_VALUE_LEN, short_len), NUMBER(CKA_TOKEN, yes)};

	(void)state;
	assert_ok(CREATE(&key, AES_KEY));
	assert_ok(CREATE(&hidden, AES_KEY, NUMBER(CKA_EXTRACTABLE, no)));
	assert_ok(CREATE(&trusting, AES_KEY, NUMBER(CKA_WRAP_WITH_TRUSTED, yes)));
	assert_ok(CREATE(&pair, EC_KEY));
	assert_ok(CREATE(
	    &too_long, CLASS(secret), NUMBER(CKA_KEY_TYPE, generic), BYTES(CKA_VALUE, long_value)));
#define WRAP(by, what) p11->C_WrapKey(session, &pkcs1, by, what, out, &len)
	assert_rv(CKR_KEY_UNEXTRACTABLE, WRAP(public_rsa, hidden));
	assert_rv(CKR_KEY_NOT_WRAPPABLE, WRAP(public_rsa, trusting));
	assert_rv(CKR_KEY_NOT_WRAPPABLE, WRAP(public_rsa, pair));
	assert_rv(CKR_KEY_SIZE_RANGE, WRAP(public_rsa, too_long));
	assert_rv(CKR_KEY_HANDLE_INVALID, WRAP(public_rsa, 99999));
	assert_rv(CKR_WRAPPING_KEY_HANDLE_INVALID, WRAP(99999, key));
	assert_rv(CKR_WRAPPING_KEY_TYPE_INCONSISTENT, WRAP(pair, key));
#define UNWRAP(mechanism, by, in_len, count) \
	p11->C_UnwrapKey(session, mechanism, by, out, in_len, template, count, &key)
	assert_rv(CKR_WRAPPED_KEY_LEN_RANGE, UNWRAP(&pkcs1, private_rsa, SIZE - 1, 3));
	assert_rv(CKR_UNWRAPPING_KEY_HANDLE_INVALID, UNWRAP(&pkcs1, 99999, SIZE, 3));
	assert_rv(CKR_TEMPLATE_INCOMPLETE, UNWRAP(&pkcs1, private_rsa, SIZE, 1));
	assert_rv(CKR_TEMPLATE_INCOMPLETE, UNWRAP(&raw, private_rsa, SIZE, 2));
	assert_rv(CKR_TOKEN_WRITE_PROTECTED, UNWRAP(&pkcs1, private_rsa, SIZE, 4));
	assert_rv(CKR_WRAPPED_KEY_INVALID, UNWRAP(&mechanisms[2], private_rsa, SIZE, 3));
	template[0].pValue = &private;
	assert_rv(CKR_TEMPLATE_INCONSISTENT, UNWRAP(&pkcs1, private_rsa, SIZE, 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_secret_keys_are_wrapped_and_unwrapped),
	    cmocka_unit_test(test_unwrapping_is_no_oracle),
	    cmocka_unit_test(test_what_cannot_be_wrapped_is_refused),
	};

	return cmocka_run_group_tests_name("p11/wrap", tests, start, stop);
}
