/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/ec.h>

#include "core/crypto.h"
#include "key/key.h"

#define MAX_WIDTH 66

/* A signature's r or s: any byte length up to width, any first byte, never zero. */
static size_t
random_number(unsigned char *out, size_t width)
{
	unsigned char dice[2];

	assert_true(ccm_random(dice, sizeof(dice), NULL));
	size_t len = dice[0] < 200 ? width : 1 + dice[0] % width;
	assert_true(ccm_random(out, len, NULL));
	out[0] = dice[1] < 32 ? 0x80 : dice[1] < 64 ? 0x01 : (unsigned char)(out[0] | 0x02);
	return len;
}

/* The same by OpenSSL, as judge. */
static size_t
openssl_der(const unsigned char *raw, size_t width, unsigned char *out)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();

	assert_int_equal(ECDSA_SIG_set0(sig, BN_bin2bn(raw, (int)width, NULL),
			     BN_bin2bn(raw + width, (int)width, NULL)),
	    1);
	int len = i2d_ECDSA_SIG(sig, &out);
	assert_true(len > 0);
	ECDSA_SIG_free(sig);
	return (size_t)len;
}

static void
random_signatures_convert_both_ways_like_openssl(void **state)
{
	static const size_t widths[] = {32, 48, 66};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(widths) * 2000; i++) {
		size_t width = widths[i % CCM_COUNT(widths)];
		unsigned char raw[2 * MAX_WIDTH] = {0}, back[2 * MAX_WIDTH], number[MAX_WIDTH];
		unsigned char want[2 * MAX_WIDTH + 16];
		struct ccm_buf der = {0};

		for (size_t half = 0; half < 2; half++) {
			size_t len = random_number(number, width);
			memcpy(raw + (half + 1) * width - len, number, len);
		}
		size_t want_len = openssl_der(raw, width, want);
		assert_true(ccm_ecdsa_to_der(CCM_SPAN(raw, 2 * width), &der, NULL));
		assert_int_equal(der.len, want_len);
		assert_memory_equal(der.data, want, want_len);
		memset(back, 0xee, sizeof(back));
		assert_true(ccm_ecdsa_to_raw(ccm_buf_span(&der), width, back, NULL));
		assert_memory_equal(back, raw, 2 * width);
		ccm_buf_clear(&der);
	}
}

static const struct {
	const char *claim;
	const char *bytes;
	size_t len;
	const char *reason;
} bad_der[] = {
#define DER(bytes) bytes, sizeof(bytes) - 1
    {"empty", DER(""), "SEQUENCE"},
    {"not a sequence", DER("\x31\x06\x02\x01\x01\x02\x01\x01"), "SEQUENCE"},
    {"length past the end", DER("\x30\x07\x02\x01\x01\x02\x01\x01"), "SEQUENCE"},
    {"indefinite length", DER("\x30\x80\x02\x01\x01\x02\x01\x01\x00\x00"), "SEQUENCE"},
    {"long form of a short length", DER("\x30\x81\x06\x02\x01\x01\x02\x01\x01"), "SEQUENCE"},
    {"r missing", DER("\x30\x00"), "r is not"},
    {"s missing", DER("\x30\x03\x02\x01\x01"), "s is not"},
    {"r is no integer", DER("\x30\x06\x04\x01\x01\x02\x01\x01"), "r is not"},
    {"r is empty", DER("\x30\x05\x02\x00\x02\x01\x01"), "r is not"},
    {"r is negative", DER("\x30\x06\x02\x01\x80\x02\x01\x01"), "r is not"},
    {"s is negative", DER("\x30\x06\x02\x01\x01\x02\x01\xff"), "s is not"},
    {"r is zero", DER("\x30\x06\x02\x01\x00\x02\x01\x01"), "r is zero"},
    {"s is zero", DER("\x30\x06\x02\x01\x01\x02\x01\x00"), "s is zero"},
    {"needless leading zero", DER("\x30\x07\x02\x02\x00\x01\x02\x01\x01"), "r is not"},
    {"r longer than the order", DER("\x30\x08\x02\x03\x01\x00\x00\x02\x01\x01"), "r has 3 bytes"},
    {"third number", DER("\x30\x09\x02\x01\x01\x02\x01\x01\x02\x01\x01"), "3 bytes too many"},
    {"trailing byte", DER("\x30\x06\x02\x01\x01\x02\x01\x01\x00"), "1 bytes too many"},
#undef DER
};

static void
malformed_der_is_refused_with_the_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(bad_der); i++) {
		struct ccm_error err = {0};
		unsigned char raw[4];

		if (ccm_ecdsa_to_raw(CCM_SPAN(bad_der[i].bytes, bad_der[i].len), 2, raw, &err) ||
		    err.code != CCM_CRYPTO || strstr(err.msg, bad_der[i].reason) == NULL)
			fail_msg("%s: got '%s', want '%s'", bad_der[i].claim, err.msg,
			    bad_der[i].reason);
	}
}

static void
malformed_raw_is_refused_with_the_reason(void **state)
{
	static const struct {
		const char *claim;
		unsigned char raw[4];
		size_t len;
		const char *reason;
	} table[] = {
	    {"empty", {0}, 0, "0 bytes"},
	    {"odd length", {1, 2, 3}, 3, "3 bytes"},
	    {"r is zero", {0, 0, 1, 1}, 4, "r is zero"},
	    {"s is zero", {1, 1, 0, 0}, 4, "s is zero"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(table); i++) {
		struct ccm_error err = {0};
		struct ccm_buf der = {0};

		if (ccm_ecdsa_to_der(CCM_SPAN(table[i].raw, table[i].len), &der, &err) ||
		    err.code != CCM_CRYPTO || strstr(err.msg, table[i].reason) == NULL)
			fail_msg(
			    "%s: got '%s', want '%s'", table[i].claim, err.msg, table[i].reason);
		assert_int_equal(der.len, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(random_signatures_convert_both_ways_like_openssl),
	    cmocka_unit_test(malformed_der_is_refused_with_the_reason),
	    cmocka_unit_test(malformed_raw_is_refused_with_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
