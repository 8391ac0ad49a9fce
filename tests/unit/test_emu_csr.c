/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "emu/csr.h"
#include "emu/scm_pem.h"
#include "emu/hsm.h"
#include "emu/pem.h"
#include "emu/signature.h"

static char common_name[] = "CSR,123", country[] = "CN", state_name[] = "四川",
	    org[] = "shang, hai";
static char *name[CCM_EMU_NAME_PARTS] = {[CCM_EMU_NAME_CN] = common_name,
    [CCM_EMU_NAME_C] = country,
    [CCM_EMU_NAME_ST] = state_name,
    [CCM_EMU_NAME_O] = org};

static void
test_line_breaks_may_be_escaped(void **state)
{
	static const struct {
		const char *wire, *want;
	} cases[] = {
	    {"", ""},
	    {"a\nb\r\nc", "a\nb\r\nc"},
	    {"a\\nb\\n", "a\nb\n"},
	    {"a\\r\\nb", "a\nb"},
	    {"a\\rb", "a\nb"},
	    {"\\n\\n", "\n\n"},
	    {"a\\tb\\", "a\\tb\\"},
	    {"a\\\\n", "a\\\n"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_buf out = {0};

		assert_true(ccm_emu_pem_from_wire(cases[i].wire, &out, NULL));
		assert_string_equal(ccm_buf_str(&out), cases[i].want);
		ccm_buf_clear(&out);
	}
}

static const struct {
	const char *algorithm, *hash, *signature;
} keys[] = {
    {"RSA2048", "SHA256", "SHA256withRSA"},
    {"EC256", "SHA384", "SHA384withECDSA"},
    {"EC384", "SHA512", "SHA512withECDSA"},
    {"SM2", "SM3", "SM3withSM2"},
};

static void
test_a_request_comes_back_as_it_went(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(keys); i++) {
		EVP_PKEY *key = ccm_emu_x509_generate(keys[i].algorithm, NULL);
		struct ccm_buf pem = {0}, signature = {0};
		struct ccm_emu_plan plan = {.key_usages = 1};
		struct ccm_emu_csr csr;
		X509_REQ *scm;

		assert_non_null(key);
		assert_true(ccm_emu_csr_write(name, key, keys[i].hash, &pem, NULL));
		scm = ccm_emu_pem_read_request(ccm_buf_span(&pem));
		assert_non_null(scm); /* SCM sees it as well signed as PCA does */
		X509_REQ_free(scm);
		assert_true(ccm_emu_csr_read(ccm_buf_str(&pem), &csr, NULL));
		assert_string_equal(ccm_emu_x509_algorithm_of(csr.key), keys[i].algorithm);
		assert_int_equal(EVP_PKEY_eq(csr.key, key), 1);
		for (size_t part = 0; part < CCM_EMU_NAME_PARTS; part++)
			if (name[part] == NULL)
				assert_null(csr.name[part]);
			else
				assert_string_equal(csr.name[part], name[part]);
		assert_true(ccm_emu_csr_signature_name(&csr, &signature, NULL));
		assert_string_equal(ccm_buf_str(&signature), keys[i].signature);
		assert_true(ccm_emu_csr_plan(&csr, &plan, NULL));
		assert_int_equal(plan.key_usages, 1); /* it asks for none */
		assert_null(plan.extended_key_usage);
		assert_null(plan.alternative_names);
		ccm_buf_clear(&signature);
		ccm_emu_csr_clear(&csr);
		ccm_buf_clear(&pem);
		EVP_PKEY_free(key);
	}
}

