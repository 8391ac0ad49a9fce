/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <malloc.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/encoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "core/crypto.h"
#include "key/private.h"
#include "keys.h"

#define PASSPHRASE "correct horse"

/* What OpenSSL gives back to the heap is looked through for the needles, while there are any. */
static unsigned char needles[2][16];
static bool searching;
static unsigned found;

static void
search(const void *block)
{
	size_t len = searching && block != NULL ? malloc_usable_size((void *)block) : 0;

	for (size_t i = 0; i < CCM_COUNT(needles); i++)
		found += len > 0 && memmem(block, len, needles[i], sizeof(needles[i])) != NULL;
}

static void *
heap_alloc(size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return calloc(1, size);
}

static void
heap_free(void *block, const char *file, int line)
{
	(void)file, (void)line;
	search(block);
	free(block);
}

static void *
heap_realloc(void *block, size_t size, const char *file, int line)
{
	void *grown = heap_alloc(size, file, line);
	size_t old = block != NULL ? malloc_usable_size(block) : 0;

	if (grown == NULL)
		return NULL;
	if (old > 0)
		memcpy(grown, block, old < size ? old : size);
	heap_free(block, file, line);
	return grown;
}

/* The PEM of a key in a form of OpenSSL: "PrivateKeyInfo", "EncryptedPrivateKeyInfo",
 * "type-specific". */
static void
encode(enum test_kind kind, const char *form, const char *cipher, struct ccm_buf *out)
{
	OSSL_ENCODER_CTX *ctx = OSSL_ENCODER_CTX_new_for_pkey(
	    test_keys[kind].pkey, EVP_PKEY_KEYPAIR, "PEM", form, NULL);
	unsigned char *pem = NULL;
	size_t len = 0;

	assert_non_null(ctx);
	if (cipher != NULL) {
		assert_int_equal(OSSL_ENCODER_CTX_set_cipher(ctx, cipher, NULL), 1);
		assert_int_equal(OSSL_ENCODER_CTX_set_passphrase(
				     ctx, (const unsigned char *)PASSPHRASE, strlen(PASSPHRASE)),
		    1);
	}
	assert_int_equal(OSSL_ENCODER_to_data(ctx, &pem, &len), 1);
	out->len = 0;
	assert_true(ccm_buf_append(out, pem, len, NULL));
	OPENSSL_free(pem);
	OSSL_ENCODER_CTX_free(ctx);
}

/* The traditional encryption, which encoders don't write. */
static void
encode_traditional(enum test_kind kind, const char *cipher, struct ccm_buf *out)
{
	OSSL_LIB_CTX *previous = OSSL_LIB_CTX_set0_default(ccm_crypto_context(NULL));
	BIO *bio = BIO_new(BIO_s_mem());
	char *pem;

	assert_int_equal(PEM_write_bio_PrivateKey_traditional(bio, test_keys[kind].pkey,
			     EVP_get_cipherbyname(cipher), (const unsigned char *)PASSPHRASE,
			     strlen(PASSPHRASE), NULL, NULL),
	    1);
	out->len = 0;
	long len = BIO_get_mem_data(bio, &pem);
	assert_true(ccm_buf_append(out, pem, (size_t)len, NULL));
	BIO_free(bio);
	OSSL_LIB_CTX_set0_default(previous);
}

static void
assert_loads(
    const char *claim, enum test_kind kind, const struct ccm_buf *pem, const char *passphrase)
{
	struct ccm_error err = {0};
	struct ccm_key *key = ccm_key_soft_from_pem(ccm_buf_span(pem), passphrase, &err);

	if (key == NULL)
		fail_msg("%s, %s: %s", test_keys[kind].name, claim, err.msg);
	assert_true(ccm_pkey_equal(ccm_key_public(key), test_keys[kind].pkey));
	assert_int_equal(ccm_key_type(key), test_keys[kind].type);
	assert_int_equal(EVP_PKEY_eq(ccm_key_soft_pkey(key), test_keys[kind].pkey), 1);
	ccm_key_unref(key);
}

static void
every_pem_form_of_every_kind_loads(void **state)
{
	struct ccm_buf pem = {0};

	(void)state;
	for (enum test_kind kind = 0; kind < TEST_KINDS; kind++) {
		encode(kind, "PrivateKeyInfo", NULL, &pem);
		assert_loads("PKCS#8", kind, &pem, NULL);
		assert_loads("PKCS#8 with a passphrase it does not need", kind, &pem, "x");
		encode(kind, "EncryptedPrivateKeyInfo", "AES-256-CBC", &pem);
		assert_loads("encrypted PKCS#8", kind, &pem, PASSPHRASE);
		if (kind == ED25519 || kind == ED448)
			continue;
		encode(kind, "type-specific", NULL, &pem);
		assert_loads("traditional", kind, &pem, NULL);
		encode_traditional(kind, "AES-128-CBC", &pem);
		assert_loads("encrypted traditional", kind, &pem, PASSPHRASE);
	}
	ccm_buf_clear(&pem);
}

