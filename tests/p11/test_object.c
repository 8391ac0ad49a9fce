/* SPDX-License-Identifier: Apache-2.0 */

/* Objects and their attributes, of a token with the certificates that objects.sh issues. */

#include "client.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#define RSA_NAME "rsa.example.com"
#define EC_NAME "ec.example.com"
#define ROOT_NAME "CCM Test Root"
#define EXPORT "pca_export_certificate"

static CK_SESSION_HANDLE session;

static int
start(void **state)
{
	if (client_start(state) != 0)
		return -1;
	session = client_session("PCA");
	return 0;
}

#define CLASS(c)                                                          \
	{                                                                 \
		CKA_CLASS, &(CK_OBJECT_CLASS){c}, sizeof(CK_OBJECT_CLASS) \
	}
#define FIND(...)                                           \
	client_find(session, (CK_ATTRIBUTE[]){__VA_ARGS__}, \
	    sizeof((CK_ATTRIBUTE[]){__VA_ARGS__}) / sizeof(CK_ATTRIBUTE))

/* What is asked of the service. The first test of all: nothing has been asked yet. */

static void
test_searching_by_what_is_listed_exports_nothing(void **state)
{
	CK_OBJECT_HANDLE key, cert;
	unsigned before = client_exchanges(EXPORT);

	(void)state;
	assert_int_equal(FIND(CLASS(CKO_PRIVATE_KEY)).count, 2);
	assert_int_equal(FIND(CLASS(CKO_CERTIFICATE)).count, 4);
	key = client_object(session, CKO_PRIVATE_KEY, RSA_NAME);
	cert = client_object(session, CKO_CERTIFICATE, RSA_NAME);
	assert_int_equal(client_number(session, key, CKA_KEY_TYPE), CKK_RSA);
	assert_int_equal(client_number(session, cert, CKA_CERTIFICATE_CATEGORY), 1);
	free(client_read(session, cert, CKA_END_DATE).data);
	free(client_read(session, key, CKA_ID).data);
	assert_int_equal(client_exchanges(EXPORT), before);
}

static void
test_public_facts_cost_one_export_and_no_key(void **state)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
	    CKA_SUBJECT, CKA_PUBLIC_KEY_INFO, CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_ID, CKA_LABEL};
	CK_OBJECT_HANDLE key = client_object(session, CKO_PRIVATE_KEY, RSA_NAME);
	CK_OBJECT_HANDLE cert = client_object(session, CKO_CERTIFICATE, RSA_NAME);
	unsigned before = client_exchanges(EXPORT);

	(void)state;
	free(client_read(session, cert, CKA_VALUE).data);
	assert_int_equal(client_exchanges(EXPORT), before + 1);
	for (size_t i = 0; i < COUNT(types); i++) {
		struct client_value value = client_read(session, key, types[i]);

		assert_ok(value.rv);
		free(value.data);
	}
	assert_int_equal(client_exchanges(EXPORT), before + 1);
}

static void
test_a_lookup_by_label_asks_for_that(void **state)
{
	unsigned before = client_exchanges(NULL), lists = client_exchanges("pca_list_certificates");

	(void)state;
	assert_int_equal(
	    FIND(CLASS(CKO_CERTIFICATE), {CKA_LABEL, (void *)"no such name", 12}).count, 0);
	assert_in_range(client_exchanges("pca_list_certificates"), lists, lists + 1);
	assert_in_range(client_exchanges(NULL), before, before + 2);
	before = client_exchanges(NULL);
	assert_int_equal(FIND(CLASS(CKO_CERTIFICATE), {CKA_LABEL, (void *)RSA_NAME, 15}).count, 1);
	assert_int_equal(client_exchanges(NULL), before); /* known */
}

/* What is shown */

static void
test_every_item_shows_its_objects(void **state)
{
	static const struct {
		CK_OBJECT_CLASS class;
		CK_ULONG count;
	} cases[] = {
	    {CKO_CERTIFICATE, 4}, {CKO_PUBLIC_KEY, 4}, {CKO_PRIVATE_KEY, 2}, {CKO_PROFILE, 1}};
	CK_ULONG total = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct client_objects found = FIND(CLASS(cases[i].class));

		assert_int_equal(found.count, cases[i].count);
		for (CK_ULONG j = 0; j < found.count; j++)
			assert_int_equal(
			    client_number(session, found.handles[j], CKA_CLASS), cases[i].class);
		total += found.count;
	}
	assert_int_equal(client_find(session, NULL, 0).count, total);
}