static void
test_a_request_with_another_key_is_refused(void **state)
{
	EVP_PKEY *key = ccm_emu_x509_generate("EC256", NULL);
	EVP_PKEY *other = ccm_emu_x509_generate("EC256", NULL);
	struct ccm_buf pem = {0}, forged = {0};
	struct ccm_error err = {0};
	struct ccm_emu_csr csr;
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len;

	(void)state;
	assert_true(ccm_emu_csr_write(name, key, "SHA256", &pem, NULL));
	assert_true(ccm_emu_csr_read(ccm_buf_str(&pem), &csr, NULL));
	assert_int_equal(X509_REQ_set_pubkey(csr.request, other), 1);
	assert_int_equal(PEM_write_bio_X509_REQ(bio, csr.request), 1);
	len = BIO_get_mem_data(bio, &text);
	assert_true(ccm_buf_append(&forged, text, (size_t)len, NULL));
	ccm_emu_csr_clear(&csr);
	assert_false(ccm_emu_csr_read(ccm_buf_str(&forged), &csr, &err));
	assert_string_equal(err.api_code, "PCA.00020401");
	ccm_emu_csr_clear(&csr);
	BIO_free(bio);
	ccm_buf_clear(&forged);
	ccm_buf_clear(&pem);
	EVP_PKEY_free(other);
	EVP_PKEY_free(key);
}

static void
test_hashes_go_with_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(keys); i++)
		for (size_t j = 0; j < CCM_COUNT(keys); j++)
			assert_int_equal(ccm_emu_hash_fits(keys[i].hash, keys[j].algorithm),
			    (i == CCM_COUNT(keys) - 1) == (j == CCM_COUNT(keys) - 1));
}

/* The certificate of an HSM cluster */

static void
encode(struct ccm_span in, struct ccm_buf *out)
{
	assert_true(ccm_buf_reserve(out, in.len * 2, NULL));
	out->len = (size_t)EVP_EncodeBlock(out->data, in.data, (int)in.len);
}

static void
make_certificate(bool ca, struct ccm_buf *der)
{
	struct ccm_emu_plan plan = {.name = name,
	    .serial = "1",
	    .not_after = 1000,
	    .hash = "SHA256",
	    .ca = ca,
	    .path_length = CCM_EMU_NONE};
	EVP_PKEY *key = ccm_emu_x509_generate("EC256", NULL);

	assert_true(ccm_emu_x509_issue(&plan, key, NULL, der, NULL));
	EVP_PKEY_free(key);
}

static void
test_the_certificate_of_a_cluster_comes_in_two_encodings(void **state)
{
	struct ccm_buf der = {0}, pem = {0}, text = {0}, out = {0};

	(void)state;
	make_certificate(true, &der);
	assert_true(ccm_emu_pem_certificate(ccm_buf_span(&der), &pem, NULL));
	encode(ccm_buf_span(&der), &text);
	assert_true(ccm_emu_hsm_read_certificate(ccm_buf_str(&text), &out, NULL));
	assert_true(ccm_span_equal(ccm_buf_span(&out), ccm_buf_span(&der)));
	ccm_buf_clear(&out);
	ccm_buf_clear(&text);
	encode(ccm_buf_span(&pem), &text);
	assert_memory_equal(ccm_buf_str(&text), "LS0t", 4);
	assert_true(ccm_emu_hsm_read_certificate(ccm_buf_str(&text), &out, NULL));
	assert_true(ccm_span_equal(ccm_buf_span(&out), ccm_buf_span(&der)));
	ccm_buf_clear(&out);
	ccm_buf_clear(&text);
	ccm_buf_clear(&pem);
	ccm_buf_clear(&der);
}

static void
test_what_is_no_certificate_of_a_cluster_is_refused(void **state)
{
	static const char *const cases[] = {
	    "", "=", "MXXXXX", "-----BEGIN", "MIIB", "LS0t", "\xff"};
	struct ccm_buf der = {0}, text = {0}, out = {0};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_error err = {0};

		assert_false(ccm_emu_hsm_read_certificate(cases[i], &out, &err));
		assert_string_equal(err.api_code, "PCA.00020001");
	}
	make_certificate(false, &der);
	encode(ccm_buf_span(&der), &text);
	assert_false(
	    ccm_emu_hsm_read_certificate(ccm_buf_str(&text), &out, &(struct ccm_error){0}));
	ccm_buf_clear(&text);
	ccm_buf_clear(&der);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_line_breaks_may_be_escaped),
	    cmocka_unit_test(test_a_request_comes_back_as_it_went),
	    cmocka_unit_test(test_a_request_with_another_key_is_refused),
	    cmocka_unit_test(test_hashes_go_with_keys),
	    cmocka_unit_test(test_the_certificate_of_a_cluster_comes_in_two_encodings),
	    cmocka_unit_test(test_what_is_no_certificate_of_a_cluster_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