/* Lines of pem end in the given way instead. */
static void
end_lines_with(const char *end, const struct ccm_buf *pem, struct ccm_buf *out)
{
	out->len = 0;
	for (size_t i = 0; i < pem->len; i++) {
		bool newline = pem->data[i] == '\n';

		assert_true(newline ? ccm_buf_append_str(out, end, NULL)
				    : ccm_buf_append(out, pem->data + i, 1, NULL));
	}
}

static void
line_ends_of_every_kind_are_read(void **state)
{
	static const char *const ends[] = {"\r\n", "\r", "\\n", "\\r\\n", "\n\n", " \n", "\t\n"};
	struct ccm_buf pem = {0}, changed = {0};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(ends); i++) {
		encode(P256, "PrivateKeyInfo", NULL, &pem);
		end_lines_with(ends[i], &pem, &changed);
		assert_loads(ends[i], P256, &changed, NULL);
	}
	for (size_t i = 0; i < 4; i++) {
		encode_traditional(P256, "AES-128-CBC", &pem);
		end_lines_with(ends[i], &pem, &changed);
		assert_loads(ends[i], P256, &changed, PASSPHRASE);
	}
	ccm_buf_clear(&pem);
	ccm_buf_clear(&changed);
}

static void
a_key_is_found_among_other_blocks_and_text(void **state)
{
	static const char parameters[] =
	    "curve:\n-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC "
	    "PARAMETERS-----\n";
	struct ccm_buf pem = {0}, all = {0};

	(void)state;
	encode(P256, "type-specific", NULL, &pem);
	pem.len--; /* nor is there a last newline */
	assert_true(ccm_buf_append_str(&all, parameters, NULL));
	assert_true(ccm_buf_append(&all, pem.data, pem.len, NULL));
	assert_loads("behind parameters", P256, &all, NULL);
	ccm_buf_clear(&pem);
	ccm_buf_clear(&all);
}

/* What becomes of a PEM text before it is loaded. */
static void
cut_middle(struct ccm_buf *pem)
{
	pem->len /= 2;
}

static void
cut_end_line(struct ccm_buf *pem)
{
	pem->len -= 4;
}

static void
cut_begin_line(struct ccm_buf *pem)
{
	pem->len = 20;
}

static void
spoil_base64(struct ccm_buf *pem)
{
	pem->data[80] = '!';
}

static void
drop_base64(struct ccm_buf *pem)
{
	memmove(pem->data + 80, pem->data + 81, pem->len-- - 81);
}

static void
spoil_der(struct ccm_buf *pem)
{
	((unsigned char *)strchr((char *)pem->data, '\n'))[1] = 'A';
}

static void
empty_body(struct ccm_buf *pem)
{
	char *body = strchr((char *)pem->data, '\n') + 1;
	char *end = strstr(body, "-----END");
	size_t rest = pem->len - (size_t)(end - (char *)pem->data);

	memmove(body, end, rest);
	pem->len = (size_t)(body - (char *)pem->data) + rest;
}

static void
make_certificate(struct ccm_buf *pem)
{
	static const char text[] = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

	pem->len = 0;
	assert_true(ccm_buf_append_str(pem, text, NULL));
}

static void
other_end_line(struct ccm_buf *pem)
{
	unsigned char *end = (unsigned char *)strstr((char *)pem->data, "-----END PRIVATE");

	memcpy(end, "-----END ENGLISH", 16);
}

static void
make_empty(struct ccm_buf *pem)
{
	pem->len = 0;
}

