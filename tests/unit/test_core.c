/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "core/fork.h"
#include "core/log.h"

static void
test_the_first_cause_wins(void **state)
{
	struct ccm_error err = {0};

	(void)state;
	assert_false(ccm_fail(&err, CCM_NOT_FOUND, "no %s", "such thing"));
	assert_false(ccm_fail(&err, CCM_INTERNAL, "later"));
	assert_int_equal(err.code, CCM_NOT_FOUND);
	ccm_error_context(&err, "loading %d", 7);
	assert_string_equal(err.msg, "loading 7: no such thing");
	assert_non_null(strstr(err.where, "test_core.c:"));
	ccm_error_clear(&err);
	errno = ENOENT;
	assert_false(ccm_fail_errno(&err, CCM_CONFIG, "x"));
	assert_int_equal(err.sys_errno, ENOENT);
	assert_string_equal(err.msg, "x: No such file or directory");
	assert_false(ccm_fail(NULL, CCM_USAGE, "nobody cares"));
}

static void
test_a_long_message_is_cut_and_keeps_its_context(void **state)
{
	struct ccm_error err = {0};
	char text[2048];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ccm_fail(&err, CCM_PROTOCOL, "%s", text);
	assert_int_equal(strlen(err.msg), sizeof(err.msg) - 1);
	ccm_error_context(&err, "context");
	assert_int_equal(strlen(err.msg), sizeof(err.msg) - 1);
	assert_memory_equal(err.msg, "context: xxx", 12);
}

static void
test_messages_are_a_line_of_utf8(void **state)
{
	struct ccm_error err = {0};

	(void)state;
	ccm_fail(&err, CCM_PROTOCOL, "no \"%s\"", "\xe8\xaf\x81\n\x1b[1m\xff\xe8\xaf.");
	assert_string_equal(err.msg, "no \"\xe8\xaf\x81  [1m???.\"");
	ccm_error_context(&err, "%s", "\x9bm\t\x7f");
	assert_string_equal(err.msg, "?m  : no \"\xe8\xaf\x81  [1m???.\"");
}

static void
test_every_code_has_a_name(void **state)
{
	(void)state;
	for (int code = CCM_OK; code <= CCM_PARTIAL; code++)
		assert_string_not_equal(ccm_code_name((enum ccm_code)code), "unknown");
	assert_string_equal(ccm_code_name((enum ccm_code)99), "unknown");
}

static void
test_buffers_grow_and_stay_terminated(void **state)
{
	struct ccm_error err = {0};
	struct ccm_buf plain = {0}, secret;
	char *text;

	(void)state;
	ccm_buf_init_secret(&secret);
	assert_string_equal(ccm_buf_str(&plain), "");
	for (int i = 0; i < 1000; i++) {
		assert_true(ccm_buf_printf(&plain, &err, "%d,", i));
		assert_true(ccm_buf_append_str(&secret, "0123456789", &err));
	}
	assert_int_equal(plain.len, strlen(ccm_buf_str(&plain)));
	assert_int_equal(secret.len, 10000);
	assert_true(CRYPTO_secure_allocated(secret.data));
	assert_false(ccm_buf_reserve(&plain, SIZE_MAX - 10, &err));
	text = ccm_buf_steal(&plain, NULL);
	assert_memory_equal(text, "0,1,2,", 6);
	ccm_free(text);
	ccm_buf_clear(&plain);
	ccm_buf_clear(&secret);
	assert_true(secret.secret);
}

static void
test_arrays_grow_by_doubling(void **state)
{
	struct ccm_error err = {0};
	int *numbers = NULL;

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		assert_true(ccm_grow_array(&numbers, i, sizeof(*numbers), &err));
		numbers[i] = (int)i;
	}
	assert_int_equal(numbers[99], 99);
	ccm_free(numbers);
}

static void
test_hex_goes_both_ways(void **state)
{
	unsigned char bytes[4];
	char text[9];

	(void)state;
	assert_true(ccm_unhex("00fFa510", bytes, 4));
	ccm_hex(bytes, 4, text);
	assert_string_equal(text, "00ffa510");
	assert_false(ccm_unhex("00ff", bytes, 4));
	assert_false(ccm_unhex("00ffgg10", bytes, 4));
}

static void
test_times_are_formatted_and_parsed(void **state)
{
	char sdk[17], iso[28], human[20];
	int64_t ms = 0;

	(void)state;
	ccm_clock_sdk_date(1709251199000, sdk);
	assert_string_equal(sdk, "20240229T235959Z");
	assert_true(ccm_clock_parse_sdk_date(sdk, &ms) && ms == 1709251199000);
	ccm_clock_iso8601(1578128722701, iso);
	assert_string_equal(iso, "2020-01-04T09:05:22.701000Z");
	assert_true(ccm_clock_parse_iso8601(iso, &ms) && ms == 1578128722701);
	assert_true(ccm_clock_parse_iso8601("2020-01-04T09:05:22Z", &ms) && ms == 1578128722000);
	ccm_clock_human(-1, human);
	assert_string_equal(human, "1969-12-31 23:59:59");
	ccm_clock_human(INT64_MAX, human);
	assert_string_equal(human, "-");
	assert_false(ccm_clock_parse_sdk_date("20240229T235959", &ms));
	assert_false(ccm_clock_parse_sdk_date("2024-02-29T23:59", &ms));
	assert_false(ccm_clock_parse_iso8601("yesterday", &ms));
}