static void
assert_bytes(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, const void *want, size_t len)
{
	struct client_value value = client_read(session, object, type);

	assert_ok(value.rv);
	assert_int_equal(value.len, len);
	if (len != 0)
		assert_memory_equal(value.data, want, len);
	free(value.data);
}

static void
test_id_and_label_join_key_public_key_and_certificate(void **state)
{
	static const CK_OBJECT_CLASS classes[] = {CKO_CERTIFICATE, CKO_PUBLIC_KEY, CKO_PRIVATE_KEY};
	CK_OBJECT_HANDLE cert = client_object(session, CKO_CERTIFICATE, EC_NAME);
	struct client_value id = client_read(session, cert, CKA_ID);

	(void)state;
	assert_int_equal(id.len, 16);
	for (size_t i = 0; i < COUNT(classes); i++) {
		struct client_objects found = FIND(CLASS(classes[i]), {CKA_ID, id.data, id.len});

		assert_int_equal(found.count, 1);
		assert_bytes(found.handles[0], CKA_LABEL, EC_NAME, strlen(EC_NAME));
	}
	assert_int_equal(FIND({CKA_ID, id.data, id.len}).count, 3);
	free(id.data);
}

static X509 *
certificate(const char *label)
{
	struct client_value value =
	    client_read(session, client_object(session, CKO_CERTIFICATE, label), CKA_VALUE);
	const unsigned char *at = value.data;
	X509 *x509 = d2i_X509(NULL, &at, (long)value.len);

	assert_non_null(x509);
	assert_ptr_equal(at, value.data + value.len);
	free(value.data);
	return x509;
}

#define assert_der(object, type, encode, thing)                   \
	do {                                                      \
		unsigned char *der = NULL;                        \
		int der_len = encode(thing, &der);                \
                                                                  \
		assert_true(der_len > 0);                         \
		assert_bytes(object, type, der, (size_t)der_len); \
		OPENSSL_free(der);                                \
	} while (0)

static void
test_certificate_attributes_are_the_certificates(void **state)
{
	CK_OBJECT_HANDLE object = client_object(session, CKO_CERTIFICATE, RSA_NAME);
	X509 *x509 = certificate(RSA_NAME);
	unsigned char sha1[EVP_MAX_MD_SIZE];
	char date[32];
	struct tm tm;

	(void)state;
	assert_der(object, CKA_SUBJECT, i2d_X509_NAME, X509_get_subject_name(x509));
	assert_der(object, CKA_ISSUER, i2d_X509_NAME, X509_get_issuer_name(x509));
	assert_der(object, CKA_SERIAL_NUMBER, i2d_ASN1_INTEGER, X509_get0_serialNumber(x509));
	assert_der(object, CKA_PUBLIC_KEY_INFO, i2d_X509_PUBKEY, X509_get_X509_PUBKEY(x509));
	assert_int_equal(X509_digest(x509, EVP_sha1(), sha1, NULL), 1);
	assert_bytes(object, CKA_CHECK_VALUE, sha1, 3);
	assert_int_equal(ASN1_TIME_to_tm(X509_get0_notBefore(x509), &tm), 1);
	strftime(date, sizeof(date), "%Y%m%d", &tm);
	assert_bytes(object, CKA_START_DATE, date, 8);
	assert_int_equal(ASN1_TIME_to_tm(X509_get0_notAfter(x509), &tm), 1);
	strftime(date, sizeof(date), "%Y%m%d", &tm);
	assert_bytes(object, CKA_END_DATE, date, 8);
	assert_int_equal(client_number(session, object, CKA_CERTIFICATE_TYPE), CKC_X_509);
	assert_int_equal(client_number(session, object, CKA_JAVA_MIDP_SECURITY_DOMAIN), 0);
	assert_bytes(object, CKA_URL, NULL, 0);
	X509_free(x509);
}

