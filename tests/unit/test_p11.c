/* SPDX-License-Identifier: Apache-2.0 */

/* The PKCS#11 face's tables and the functions that only compute. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "p11/attr.h"

/* rv.c */

static void
test_every_code_has_an_answer_that_fits(void **state)
{
	static const CK_RV wants[] = {
	    [CCM_OK] = CKR_OK,
	    [CCM_USAGE] = CKR_ARGUMENTS_BAD,
	    [CCM_CONFIG] = CKR_GENERAL_ERROR,
	    [CCM_AUTH] = CKR_USER_NOT_LOGGED_IN,
	    [CCM_DENIED] = CKR_FUNCTION_REJECTED,
	    [CCM_NOT_FOUND] = CKR_OBJECT_HANDLE_INVALID,
	    [CCM_CONFLICT] = CKR_FUNCTION_FAILED,
	    [CCM_THROTTLED] = CKR_FUNCTION_FAILED,
	    [CCM_UNAVAILABLE] = CKR_DEVICE_ERROR,
	    [CCM_NETWORK] = CKR_DEVICE_ERROR,
	    [CCM_TIMEOUT] = CKR_DEVICE_ERROR,
	    [CCM_TLS] = CKR_DEVICE_ERROR,
	    [CCM_PROTOCOL] = CKR_DEVICE_ERROR,
	    [CCM_STORE] = CKR_FUNCTION_FAILED,
	    [CCM_CRYPTO] = CKR_FUNCTION_FAILED,
	    [CCM_UNSUPPORTED] = CKR_FUNCTION_NOT_SUPPORTED,
	    [CCM_NOMEM] = CKR_HOST_MEMORY,
	    [CCM_CANCELLED] = CKR_FUNCTION_CANCELED,
	    [CCM_INTERNAL] = CKR_GENERAL_ERROR,
	    [CCM_PARTIAL] = CKR_FUNCTION_FAILED,
	};

	(void)state;
	for (size_t code = 0; code < CCM_COUNT(wants); code++)
		assert_int_equal(ccm_p11_rv((enum ccm_code)code), wants[code]);
}

static unsigned
lines_of(const char *path)
{
	FILE *file = fopen(path, "r");
	unsigned lines = 0;

	assert_non_null(file);
	for (int c = getc(file); c != EOF; c = getc(file))
		lines += c == '\n';
	fclose(file);
	return lines;
}

static void
test_one_cause_is_logged_once(void **state)
{
	struct ccm_error first = {0}, second = {0};
	char path[] = "/tmp/ccm-test-p11.XXXXXX";

	(void)state;
	close(mkstemp(path));
	unsetenv("CCM_LOG");
	unsetenv("CCM_LOG_FILE");
	assert_true(ccm_log_configure("p11:error", path, NULL));
	ccm_fail(&first, CCM_NETWORK, "one cause");
	ccm_fail(&second, CCM_DENIED, "another");
	assert_int_equal(ccm_p11_failure("this", &first), CKR_DEVICE_ERROR);
	assert_int_equal(ccm_p11_failure("that", &first), CKR_DEVICE_ERROR);
	assert_int_equal(lines_of(path), 1);
	assert_int_equal(ccm_p11_failure("this", &second), CKR_FUNCTION_REJECTED);
	assert_int_equal(ccm_p11_failure("this", &first), CKR_DEVICE_ERROR);
	assert_int_equal(lines_of(path), 3);
	assert_true(ccm_log_configure("warn", NULL, NULL));
	unlink(path);
}

/* module.c */

static void
test_padding_fills_and_cuts_between_characters(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
	    {"", "        "}, {"token", "token   "}, {"12345678", "12345678"},
	    {"123456789", "12345678"}, {"1234567\xC3\xA9", "1234567 "}, /* e acute does not fit */
	    {"123456\xC3\xA9z", "123456\xC3\xA9"},                      /* fits just so */
	    {"12345\xF0\x9F\x94\x91", "12345   "}, /* a key of four bytes does not */
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		unsigned char field[9] = "#########";

		ccm_p11_pad(field, 8, cases[i].text);
		assert_memory_equal(field, cases[i].want, 8);
		assert_int_equal(field[8], '#');
	}
}

/* mech.c */

