/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Signing and verifying with every mechanism. OpenSSL, given the certificate alone, is the referee.
 */

#include "client.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#define RSA_NAME "rsa.example.com"
#define EC_NAME "ec.example.com"
#define EC384_NAME "ec384.example.com"
#define SIGNATURE_MAX 512

static CK_SESSION_HANDLE session;

static int
start(void **state)
{
	if (client_start(state) != 0)
		return -1;
	session = client_session("PCA");
	return 0;
}

#define PSS(hash, mgf, len) \
	&(CK_RSA_PKCS_PSS_PARAMS){hash, mgf, len}, sizeof(CK_RSA_PKCS_PSS_PARAMS)

static const struct scheme {
	const char *name;
	const char *key;
	CK_MECHANISM mechanism;
	const char *digest; /* of the message */
	bool raw;           /* the mechanism takes the digest */
	const char *mgf;    /* with PSS */
	int salt;
} schemes[] = {
    {"RSA", RSA_NAME, {CKM_RSA_PKCS, NULL, 0}, "SHA256", true, NULL, 0},
    {"RSA SHA-224", RSA_NAME, {CKM_SHA224_RSA_PKCS, NULL, 0}, "SHA224", false, NULL, 0},
    {"RSA SHA-256", RSA_NAME, {CKM_SHA256_RSA_PKCS, NULL, 0}, "SHA256", false, NULL, 0},
    {"RSA SHA-384", RSA_NAME, {CKM_SHA384_RSA_PKCS, NULL, 0}, "SHA384", false, NULL, 0},
    {"RSA SHA-512", RSA_NAME, {CKM_SHA512_RSA_PKCS, NULL, 0}, "SHA512", false, NULL, 0},
    {"PSS", RSA_NAME, {CKM_RSA_PKCS_PSS, PSS(CKM_SHA256, CKG_MGF1_SHA256, 32)}, "SHA256", true,
	"SHA256", 32},
    {"PSS of SHA-1", RSA_NAME, {CKM_RSA_PKCS_PSS, PSS(CKM_SHA_1, CKG_MGF1_SHA1, 20)}, "SHA1", true,
	"SHA1", 20},
    {"PSS without salt", RSA_NAME, {CKM_RSA_PKCS_PSS, PSS(CKM_SHA384, CKG_MGF1_SHA384, 0)},
	"SHA384", true, "SHA384", 0},
    {"PSS with the longest salt", RSA_NAME,
	{CKM_RSA_PKCS_PSS, PSS(CKM_SHA512, CKG_MGF1_SHA512, 256 - 64 - 2)}, "SHA512", true,
	"SHA512", 256 - 64 - 2},
    {"PSS with another MGF", RSA_NAME, {CKM_RSA_PKCS_PSS, PSS(CKM_SHA256, CKG_MGF1_SHA1, 32)},
	"SHA256", true, "SHA1", 32},
    {"PSS SHA-224", RSA_NAME, {CKM_SHA224_RSA_PKCS_PSS, PSS(CKM_SHA224, CKG_MGF1_SHA224, 28)},
	"SHA224", false, "SHA224", 28},
    {"PSS SHA-256", RSA_NAME, {CKM_SHA256_RSA_PKCS_PSS, PSS(CKM_SHA256, CKG_MGF1_SHA256, 32)},
	"SHA256", false, "SHA256", 32},
    {"PSS SHA-384", RSA_NAME, {CKM_SHA384_RSA_PKCS_PSS, PSS(CKM_SHA384, CKG_MGF1_SHA384, 48)},
	"SHA384", false, "SHA384", 48},
    {"PSS SHA-512", RSA_NAME, {CKM_SHA512_RSA_PKCS_PSS, PSS(CKM_SHA512, CKG_MGF1_SHA512, 64)},
	"SHA512", false, "SHA512", 64},
    {"ECDSA", EC_NAME, {CKM_ECDSA, NULL, 0}, "SHA256", true, NULL, 0},
    {"ECDSA of a short hash", EC384_NAME, {CKM_ECDSA, NULL, 0}, "SHA1", true, NULL, 0},
    {"ECDSA of a long hash", EC_NAME, {CKM_ECDSA, NULL, 0}, "SHA512", true, NULL, 0},
    {"ECDSA SHA-224", EC_NAME, {CKM_ECDSA_SHA224, NULL, 0}, "SHA224", false, NULL, 0},
    {"ECDSA SHA-256", EC_NAME, {CKM_ECDSA_SHA256, NULL, 0}, "SHA256", false, NULL, 0},
    {"ECDSA SHA-384", EC384_NAME, {CKM_ECDSA_SHA384, NULL, 0}, "SHA384", false, NULL, 0},
    {"ECDSA SHA-512", EC384_NAME, {CKM_ECDSA_SHA512, NULL, 0}, "SHA512", false, NULL, 0},
    {"RSA SHA-1", RSA_NAME, {CKM_SHA1_RSA_PKCS, NULL, 0}, "SHA1", false, NULL, 0},
    {"PSS SHA-1", RSA_NAME, {CKM_SHA1_RSA_PKCS_PSS, PSS(CKM_SHA_1, CKG_MGF1_SHA256, 11)}, "SHA1",
	false, "SHA256", 11},
    {"ECDSA SHA-1", EC_NAME, {CKM_ECDSA_SHA1, NULL, 0}, "SHA1", false, NULL, 0},
};

