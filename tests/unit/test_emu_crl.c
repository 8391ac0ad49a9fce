/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "emu/crl.h"
#include "emu/obs.h"

#define NOW INT64_C(1700000000000)
#define DAY (24 * 3600 * INT64_C(1000))

struct ca {
	EVP_PKEY *key;
	X509 *x509;
};

static struct ca
make_ca(const char *algorithm, const char *hash)
{
	char common_name[] = "CRL CA", *name[CCM_EMU_NAME_PARTS] = {common_name};
	const struct ccm_emu_plan plan = {.name = name,
	    .serial = "1",
	    .not_before = NOW,
	    .not_after = NOW + 365 * DAY,
	    .hash = hash,
	    .ca = true,
	    .path_length = CCM_EMU_NONE,
	    .key_usages = CCM_EMU_KU_CA};
	struct ca ca = {.key = ccm_emu_x509_generate(algorithm, NULL)};
	struct ccm_buf der = {0};

	assert_non_null(ca.key);
	assert_true(ccm_emu_x509_issue(&plan, ca.key, NULL, &der, NULL));
	ca.x509 = ccm_emu_x509_decode(ccm_buf_span(&der), NULL);
	assert_non_null(ca.x509);
	ccm_buf_clear(&der);
	return ca;
}

static void
clear_ca(struct ca *ca)
{
	X509_free(ca->x509);
	EVP_PKEY_free(ca->key);
}

static X509_CRL *
build(const struct ca *ca, const char *hash, const struct ccm_emu_crl_entry *entries, size_t count)
{
	const struct ccm_emu_crl_plan plan = {.signer = {ca->x509, ca->key},
	    .hash = hash,
	    .number = 300,
	    .this_update = NOW,
	    .next_update = NOW + 7 * DAY};
	struct ccm_emu_crl *crl = ccm_emu_crl_new(NULL);
	struct ccm_buf der = {0};
	const unsigned char *at;
	X509_CRL *list;

	assert_non_null(crl);
	for (size_t i = 0; i < count; i++)
		assert_true(ccm_emu_crl_add(crl, &entries[i], NULL));
	assert_true(ccm_emu_crl_sign(crl, &plan, &der, NULL));
	at = der.data;
	list = d2i_X509_CRL(NULL, &at, (long)der.len);
	assert_non_null(list);
	assert_ptr_equal(at, der.data + der.len);
	ccm_buf_clear(&der);
	ccm_emu_crl_free(crl);
	return list;
}

static void
test_a_list_says_who_and_when(void **state)
{
	static const struct {
		const char *algorithm, *hash;
		int nid;
	} cases[] = {
	    {"EC256", "SHA256", NID_ecdsa_with_SHA256},
	    {"EC384", "SHA384", NID_ecdsa_with_SHA384},
	    {"RSA2048", "SHA512", NID_sha512WithRSAEncryption},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ca ca = make_ca(cases[i].algorithm, cases[i].hash);
		X509_CRL *list = build(&ca, cases[i].hash, NULL, 0);
		ASN1_INTEGER *number = X509_CRL_get_ext_d2i(list, NID_crl_number, NULL, NULL);
		AUTHORITY_KEYID *authority =
		    X509_CRL_get_ext_d2i(list, NID_authority_key_identifier, NULL, NULL);
		int days, seconds;

		assert_int_equal(X509_CRL_verify(list, ca.key), 1);
		assert_int_equal(X509_CRL_get_signature_nid(list), cases[i].nid);
		assert_int_equal(X509_CRL_get_version(list), X509_CRL_VERSION_2);
		assert_int_equal(
		    X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(ca.x509)), 0);
		assert_int_equal(ASN1_INTEGER_get(number), 300);
		assert_int_equal(
		    ASN1_OCTET_STRING_cmp(authority->keyid, X509_get0_subject_key_id(ca.x509)), 0);
		assert_int_equal(ASN1_TIME_diff(&days, &seconds, X509_CRL_get0_lastUpdate(list),
				     X509_CRL_get0_nextUpdate(list)),
		    1);
		assert_int_equal(days, 7);
		assert_int_equal(
		    ASN1_TIME_cmp_time_t(X509_CRL_get0_lastUpdate(list), NOW / 1000), 0);
		assert_null(X509_CRL_get_REVOKED(list));
		AUTHORITY_KEYID_free(authority);
		ASN1_INTEGER_free(number);
		X509_CRL_free(list);
		clear_ca(&ca);
	}
}

static void
test_entries_have_reasons_but_unspecified(void **state)
{
	static const struct ccm_emu_crl_entry entries[] = {
	    {"202311142213200123456789", NOW - 1000, 1},
	    {"7", NOW - 2000, 0},
	    {"18446744073709551616", NOW, 6},
	};
	struct ca ca = make_ca("EC256", "SHA256");
	X509_CRL *list = build(&ca, "SHA256", entries, CCM_COUNT(entries));

	(void)state;
	assert_int_equal(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(list)), CCM_COUNT(entries));
	for (size_t i = 0; i < CCM_COUNT(entries); i++) {
		ASN1_INTEGER *serial = ccm_emu_x509_serial(entries[i].serial);
		X509_REVOKED *revoked = NULL;
		ASN1_ENUMERATED *reason;

		assert_int_equal(X509_CRL_get0_by_serial(list, &revoked, serial), 1);
		reason = X509_REVOKED_get_ext_d2i(revoked, NID_crl_reason, NULL, NULL);
		assert_int_equal(
		    reason != NULL ? ASN1_ENUMERATED_get(reason) : 0, entries[i].reason);
		assert_int_equal(reason == NULL, entries[i].reason == 0);
		assert_int_equal(ASN1_TIME_cmp_time_t(X509_REVOKED_get0_revocationDate(revoked),
				     entries[i].time / 1000),
		    0);
		ASN1_ENUMERATED_free(reason);
		ASN1_INTEGER_free(serial);
	}
	X509_CRL_free(list);
	clear_ca(&ca);
}

static void
test_what_is_no_serial_number_is_no_entry(void **state)
{
	const struct ccm_emu_crl_entry entry = {"x", NOW, 0};
	struct ccm_emu_crl *crl = ccm_emu_crl_new(NULL);
	struct ccm_error err = {0};

	(void)state;
	assert_false(ccm_emu_crl_add(crl, &entry, &err));
	assert_non_null(strstr(err.msg, "the revoked certificate x"));
	ccm_emu_crl_free(crl);
	ccm_emu_crl_free(NULL);
}

static void
test_buckets_have_names(void **state)
{
	static const struct {
		const char *name;
		bool ok;
	} cases[] = {
	    {"abc", true},
	    {"a-b.c-9", true},
	    {"ab", false},
	    {"Abc", false},
	    {"a_c", false},
	    {"-abc", false},
	    {"abc.", false},
	    {"a..b", false},
	    {"a.-b", false},
	    {"", false},
	    {"a23456789-123456789-123456789-123456789-123456789-123456789-123", true},
	    {"a23456789-123456789-123456789-123456789-123456789-123456789-1234", false},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++)
		if (ccm_emu_obs_is_bucket_name(cases[i].name) != cases[i].ok)
			fail_msg(
			    "\"%s\" should%s be a name", cases[i].name, cases[i].ok ? "" : " not");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_list_says_who_and_when),
	    cmocka_unit_test(test_entries_have_reasons_but_unspecified),
	    cmocka_unit_test(test_what_is_no_serial_number_is_no_entry),
	    cmocka_unit_test(test_buckets_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