static void
bad_pem_is_refused_with_the_reason(void **state)
{
	static const struct {
		const char *claim;
		void (*damage)(struct ccm_buf *pem);
		enum ccm_code code;
		const char *reason;
	} table[] = {
	    {"empty", make_empty, CCM_PROTOCOL, "no private key among 0 PEM blocks"},
	    {"only a certificate", make_certificate, CCM_PROTOCOL,
		"no private key among 1 PEM blocks"},
	    {"cut in the middle", cut_middle, CCM_PROTOCOL, "cut off"},
	    {"cut in its END line", cut_end_line, CCM_PROTOCOL, "END line that does not match"},
	    {"cut in its BEGIN line", cut_begin_line, CCM_PROTOCOL, "damaged BEGIN line"},
	    {"END of another label", other_end_line, CCM_PROTOCOL, "does not match"},
	    {"not base64", spoil_base64, CCM_PROTOCOL, "not base64"},
	    {"a character too few", drop_base64, CCM_PROTOCOL, "not base64"},
	    {"nothing in it", empty_body, CCM_PROTOCOL, "is empty"},
	    {"not DER", spoil_der, CCM_CRYPTO, "no key that OpenSSL knows"},
	};
	struct ccm_buf pem = {0};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(table); i++) {
		struct ccm_error err = {0};

		encode(RSA2048, "PrivateKeyInfo", NULL, &pem);
		table[i].damage(&pem);
		if (ccm_key_soft_from_pem(ccm_buf_span(&pem), NULL, &err) != NULL ||
		    err.code != table[i].code || strstr(err.msg, table[i].reason) == NULL)
			fail_msg("%s: got %d '%s', want '%s'", table[i].claim, err.code, err.msg,
			    table[i].reason);
		assert_int_equal(ERR_peek_error(), 0);
	}
	ccm_buf_clear(&pem);
}

static void
assert_passphrase(
    const char *claim, const struct ccm_buf *pem, const char *passphrase, const char *reason)
{
	struct ccm_error err = {0};

	if (ccm_key_soft_from_pem(ccm_buf_span(pem), passphrase, &err) != NULL ||
	    err.code != CCM_CRYPTO || strstr(err.msg, reason) == NULL)
		fail_msg("%s: got %d '%s', want '%s'", claim, err.code, err.msg, reason);
	if (passphrase != NULL && passphrase[0] != '\0')
		assert_null(strstr(err.msg, passphrase));
}

/* Many wrong ones: one of 256 gives padding that looks right. */
static void
a_wrong_or_missing_passphrase_says_so(void **state)
{
	char long_one[2000], wrong[16];
	struct ccm_buf pem = {0};

	(void)state;
	memset(long_one, 'x', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	encode(P256, "EncryptedPrivateKeyInfo", "AES-256-CBC", &pem);
	assert_passphrase("PKCS#8, none", &pem, NULL, "there is no passphrase");
	assert_passphrase("PKCS#8, empty", &pem, "", "passphrase is wrong");
	assert_passphrase("PKCS#8, long", &pem, long_one, "passphrase is wrong");
	assert_passphrase("PKCS#8, wrong", &pem, "hunter2", "passphrase is wrong");
	encode_traditional(P256, "AES-128-CBC", &pem);
	assert_passphrase("traditional, none", &pem, NULL, "there is no passphrase");
	assert_passphrase("traditional, empty", &pem, "", "passphrase is wrong");
	assert_passphrase("traditional, long", &pem, long_one, "passphrase is wrong");
	for (unsigned i = 0; i < 2000; i++) {
		snprintf(wrong, sizeof(wrong), "hunter%u", i);
		assert_passphrase("traditional, wrong", &pem, wrong, "passphrase is wrong");
	}
	ccm_buf_clear(&pem);
}

static void
an_unknown_encryption_header_says_so(void **state)
{
	static const char text[] = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
				   "DEK-Info: ROT13-CBC,00\n\nMAA=\n-----END EC PRIVATE KEY-----\n";
	static const char endless[] = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
				      "MAA=\n-----END EC PRIVATE KEY-----\n";
	struct ccm_error err = {0};

	(void)state;
	assert_null(ccm_key_soft_from_pem(ccm_span_of(text), PASSPHRASE, &err));
	assert_non_null(strstr(err.msg, "encryption header that is not known"));
	ccm_error_clear(&err);
	assert_null(ccm_key_soft_from_pem(ccm_span_of(endless), PASSPHRASE, &err));
	assert_non_null(strstr(err.msg, "header without an end"));
}

/* Every cut of a key's DER is refused, and none is read past its end (ASan looks). */
static void
truncated_der_is_refused_at_every_length(void **state)
{
	(void)state;
	for (enum test_kind kind = RSA2048; kind <= P384; kind++) {
		unsigned char *der = NULL;
		int len = i2d_PrivateKey(test_keys[kind].pkey, &der);
		const char *label = kind == RSA2048 ? "RSA PRIVATE KEY" : "EC PRIVATE KEY";

		assert_true(len > 0);
		for (int cut = 0; cut < len; cut += cut < 40 ? 1 : 37) {
			unsigned char *part = ccm_alloc((size_t)cut, NULL);

			memcpy(part, der, (size_t)cut);
			assert_null(ccm_private_from_der(label, CCM_SPAN(part, cut), NULL));
			ccm_free(part);
		}
		OPENSSL_clear_free(der, (size_t)len);
	}
	ERR_clear_error();
}

/* Forms that the short way does not read go through OpenSSL's decoders. */
static void
rare_forms_load_too(void **state)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(NULL);
	EVP_PKEY *rare[] = {EVP_PKEY_Q_keygen(context, NULL, "EC", "secp256k1"),
	    EVP_PKEY_Q_keygen(context, NULL, "EC", "brainpoolP256r1"),
	    EVP_PKEY_Q_keygen(context, NULL, "X25519")};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(rare); i++) {
		struct ccm_error err = {0};
		BIO *bio = BIO_new(BIO_s_mem());
		char *pem;

		assert_int_equal(
		    PEM_write_bio_PKCS8PrivateKey(bio, rare[i], NULL, NULL, 0, NULL, NULL), 1);
		long len = BIO_get_mem_data(bio, &pem);
		struct ccm_key *key = ccm_key_soft_from_pem(CCM_SPAN(pem, len), NULL, &err);
		assert_string_equal(err.msg, "");
		assert_true(ccm_pkey_equal(ccm_key_public(key), rare[i]));
		ccm_key_unref(key);
		BIO_free(bio);
		EVP_PKEY_free(rare[i]);
	}
}

