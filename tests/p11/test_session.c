/* SPDX-License-Identifier: Apache-2.0 */

/* Sessions and logins, none of which asks the service: nobody listens on its port. */

#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int
load(void **state)
{
	int rv = client_load(state);

	client_configure(client_dead_service);
	return rv;
}

/* Sessions */

static void
test_open_judges_its_arguments(void **state)
{
	CK_SESSION_HANDLE session;

	(void)state;
	assert_rv(
	    CKR_SESSION_PARALLEL_NOT_SUPPORTED, p11->C_OpenSession(0, 0, NULL, NULL, &session));
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, NULL));
	assert_rv(
	    CKR_SLOT_ID_INVALID, p11->C_OpenSession(2, CKF_SERIAL_SESSION, NULL, NULL, &session));
}

static void
test_session_info_tells_slot_state_and_flags(void **state)
{
	CK_SESSION_HANDLE ro = client_open(1, 0), rw = client_open(1, CKF_RW_SESSION);
	CK_SESSION_INFO info;

	(void)state;
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_GetSessionInfo(ro, NULL));
	assert_ok(p11->C_GetSessionInfo(ro, &info));
	assert_int_equal(info.slotID, 1);
	assert_int_equal(info.state, CKS_RO_PUBLIC_SESSION);
	assert_int_equal(info.flags, CKF_SERIAL_SESSION);
	assert_ok(p11->C_GetSessionInfo(rw, &info));
	assert_int_equal(info.state, CKS_RW_PUBLIC_SESSION);
	assert_int_equal(info.flags, CKF_SERIAL_SESSION | CKF_RW_SESSION);
	assert_ok(p11->C_Login(ro, CKU_USER, (CK_UTF8CHAR *)"1234", 4));
	assert_ok(p11->C_GetSessionInfo(ro, &info));
	assert_int_equal(info.state, CKS_RO_USER_FUNCTIONS);
	assert_ok(p11->C_GetSessionInfo(rw, &info));
	assert_int_equal(info.state, CKS_RW_USER_FUNCTIONS);
}

static void
test_token_info_counts_sessions(void **state)
{
	CK_SESSION_HANDLE ro = client_open(0, 0);
	CK_TOKEN_INFO info;

	(void)state;
	client_open(0, CKF_RW_SESSION);
	client_open(1, CKF_RW_SESSION);
	assert_ok(p11->C_GetTokenInfo(0, &info));
	assert_int_equal(info.ulSessionCount, 2);
	assert_int_equal(info.ulRwSessionCount, 1);
	assert_ok(p11->C_CloseSession(ro));
	assert_ok(p11->C_GetTokenInfo(0, &info));
	assert_int_equal(info.ulSessionCount, 1);
	assert_int_equal(info.ulRwSessionCount, 1);
}

static void
test_a_closed_sessions_handle_stays_invalid(void **state)
{
	CK_SESSION_HANDLE first = client_open(0, 0), second;
	CK_SESSION_INFO info;

	(void)state;
	assert_ok(p11->C_CloseSession(first));
	assert_rv(CKR_SESSION_HANDLE_INVALID, p11->C_CloseSession(first));
	second = client_open(0, 0);
	assert_int_not_equal(first, second);
	assert_rv(CKR_SESSION_HANDLE_INVALID, p11->C_GetSessionInfo(first, &info));
	assert_rv(CKR_SESSION_HANDLE_INVALID, p11->C_FindObjectsInit(first, NULL, 0));
	assert_rv(CKR_SESSION_HANDLE_INVALID, p11->C_GetSessionInfo(CK_INVALID_HANDLE, &info));
	assert_rv(CKR_SESSION_HANDLE_INVALID, p11->C_GetSessionInfo(~0UL, &info));
	assert_ok(p11->C_GetSessionInfo(second, &info));
}

static void
test_close_all_closes_those_of_the_slot(void **state)
{
	CK_SESSION_HANDLE alpha = client_open(0, 0), beta = client_open(1, 0);
	CK_SESSION_INFO info;

	(void)state;
	assert_rv(CKR_SLOT_ID_INVALID, p11->C_CloseAllSessions(2));
	assert_ok(p11->C_CloseAllSessions(0));
	assert_rv(CKR_SESSION_HANDLE_INVALID, p11->C_GetSessionInfo(alpha, &info));
	assert_ok(p11->C_GetSessionInfo(beta, &info));
}

static void
test_finalize_closes_all(void **state)
{
	CK_SESSION_HANDLE before = client_open(0, 0);
	CK_SESSION_INFO info;
	CK_TOKEN_INFO token;

	(void)state;
	assert_ok(p11->C_Finalize(NULL));
	assert_ok(p11->C_Initialize(NULL));
	assert_rv(CKR_SESSION_HANDLE_INVALID, p11->C_GetSessionInfo(before, &info));
	assert_ok(p11->C_GetTokenInfo(0, &token));
	assert_int_equal(token.ulSessionCount, 0);
}

