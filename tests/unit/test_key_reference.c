/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/uri.h"

#define DER(bytes) bytes, sizeof(bytes) - 1

static void
a_reference_is_a_version_and_a_uri_in_der(void **state)
{
	static const char want[] = "\x30\x10\x02\x01\x01\x0c\x0b"
				   "ccm:a%20b;x";
	struct ccm_buf der = {0};
	char *uri = NULL;

	(void)state;
	assert_true(ccm_key_reference_encode("ccm:a%20b;x", &der, NULL));
	assert_int_equal(der.len, sizeof(want) - 1);
	assert_memory_equal(der.data, want, der.len);
	assert_true(ccm_key_reference_decode(ccm_buf_span(&der), &uri, NULL));
	assert_string_equal(uri, "ccm:a%20b;x");
	ccm_free(uri);
	ccm_buf_clear(&der);
}

/* Around each length of DER's length bytes. */
static void
uris_of_every_length_come_back(void **state)
{
	static const size_t lengths[] = {
	    1, 120, 121, 122, 127, 128, 255, 256, 300, 65535, 65536, 100000};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(lengths); i++) {
		char *text = ccm_alloc(lengths[i] + 1, NULL), *uri = NULL;
		struct ccm_buf der = {0};

		memset(text, 'x', lengths[i]);
		assert_true(ccm_key_reference_encode(text, &der, NULL));
		assert_true(ccm_key_reference_decode(ccm_buf_span(&der), &uri, NULL));
		assert_string_equal(uri, text);
		ccm_free(uri);
		for (size_t cut = 0; cut < der.len && cut < 20; cut++)
			assert_false(ccm_key_reference_decode(CCM_SPAN(der.data, cut), &uri, NULL));
		assert_false(ccm_key_reference_decode(CCM_SPAN(der.data, der.len - 1), &uri, NULL));
		assert_null(uri);
		ccm_free(text);
		ccm_buf_clear(&der);
	}
}

static void
anything_else_is_refused_with_the_reason(void **state)
{
	static const struct {
		const char *claim;
		const char *bytes;
		size_t len;
		enum ccm_code code;
		const char *reason;
	} table[] = {
	    {"empty", DER(""), CCM_USAGE, "not DER"},
	    {"not a sequence",
		DER("\x31\x08\x02\x01\x01\x0c\x03"
		    "ccm"),
		CCM_USAGE, "not DER"},
	    {"trailing byte",
		DER("\x30\x08\x02\x01\x01\x0c\x03"
		    "ccm\x00"),
		CCM_USAGE, "not DER"},
	    {"no version",
		DER("\x30\x05\x0c\x03"
		    "ccm"),
		CCM_USAGE, "not DER"},
	    {"negative version",
		DER("\x30\x08\x02\x01\xff\x0c\x03"
		    "ccm"),
		CCM_USAGE, "not DER"},
	    {"version 0",
		DER("\x30\x08\x02\x01\x00\x0c\x03"
		    "ccm"),
		CCM_UNSUPPORTED, "not 1"},
	    {"version 2",
		DER("\x30\x08\x02\x01\x02\x0c\x03"
		    "ccm"),
		CCM_UNSUPPORTED, "not 1"},
	    {"version 2 with more in it", DER("\x30\x03\x02\x01\x02"), CCM_UNSUPPORTED, "not 1"},
	    {"version 257",
		DER("\x30\x09\x02\x02\x01\x01\x0c\x03"
		    "ccm"),
		CCM_UNSUPPORTED, "not 1"},
	    {"no URI", DER("\x30\x03\x02\x01\x01"), CCM_USAGE, "alone"},
	    {"another string type",
		DER("\x30\x08\x02\x01\x01\x13\x03"
		    "ccm"),
		CCM_USAGE, "alone"},
	    {"something behind the URI",
		DER("\x30\x0a\x02\x01\x01\x0c\x03"
		    "ccm\x05\x00"),
		CCM_USAGE, "alone"},
	    {"an empty URI", DER("\x30\x05\x02\x01\x01\x0c\x00"), CCM_USAGE, "empty URI"},
	    {"a NUL in the URI",
		DER("\x30\x08\x02\x01\x01\x0c\x03"
		    "c\0m"),
		CCM_USAGE, "NUL"},
	    {"a long length byte",
		DER("\x30\x81\x08\x02\x01\x01\x0c\x03"
		    "ccm"),
		CCM_USAGE, "not DER"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(table); i++) {
		struct ccm_error err = {0};
		char *uri = (char *)&err;

		if (ccm_key_reference_decode(CCM_SPAN(table[i].bytes, table[i].len), &uri, &err) ||
		    err.code != table[i].code || strstr(err.msg, table[i].reason) == NULL)
			fail_msg("%s: got %d '%s', want '%s'", table[i].claim, err.code, err.msg,
			    table[i].reason);
		assert_null(uri);
	}
}

/* As pkcs11-provider writes it; cut anywhere it is none. */
static void
a_foreign_reference_is_read(void **state)
{
	static const char der[] = "\x30\x27\x1a\x19PKCS#11 Provider URI v1.0\x0c\x0apkcs11:a=b";
	struct ccm_error err = {0};
	char *uri;

	(void)state;
	assert_true(ccm_foreign_reference_decode(CCM_SPAN(der, sizeof(der) - 1), &uri, &err));
	assert_string_equal(uri, "pkcs11:a=b");
	ccm_free(uri);
	for (size_t len = 0; len < sizeof(der) - 1; len++) {
		assert_false(ccm_foreign_reference_decode(CCM_SPAN(der, len), &uri, &err));
		assert_null(uri);
	}
	assert_false(ccm_key_reference_decode(CCM_SPAN(der, sizeof(der) - 1), &uri, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_foreign_reference_is_read),
	    cmocka_unit_test(a_reference_is_a_version_and_a_uri_in_der),
	    cmocka_unit_test(uris_of_every_length_come_back),
	    cmocka_unit_test(anything_else_is_refused_with_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
