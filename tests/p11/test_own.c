/* SPDX-License-Identifier: Apache-2.0 */

/* Session objects: what may be made, and what follows from what was given. */

#include "own.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/x509.h>

static void
test_what_is_whole_is_made(void **state)
{
	(void)state;
	JUDGE("data", CKR_OK, CLASS(data));
	JUDGE("more data", CKR_OK, CLASS(data), TEXT(CKA_LABEL, "x"), TEXT(CKA_VALUE, "y"),
	    TEXT(CKA_APPLICATION, "z"), NUMBER(CKA_TOKEN, no), NUMBER(CKA_PRIVATE, yes));
	JUDGE("an RSA key", CKR_OK, RSA_KEY);
	JUDGE("an EC key", CKR_OK, EC_KEY);
	JUDGE("an EC key by the bare point", CKR_OK, CLASS(public), NUMBER(CKA_KEY_TYPE, ec),
	    BYTES(CKA_EC_PARAMS, p256), {CKA_EC_POINT, point + 2, 65});
	JUDGE("an Ed25519 key", CKR_OK, ED_KEY);
	JUDGE("an AES key", CKR_OK, AES_KEY);
	JUDGE(
	    "a secret", CKR_OK, CLASS(secret), NUMBER(CKA_KEY_TYPE, generic), TEXT(CKA_VALUE, "x"));
	JUDGE("a certificate", CKR_OK, CERT);
}

