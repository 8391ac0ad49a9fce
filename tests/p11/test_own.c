/* SPDX-License-Identifier: Apache-2.0 */

/* Session objects, for which nobody is asked: nobody listens on the service's port. */

#include "client.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

static CK_OBJECT_CLASS data = CKO_DATA, cert = CKO_CERTIFICATE, public = CKO_PUBLIC_KEY,
		       secret = CKO_SECRET_KEY, hardware = CKO_HW_FEATURE;
static CK_KEY_TYPE rsa = CKK_RSA, ec = CKK_EC, edwards = CKK_EC_EDWARDS, aes = CKK_AES,
		   generic = CKK_GENERIC_SECRET, dh = CKK_DH;
static CK_CERTIFICATE_TYPE x509 = CKC_X_509, wtls = CKC_WTLS;
static CK_BBOOL yes = CK_TRUE, no = CK_FALSE, maybe = 2;
static CK_ULONG number = 2048;
static CK_BYTE exponent[] = {1, 0, 1}, even[] = {1, 0, 0}, key16[16] = "sixteen bytes ke",
	       p256[] = {6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7},
	       p224[] = {6, 5, 0x2B, 0x81, 4, 0, 0x21}, ed25519[] = {6, 3, 0x2B, 0x65, 0x70};
static CK_BYTE modulus[256], point[67] = {4, 65}, ed_point[34] = {4, 32},
			     off_curve[67] = {4, 65, 4};
static CK_BYTE *cert_der, *subject_der;
static CK_ULONG cert_len, subject_len;
static EVP_PKEY *rsa_key, *ec_key, *ed_key;

static CK_SESSION_HANDLE session;

static void
make_keys(void)
{
	BIGNUM *n = NULL;
	size_t len;

	rsa_key = EVP_RSA_gen(2048);
	ec_key = EVP_EC_gen("P-256");
	ed_key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	EVP_PKEY_get_bn_param(rsa_key, "n", &n);
	BN_bn2bin(n, modulus);
	BN_free(n);
	EVP_PKEY_get_octet_string_param(ec_key, "pub", point + 2, 65, &len);
	EVP_PKEY_get_octet_string_param(ed_key, "pub", ed_point + 2, 32, &len);
}

static void
make_certificate(void)
{
	X509 *x = X509_new();
	int len;

	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
	    (const unsigned char *)"own.example.com", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	ASN1_INTEGER_set(X509_get_serialNumber(x), 4711);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, ec_key);
	X509_sign(x, ec_key, EVP_sha256());
	len = i2d_X509(x, &cert_der);
	cert_len = (CK_ULONG)len;
	len = i2d_X509_NAME(X509_get_subject_name(x), &subject_der);
	subject_len = (CK_ULONG)len;
	X509_free(x);
}

static int
load(void **state)
{
	int rv = client_load(state);

	client_configure(client_dead_service);
	make_keys();
	make_certificate();
	return rv;
}

static int
unload(void **state)
{
	(void)state;
	EVP_PKEY_free(rsa_key);
	EVP_PKEY_free(ec_key);
	EVP_PKEY_free(ed_key);
	OPENSSL_free(cert_der);
	OPENSSL_free(subject_der);
	return 0;
}

static int
start(void **state)
{
	if (client_start(state) != 0)
		return -1;
	session = client_open(0, 0);
	return 0;
}

#define NUMBER(type, value)                   \
	{                                     \
		type, &(value), sizeof(value) \
	}
#define BYTES NUMBER
#define TEXT(type, text)                               \
	{                                              \
		type, (void *)(text), sizeof(text) - 1 \
	}
#define CLASS(value) NUMBER(CKA_CLASS, value)
#define RSA_KEY                                                                \
	CLASS(public), NUMBER(CKA_KEY_TYPE, rsa), BYTES(CKA_MODULUS, modulus), \
	    BYTES(CKA_PUBLIC_EXPONENT, exponent)
#define EC_KEY                                                               \
	CLASS(public), NUMBER(CKA_KEY_TYPE, ec), BYTES(CKA_EC_PARAMS, p256), \
	    BYTES(CKA_EC_POINT, point)
#define ED_KEY                                                                       \
	CLASS(public), NUMBER(CKA_KEY_TYPE, edwards), BYTES(CKA_EC_PARAMS, ed25519), \
	    BYTES(CKA_EC_POINT, ed_point)
