/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/der.h"

#define BYTES(text)                                             \
	{                                                       \
		(const unsigned char *)(text), sizeof(text) - 1 \
	}

static void
elements_are_read_one_after_the_other(void **state)
{
	static const unsigned char der[] = {0x30, 2, 7, 8, 0x04, 0, 0x02, 1, 5, 0xff};
	struct ccm_span in = CCM_SPAN(der, sizeof(der)), got;

	(void)state;
	assert_true(ccm_der_is(in, CCM_DER_SEQUENCE));
	assert_false(ccm_der_read(&in, CCM_DER_OCTET_STRING, &got));
	assert_ptr_equal(in.data, der); /* a refusal moves nothing */
	assert_null(got.data);
	assert_true(ccm_der_read(&in, CCM_DER_SEQUENCE, &got));
	assert_ptr_equal(got.data, der + 2);
	assert_int_equal(got.len, 2);
	assert_true(ccm_der_read(&in, CCM_DER_OCTET_STRING, &got));
	assert_int_equal(got.len, 0);
	assert_true(ccm_der_read_element(&in, CCM_DER_INTEGER, &got));
	assert_ptr_equal(got.data, der + 6);
	assert_int_equal(got.len, 3);
	assert_int_equal(in.len, 1);
	assert_false(ccm_der_is((struct ccm_span){0}, 0));
}

static void
lengths_have_one_form_only(void **state)
{
	static const struct {
		const char *claim;
		struct ccm_span der;
	} table[] = {
	    {"nothing", BYTES("")},
	    {"no length", BYTES("\x04")},
	    {"content too short", BYTES("\x04\x02x")},
	    {"indefinite", BYTES("\x04\x80\x00\x00")},
	    {"long form below 128", BYTES("\x04\x81\x01x")},
	    {"long form without its bytes", BYTES("\x04\x82\x01")},
	    {"leading zero", BYTES("\x04\x82\x00\x80")},
	    {"more than memory has", BYTES("\x04\x88\xff\xff\xff\xff\xff\xff\xff\xff")},
	    {"nine bytes", BYTES("\x04\x89\x01\x00\x00\x00\x00\x00\x00\x00\x00")},
	    {"reserved", BYTES("\x04\xff\x01")},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(table); i++) {
		struct ccm_span in = table[i].der, got;

		if (ccm_der_read(&in, CCM_DER_OCTET_STRING, &got))
			fail_msg("%s is read", table[i].claim);
		assert_true(ccm_span_equal(in, table[i].der));
	}
}

static void
what_is_written_is_read_again(void **state)
{
	static const size_t lengths[] = {0, 1, 127, 128, 255, 256, 65535, 65536, 1 << 24};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(lengths); i++) {
		unsigned char *content = ccm_alloc(lengths[i], NULL);
		struct ccm_buf der = {0};
		struct ccm_span in, got;

		assert_true(
		    ccm_der_write(&der, CCM_DER_OCTET_STRING, CCM_SPAN(content, lengths[i]), NULL));
		in = ccm_buf_span(&der);
		assert_true(ccm_der_read(&in, CCM_DER_OCTET_STRING, &got));
		assert_int_equal(in.len, 0);
		assert_true(ccm_span_equal(got, CCM_SPAN(content, lengths[i])));
		ccm_buf_clear(&der);
		ccm_free(content);
	}
}

static void
unsigned_integers_are_as_short_as_can_be(void **state)
{
	static const struct {
		struct ccm_span number, der, back;
	} table[] = {
	    {BYTES(""), BYTES("\x02\x01\x00"), BYTES("")},
	    {BYTES("\x00\x00"), BYTES("\x02\x01\x00"), BYTES("")},
	    {BYTES("\x01"), BYTES("\x02\x01\x01"), BYTES("\x01")},
	    {BYTES("\x00\x7f"), BYTES("\x02\x01\x7f"), BYTES("\x7f")},
	    {BYTES("\x80"), BYTES("\x02\x02\x00\x80"), BYTES("\x80")},
	    {BYTES("\x00\xff\x00"), BYTES("\x02\x03\x00\xff\x00"), BYTES("\xff\x00")},
	};
	static const struct ccm_span bad[] = {BYTES("\x02\x00"), BYTES("\x02\x01\x80"),
	    BYTES("\x02\x02\x00\x7f"), BYTES("\x02\x02\xff\x00"), BYTES("\x02\x02\x00\x00"),
	    BYTES("\x04\x01\x01"), BYTES("\x02\x02\x01")};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(table); i++) {
		struct ccm_buf der = {0};
		struct ccm_span in = table[i].der, got;

		assert_true(ccm_der_write_unsigned(&der, table[i].number, NULL));
		assert_true(ccm_span_equal(ccm_buf_span(&der), table[i].der));
		assert_true(ccm_der_read_unsigned(&in, &got));
		assert_true(ccm_span_equal(got, table[i].back));
		assert_int_equal(in.len, 0);
		ccm_buf_clear(&der);
	}
	for (size_t i = 0; i < CCM_COUNT(bad); i++) {
		struct ccm_span in = bad[i], got;

		assert_false(ccm_der_read_unsigned(&in, &got));
		assert_true(ccm_span_equal(in, bad[i]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(elements_are_read_one_after_the_other),
	    cmocka_unit_test(lengths_have_one_form_only),
	    cmocka_unit_test(what_is_written_is_read_again),
	    cmocka_unit_test(unsigned_integers_are_as_short_as_can_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
