/* SPDX-License-Identifier: Apache-2.0 */

/* The service is killed while a client works ($CCM_EMULATOR_PID): what the client has goes on. */

#include "client.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#define NAME "rsa.example.com"
#define UNSEEN "ec.example.com"

static CK_SESSION_HANDLE session;

static CK_RV
sign(const char *label)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_BYTE signature[512];
	CK_ULONG len = sizeof(signature);
	CK_RV rv =
	    p11->C_SignInit(session, &mechanism, client_object(session, CKO_PRIVATE_KEY, label));

	return rv == CKR_OK ? p11->C_Sign(session, (CK_BYTE *)"x", 1, signature, &len) : rv;
}

static void
kill_service(void)
{
	pid_t pid = (pid_t)strtol(getenv("CCM_EMULATOR_PID"), NULL, 10);
	struct pollfd end = {.fd = pidfd_open(pid, 0), .events = POLLIN};

	assert_true(end.fd >= 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(poll(&end, 1, 10000), 1);
	close(end.fd);
}

static void
test_a_dead_service_leaves_what_is_known(void **state)
{
	CK_OBJECT_HANDLE cert, unseen;
	struct client_value value;

	(void)state;
	session = client_session("PCA");
	cert = client_object(session, CKO_CERTIFICATE, NAME);
	unseen = client_object(session, CKO_CERTIFICATE, UNSEEN);
	assert_ok(sign(NAME));
	kill_service();

	assert_ok(sign(NAME));
	assert_int_equal(client_object(session, CKO_CERTIFICATE, NAME), cert);
	value = client_read(session, cert, CKA_VALUE);
	assert_ok(value.rv);
	free(value.data);

	client_log_reset();
	assert_rv(CKR_DEVICE_ERROR, client_read(session, unseen, CKA_VALUE).rv);
	assert_non_null(strstr(client_log(), UNSEEN));
	assert_int_equal(client_number(session, unseen, CKA_CLASS), CKO_CERTIFICATE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_a_dead_service_leaves_what_is_known, client_start, client_stop),
	};

	return cmocka_run_group_tests_name("p11/outage", tests, client_load, NULL);
}