#define AES_KEY CLASS(secret), NUMBER(CKA_KEY_TYPE, aes), BYTES(CKA_VALUE, key16)
#define CERT                                                                              \
	CLASS(cert), NUMBER(CKA_CERTIFICATE_TYPE, x509), {CKA_VALUE, cert_der, cert_len}, \
	{                                                                                 \
		CKA_SUBJECT, subject_der, subject_len                                     \
	}

static CK_RV
create(CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *object)
{
	return p11->C_CreateObject(session, template, count, object);
}
#define COUNTED(...) \
	(CK_ATTRIBUTE[]){__VA_ARGS__}, sizeof((CK_ATTRIBUTE[]){__VA_ARGS__}) / sizeof(CK_ATTRIBUTE)
#define CREATE(object, ...) create(COUNTED(__VA_ARGS__), object)
#define FIND(...) client_find(session, COUNTED(__VA_ARGS__))
#define CHANGE(object, ...) p11->C_SetAttributeValue(session, object, COUNTED(__VA_ARGS__))

static void
judge(const char *name, CK_RV want, CK_ATTRIBUTE *template, CK_ULONG count)
{
	CK_OBJECT_HANDLE object = 0;
	CK_RV rv = create(template, count, &object);

	if (rv != want)
		fail_msg("%s: 0x%lx, not 0x%lx", name, rv, want);
	if (rv == CKR_OK)
		assert_ok(p11->C_DestroyObject(session, object));
}
#define JUDGE(name, want, ...) judge(name, want, COUNTED(__VA_ARGS__))

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
assert_shows(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, const void *want, CK_ULONG len)
{
	struct client_value value = client_read(session, object, type);

	if (value.rv != CKR_OK || value.len != len || memcmp(value.data, want, len) != 0)
		fail_msg("attribute 0x%lx: 0x%lx, %lu bytes", type, value.rv, value.len);
	free(value.data);
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
	assert_int_equal(start(NULL), 0);
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

static CK_RV
verify(CK_OBJECT_HANDLE key, CK_MECHANISM_TYPE type, CK_BYTE *signature, CK_ULONG len)
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_RV rv = p11->C_VerifyInit(session, &mechanism, key);

	return rv != CKR_OK ? rv : p11->C_Verify(session, (CK_BYTE *)"data", 4, signature, len);
}

static void
test_a_public_key_of_ones_own_verifies(void **state)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	CK_BYTE signature[256];
	size_t len = sizeof(signature);
	CK_OBJECT_HANDLE key;

	(void)state;
	assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, rsa_key), 1);
	assert_int_equal(EVP_DigestSign(ctx, signature, &len, (const CK_BYTE *)"data", 4), 1);
	EVP_MD_CTX_free(ctx);
	assert_ok(CREATE(&key, RSA_KEY));
	assert_ok(verify(key, CKM_SHA256_RSA_PKCS, signature, len));
	signature[5] ^= 1;
	assert_rv(CKR_SIGNATURE_INVALID, verify(key, CKM_SHA256_RSA_PKCS, signature, len));
	assert_rv(CKR_KEY_TYPE_INCONSISTENT, verify(key, CKM_ECDSA_SHA256, signature, len));
	assert_ok(CHANGE(key, NUMBER(CKA_VERIFY, no)));
	assert_rv(CKR_KEY_FUNCTION_NOT_PERMITTED, verify(key, CKM_SHA256_RSA_PKCS, signature, len));
	assert_ok(CREATE(&key, CLASS(data)));
	assert_rv(CKR_KEY_HANDLE_INVALID, verify(key, CKM_SHA256_RSA_PKCS, signature, len));
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
#define started(test) cmocka_unit_test_setup_teardown(test, start, client_stop)
	const struct CMUnitTest tests[] = {
	    started(test_what_is_whole_is_made),
	    started(test_each_flaw_of_a_template_has_its_code),
	    started(test_what_was_not_given_follows_from_what_was),
	    started(test_a_sensitive_value_is_hidden_for_good),
	    started(test_session_objects_are_found_by_every_session_of_the_token),
	    started(test_session_objects_end_with_their_session),
	    started(test_private_session_objects_end_with_the_login),
	    started(test_changes_keep_to_the_rules),
	    started(test_what_is_prohibited_is_not_done),
	    started(test_a_copy_is_an_object_of_its_own),
	    started(test_a_public_key_of_ones_own_verifies),
	    started(test_many_come_and_go),
	};

	return cmocka_run_group_tests_name("p11/own", tests, load, unload);
}
