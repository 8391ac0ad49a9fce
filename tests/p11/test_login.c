/* SPDX-License-Identifier: Apache-2.0 */
/* A token that asks for a PIN: the keystore's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

static char dir[] = "/tmp/ccm-p11-login.XXXXXX";
static CK_UTF8CHAR officer[] = "87654321", pin[] = "123456", other[] = "654321", label[32] = "Work";
#define LEN(text) (sizeof(text) - 1)

static void
configure(const char *read_only)
{
	char text[2048];

	snprintf(text, sizeof(text),
	    "%s[keystore]\ndir = %s/keystore\n[token Work]\nlogin = pin\nkeys = local\n"
	    "read_only = %s\n",
	    client_dead_service, dir, read_only);
	client_configure(text);
}

static int
load(void **state)
{
	if (mkdtemp(dir) == NULL)
		return -1;
	configure("no");
	return client_load(state);
}

static int
unload(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static int
start(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s/keystore", dir);
	return system(command) != 0 ? -1 : client_start(state);
}

static CK_FLAGS
token_flags(void)
{
	CK_TOKEN_INFO info;

	assert_ok(p11->C_GetTokenInfo(client_slot("Work"), &info));
	return info.flags;
}

static CK_STATE
state_of(CK_SESSION_HANDLE session)
{
	CK_SESSION_INFO info;

	assert_ok(p11->C_GetSessionInfo(session, &info));
	return info.state;
}

static CK_SESSION_HANDLE
initialised(void)
{
	CK_SESSION_HANDLE session;

	assert_ok(p11->C_InitToken(client_slot("Work"), officer, LEN(officer), label));
	session = client_open(client_slot("Work"), CKF_RW_SESSION);
	assert_ok(p11->C_Login(session, CKU_SO, officer, LEN(officer)));
	assert_ok(p11->C_InitPIN(session, pin, LEN(pin)));
	assert_ok(p11->C_Logout(session));
	return session;
}

static void
test_a_new_token_has_no_pin(void **state)
{
	CK_SESSION_HANDLE session = client_open(client_slot("Work"), CKF_RW_SESSION);

	(void)state;
	assert_int_equal(
	    token_flags() & (CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_WRITE_PROTECTED),
	    CKF_LOGIN_REQUIRED);
	assert_rv(CKR_USER_PIN_NOT_INITIALIZED, p11->C_Login(session, CKU_USER, pin, LEN(pin)));
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_Login(session, CKU_USER, NULL, 0));
}

static void
test_the_officer_sets_the_first_pin(void **state)
{
	CK_SESSION_HANDLE session;

	(void)state;
	assert_ok(p11->C_InitToken(client_slot("Work"), officer, LEN(officer), label));
	assert_int_equal(token_flags() & CKF_USER_PIN_INITIALIZED, 0);
	session = client_open(client_slot("Work"), CKF_RW_SESSION);
	assert_rv(CKR_USER_NOT_LOGGED_IN, p11->C_InitPIN(session, pin, LEN(pin)));
	assert_rv(CKR_PIN_INCORRECT, p11->C_Login(session, CKU_SO, pin, LEN(pin)));
	assert_ok(p11->C_Login(session, CKU_SO, officer, LEN(officer)));
	assert_int_equal(state_of(session), CKS_RW_SO_FUNCTIONS);
	assert_rv(
	    CKR_USER_ANOTHER_ALREADY_LOGGED_IN, p11->C_Login(session, CKU_USER, pin, LEN(pin)));
	assert_rv(CKR_USER_ALREADY_LOGGED_IN, p11->C_Login(session, CKU_SO, officer, LEN(officer)));
	assert_rv(CKR_SESSION_READ_WRITE_SO_EXISTS,
	    p11->C_OpenSession(client_slot("Work"), CKF_SERIAL_SESSION, NULL, NULL, &session));
	assert_rv(CKR_PIN_LEN_RANGE, p11->C_InitPIN(session, pin, 3));
	assert_ok(p11->C_InitPIN(session, pin, LEN(pin)));
	assert_ok(p11->C_Logout(session));
	assert_int_equal(token_flags() & CKF_USER_PIN_INITIALIZED, CKF_USER_PIN_INITIALIZED);
	assert_ok(p11->C_Login(session, CKU_USER, pin, LEN(pin)));
}

static void
test_the_user_logs_in_with_the_pin(void **state)
{
	CK_SESSION_HANDLE session = initialised(), second;

	(void)state;
	assert_rv(CKR_PIN_INCORRECT, p11->C_Login(session, CKU_USER, other, LEN(other)));
	assert_int_equal(token_flags() & CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_COUNT_LOW);
	assert_ok(p11->C_Login(session, CKU_USER, pin, LEN(pin)));
	assert_int_equal(token_flags() & CKF_USER_PIN_COUNT_LOW, 0);
	assert_int_equal(state_of(session), CKS_RW_USER_FUNCTIONS);
	second = client_open(client_slot("Work"), 0);
	assert_int_equal(state_of(second), CKS_RO_USER_FUNCTIONS);
	assert_rv(CKR_USER_ALREADY_LOGGED_IN, p11->C_Login(second, CKU_USER, pin, LEN(pin)));
	assert_ok(p11->C_Logout(second));
	assert_int_equal(state_of(session), CKS_RW_PUBLIC_SESSION);
	assert_rv(CKR_USER_NOT_LOGGED_IN, p11->C_Logout(session));
}

static void
test_wrong_pins_lock_it_until_the_officer_comes(void **state)
{
	CK_SESSION_HANDLE session = initialised();

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_rv(CKR_PIN_INCORRECT, p11->C_Login(session, CKU_USER, other, LEN(other)));
	assert_int_equal(token_flags() & CKF_USER_PIN_LOCKED, CKF_USER_PIN_LOCKED);
	assert_rv(CKR_PIN_LOCKED, p11->C_Login(session, CKU_USER, pin, LEN(pin)));
	assert_ok(p11->C_Login(session, CKU_SO, officer, LEN(officer)));
	assert_ok(p11->C_InitPIN(session, other, LEN(other)));
	assert_ok(p11->C_Logout(session));
	assert_rv(CKR_PIN_INCORRECT, p11->C_Login(session, CKU_USER, pin, LEN(pin)));
	assert_ok(p11->C_Login(session, CKU_USER, other, LEN(other)));
}

static void
test_everybody_changes_his_own_pin(void **state)
{
	CK_SESSION_HANDLE session = initialised();

	(void)state;
	assert_rv(CKR_PIN_INCORRECT, p11->C_SetPIN(session, other, LEN(other), pin, LEN(pin)));
	assert_rv(CKR_PIN_LEN_RANGE, p11->C_SetPIN(session, pin, LEN(pin), other, 2));
	assert_ok(p11->C_SetPIN(session, pin, LEN(pin), other, LEN(other)));
	assert_ok(p11->C_Login(session, CKU_USER, other, LEN(other)));
	assert_ok(p11->C_SetPIN(session, other, LEN(other), pin, LEN(pin)));
	assert_ok(p11->C_Logout(session));
	assert_ok(p11->C_Login(session, CKU_SO, officer, LEN(officer)));
	assert_ok(p11->C_SetPIN(session, officer, LEN(officer), other, LEN(other)));
	assert_ok(p11->C_Logout(session));
	assert_rv(CKR_PIN_INCORRECT, p11->C_Login(session, CKU_SO, officer, LEN(officer)));
	assert_ok(p11->C_Login(session, CKU_SO, other, LEN(other)));
}

static void
test_beginning_anew_takes_the_officer(void **state)
{
	CK_SLOT_ID slot = client_slot("Work");
	CK_SESSION_HANDLE session = initialised();

	(void)state;
	assert_rv(CKR_SESSION_EXISTS, p11->C_InitToken(slot, officer, LEN(officer), label));
	assert_ok(p11->C_CloseSession(session));
	assert_rv(CKR_PIN_INCORRECT, p11->C_InitToken(slot, pin, LEN(pin), label));
	assert_ok(p11->C_InitToken(slot, officer, LEN(officer), label));
	assert_int_equal(token_flags() & CKF_USER_PIN_INITIALIZED, 0);
}

/* PKCS#11 2.40 s.5.6: private objects are the user's, those of a session as well. */
static void
test_private_objects_are_made_by_the_user_only(void **state)
{
	CK_SESSION_HANDLE session = initialised();
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_BBOOL yes = CK_TRUE;
	CK_ATTRIBUTE template[] = {
	    {CKA_CLASS, &class, sizeof(class)}, {CKA_PRIVATE, &yes, sizeof(yes)}};
	CK_OBJECT_HANDLE public, private, copy;
	CK_ULONG size;

	(void)state;
	assert_ok(p11->C_CreateObject(session, template, 1, &public));
	assert_rv(CKR_USER_NOT_LOGGED_IN, p11->C_CreateObject(session, template, 2, &private));
	assert_rv(
	    CKR_USER_NOT_LOGGED_IN, p11->C_CopyObject(session, public, &template[1], 1, &copy));
	assert_ok(p11->C_Login(session, CKU_SO, officer, LEN(officer)));
	assert_rv(CKR_USER_NOT_LOGGED_IN, p11->C_CreateObject(session, template, 2, &private));
	assert_ok(p11->C_Logout(session));
	assert_int_equal(1, client_find(session, template, 1).count);

	assert_ok(p11->C_Login(session, CKU_USER, pin, LEN(pin)));
	assert_ok(p11->C_CreateObject(session, template, 2, &private));
	assert_ok(p11->C_GetObjectSize(session, private, &size));
	assert_ok(p11->C_Logout(session));
	assert_rv(CKR_OBJECT_HANDLE_INVALID, p11->C_GetObjectSize(session, private, &size));
	assert_int_equal(1, client_find(session, template, 1).count);
}

static void
test_closing_the_last_session_logs_out(void **state)
{
	CK_SESSION_HANDLE session = initialised();

	(void)state;
	assert_ok(p11->C_Login(session, CKU_SO, officer, LEN(officer)));
	assert_ok(p11->C_CloseSession(session));
	session = client_open(client_slot("Work"), 0);
	assert_int_equal(state_of(session), CKS_RO_PUBLIC_SESSION);
	assert_rv(
	    CKR_SESSION_READ_ONLY_EXISTS, p11->C_Login(session, CKU_SO, officer, LEN(officer)));
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, start, client_stop)
	const struct CMUnitTest tests[] = {
	    CASE(test_a_new_token_has_no_pin),
	    CASE(test_the_officer_sets_the_first_pin),
	    CASE(test_the_user_logs_in_with_the_pin),
	    CASE(test_wrong_pins_lock_it_until_the_officer_comes),
	    CASE(test_everybody_changes_his_own_pin),
	    CASE(test_beginning_anew_takes_the_officer),
	    CASE(test_private_objects_are_made_by_the_user_only),
	    CASE(test_closing_the_last_session_logs_out),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