static unsigned char message[] = "to be signed, in one part or in many";

static EVP_PKEY *
public_key(const char *label)
{
	struct client_value spki = client_read(
	    session, client_object(session, CKO_CERTIFICATE, label), CKA_PUBLIC_KEY_INFO);
	const unsigned char *at = spki.data;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &at, (long)spki.len);

	assert_non_null(pkey);
	free(spki.data);
	return pkey;
}

/* What the mechanism is given: the message, its digest, or that in a DigestInfo. */
static size_t
input_of(const struct scheme *scheme, unsigned char *out)
{
	static const unsigned char digest_info[] = {0x30, 0x31, 0x30, 0x0D, 6, 9, 0x60, 0x86, 0x48,
	    1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20}; /* of SHA-256 */
	size_t prefix = scheme->mechanism.mechanism == CKM_RSA_PKCS ? sizeof(digest_info) : 0, len;

	if (!scheme->raw) {
		memcpy(out, message, sizeof(message));
		return sizeof(message);
	}
	memcpy(out, digest_info, prefix);
	EVP_Q_digest(NULL, scheme->digest, NULL, message, sizeof(message), out + prefix, &len);
	return prefix + len;
}

static int
der_of(const unsigned char *raw, size_t len, unsigned char **der)
{
	ECDSA_SIG *signature = ECDSA_SIG_new();
	int half = (int)len / 2, der_len;

	ECDSA_SIG_set0(signature, BN_bin2bn(raw, half, NULL), BN_bin2bn(raw + half, half, NULL));
	der_len = i2d_ECDSA_SIG(signature, der);
	ECDSA_SIG_free(signature);
	return der_len;
}

/* OpenSSL's verdict. */
static bool
is_good(const struct scheme *scheme, const unsigned char *signature, size_t len)
{
	EVP_PKEY *pkey = public_key(scheme->key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx;
	unsigned char *der = NULL;
	bool good;

	assert_int_equal(
	    EVP_DigestVerifyInit_ex(ctx, &pctx, scheme->digest, NULL, NULL, pkey, NULL), 1);
	if (scheme->mgf != NULL) {
		EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING);
		EVP_PKEY_CTX_set_rsa_mgf1_md_name(pctx, scheme->mgf, NULL);
		EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, scheme->salt);
	}
	if (EVP_PKEY_is_a(pkey, "EC")) {
		len = (size_t)der_of(signature, len, &der);
		signature = der;
	}
	good = EVP_DigestVerify(ctx, signature, len, message, sizeof(message)) == 1;
	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return good;
}

static CK_MECHANISM *
mechanism_of(const struct scheme *scheme)
{
	return (CK_MECHANISM *)&scheme->mechanism;
}

static void
sign_init(const struct scheme *scheme)
{
	assert_ok(p11->C_SignInit(
	    session, mechanism_of(scheme), client_object(session, CKO_PRIVATE_KEY, scheme->key)));
}

static void
verify_init(const struct scheme *scheme)
{
	assert_ok(p11->C_VerifyInit(
	    session, mechanism_of(scheme), client_object(session, CKO_PUBLIC_KEY, scheme->key)));
}

static CK_ULONG
sign(const struct scheme *scheme, unsigned char *signature)
{
	unsigned char input[256];
	size_t input_len = input_of(scheme, input);
	CK_ULONG len = SIGNATURE_MAX;

	sign_init(scheme);
	assert_ok(p11->C_Sign(session, input, input_len, signature, &len));
	return len;
}

static void
test_every_signature_is_good(void **state)
{
	unsigned char signature[SIGNATURE_MAX], input[256];

	(void)state;
	for (size_t i = 0; i < COUNT(schemes); i++) {
		CK_ULONG len = sign(&schemes[i], signature);
		size_t input_len = input_of(&schemes[i], input);

		if (!is_good(&schemes[i], signature, len))
			fail_msg("%s: OpenSSL refuses the signature", schemes[i].name);
		verify_init(&schemes[i]);
		assert_ok(p11->C_Verify(session, input, input_len, signature, len));
	}
}