static void
test_rsa_keys_show_their_public_numbers(void **state)
{
	static const CK_OBJECT_CLASS classes[] = {CKO_PUBLIC_KEY, CKO_PRIVATE_KEY};
	X509 *x509 = certificate(RSA_NAME);
	BIGNUM *n = NULL, *e = NULL;
	unsigned char modulus[256], exponent[8];

	(void)state;
	EVP_PKEY_get_bn_param(X509_get0_pubkey(x509), "n", &n);
	EVP_PKEY_get_bn_param(X509_get0_pubkey(x509), "e", &e);
	assert_int_equal(BN_bn2bin(n, modulus), sizeof(modulus));
	for (size_t i = 0; i < COUNT(classes); i++) {
		CK_OBJECT_HANDLE key = client_object(session, classes[i], RSA_NAME);

		assert_int_equal(client_number(session, key, CKA_KEY_TYPE), CKK_RSA);
		assert_bytes(key, CKA_MODULUS, modulus, sizeof(modulus));
		assert_bytes(key, CKA_PUBLIC_EXPONENT, exponent, (size_t)BN_bn2bin(e, exponent));
		assert_der(key, CKA_SUBJECT, i2d_X509_NAME, X509_get_subject_name(x509));
		assert_der(key, CKA_PUBLIC_KEY_INFO, i2d_X509_PUBKEY, X509_get_X509_PUBKEY(x509));
	}
	assert_int_equal(client_number(session, client_object(session, CKO_PUBLIC_KEY, RSA_NAME),
			     CKA_MODULUS_BITS),
	    2048);
	BN_free(n);
	BN_free(e);
	X509_free(x509);
}

static void
test_ec_keys_show_curve_and_point(void **state)
{
	static const unsigned char p256[] = {0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7};
	CK_OBJECT_HANDLE key = client_object(session, CKO_PUBLIC_KEY, EC_NAME);
	X509 *x509 = certificate(EC_NAME);
	unsigned char point[2 + 65] = {0x04, 65};
	size_t len;

	(void)state;
	assert_int_equal(
	    EVP_PKEY_get_octet_string_param(X509_get0_pubkey(x509), "pub", point + 2, 65, &len), 1);
	assert_bytes(key, CKA_EC_PARAMS, p256, sizeof(p256));
	assert_bytes(key, CKA_EC_POINT, point, sizeof(point));
	key = client_object(session, CKO_PRIVATE_KEY, EC_NAME);
	assert_int_equal(client_number(session, key, CKA_KEY_TYPE), CKK_EC);
	assert_bytes(key, CKA_EC_PARAMS, p256, sizeof(p256));
	X509_free(x509);
}

static void
test_flags_are_truthful(void **state)
{
	enum { CERT = 1, PUB = 2, PRIV = 4, KEYS = PUB | PRIV, ALL = CERT | KEYS };
	static const struct {
		CK_ATTRIBUTE_TYPE type;
		int of;
		CK_BBOOL want;
	} cases[] = {
	    {CKA_TOKEN, ALL, CK_TRUE},
	    {CKA_PRIVATE, ALL, CK_FALSE},
	    {CKA_MODIFIABLE, ALL, CK_FALSE},
	    {CKA_COPYABLE, ALL, CK_FALSE},
	    {CKA_DESTROYABLE, ALL, CK_FALSE},
	    {CKA_TRUSTED, CERT | PUB, CK_FALSE},
	    {CKA_DERIVE, KEYS, CK_FALSE},
	    {CKA_LOCAL, KEYS, CK_FALSE},
	    {CKA_VERIFY, PUB, CK_TRUE},
	    {CKA_ENCRYPT, PUB, CK_FALSE},
	    {CKA_VERIFY_RECOVER, PUB, CK_FALSE},
	    {CKA_WRAP, PUB, CK_FALSE},
	    {CKA_SIGN, PRIV, CK_TRUE},
	    {CKA_DECRYPT, PRIV, CK_FALSE},
	    {CKA_SIGN_RECOVER, PRIV, CK_FALSE},
	    {CKA_UNWRAP, PRIV, CK_FALSE},
	    {CKA_SENSITIVE, PRIV, CK_TRUE},
	    {CKA_EXTRACTABLE, PRIV, CK_FALSE},
	    {CKA_ALWAYS_SENSITIVE, PRIV, CK_FALSE},
	    {CKA_NEVER_EXTRACTABLE, PRIV, CK_FALSE},
	    {CKA_ALWAYS_AUTHENTICATE, PRIV, CK_FALSE},
	    {CKA_WRAP_WITH_TRUSTED, PRIV, CK_FALSE},
	};
	const CK_OBJECT_HANDLE objects[] = {client_object(session, CKO_CERTIFICATE, RSA_NAME),
	    client_object(session, CKO_PUBLIC_KEY, RSA_NAME),
	    client_object(session, CKO_PRIVATE_KEY, RSA_NAME)};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (int k = 0; k < 3; k++) {
			struct client_value value = client_read(session, objects[k], cases[i].type);

			if ((cases[i].of & 1 << k) == 0) {
				assert_rv(CKR_ATTRIBUTE_TYPE_INVALID, value.rv);
				continue;
			}
			assert_ok(value.rv);
			if (value.len != 1 || value.data[0] != cases[i].want)
				fail_msg("attribute 0x%lx of object %d", cases[i].type, k);
			free(value.data);
		}
	}
}