static void
test_a_child_can_use_a_lock_that_was_held(void **state)
{
	struct ccm_lock lock = CCM_LOCK_INIT;
	unsigned before = ccm_fork_generation();
	int status = -1;
	pid_t child;

	(void)state;
	ccm_lock_acquire(&lock);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		alarm(10); /* a deadlock must not hang the test */
		ccm_lock_acquire(&lock);
		ccm_lock_release(&lock);
		_exit(ccm_fork_generation() == before + 1 ? 0 : 1);
	}
	ccm_lock_release(&lock);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(ccm_fork_generation(), before);
}

static void
test_the_network_guard_refuses_a_second_entry(void **state)
{
	OSSL_LIB_CTX *application = OSSL_LIB_CTX_new();
	struct ccm_network_scope scope, inner;
	struct ccm_error err = {0};

	(void)state;
	OSSL_LIB_CTX_set0_default(application);
	assert_true(ccm_network_enter(&scope, &err));
	assert_true(ccm_network_active());
	assert_ptr_equal(OSSL_LIB_CTX_set0_default(NULL), ccm_crypto_context(NULL));
	assert_false(ccm_network_enter(&inner, &err));
	ccm_network_leave(&scope);
	assert_false(ccm_network_active());
	assert_ptr_equal(OSSL_LIB_CTX_set0_default(NULL), application);
	OSSL_LIB_CTX_set0_default(OSSL_LIB_CTX_get0_global_default());
	OSSL_LIB_CTX_free(application);
}

/* RFC 5869 A.1, RFC 4231 2, and the empty SHA-256 */
static void
test_digests_are_right(void **state)
{
	unsigned char key[22], salt[13], info[10], out[64];
	struct ccm_error err = {0};
	struct ccm_hmac_input hmac;
	struct ccm_hkdf_input hkdf;
	struct ccm_pbkdf2_input pbkdf2;
	char hex[129];
	size_t len;

	(void)state;
	assert_true(ccm_digest("SHA256", CCM_SPAN("", 0), out, &len, &err));
	ccm_hex(out, len, hex);
	assert_string_equal(
	    hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hmac = (struct ccm_hmac_input){
	    "SHA256", ccm_span_of("Jefe"), ccm_span_of("what do ya want for nothing?")};
	assert_true(ccm_hmac(&hmac, out, &len, &err));
	ccm_hex(out, len, hex);
	assert_string_equal(
	    hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0x0b, sizeof(key));
	assert_true(ccm_unhex("000102030405060708090a0b0c", salt, sizeof(salt)));
	assert_true(ccm_unhex("f0f1f2f3f4f5f6f7f8f9", info, sizeof(info)));
	hkdf = (struct ccm_hkdf_input){"SHA256", CCM_SPAN(key, sizeof(key)),
	    CCM_SPAN(salt, sizeof(salt)), CCM_SPAN(info, sizeof(info))};
	assert_true(ccm_hkdf(&hkdf, out, 42, &err));
	ccm_hex(out, 42, hex);
	assert_string_equal(hex, "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
				 "34007208d5b887185865");
	/* RFC 7914 11 */
	pbkdf2 = (struct ccm_pbkdf2_input){"SHA256", ccm_span_of("passwd"), ccm_span_of("salt"), 1};
	assert_true(ccm_pbkdf2(&pbkdf2, out, 64, &err));
	ccm_hex(out, 64, hex);
	assert_string_equal(hex,
	    "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
	    "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
	assert_false(ccm_digest("NO-SUCH", CCM_SPAN("", 0), out, &len, &err));
	assert_int_equal(err.code, CCM_CRYPTO);
}

static void
test_the_log_writes_lines_of_the_chosen_levels(void **state)
{
	char name[] = "/tmp/ccm-log-XXXXXX", text[2048] = "", scratch[48];
	struct ccm_error err = {0};
	int fd = mkstemp(name);

	(void)state;
	assert_true(fd >= 0);
	assert_true(ccm_log_configure("http:debug", name, &err));
	ccm_log(DEBUG, HTTP, "shown\nin one line");
	ccm_log(DEBUG, P11, "hidden");
	ccm_log(WARN, P11, "a warning");
	assert_false(ccm_log_configure("http:loud", NULL, &err));
	assert_true(ccm_log_configure("warn", NULL, NULL));
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	assert_non_null(strstr(text, "debug http: shown in one line\n"));
	assert_non_null(strstr(text, "warn p11: a warning\n"));
	assert_null(strstr(text, "hidden"));
	assert_string_equal(
	    ccm_log_header_value("X-Auth-Token", "abc", scratch), "(3 characters not shown)");
	assert_string_equal(ccm_log_header_value("Host", "abc", scratch), "abc");
	close(fd);
	unlink(name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_first_cause_wins),
	    cmocka_unit_test(test_a_long_message_is_cut_and_keeps_its_context),
	    cmocka_unit_test(test_messages_are_a_line_of_utf8),
	    cmocka_unit_test(test_every_code_has_a_name),
	    cmocka_unit_test(test_buffers_grow_and_stay_terminated),
	    cmocka_unit_test(test_arrays_grow_by_doubling),
	    cmocka_unit_test(test_hex_goes_both_ways),
	    cmocka_unit_test(test_times_are_formatted_and_parsed),
	    cmocka_unit_test(test_a_child_can_use_a_lock_that_was_held),
	    cmocka_unit_test(test_the_network_guard_refuses_a_second_entry),
	    cmocka_unit_test(test_digests_are_right),
	    cmocka_unit_test(test_the_log_writes_lines_of_the_chosen_levels),
	};

	unsetenv("CCM_LOG");
	unsetenv("CCM_LOG_FILE");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
