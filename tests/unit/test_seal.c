/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <string.h>

#include "core/crypto.h"
#include "store/seal.h"

static const struct ccm_seal_cost cheap = {10, 8, 1};
static const unsigned char key_bytes[CCM_SEAL_KEY_LEN] = "0123456789abcdef0123456789abcde";
#define KEY CCM_SPAN(key_bytes, sizeof(key_bytes))
#define SECRET ccm_span_of("-----BEGIN PRIVATE KEY-----")

static void
assert_holds(const struct ccm_buf *buf, struct ccm_span wanted)
{
	assert_true(ccm_span_equal(ccm_buf_span(buf), wanted));
	assert_true(buf->secret);
}

static void
test_what_a_key_seals_it_opens(void **state)
{
	struct ccm_error err = {0};
	struct ccm_buf sealed = {0}, again = {0}, plain = {0};

	(void)state;
	assert_true(ccm_seal(KEY, ccm_span_of("key 1"), SECRET, &sealed, &err));
	assert_true(ccm_seal(KEY, ccm_span_of("key 1"), SECRET, &again, &err));
	assert_int_equal(sealed.len, SECRET.len + 29);
	assert_memory_not_equal(sealed.data, again.data, sealed.len); /* the nonce is another */
	assert_null(memmem(sealed.data, sealed.len, "PRIVATE", 7));
	assert_true(ccm_unseal(KEY, ccm_span_of("key 1"), ccm_buf_span(&sealed), &plain, &err));
	assert_holds(&plain, SECRET);
	ccm_buf_clear(&plain);
	ccm_buf_clear(&again);
	ccm_buf_clear(&sealed);
}

static void
test_nothing_is_sealed_and_opened(void **state)
{
	struct ccm_buf sealed = {0}, plain = {0};

	(void)state;
	assert_true(ccm_seal(KEY, ccm_span_of(""), ccm_span_of(""), &sealed, NULL));
	assert_true(ccm_unseal(KEY, ccm_span_of(""), ccm_buf_span(&sealed), &plain, NULL));
	assert_int_equal(plain.len, 0);
	ccm_buf_clear(&plain);
	ccm_buf_clear(&sealed);
}

static void
assert_damaged(struct ccm_span key, const char *purpose, struct ccm_span sealed)
{
	struct ccm_error err = {0};
	struct ccm_buf plain = {0};

	assert_false(ccm_unseal(key, ccm_span_of(purpose), sealed, &plain, &err));
	assert_int_equal(err.code, CCM_STORE);
	assert_int_equal(plain.len, 0);
	assert_int_equal(ERR_peek_error(), 0);
	ccm_buf_clear(&plain);
}

static void
test_any_changed_byte_is_noticed(void **state)
{
	struct ccm_buf sealed = {0};

	(void)state;
	assert_true(ccm_seal(KEY, ccm_span_of("key 1"), SECRET, &sealed, NULL));
	for (size_t i = 0; i < sealed.len; i++) {
		sealed.data[i] ^= 1;
		assert_damaged(KEY, "key 1", ccm_buf_span(&sealed));
		sealed.data[i] ^= 1;
	}
	for (size_t len = 0; len < sealed.len; len++)
		assert_damaged(KEY, "key 1", CCM_SPAN(sealed.data, len));
	ccm_buf_clear(&sealed);
}

static void
test_another_purpose_or_key_does_not_open_it(void **state)
{
	static const unsigned char other[CCM_SEAL_KEY_LEN] = {1};
	struct ccm_buf sealed = {0};

	(void)state;
	assert_true(ccm_seal(KEY, ccm_span_of("key 1"), SECRET, &sealed, NULL));
	assert_damaged(KEY, "key 2", ccm_buf_span(&sealed));
	assert_damaged(CCM_SPAN(other, sizeof(other)), "key 1", ccm_buf_span(&sealed));
	assert_damaged(CCM_SPAN(other, 16), "key 1", ccm_buf_span(&sealed));
	ccm_buf_clear(&sealed);
}

static void
test_it_is_appended(void **state)
{
	struct ccm_buf sealed = {0}, plain = {0};

	(void)state;
	assert_true(ccm_buf_append_str(&sealed, "before", NULL));
	assert_true(ccm_seal(KEY, ccm_span_of("x"), SECRET, &sealed, NULL));
	assert_memory_equal(sealed.data, "before", 6);
	ccm_buf_init_secret(&plain);
	assert_true(ccm_buf_append_str(&plain, "a", NULL));
	assert_true(ccm_unseal(
	    KEY, ccm_span_of("x"), CCM_SPAN(sealed.data + 6, sealed.len - 6), &plain, NULL));
	assert_int_equal(plain.len, SECRET.len + 1);
	ccm_buf_clear(&plain);
	ccm_buf_clear(&sealed);
}