static void
test_a_root_is_a_trusted_authority(void **state)
{
	static CK_BBOOL yes = CK_TRUE;
	static CK_ULONG authority = 2;
	struct client_objects found = FIND(CLASS(CKO_CERTIFICATE), {CKA_TRUSTED, &yes, 1},
	    {CKA_CERTIFICATE_CATEGORY, &authority, sizeof(authority)});

	(void)state;
	assert_int_equal(found.count, 1);
	assert_bytes(found.handles[0], CKA_LABEL, ROOT_NAME, strlen(ROOT_NAME));
	assert_int_equal(FIND({CKA_CERTIFICATE_CATEGORY, &authority, sizeof(authority)}).count, 2);
}

static void
test_vendor_attributes_tell_what_the_service_tells(void **state)
{
	CK_OBJECT_HANDLE cert = client_object(session, CKO_CERTIFICATE, RSA_NAME);
	CK_OBJECT_HANDLE root = client_object(session, CKO_CERTIFICATE, ROOT_NAME);
	const char *id = getenv("CCM_TEST_ID");

	(void)state;
	assert_bytes(cert, CKA_CCM_SERVICE, "PCA", 3);
	assert_bytes(cert, CKA_CCM_RESOURCE_ID, id, strlen(id));
	assert_bytes(cert, CKA_CCM_STATUS, "ISSUED", 6);
	assert_bytes(cert, CKA_CCM_KEY_ALGORITHM, "RSA2048", 7);
	assert_bytes(cert, CKA_CCM_GEN_MODE, "GENERATE", 8);
	assert_bytes(cert, CKA_CCM_CLUSTER_ID, NULL, 0);
	assert_bytes(root, CKA_CCM_ISSUER_ID, NULL, 0);
	assert_bytes(root, CKA_CCM_STATUS, "ACTIVED", 7);
	assert_in_range(
	    client_number(session, cert, CKA_CCM_NOT_AFTER), 1700000000UL, 5000000000UL);
	assert_int_equal(FIND({CKA_CCM_STATUS, (void *)"ISSUED", 6}).count, 6);
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
	    started(test_searching_by_what_is_listed_exports_nothing),
	    started(test_public_facts_cost_one_export_and_no_key),
	    started(test_a_lookup_by_label_asks_for_that),
	    started(test_every_item_shows_its_objects),
	    started(test_id_and_label_join_key_public_key_and_certificate),
	    started(test_certificate_attributes_are_the_certificates),
	    started(test_rsa_keys_show_their_public_numbers),
	    started(test_ec_keys_show_curve_and_point),
	    started(test_flags_are_truthful),
	    started(test_a_root_is_a_trusted_authority),
	    started(test_vendor_attributes_tell_what_the_service_tells),
	    started(test_sizes_are_told_without_a_buffer),
	    started(test_all_of_a_template_is_answered_whatever_fails),
	    started(test_each_failure_has_its_code),
	    started(test_handles_are_the_tokens_and_lasting),
	    started(test_found_objects_come_in_pieces),
	};

	return cmocka_run_group_tests_name("p11/object", tests, client_load, NULL);
}