static void
test_each_flaw_of_a_template_has_its_code(void **state)
{
	static CK_BYTE serial[] = {2, 1, 5};
	static const char longer[20];

	(void)state;
	JUDGE("no class", CKR_TEMPLATE_INCOMPLETE, TEXT(CKA_LABEL, "x"));
	JUDGE("a class of a byte", CKR_ATTRIBUTE_VALUE_INVALID, {CKA_CLASS, &data, 1});
	JUDGE("hardware", CKR_ATTRIBUTE_VALUE_INVALID, CLASS(hardware));
	JUDGE("a key of no type", CKR_TEMPLATE_INCOMPLETE, CLASS(public));
	JUDGE("a DH key", CKR_ATTRIBUTE_VALUE_INVALID, CLASS(public), NUMBER(CKA_KEY_TYPE, dh));
	JUDGE("WTLS", CKR_ATTRIBUTE_VALUE_INVALID, CLASS(cert), NUMBER(CKA_CERTIFICATE_TYPE, wtls));
	JUDGE("RSA without modulus", CKR_TEMPLATE_INCOMPLETE, CLASS(public),
	    NUMBER(CKA_KEY_TYPE, rsa), BYTES(CKA_PUBLIC_EXPONENT, exponent));
	JUDGE("EC without point", CKR_TEMPLATE_INCOMPLETE, CLASS(public), NUMBER(CKA_KEY_TYPE, ec),
	    BYTES(CKA_EC_PARAMS, p256));
	JUDGE(
	    "AES without value", CKR_TEMPLATE_INCOMPLETE, CLASS(secret), NUMBER(CKA_KEY_TYPE, aes));
	JUDGE("a token object", CKR_TOKEN_WRITE_PROTECTED, CLASS(data), NUMBER(CKA_TOKEN, yes));
	JUDGE("an unknown attribute", CKR_ATTRIBUTE_TYPE_INVALID, CLASS(data),
	    TEXT(CKA_VENDOR_DEFINED | 99, "x"));
	JUDGE("data that signs", CKR_TEMPLATE_INCONSISTENT, CLASS(data), NUMBER(CKA_SIGN, yes));
	JUDGE("a label twice", CKR_TEMPLATE_INCONSISTENT, CLASS(data), TEXT(CKA_LABEL, "x"),
	    TEXT(CKA_LABEL, "y"));
	JUDGE("a label of nowhere", CKR_ATTRIBUTE_VALUE_INVALID, CLASS(data), {CKA_LABEL, NULL, 3});
	JUDGE("a Boolean of two", CKR_ATTRIBUTE_VALUE_INVALID, CLASS(data),
	    NUMBER(CKA_MODIFIABLE, maybe));
	JUDGE("a Boolean of a number", CKR_ATTRIBUTE_VALUE_INVALID, CLASS(data),
	    NUMBER(CKA_MODIFIABLE, number));
	JUDGE("a short date", CKR_ATTRIBUTE_VALUE_INVALID, AES_KEY, TEXT(CKA_START_DATE, "2026"));
	JUDGE("local", CKR_ATTRIBUTE_READ_ONLY, AES_KEY, NUMBER(CKA_LOCAL, yes));
	JUDGE("never extractable", CKR_ATTRIBUTE_READ_ONLY, AES_KEY,
	    NUMBER(CKA_NEVER_EXTRACTABLE, yes));
	JUDGE("the size of a modulus", CKR_ATTRIBUTE_READ_ONLY, RSA_KEY,
	    NUMBER(CKA_MODULUS_BITS, number));
	JUDGE("trusted by itself", CKR_ATTRIBUTE_VALUE_INVALID, CERT, NUMBER(CKA_TRUSTED, yes));
	JUDGE("an even exponent", CKR_ATTRIBUTE_VALUE_INVALID, CLASS(public),
	    NUMBER(CKA_KEY_TYPE, rsa), BYTES(CKA_MODULUS, modulus),
	    BYTES(CKA_PUBLIC_EXPONENT, even));
	JUDGE("a small modulus", CKR_ATTRIBUTE_VALUE_INVALID, CLASS(public),
	    NUMBER(CKA_KEY_TYPE, rsa), BYTES(CKA_MODULUS, exponent),
	    BYTES(CKA_PUBLIC_EXPONENT, exponent));
	JUDGE("P-224", CKR_CURVE_NOT_SUPPORTED, CLASS(public), NUMBER(CKA_KEY_TYPE, ec),
	    BYTES(CKA_EC_PARAMS, p224), BYTES(CKA_EC_POINT, point));
	JUDGE("a point off the curve", CKR_ATTRIBUTE_VALUE_INVALID, CLASS(public),
	    NUMBER(CKA_KEY_TYPE, ec), BYTES(CKA_EC_PARAMS, p256), BYTES(CKA_EC_POINT, off_curve));
	JUDGE("an Edwards curve of Weierstrass", CKR_TEMPLATE_INCONSISTENT, CLASS(public),
	    NUMBER(CKA_KEY_TYPE, edwards), BYTES(CKA_EC_PARAMS, p256), BYTES(CKA_EC_POINT, point));
	JUDGE("an AES key of 20 bytes", CKR_ATTRIBUTE_VALUE_INVALID, CLASS(secret),
	    NUMBER(CKA_KEY_TYPE, aes), {CKA_VALUE, (void *)longer, 20});
	JUDGE("an empty secret", CKR_ATTRIBUTE_VALUE_INVALID, CLASS(secret),
	    NUMBER(CKA_KEY_TYPE, generic), {CKA_VALUE, NULL, 0});
	JUDGE("a wrong check value", CKR_ATTRIBUTE_VALUE_INVALID, AES_KEY,
	    TEXT(CKA_CHECK_VALUE, "abc"));
	JUDGE("no certificate", CKR_ATTRIBUTE_VALUE_INVALID, CLASS(cert),
	    NUMBER(CKA_CERTIFICATE_TYPE, x509), {CKA_SUBJECT, subject_der, subject_len},
	    TEXT(CKA_VALUE, "no DER"));
	JUDGE("another subject", CKR_TEMPLATE_INCONSISTENT, CLASS(cert),
	    NUMBER(CKA_CERTIFICATE_TYPE, x509), {CKA_VALUE, cert_der, cert_len},
	    {CKA_SUBJECT, subject_der, subject_len - 1});
	JUDGE("another serial number", CKR_TEMPLATE_INCONSISTENT, CERT,
	    BYTES(CKA_SERIAL_NUMBER, serial));
	assert_int_equal(FIND(NUMBER(CKA_TOKEN, no)).count, 0);
}