static void
test_every_signature_is_good_in_parts(void **state)
{
	unsigned char signature[SIGNATURE_MAX], input[256];

	(void)state;
	for (size_t i = 0; i < COUNT(schemes); i++) {
		size_t input_len = input_of(&schemes[i], input);
		CK_ULONG len = sizeof(signature);

		sign_init(&schemes[i]);
		assert_ok(p11->C_SignUpdate(session, input, 1));
		assert_ok(p11->C_SignUpdate(session, NULL, 0));
		assert_ok(p11->C_SignUpdate(session, input + 1, input_len - 1));
		assert_ok(p11->C_SignFinal(session, signature, &len));
		if (!is_good(&schemes[i], signature, len))
			fail_msg("%s: OpenSSL refuses the signature", schemes[i].name);
		verify_init(&schemes[i]);
		assert_ok(p11->C_VerifyUpdate(session, input, input_len - 1));
		assert_ok(p11->C_VerifyUpdate(session, input + input_len - 1, 1));
		assert_ok(p11->C_VerifyFinal(session, signature, len));
	}
}

static void
test_every_broken_signature_is_refused(void **state)
{
	unsigned char signature[SIGNATURE_MAX], input[256];

	(void)state;
	for (size_t i = 0; i < COUNT(schemes); i++) {
		CK_ULONG len = sign(&schemes[i], signature);
		size_t input_len = input_of(&schemes[i], input);
		const CK_ULONG wrong[] = {0, 1, len - 1, len + 1};

		for (size_t j = 0; j < COUNT(wrong); j++) {
			verify_init(&schemes[i]);
			assert_rv(CKR_SIGNATURE_LEN_RANGE,
			    p11->C_Verify(session, input, input_len, signature, wrong[j]));
		}
		signature[len / 2 + 1] ^= 4;
		verify_init(&schemes[i]);
		assert_rv(CKR_SIGNATURE_INVALID,
		    p11->C_Verify(session, input, input_len, signature, len));
		signature[len / 2 + 1] ^= 4;
		input[0] ^= 1;
		verify_init(&schemes[i]);
		assert_rv(CKR_SIGNATURE_INVALID,
		    p11->C_Verify(session, input, input_len, signature, len));
		memset(signature, 0, len);
		verify_init(&schemes[i]);
		assert_rv(CKR_SIGNATURE_INVALID,
		    p11->C_Verify(session, input, input_len, signature, len));
	}
}

static void
test_sizes_are_told_and_small_buffers_spared(void **state)
{
	static const struct {
		const struct scheme *scheme;
		CK_ULONG size;
	} cases[] = {{&schemes[2], 256}, {&schemes[14], 64}, {&schemes[19], 96}};
	unsigned char signature[SIGNATURE_MAX] = {0}, input[256];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t input_len = input_of(cases[i].scheme, input);
		CK_ULONG len = 0;

		signature[0] = 0;
		sign_init(cases[i].scheme);
		assert_ok(p11->C_Sign(session, input, input_len, NULL, &len));
		assert_int_equal(len, cases[i].size);
		len--;
		assert_rv(
		    CKR_BUFFER_TOO_SMALL, p11->C_Sign(session, input, input_len, signature, &len));
		assert_int_equal(len, cases[i].size);
		assert_int_equal(signature[0], 0);
		assert_ok(p11->C_Sign(session, input, input_len, signature, &len));
		assert_true(is_good(cases[i].scheme, signature, len));

		sign_init(cases[i].scheme);
		assert_ok(p11->C_SignUpdate(session, input, input_len));
		assert_ok(p11->C_SignFinal(session, NULL, &len));
		len = 1;
		assert_rv(CKR_BUFFER_TOO_SMALL, p11->C_SignFinal(session, signature, &len));
		assert_ok(p11->C_SignFinal(session, signature, &len));
		assert_true(is_good(cases[i].scheme, signature, len));
	}
}

