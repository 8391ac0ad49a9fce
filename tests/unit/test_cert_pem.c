/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "certs.h"
#include "model/cert.h"

static void
append_pem(const char *name, struct ccm_buf *pem)
{
	X509 *x509 = test_x509(&(struct test_recipe){.name = name, .kind = P256});
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;

	assert_int_equal(PEM_write_bio_X509(bio, x509), 1);
	long len = BIO_get_mem_data(bio, &text);
	assert_true(ccm_buf_append(pem, text, (size_t)len, NULL));
	BIO_free(bio);
	X509_free(x509);
}

static void
assert_names(const char *claim, struct ccm_span pem, const char *const *names, size_t name_count)
{
	struct ccm_error err = {0};
	struct ccm_cert **certs;
	size_t count;

	if (!ccm_certs_from_pem(pem, &certs, &count, &err))
		fail_msg("%s: %s", claim, err.msg);
	assert_int_equal(count, name_count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(ccm_cert_common_name(certs[i]), names[i]);
	ccm_certs_free(certs, count);
}

/* Three certificates with `between` before, between and behind them, lines ended by `end`. */
static void
three_certificates(const char *between, const char *end, struct ccm_buf *out)
{
	static const char *const names[] = {"one", "two", "three"};
	struct ccm_buf pem = {0};

	for (size_t i = 0; i < CCM_COUNT(names); i++) {
		assert_true(ccm_buf_append_str(&pem, between, NULL));
		append_pem(names[i], &pem);
	}
	assert_true(ccm_buf_append_str(&pem, between, NULL));
	for (size_t i = 0; i < pem.len; i++)
		assert_true(pem.data[i] == '\n' ? ccm_buf_append_str(out, end, NULL)
						: ccm_buf_append(out, pem.data + i, 1, NULL));
	ccm_buf_clear(&pem);
}

static void
all_certificates_of_a_text_are_read_in_order(void **state)
{
	static const char *const names[] = {"one", "two", "three"};
	static const struct {
		const char *claim, *between, *end;
	} table[] = {
	    {"plain", "", "\n"},
	    {"CR LF", "", "\r\n"},
	    {"CR", "", "\r"},
	    {"\\n", "", "\\n"},
	    {"\\r\\n", "", "\\r\\n"},
	    {"blank lines", "\n \n\n", "\n"},
	    {"text around", "subject=/CN=x\n# why - not\n", "\n"},
	    {"quotes around", "\"", "\\n"},
	    {"indented", "    ", "\n    "},
	    {"a byte order mark", "\xef\xbb\xbf", "\n"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(table); i++) {
		struct ccm_buf pem = {0};

		three_certificates(table[i].between, table[i].end, &pem);
		assert_names(table[i].claim, ccm_buf_span(&pem), names, CCM_COUNT(names));
		ccm_buf_clear(&pem);
	}
}

static void
a_missing_last_newline_is_no_matter(void **state)
{
	static const char *const names[] = {"one", "two"};
	struct ccm_buf pem = {0};

	(void)state;
	append_pem("one", &pem);
	pem.len--; /* as when files are joined */
	append_pem("two", &pem);
	pem.len--;
	assert_names("joined", ccm_buf_span(&pem), names, CCM_COUNT(names));
	ccm_buf_clear(&pem);
}

static void
bad_pem_is_refused_and_the_certificate_named(void **state)
{
	static const struct {
		const char *claim, *text, *reason;
		bool after_good;
	} table[] = {
	    {"empty", "", "no certificate in a PEM text of 0 bytes"},
	    {"blank", " \n\n", "no certificate in a PEM text of 3 bytes"},
	    {"only text", "<html>no</html>", "no certificate"},
	    {"second without END", "-----BEGIN CERTIFICATE-----\nMAAA\n",
		"PEM block 2 (CERTIFICATE, line 10) is cut off", true},
	    {"BEGIN before END", "-----BEGIN CERTIFICATE-----\nMAAA\n-----BEGIN CERTIFICATE-----\n",
		"PEM block 1 (CERTIFICATE, line 1) is cut off"},
	    {"END of another", "-----BEGIN CERTIFICATE-----\nMAAA\n-----END X509 CRL-----\n",
		"END line that does not match"},
	    {"cut in END", "-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIF", "does not match"},
	    {"cut in BEGIN", "-----BEGIN CERTIF", "damaged BEGIN line", true},
	    {"no label", "-----BEGIN -----\nMAAA\n-----END -----\n", "no label"},
	    {"empty block", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "is empty"},
	    {"not base64", "-----BEGIN CERTIFICATE-----\nMA*A\n-----END CERTIFICATE-----\n",
		"PEM block 2 (CERTIFICATE, line 10) is not base64", true},
	    {"padding in the middle",
		"-----BEGIN CERTIFICATE-----\nMA==MAAA\n-----END CERTIFICATE-----\n",
		"is not base64"},
	    {"too much padding", "-----BEGIN CERTIFICATE-----\nM===\n-----END CERTIFICATE-----\n",
		"is not base64"},
	    {"a digit too few", "-----BEGIN CERTIFICATE-----\nMAA\n-----END CERTIFICATE-----\n",
		"is not base64"},
	    {"not DER", "-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----\n",
		"PEM block 2 (CERTIFICATE, line 10): not a certificate in DER", true},
	    {"a key", "-----BEGIN PRIVATE KEY-----\nMAAA\n-----END PRIVATE KEY-----\n",
		"PEM block 2 (PRIVATE KEY, line 10): is not a certificate", true},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(table); i++) {
		struct ccm_cert *none, **certs = &none;
		struct ccm_error err = {0};
		struct ccm_buf pem = {0};
		size_t count = 9;

		if (table[i].after_good)
			append_pem("good", &pem);
		assert_true(ccm_buf_append_str(&pem, table[i].text, NULL));
		if (ccm_certs_from_pem(ccm_buf_span(&pem), &certs, &count, &err) ||
		    err.code != CCM_PROTOCOL || strstr(err.msg, table[i].reason) == NULL)
			fail_msg("%s: got %d '%s', want '%s'", table[i].claim, err.code, err.msg,
			    table[i].reason);
		assert_null(certs);
		assert_int_equal(count, 0);
		ccm_buf_clear(&pem);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_certificates_of_a_text_are_read_in_order),
	    cmocka_unit_test(a_missing_last_newline_is_no_matter),
	    cmocka_unit_test(bad_pem_is_refused_and_the_certificate_named),
	};

	return cmocka_run_group_tests(tests, test_keys_make, test_keys_free);
}