/* RFC 7914 section 12, the second and third vector. */
static void
test_scrypt_is_that_of_the_standard(void **state)
{
	static const struct {
		struct ccm_scrypt_input input;
		const char *want;
	} cases[] = {
	    {{{(const unsigned char *)"password", 8}, {(const unsigned char *)"NaCl", 4}, 10, 8,
		 16},
		"fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"},
	    {{{(const unsigned char *)"pleaseletmein", 13},
		 {(const unsigned char *)"SodiumChloride", 14}, 14, 8, 1},
		"7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"},
	};
	unsigned char out[32];
	char hex[65];

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		assert_true(ccm_scrypt(&cases[i].input, out, sizeof(out), NULL));
		ccm_hex(out, sizeof(out), hex);
		assert_string_equal(hex, cases[i].want);
	}
}

static void
test_what_a_pin_seals_only_that_pin_opens(void **state)
{
	const struct ccm_seal_secret by = {ccm_span_of("1234"), &cheap};
	struct ccm_error err = {0};
	struct ccm_buf sealed = {0}, plain = {0};

	(void)state;
	assert_true(ccm_seal_by_secret(&by, ccm_span_of("user"), SECRET, &sealed, &err));
	assert_true(ccm_unseal_by_secret(
	    ccm_span_of("1234"), ccm_span_of("user"), ccm_buf_span(&sealed), &plain, &err));
	assert_holds(&plain, SECRET);
	ccm_buf_clear(&plain);
	assert_false(ccm_unseal_by_secret(
	    ccm_span_of("1235"), ccm_span_of("user"), ccm_buf_span(&sealed), &plain, &err));
	assert_int_equal(err.code, CCM_DENIED);
	ccm_error_clear(&err);
	ccm_buf_clear(&plain);
	assert_false(ccm_unseal_by_secret(
	    ccm_span_of(""), ccm_span_of("user"), ccm_buf_span(&sealed), &plain, &err));
	assert_int_equal(err.code, CCM_DENIED);
	ccm_buf_clear(&plain);
	ccm_buf_clear(&sealed);
}

/* A cheaper cost would be a gift, one of years a trap. */
static void
test_a_changed_cost_is_noticed(void **state)
{
	const struct ccm_seal_secret by = {ccm_span_of("1234"), &cheap};
	struct ccm_buf sealed = {0}, plain = {0};

	(void)state;
	assert_true(ccm_seal_by_secret(&by, ccm_span_of("user"), SECRET, &sealed, NULL));
	for (size_t at = 0; at < 21; at++) {
		unsigned char was = sealed.data[at];
		static const unsigned char values[] = {0, 1, 9, 11, 21, 63, 64, 255};

		for (size_t i = 0; i < sizeof(values); i++) {
			struct ccm_error err = {0};

			sealed.data[at] = values[i];
			if (values[i] == was)
				continue;
			assert_false(ccm_unseal_by_secret(ccm_span_of("1234"), ccm_span_of("user"),
			    ccm_buf_span(&sealed), &plain, &err));
			assert_true(err.code == CCM_DENIED || err.code == CCM_STORE);
			ccm_buf_clear(&plain);
		}
		sealed.data[at] = was;
	}
	for (size_t len = 0; len < sealed.len; len += 7)
		assert_false(ccm_unseal_by_secret(ccm_span_of("1234"), ccm_span_of("user"),
		    CCM_SPAN(sealed.data, len), &plain, NULL));
	ccm_buf_clear(&plain);
	ccm_buf_clear(&sealed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_a_key_seals_it_opens),
	    cmocka_unit_test(test_nothing_is_sealed_and_opened),
	    cmocka_unit_test(test_any_changed_byte_is_noticed),
	    cmocka_unit_test(test_another_purpose_or_key_does_not_open_it),
	    cmocka_unit_test(test_it_is_appended),
	    cmocka_unit_test(test_scrypt_is_that_of_the_standard),
	    cmocka_unit_test(test_what_a_pin_seals_only_that_pin_opens),
	    cmocka_unit_test(test_a_changed_cost_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