static int
compare(const void *a, const void *b)
{
	const CK_SESSION_HANDLE *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
test_ten_thousand_sessions_at_once(void **state)
{
	enum { MANY = 10000 };
	CK_SESSION_HANDLE *sessions = calloc(MANY, sizeof(*sessions));
	CK_SESSION_INFO info;
	CK_TOKEN_INFO token;

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < MANY; i++)
			sessions[i] = client_open((CK_SLOT_ID)(i % 2), 0);
		assert_ok(p11->C_GetTokenInfo(1, &token));
		assert_int_equal(token.ulSessionCount, MANY / 2);
		for (int i = 0; i < MANY; i++) {
			assert_ok(p11->C_GetSessionInfo(sessions[i], &info));
			assert_int_equal(info.slotID, i % 2);
		}
		qsort(sessions, MANY, sizeof(*sessions), compare);
		for (int i = 1; i < MANY; i++)
			assert_true(sessions[i - 1] < sessions[i]);
		for (int i = 0; i < MANY; i += 3)
			assert_ok(p11->C_CloseSession(sessions[i]));
		assert_rv(CKR_SESSION_HANDLE_INVALID, p11->C_GetSessionInfo(sessions[3], &info));
		assert_ok(p11->C_GetSessionInfo(sessions[4], &info));
		assert_ok(p11->C_CloseAllSessions(0));
		assert_ok(p11->C_CloseAllSessions(1));
	}
	assert_ok(p11->C_GetTokenInfo(0, &token));
	assert_int_equal(token.ulSessionCount, 0);
	free(sessions);
}

/* Login: never needed, always welcome */

static void
test_login_is_harmless(void **state)
{
	CK_SESSION_HANDLE session = client_open(0, 0), other = client_open(1, 0);
	CK_SESSION_INFO info;

	(void)state;
	assert_rv(CKR_USER_NOT_LOGGED_IN, p11->C_Logout(session));
	assert_ok(p11->C_Login(session, CKU_USER, NULL, 0));
	assert_rv(CKR_USER_ALREADY_LOGGED_IN, p11->C_Login(session, CKU_USER, NULL, 0));
	assert_ok(p11->C_GetSessionInfo(other, &info));
	assert_int_equal(info.state, CKS_RO_PUBLIC_SESSION);
	assert_ok(p11->C_Logout(session));
	assert_ok(p11->C_GetSessionInfo(session, &info));
	assert_int_equal(info.state, CKS_RO_PUBLIC_SESSION);
	assert_ok(p11_3_0->C_LoginUser(session, CKU_USER, NULL, 0, (CK_UTF8CHAR *)"me", 2));
	assert_ok(p11->C_Logout(session));
	assert_rv(CKR_SESSION_HANDLE_INVALID, p11->C_Login(12345, CKU_USER, NULL, 0));
	assert_rv(CKR_SESSION_HANDLE_INVALID, p11->C_Logout(12345));
}

static void
test_only_the_user_logs_in(void **state)
{
	CK_SESSION_HANDLE rw = client_open(0, CKF_RW_SESSION), ro;

	(void)state;
	assert_rv(CKR_USER_TYPE_INVALID, p11->C_Login(rw, CKU_SO, NULL, 0));
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_Login(rw, CKU_CONTEXT_SPECIFIC, NULL, 0));
	assert_rv(CKR_USER_TYPE_INVALID, p11->C_Login(rw, 17, NULL, 0));
	assert_ok(p11->C_Login(rw, CKU_USER, NULL, 0));
	assert_rv(CKR_USER_ANOTHER_ALREADY_LOGGED_IN, p11->C_Login(rw, CKU_SO, NULL, 0));
	ro = client_open(0, 0);
	assert_rv(CKR_SESSION_READ_ONLY_EXISTS, p11->C_Login(ro, CKU_SO, NULL, 0));
}

static void
test_token_and_pin_are_not_ours_to_set_up(void **state)
{
	static CK_UTF8CHAR pin[] = "1234", label[] = "Alpha                           ";
	CK_SESSION_HANDLE ro = client_open(0, 0), rw = client_open(0, CKF_RW_SESSION);

	(void)state;
	assert_rv(CKR_SLOT_ID_INVALID, p11->C_InitToken(9, pin, 4, label));
	assert_rv(CKR_SESSION_EXISTS, p11->C_InitToken(0, pin, 4, label));
	assert_rv(CKR_TOKEN_WRITE_PROTECTED, p11->C_InitToken(1, pin, 4, label));
	assert_rv(CKR_SESSION_READ_ONLY, p11->C_InitPIN(ro, pin, 4));
	assert_rv(CKR_USER_NOT_LOGGED_IN, p11->C_InitPIN(rw, pin, 4));
	assert_rv(CKR_SESSION_READ_ONLY, p11->C_SetPIN(ro, pin, 4, pin, 4));
	assert_rv(CKR_TOKEN_WRITE_PROTECTED, p11->C_SetPIN(rw, pin, 4, pin, 4));
}

