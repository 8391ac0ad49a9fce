/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/crypto.h"
#include "key/csr.h"
#include "keys.h"

static X509_REQ *
sign(const struct ccm_request *request, struct ccm_key *key)
{
	struct ccm_buf pem = {0};
	struct ccm_error err = {0};
	X509_REQ *req;
	BIO *bio;

	if (!ccm_request_sign(request, key, &pem, &err))
		fail_msg("%s", err.msg);
	bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	req = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
	BIO_free(bio);
	ccm_buf_clear(&pem);
	assert_non_null(req);
	return req;
}

/* Which OpenSSL's verification does not take for granted. */
static void
set_usual_id(X509_REQ *req)
{
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();

	assert_int_equal(ASN1_OCTET_STRING_set(id, (const unsigned char *)CCM_SM2_ID, -1), 1);
	X509_REQ_set0_distinguishing_id(req, id);
}

static void
requests_are_signed_by_keys_of_every_kind(void **state)
{
	(void)state;
	for (enum test_kind kind = 0; kind < TEST_KINDS; kind++) {
		struct ccm_request *request = ccm_request_new(NULL);
		struct ccm_key *key = test_key_soft(kind);
		EVP_PKEY *public;
		X509_REQ *req;

		if (kind == ED448) { /* which the service does not take */
			ccm_request_free(request);
			ccm_key_unref(key);
			continue;
		}
		assert_true(ccm_request_add_name(request, "CN", "Zoë", NULL));
		req = sign(request, key);
		public = X509_REQ_get_pubkey(req);
		if (kind == SM2)
			set_usual_id(req);
		assert_int_equal(X509_REQ_verify(req, public), 1);
		assert_true(ccm_pkey_equal(public, ccm_key_public(key)));
		EVP_PKEY_free(public);
		X509_REQ_free(req);
		ccm_request_free(request);
		ccm_key_unref(key);
	}
}

static void
what_is_asked_for_stands_in_it(void **state)
{
	struct ccm_request *request = ccm_request_new(NULL);
	struct ccm_key *key = test_key_soft(P256);
	STACK_OF(X509_EXTENSION) * extensions;
	GENERAL_NAMES *names;
	ASN1_BIT_STRING *usages;
	X509_REQ *req;

	(void)state;
	assert_true(ccm_request_add_name(request, "C", "DE", NULL));
	assert_true(ccm_request_add_name(request, "O", "", NULL)); /* left out */
	assert_true(ccm_request_add_name(request, "CN", "www.example.com", NULL));
	assert_true(ccm_request_add_san(request, "DNS", "www.example.com", NULL));
	assert_true(ccm_request_add_san(request, "ip", "2001:db8::1", NULL));
	assert_true(ccm_request_add_san(request, "UPN", "me@example.com", NULL));
	assert_true(ccm_request_add_usage(request, "digitalSignature", NULL));
	assert_true(ccm_request_add_usage(request, "decipherOnly", NULL));
	assert_true(ccm_request_add_purpose(request, "serverAuth", NULL));
	req = sign(request, key);
	assert_int_equal(X509_NAME_entry_count(X509_REQ_get_subject_name(req)), 2);
	extensions = X509_REQ_get_extensions(req);
	names = X509V3_get_d2i(extensions, NID_subject_alt_name, NULL, NULL);
	assert_int_equal(sk_GENERAL_NAME_num(names), 3);
	usages = X509V3_get_d2i(extensions, NID_key_usage, NULL, NULL);
	assert_int_equal(ASN1_BIT_STRING_get_bit(usages, 0), 1);
	assert_int_equal(ASN1_BIT_STRING_get_bit(usages, 1), 0);
	assert_int_equal(ASN1_BIT_STRING_get_bit(usages, 8), 1);
	ASN1_BIT_STRING_free(usages);
	GENERAL_NAMES_free(names);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	X509_REQ_free(req);
	ccm_request_free(request);
	ccm_key_unref(key);
}

static void
what_cannot_be_asked_for_is_named(void **state)
{
	struct ccm_request *request = ccm_request_new(NULL);
	struct ccm_error err = {0};

	(void)state;
	assert_false(ccm_request_add_san(request, "IP", "256.1.1.1", &err));
	assert_non_null(strstr(err.msg, "256.1.1.1"));
	ccm_error_clear(&err);
	assert_false(ccm_request_add_san(request, "X400", "x", &err));
	ccm_error_clear(&err);
	assert_false(ccm_request_add_usage(request, "signing", &err));
	assert_non_null(strstr(err.msg, "signing"));
	ccm_error_clear(&err);
	assert_false(ccm_request_add_purpose(request, "no such thing", &err));
	ccm_error_clear(&err);
	assert_false(ccm_request_add_name(request, "C", "Germany", &err));
	ccm_error_clear(&err);
	assert_false(ccm_request_set_subject(request, ccm_span_of("nonsense"), &err));
	ccm_request_free(request);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(requests_are_signed_by_keys_of_every_kind),
	    cmocka_unit_test(what_is_asked_for_stands_in_it),
	    cmocka_unit_test(what_cannot_be_asked_for_is_named),
	};

	return cmocka_run_group_tests(tests, test_keys_make, test_keys_free);
}
