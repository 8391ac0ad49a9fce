/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "emu/server.h"

static void
answer_nothing(
    struct ccm_emu *emulator, struct ccm_emu_request *request, struct ccm_emu_answer *answer)
{
	(void)emulator;
	(void)request;
	*answer = (struct ccm_emu_answer){.status = 204};
}

/* Who starts again on the same port finds it free. */
static void
test_a_server_that_cannot_start_leaves_no_socket(void **state)
{
	static const struct ccm_emu_service service = {"test", answer_nothing};
	struct ccm_emu_tls tls = {0};
	struct ccm_error err = {0};
	struct ccm_emu_server *server;
	uint16_t port = 0, again;

	(void)state;
	assert_true(ccm_buf_append_str(&tls.certificate, "no certificate", NULL));
	assert_true(ccm_buf_append_str(&tls.key, "no key", NULL));
	assert_null(ccm_emu_server_start(&service, NULL, &tls, &port, &err));
	assert_int_equal(err.code, CCM_TLS);
	assert_int_not_equal(port, 0);
	again = port;
	ccm_error_clear(&err);
	server = ccm_emu_server_start(&service, NULL, NULL, &again, &err);
	assert_string_equal(err.msg, "");
	assert_non_null(server);
	ccm_emu_server_stop(server);
	ccm_emu_tls_clear(&tls);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_server_that_cannot_start_leaves_no_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