static void
test_what_was_not_given_follows_from_what_was(void **state)
{
	CK_BYTE *spki = NULL;
	CK_ULONG len, none = CK_UNAVAILABLE_INFORMATION;
	CK_OBJECT_HANDLE object;

	(void)state;
	assert_ok(CREATE(&object, RSA_KEY));
	len = (CK_ULONG)i2d_PUBKEY(rsa_key, &spki);
	assert_shows(object, CKA_PUBLIC_KEY_INFO, spki, len);
	assert_shows(object, CKA_MODULUS_BITS, &number, sizeof(number));
	assert_shows(object, CKA_TOKEN, &no, 1);
	assert_shows(object, CKA_MODIFIABLE, &yes, 1);
	assert_shows(object, CKA_LOCAL, &no, 1);
	assert_shows(object, CKA_KEY_GEN_MECHANISM, &none, sizeof(none));
	OPENSSL_free(spki);
	spki = NULL;
	assert_ok(CREATE(&object, ED_KEY));
	len = (CK_ULONG)i2d_PUBKEY(ed_key, &spki);
	assert_shows(object, CKA_PUBLIC_KEY_INFO, spki, len);
	OPENSSL_free(spki);
	assert_ok(CREATE(&object, CERT));
	assert_shows(object, CKA_ISSUER, subject_der, subject_len);
	assert_shows(object, CKA_SERIAL_NUMBER, "\x02\x02\x12\x67", 4);
	assert_ok(CREATE(&object, CLASS(secret), NUMBER(CKA_KEY_TYPE, aes),
	    {CKA_VALUE, (void *)"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16}));
	assert_shows(object, CKA_CHECK_VALUE, "\x66\xe9\x4b", 3); /* FIPS 197, as everybody's */
	len = 16;
	assert_shows(object, CKA_VALUE_LEN, &len, sizeof(len));
}

static void
test_a_sensitive_value_is_hidden_for_good(void **state)
{
	CK_OBJECT_HANDLE object;

	(void)state;
	assert_ok(CREATE(&object, AES_KEY));
	assert_shows(object, CKA_VALUE, key16, 16);
	assert_int_equal(FIND(BYTES(CKA_VALUE, key16), NUMBER(CKA_TOKEN, no)).count, 1);
	assert_ok(CHANGE(object, NUMBER(CKA_SENSITIVE, yes)));
	assert_rv(CKR_ATTRIBUTE_SENSITIVE, client_read(session, object, CKA_VALUE).rv);
	assert_int_equal(FIND(BYTES(CKA_VALUE, key16), NUMBER(CKA_TOKEN, no)).count, 0);
	assert_rv(CKR_ATTRIBUTE_READ_ONLY, CHANGE(object, NUMBER(CKA_SENSITIVE, no)));
	assert_ok(CREATE(&object, AES_KEY, NUMBER(CKA_EXTRACTABLE, no)));
	assert_rv(CKR_ATTRIBUTE_SENSITIVE, client_read(session, object, CKA_VALUE).rv);
	assert_rv(CKR_ATTRIBUTE_READ_ONLY, CHANGE(object, NUMBER(CKA_EXTRACTABLE, yes)));
}

int
main(void)
{
#define started(test) cmocka_unit_test_setup_teardown(test, own_start, client_stop)
	const struct CMUnitTest tests[] = {
	    started(test_what_is_whole_is_made),
	    started(test_each_flaw_of_a_template_has_its_code),
	    started(test_what_was_not_given_follows_from_what_was),
	    started(test_a_sensitive_value_is_hidden_for_good),
	};

	return cmocka_run_group_tests_name("p11/own", tests, own_load, own_unload);
}