static void
test_mechanisms_are_named_once_and_described(void **state)
{
	(void)state;
	for (size_t i = 0; i < ccm_p11_mechanism_count; i++) {
		const struct ccm_p11_mechanism *mechanism = &ccm_p11_mechanisms[i];
		CK_MECHANISM_INFO info = ccm_p11_mechanism_describe(mechanism);

		assert_ptr_equal(ccm_p11_mechanism_find(mechanism->type), mechanism);
		assert_int_equal(strncmp(mechanism->name, "CKM_", 4), 0);
		assert_int_equal((info.flags & CKF_EC_F_P) != 0,
		    mechanism->key_type != CCM_KEY_RSA && mechanism->key_type != CCM_KEY_OTHER);
	}
	assert_null(ccm_p11_mechanism_find(CKM_AES_GCM));
}

static void
test_digests_are_fetched_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < ccm_p11_mechanism_count; i++) {
		const struct ccm_p11_digest *digest = ccm_p11_mechanisms[i].digest;
		const EVP_MD *md = digest != NULL ? ccm_p11_digest_fetch(digest, NULL) : NULL;

		if (digest == NULL)
			continue;
		assert_non_null(md);
		assert_int_equal(EVP_MD_get_size(md), digest->size);
		assert_ptr_equal(ccm_p11_digest_fetch(digest, NULL), md);
	}
}

static void
test_keys_are_judged_by_type_size_and_salt(void **state)
{
	CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA512, CKG_MGF1_SHA512, 62};
	const struct {
		CK_MECHANISM mechanism;
		enum ccm_key_type type;
		size_t bits;
		CK_RV want;
	} cases[] = {
	    {{CKM_RSA_PKCS, NULL, 0}, CCM_KEY_RSA, 1023, CKR_KEY_SIZE_RANGE},
	    {{CKM_RSA_PKCS, NULL, 0}, CCM_KEY_RSA, 1024, CKR_OK},
	    {{CKM_RSA_PKCS, NULL, 0}, CCM_KEY_RSA, 16384, CKR_OK},
	    {{CKM_RSA_PKCS, NULL, 0}, CCM_KEY_RSA, 16385, CKR_KEY_SIZE_RANGE},
	    {{CKM_RSA_PKCS, NULL, 0}, CCM_KEY_EC, 2048, CKR_KEY_TYPE_INCONSISTENT},
	    {{CKM_RSA_PKCS, NULL, 0}, CCM_KEY_OTHER, 2048, CKR_KEY_TYPE_INCONSISTENT},
	    {{CKM_ECDSA, NULL, 0}, CCM_KEY_EC, 255, CKR_KEY_SIZE_RANGE},
	    {{CKM_ECDSA, NULL, 0}, CCM_KEY_EC, 521, CKR_OK},
	    /* 1024 bits hold 128 = 64 + 62 + 2 bytes, just so; of 1025 the first byte is one bit */
	    {{CKM_SHA512_RSA_PKCS_PSS, &pss, sizeof(pss)}, CCM_KEY_RSA, 1024, CKR_OK},
	    {{CKM_SHA512_RSA_PKCS_PSS, &pss, sizeof(pss)}, CCM_KEY_RSA, 1025, CKR_OK},
	};
	struct ccm_p11_scheme scheme;

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		assert_int_equal(
		    ccm_p11_scheme_parse(&cases[i].mechanism, CKF_SIGN, &scheme), CKR_OK);
		assert_int_equal(
		    ccm_p11_scheme_check_key(&scheme, cases[i].type, cases[i].bits), cases[i].want);
	}
	pss.sLen = 63;
	assert_int_equal(ccm_p11_scheme_parse(&cases[8].mechanism, CKF_SIGN, &scheme), CKR_OK);
	assert_int_equal(
	    ccm_p11_scheme_check_key(&scheme, CCM_KEY_RSA, 1024), CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(
	    ccm_p11_scheme_check_key(&scheme, CCM_KEY_RSA, 1025), CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(ccm_p11_scheme_check_key(&scheme, CCM_KEY_RSA, 1026), CKR_OK);
}

static void
test_a_parameter_of_any_alignment_is_read(void **state)
{
	CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA1, 17};
	unsigned char room[sizeof(pss) + 1];
	CK_MECHANISM mechanism = {CKM_RSA_PKCS_PSS, room + 1, sizeof(pss)};
	struct ccm_p11_scheme scheme;

	(void)state;
	memcpy(room + 1, &pss, sizeof(pss));
	assert_int_equal(ccm_p11_scheme_parse(&mechanism, CKF_SIGN, &scheme), CKR_OK);
	assert_string_equal(scheme.params.digest, "SHA256");
	assert_string_equal(scheme.params.mgf1_digest, "SHA1");
	assert_int_equal(scheme.params.salt_len, 17);
	assert_int_equal(scheme.params.padding, CCM_PAD_PSS);
}

/* attr.c, attr_table.c */