static void
test_an_operations_state_stays_here(void **state)
{
	CK_SESSION_HANDLE session = client_open(0, 0);
	CK_ULONG len = 0;

	(void)state;
	assert_rv(CKR_OPERATION_NOT_INITIALIZED, p11->C_GetOperationState(session, NULL, &len));
	assert_rv(CKR_SAVED_STATE_INVALID,
	    p11->C_SetOperationState(session, (CK_BYTE *)"state", 5, 0, 0));
}

static void
test_closing_the_last_session_logs_out(void **state)
{
	CK_SESSION_HANDLE first = client_open(0, 0), second = client_open(0, 0);
	CK_SESSION_INFO info;

	(void)state;
	assert_ok(p11->C_Login(first, CKU_USER, NULL, 0));
	assert_ok(p11->C_CloseSession(first));
	assert_ok(p11->C_GetSessionInfo(second, &info));
	assert_int_equal(info.state, CKS_RO_USER_FUNCTIONS);
	assert_ok(p11->C_CloseSession(second));
	second = client_open(0, 0);
	assert_ok(p11->C_GetSessionInfo(second, &info));
	assert_int_equal(info.state, CKS_RO_PUBLIC_SESSION);
}

/* Random bytes */

static void
test_random_bytes_differ(void **state)
{
	CK_SESSION_HANDLE session = client_open(0, 0);
	CK_BYTE a[32] = {0}, b[32] = {0};

	(void)state;
	assert_ok(p11->C_GenerateRandom(session, a, sizeof(a)));
	assert_ok(p11->C_GenerateRandom(session, b, sizeof(b)));
	assert_memory_not_equal(a, b, sizeof(a));
	assert_ok(p11->C_GenerateRandom(session, NULL, 0));
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_GenerateRandom(session, NULL, 1));
	assert_rv(CKR_RANDOM_SEED_NOT_SUPPORTED, p11->C_SeedRandom(session, a, sizeof(a)));
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_SeedRandom(session, NULL, 1));
}

/* fork(): a child goes on with what it inherited, or starts afresh; the parent does not notice. */

static int
in_child(int (*body)(CK_SESSION_HANDLE), CK_SESSION_HANDLE session)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(body(session));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int
go_on(CK_SESSION_HANDLE session)
{
	CK_SESSION_INFO info;
	CK_SESSION_HANDLE own;

	if (p11->C_GetSessionInfo(session, &info) != CKR_OK || info.state != CKS_RO_USER_FUNCTIONS)
		return 1;
	if (p11->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &own) != CKR_OK)
		return 2;
	if (p11->C_CloseSession(session) != CKR_OK || p11->C_Finalize(NULL) != CKR_OK)
		return 3;
	return 0;
}

static int
start_afresh(CK_SESSION_HANDLE session)
{
	CK_SESSION_INFO info;
	CK_SESSION_HANDLE own;

	if (p11->C_Initialize(NULL) != CKR_OK)
		return 1;
	if (p11->C_Initialize(NULL) != CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return 2;
	if (p11->C_GetSessionInfo(session, &info) != CKR_SESSION_HANDLE_INVALID)
		return 3;
	if (p11->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &own) != CKR_OK)
		return 4;
	return p11->C_Finalize(NULL) == CKR_OK ? 0 : 5;
}

static void
test_a_child_goes_on_or_starts_afresh(void **state)
{
	CK_SESSION_HANDLE session = client_open(0, 0);
	CK_SESSION_INFO info;

	(void)state;
	assert_ok(p11->C_Login(session, CKU_USER, NULL, 0));
	assert_int_equal(in_child(go_on, session), 0);
	assert_int_equal(in_child(start_afresh, session), 0);
	assert_ok(p11->C_GetSessionInfo(session, &info));
	assert_int_equal(info.state, CKS_RO_USER_FUNCTIONS);
}

#define started(test) cmocka_unit_test_setup_teardown(test, client_start, client_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    started(test_open_judges_its_arguments),
	    started(test_session_info_tells_slot_state_and_flags),
	    started(test_token_info_counts_sessions),
	    started(test_a_closed_sessions_handle_stays_invalid),
	    started(test_close_all_closes_those_of_the_slot),
	    started(test_finalize_closes_all),
	    started(test_ten_thousand_sessions_at_once),
	    started(test_login_is_harmless),
	    started(test_only_the_user_logs_in),
	    started(test_token_and_pin_are_not_ours_to_set_up),
	    started(test_an_operations_state_stays_here),
	    started(test_closing_the_last_session_logs_out),
	    started(test_random_bytes_differ),
	    started(test_a_child_goes_on_or_starts_afresh),
	};

	return cmocka_run_group_tests_name("p11/session", tests, load, NULL);
}