/* SEC1 allows a key without its public point, which is computed then. */
static void
an_ec_key_without_its_point_gets_it(void **state)
{
	struct ccm_buf pem = {0};

	(void)state;
	assert_int_equal(
	    EVP_PKEY_set_int_param(test_keys[P256].pkey, OSSL_PKEY_PARAM_EC_INCLUDE_PUBLIC, 0), 1);
	encode(P256, "PrivateKeyInfo", NULL, &pem);
	assert_int_equal(
	    EVP_PKEY_set_int_param(test_keys[P256].pkey, OSSL_PKEY_PARAM_EC_INCLUDE_PUBLIC, 1), 1);
	assert_loads("without point", P256, &pem, NULL);
	ccm_buf_clear(&pem);
}

/* The end of a private number, as DER and as BIGNUMs on this machine have it. */
static void
set_needles(enum test_kind kind)
{
	const char *name = kind == RSA2048 ? OSSL_PKEY_PARAM_RSA_D : OSSL_PKEY_PARAM_PRIV_KEY;
	unsigned char number[256];
	BIGNUM *secret = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(test_keys[kind].pkey, name, &secret), 1);
	assert_int_equal(BN_bn2binpad(secret, number, sizeof(number)), sizeof(number));
	BN_clear_free(secret);
	for (size_t i = 0; i < 16; i++) {
		needles[0][i] = number[sizeof(number) - 16 + i];
		needles[1][15 - i] = needles[0][i];
	}
}

static unsigned
copies_left_behind(const struct ccm_buf *pem, const char *passphrase)
{
	found = 0;
	searching = true;
	struct ccm_key *key = ccm_key_soft_from_pem(ccm_buf_span(pem), passphrase, NULL);
	ccm_key_unref(key);
	searching = false;
	assert_non_null(key);
	return found;
}

static void
a_key_leaves_no_copy_in_freed_memory(void **state)
{
	struct ccm_buf pem = {.secret = true};

	(void)state;
	for (enum test_kind kind = RSA2048; kind <= P521; kind++) {
		set_needles(kind);
		encode(kind, "PrivateKeyInfo", NULL, &pem);
		assert_int_equal(copies_left_behind(&pem, NULL), 0);
		encode(kind, "type-specific", NULL, &pem);
		assert_int_equal(copies_left_behind(&pem, NULL), 0);
		encode(kind, "EncryptedPrivateKeyInfo", "AES-256-CBC", &pem);
		assert_int_equal(copies_left_behind(&pem, PASSPHRASE), 0);
		encode_traditional(kind, "AES-256-CBC", &pem);
		assert_int_equal(copies_left_behind(&pem, PASSPHRASE), 0);
	}
	ccm_buf_clear(&pem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_pem_form_of_every_kind_loads),
	    cmocka_unit_test(line_ends_of_every_kind_are_read),
	    cmocka_unit_test(a_key_is_found_among_other_blocks_and_text),
	    cmocka_unit_test(bad_pem_is_refused_with_the_reason),
	    cmocka_unit_test(a_wrong_or_missing_passphrase_says_so),
	    cmocka_unit_test(an_unknown_encryption_header_says_so),
	    cmocka_unit_test(truncated_der_is_refused_at_every_length),
	    cmocka_unit_test(rare_forms_load_too),
	    cmocka_unit_test(an_ec_key_without_its_point_gets_it),
	    cmocka_unit_test(a_key_leaves_no_copy_in_freed_memory),
	};

	if (CRYPTO_set_mem_functions(heap_alloc, heap_realloc, heap_free) != 1)
		return EXIT_FAILURE;
	return cmocka_run_group_tests(tests, test_keys_make, test_keys_free);
}