static void
test_an_attribute_has_one_row_a_kind(void **state)
{
	size_t count;
	const struct ccm_p11_attribute *rows = ccm_p11_attributes(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		bool computed = rows[i].source == CCM_P11_LISTED ||
				rows[i].source == CCM_P11_ASKED ||
				rows[i].source == CCM_P11_EXPORTED;
		bool own = (rows[i].kinds & CCM_P11_OWN) != 0;

		assert_int_equal(strncmp(rows[i].name, "CKA_", 4), 0);
		assert_int_not_equal(rows[i].kinds, 0);
		assert_int_equal(rows[i].kinds & ~(unsigned)CCM_P11_ANY, 0);
		assert_int_equal(rows[i].get != NULL, computed);
		if (rows[i].source == CCM_P11_EXPORTED) /* the profile has no certificate */
			assert_int_equal(rows[i].kinds & ~(unsigned)CCM_P11_ITEM, 0);
		if (rows[i].source == CCM_P11_GIVEN)
			assert_int_equal(rows[i].kinds & ~(unsigned)CCM_P11_OWN, 0);
		if (rows[i].rules != 0)
			assert_true(own);
		for (size_t j = i + 1; j < count; j++)
			if (rows[i].type == rows[j].type)
				assert_int_equal(rows[i].kinds & rows[j].kinds, 0);
	}
}

static void
test_the_table_alone_tells_who_can_match(void **state)
{
	CK_ULONG private = CKO_PRIVATE_KEY, rsa = CKK_RSA, x509 = CKC_X_509;
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	const struct {
		CK_ATTRIBUTE wanted;
		unsigned want;
	} cases[] = {
	    {{CKA_CLASS, &private, sizeof(private)}, CCM_P11_PRIVATE | CCM_P11_OWN_PRIVATE},
	    {{CKA_CLASS, &private, 4}, 0},
	    {{CKA_KEY_TYPE, &rsa, sizeof(rsa)}, CCM_P11_PUBLIC_RSA | CCM_P11_PRIVATE_RSA |
						    CCM_P11_OWN_PUBLIC_RSA |
						    CCM_P11_OWN_PRIVATE_RSA},
	    {{CKA_CERTIFICATE_TYPE, &x509, sizeof(x509)},
		CCM_P11_CERTIFICATE | CCM_P11_OWN_CERTIFICATE},
	    {{CKA_TOKEN, &yes, 1}, CCM_P11_TOKEN},
	    {{CKA_TOKEN, &no, 1}, CCM_P11_OWN},
	    {{CKA_TRUSTED, &yes, 1}, CCM_P11_CERTIFICATE},
	    {{CKA_TRUSTED, &no, 1}, CCM_P11_CERTIFICATE | CCM_P11_PUBLIC | CCM_P11_OWN_CERTIFICATE |
					CCM_P11_OWN_PUBLIC | CCM_P11_OWN_SECRET},
	    {{CKA_PRIVATE, &yes, 1}, CCM_P11_PRIVATE | CCM_P11_OWN},
	    {{CKA_URL, NULL, 0}, CCM_P11_CERTIFICATE | CCM_P11_OWN_CERTIFICATE},
	    {{CKA_URL, (void *)"x", 1}, 0},
	    {{CKA_PRIME_1, (void *)"x", 1}, CCM_P11_OWN_PRIVATE_RSA},
	    {{CKA_START_DATE, (void *)"x", 1}, 0},
	    {{CKA_LABEL, (void *)"x", 1}, CCM_P11_ITEM | CCM_P11_OWN},
	    {{CKA_LABEL, NULL, 0}, CCM_P11_TOKEN | CCM_P11_OWN},
	    {{CKA_APPLICATION, NULL, 0}, CCM_P11_OWN_DATA},
	    {{CKA_OWNER, NULL, 0}, 0},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++)
		assert_int_equal(ccm_p11_attribute_kinds(&cases[i].wanted), cases[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_code_has_an_answer_that_fits),
	    cmocka_unit_test(test_one_cause_is_logged_once),
	    cmocka_unit_test(test_padding_fills_and_cuts_between_characters),
	    cmocka_unit_test(test_mechanisms_are_named_once_and_described),
	    cmocka_unit_test(test_digests_are_fetched_once),
	    cmocka_unit_test(test_keys_are_judged_by_type_size_and_salt),
	    cmocka_unit_test(test_a_parameter_of_any_alignment_is_read),
	    cmocka_unit_test(test_an_attribute_has_one_row_a_kind),
	    cmocka_unit_test(test_the_table_alone_tells_who_can_match),
	};

	return cmocka_run_group_tests_name("p11", tests, NULL, NULL);
}