static void
test_input_of_the_wrong_length_is_refused(void **state)
{
	static const struct {
		const struct scheme *scheme;
		CK_ULONG len;
		CK_RV want;
	} cases[] = {
	    {&schemes[0], 256 - 11, CKR_OK},
	    {&schemes[0], 256 - 10, CKR_DATA_LEN_RANGE},
	    {&schemes[0], 0, CKR_OK},
	    {&schemes[5], 31, CKR_DATA_LEN_RANGE},
	    {&schemes[5], 33, CKR_DATA_LEN_RANGE},
	    {&schemes[14], 0, CKR_DATA_LEN_RANGE},
	    {&schemes[14], 1, CKR_OK},
	};
	unsigned char data[300] = {1}, signature[SIGNATURE_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		CK_ULONG len = sizeof(signature);

		sign_init(cases[i].scheme);
		assert_rv(cases[i].want, p11->C_Sign(session, data, cases[i].len, signature, &len));
		assert_rv(CKR_OPERATION_NOT_INITIALIZED,
		    p11->C_Sign(session, data, cases[i].len, signature, &len));
	}
}

static void
test_operations_begin_go_on_and_end_as_the_standard_says(void **state)
{
	const struct scheme *scheme = &schemes[2];
	CK_OBJECT_HANDLE key = client_object(session, CKO_PRIVATE_KEY, scheme->key);
	unsigned char signature[SIGNATURE_MAX];
	CK_ULONG len = sizeof(signature);

	(void)state;
	sign_init(scheme);
	assert_rv(CKR_OPERATION_ACTIVE, p11->C_SignInit(session, mechanism_of(scheme), key));
	verify_init(scheme); /* one of each kind */
	assert_ok(p11->C_SignInit(session, NULL, 0));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_SignUpdate(session, NULL, 0));
	assert_ok(p11->C_VerifyUpdate(session, NULL, 0));
	assert_ok(p11_3_0->C_SessionCancel(session, CKF_VERIFY));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_VerifyFinal(session, signature, 256));

	sign_init(scheme); /* bad arguments end it */
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_Sign(session, NULL, 5, signature, &len));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_Sign(session, signature, 5, NULL, &len));
	sign_init(scheme);
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_Sign(session, signature, 5, signature, NULL));
	sign_init(scheme);
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_SignUpdate(session, NULL, 5));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_SignFinal(session, signature, &len));
	verify_init(scheme);
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_Verify(session, signature, 5, NULL, 256));

	sign_init(scheme); /* parts and the whole don't mix */
	assert_ok(p11->C_SignUpdate(session, message, 3));
	assert_rv(CKR_OPERATION_ACTIVE, p11->C_Sign(session, signature, 5, signature, &len));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_SignFinal(session, signature, &len));
	sign_init(scheme);
}

/* fork() with a signature begun */

static int
child(int (*body)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
finish_signature(void)
{
	unsigned char signature[SIGNATURE_MAX];
	CK_ULONG len = sizeof(signature);

	if (p11->C_SignFinal(session, signature, &len) != CKR_OK)
		return 1;
	return is_good(&schemes[2], signature, len) ? 0 : 2;
}

static int
sign_afresh(void)
{
	unsigned char signature[SIGNATURE_MAX];

	if (p11->C_Initialize(NULL) != CKR_OK)
		return 1;
	session = client_session("PCA");
	for (size_t i = 0; i < COUNT(schemes); i += 7)
		if (!is_good(&schemes[i], signature, sign(&schemes[i], signature)))
			return 2;
	return p11->C_Finalize(NULL) == CKR_OK ? 0 : 3;
}

static void
test_parent_and_child_both_sign_on(void **state)
{
	(void)state;
	sign_init(&schemes[2]);
	assert_ok(p11->C_SignUpdate(session, message, sizeof(message)));
	assert_int_equal(child(finish_signature), 0);
	assert_int_equal(child(sign_afresh), 0);
	assert_int_equal(finish_signature(), 0);
}

static int
finalize_late(void)
{
	OPENSSL_cleanup();
	return p11->C_Finalize(NULL) == CKR_OK ? 0 : 1;
}

static void
test_finalize_leaves_a_begun_signature_to_the_next_start(void **state)
{
	(void)state;
	sign_init(&schemes[2]);
	assert_int_equal(child(finalize_late), 0);
	assert_ok(p11->C_Finalize(NULL));
	assert_int_equal(start(state), 0);
	sign_init(&schemes[2]);
}

int
main(void)
{
#define started(test) cmocka_unit_test_setup_teardown(test, start, client_stop)
	const struct CMUnitTest tests[] = {
	    started(test_every_signature_is_good),
	    started(test_every_signature_is_good_in_parts),
	    started(test_every_broken_signature_is_refused),
	    started(test_sizes_are_told_and_small_buffers_spared),
	    started(test_input_of_the_wrong_length_is_refused),
	    started(test_operations_begin_go_on_and_end_as_the_standard_says),
	    started(test_parent_and_child_both_sign_on),
	    started(test_finalize_leaves_a_begun_signature_to_the_next_start),
	};

	return cmocka_run_group_tests_name("p11/sign", tests, client_load, NULL);
}
