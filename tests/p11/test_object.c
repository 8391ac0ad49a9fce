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
	} cases[] = {{CKO_CERTIFICATE, 4}, {CKO_PUBLIC_KEY, 4}, {CKO_PRIVATE_KEY, 2},
	    {CKO_PROFILE, 2}, {CKO_NSS_TRUST, 1}};
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
	enum {
		CERT = 1,
		RSA_PUB = 2,
		RSA_PRIV = 4,
		EC_PUB = 8,
		EC_PRIV = 16,
		PUB = RSA_PUB | EC_PUB,
		PRIV = RSA_PRIV | EC_PRIV,
		KEYS = PUB | PRIV,
		ALL = CERT | KEYS
	};
	static const struct {
		CK_ATTRIBUTE_TYPE type;
		int of, yes; /* which objects have it, and of which it is true */
	} cases[] = {
	    {CKA_TOKEN, ALL, ALL},
	    {CKA_PRIVATE, ALL, 0},
	    {CKA_MODIFIABLE, ALL, 0},
	    {CKA_COPYABLE, ALL, 0},
	    {CKA_DESTROYABLE, ALL, 0},
	    {CKA_TRUSTED, CERT | PUB, 0},
	    {CKA_DERIVE, KEYS, EC_PRIV},
	    {CKA_LOCAL, KEYS, 0},
	    {CKA_VERIFY, PUB, PUB},
	    {CKA_ENCRYPT, PUB, RSA_PUB},
	    {CKA_VERIFY_RECOVER, PUB, RSA_PUB},
	    {CKA_WRAP, PUB, RSA_PUB},
	    {CKA_SIGN, PRIV, PRIV},
	    {CKA_DECRYPT, PRIV, RSA_PRIV},
	    {CKA_SIGN_RECOVER, PRIV, RSA_PRIV},
	    {CKA_UNWRAP, PRIV, RSA_PRIV},
	    {CKA_SENSITIVE, PRIV, PRIV},
	    {CKA_EXTRACTABLE, PRIV, 0},
	    {CKA_ALWAYS_SENSITIVE, PRIV, 0},
	    {CKA_NEVER_EXTRACTABLE, PRIV, 0},
	    {CKA_ALWAYS_AUTHENTICATE, PRIV, 0},
	    {CKA_WRAP_WITH_TRUSTED, PRIV, 0},
	};
	const CK_OBJECT_HANDLE objects[] = {client_object(session, CKO_CERTIFICATE, RSA_NAME),
	    client_object(session, CKO_PUBLIC_KEY, RSA_NAME),
	    client_object(session, CKO_PRIVATE_KEY, RSA_NAME),
	    client_object(session, CKO_PUBLIC_KEY, EC_NAME),
	    client_object(session, CKO_PRIVATE_KEY, EC_NAME)};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (size_t k = 0; k < COUNT(objects); k++) {
			struct client_value value = client_read(session, objects[k], cases[i].type);

			if ((cases[i].of & 1 << k) == 0) {
				assert_rv(CKR_ATTRIBUTE_TYPE_INVALID, value.rv);
				continue;
			}
			assert_ok(value.rv);
			if (value.len != 1 || value.data[0] != ((cases[i].yes & 1 << k) != 0))
				fail_msg("attribute 0x%lx of object %zu", cases[i].type, k);
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
test_a_root_is_trusted_by_nss(void **state)
{
	static const CK_ATTRIBUTE_TYPE uses[] = {CKA_TRUST_SERVER_AUTH, CKA_TRUST_CLIENT_AUTH,
	    CKA_TRUST_CODE_SIGNING, CKA_TRUST_EMAIL_PROTECTION};
	X509 *x509 = certificate(ROOT_NAME);
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned char *issuer = NULL, *serial = NULL;
	CK_ULONG issuer_len = (CK_ULONG)i2d_X509_NAME(X509_get_issuer_name(x509), &issuer);
	CK_ULONG serial_len = (CK_ULONG)i2d_ASN1_INTEGER(X509_get0_serialNumber(x509), &serial);
	unsigned before = client_exchanges(NULL);
	struct client_objects found = FIND(CLASS(CKO_NSS_TRUST), {CKA_ISSUER, issuer, issuer_len},
	    {CKA_SERIAL_NUMBER, serial, serial_len});

	(void)state;
	assert_int_equal(client_exchanges(NULL), before); /* browsers ask hundreds of times */
	assert_int_equal(found.count, 1);
	for (size_t i = 0; i < COUNT(uses); i++)
		assert_int_equal(
		    client_number(session, found.handles[0], uses[i]), CKT_NSS_TRUSTED_DELEGATOR);
	assert_int_equal(X509_digest(x509, EVP_sha1(), hash, NULL), 1);
	assert_bytes(found.handles[0], CKA_CERT_SHA1_HASH, hash, 20);
	assert_int_equal(FIND({CKA_CERT_SHA1_HASH, hash, 20}).count, 1);
	assert_int_equal(X509_digest(x509, EVP_md5(), hash, NULL), 1);
	assert_bytes(found.handles[0], CKA_CERT_MD5_HASH, hash, 16);
	assert_bytes(found.handles[0], CKA_LABEL, ROOT_NAME, strlen(ROOT_NAME));
	serial[serial_len - 1] ^= 1;
	assert_int_equal(
	    FIND(CLASS(CKO_NSS_TRUST), {CKA_SERIAL_NUMBER, serial, serial_len}).count, 0);
	OPENSSL_free(issuer);
	OPENSSL_free(serial);
	X509_free(x509);
}

static void
test_an_objects_size_is_that_of_its_values(void **state)
{
	CK_OBJECT_HANDLE cert = client_object(session, CKO_CERTIFICATE, RSA_NAME);
	struct client_value value = client_read(session, cert, CKA_VALUE);
	CK_ULONG size = 0;

	(void)state;
	assert_ok(p11->C_GetObjectSize(session, cert, &size));
	assert_in_range(size, value.len + 300, value.len + 3000);
	assert_rv(CKR_OBJECT_HANDLE_INVALID, p11->C_GetObjectSize(session, 1, &size));
	free(value.data);
}

/* The token is the service's: nothing of it is changed here, session objects are in test_own.c. */
static void
test_the_token_is_not_written(void **state)
{
	CK_OBJECT_HANDLE cert = client_object(session, CKO_CERTIFICATE, RSA_NAME), copy;
	CK_ATTRIBUTE label = {CKA_LABEL, (void *)"new", 3};

	(void)state;
	assert_rv(CKR_TOKEN_WRITE_PROTECTED, p11->C_SetAttributeValue(session, cert, &label, 1));
	assert_rv(CKR_TOKEN_WRITE_PROTECTED, p11->C_DestroyObject(session, cert));
	assert_rv(CKR_ACTION_PROHIBITED, p11->C_CopyObject(session, cert, &label, 1, &copy));
	assert_bytes(cert, CKA_LABEL, RSA_NAME, strlen(RSA_NAME));
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
	assert_bytes(cert, CKA_CCM_TAGS, "env\tprod\nteam\tweb", 17);
	assert_bytes(root, CKA_CCM_ISSUER_ID, NULL, 0);
	assert_bytes(root, CKA_CCM_STATUS, "ACTIVED", 7);
	assert_in_range(
	    client_number(session, cert, CKA_CCM_NOT_AFTER), 1700000000UL, 5000000000UL);
	assert_int_equal(FIND({CKA_CCM_STATUS, (void *)"ISSUED", 6}).count, 6);
}

/* What the profile objects promise (Profiles 3.0, public certificates token, conditions 8a to c).
 */
static void
test_the_profiles_conditions_hold(void **state)
{
	struct client_objects certs = FIND(CLASS(CKO_CERTIFICATE));
	struct client_objects keys = FIND(CLASS(CKO_PRIVATE_KEY));
	CK_BBOOL no = CK_FALSE;
	CK_SESSION_INFO info;

	(void)state;
	assert_int_equal(FIND(CLASS(CKO_PROFILE)).count, 2);
	assert_ok(p11->C_GetSessionInfo(session, &info));
	assert_int_equal(info.state, CKS_RO_PUBLIC_SESSION); /* nobody logged in */
	assert_int_equal(certs.count, 4);
	for (CK_ULONG i = 0; i < certs.count; i++) {
		struct client_value id = client_read(session, certs.handles[i], CKA_ID);

		assert_bytes(certs.handles[i], CKA_PRIVATE, &no, sizeof(no));
		assert_int_equal(FIND(CLASS(CKO_PUBLIC_KEY), {CKA_ID, id.data, id.len}).count, 1);
		free(id.data);
	}
	assert_int_equal(keys.count, 2);
	for (CK_ULONG i = 0; i < keys.count; i++) {
		struct client_value id = client_read(session, keys.handles[i], CKA_ID);

		assert_int_equal(FIND(CLASS(CKO_CERTIFICATE), {CKA_ID, id.data, id.len}).count, 1);
		free(id.data);
	}
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
	    started(test_a_root_is_trusted_by_nss),
	    started(test_an_objects_size_is_that_of_its_values),
	    started(test_the_token_is_not_written),
	    started(test_vendor_attributes_tell_what_the_service_tells),
	    started(test_the_profiles_conditions_hold),
	};

	return cmocka_run_group_tests_name("p11/object", tests, client_load, NULL);
}
