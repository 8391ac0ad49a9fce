/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Every function of both lists: what it answers before C_Initialize, to a session that is none, and
 * to NULLs in a session that is one. Nobody listens on the service's port, and nobody is asked.
 */

#include "client.h"

#include <stdbool.h>
#include <string.h>

#define STATELESS CKR_ARGUMENTS_BAD /* that needs no C_Initialize */
#define BEFORE CKR_CRYPTOKI_NOT_INITIALIZED
#define SESSION CKR_SESSION_HANDLE_INVALID
#define ARGUMENTS CKR_ARGUMENTS_BAD
#define IDLE CKR_OPERATION_NOT_INITIALIZED

static CK_C_INITIALIZE_ARGS half_locks;
static CK_FUNCTION_LIST *list; /* of 2.40, or its twin in that of 3.0 */

/* X(function, arguments with `s` for the session, before, bad session, NULLs) */
#define MANAGEMENT(X)                                                                             \
	X(C_Initialize, (&half_locks), STATELESS, ARGUMENTS, ARGUMENTS)                           \
	X(C_Finalize, (&half_locks), BEFORE, ARGUMENTS, ARGUMENTS)                                \
	X(C_GetInfo, (NULL), BEFORE, ARGUMENTS, ARGUMENTS)                                        \
	X(C_GetFunctionList, (NULL), STATELESS, ARGUMENTS, ARGUMENTS)                             \
	X(C_GetSlotList, (CK_FALSE, NULL, NULL), BEFORE, ARGUMENTS, ARGUMENTS)                    \
	X(C_GetSlotInfo, (0, NULL), BEFORE, ARGUMENTS, ARGUMENTS)                                 \
	X(C_GetTokenInfo, (0, NULL), BEFORE, ARGUMENTS, ARGUMENTS)                                \
	X(C_GetMechanismList, (0, NULL, NULL), BEFORE, ARGUMENTS, ARGUMENTS)                      \
	X(C_GetMechanismInfo, (0, CKM_ECDSA, NULL), BEFORE, ARGUMENTS, ARGUMENTS)                 \
	X(C_WaitForSlotEvent, (CKF_DONT_BLOCK, NULL, NULL), BEFORE, ARGUMENTS, ARGUMENTS)         \
	X(C_InitToken, (0, NULL, 0, NULL), BEFORE, ARGUMENTS, ARGUMENTS)                          \
	X(C_InitPIN, (s, NULL, 4), BEFORE, SESSION, ARGUMENTS)                                    \
	X(C_SetPIN, (s, NULL, 4, NULL, 4), BEFORE, SESSION, ARGUMENTS)                            \
	X(C_OpenSession, (0, CKF_SERIAL_SESSION, NULL, NULL, NULL), BEFORE, ARGUMENTS, ARGUMENTS) \
	X(C_CloseSession, (s), BEFORE, SESSION, CKR_OK)                                           \
	X(C_CloseAllSessions, (0), BEFORE, CKR_OK, CKR_OK)                                        \
	X(C_GetSessionInfo, (s, NULL), BEFORE, SESSION, ARGUMENTS)                                \
	X(C_GetOperationState, (s, NULL, NULL), BEFORE, SESSION, ARGUMENTS)                       \
	X(C_SetOperationState, (s, NULL, 0, 0, 0), BEFORE, SESSION, ARGUMENTS)                    \
	X(C_Login, (s, CKU_USER, NULL, 0), BEFORE, SESSION, CKR_OK)                               \
	X(C_Logout, (s), BEFORE, SESSION, CKR_USER_NOT_LOGGED_IN)                                 \
	X(C_GetFunctionStatus, (s), BEFORE, SESSION, CKR_FUNCTION_NOT_PARALLEL)                   \
	X(C_CancelFunction, (s), BEFORE, SESSION, CKR_FUNCTION_NOT_PARALLEL)                      \
	X(C_SeedRandom, (s, NULL, 0), BEFORE, SESSION, CKR_RANDOM_SEED_NOT_SUPPORTED)             \
	X(C_GenerateRandom, (s, NULL, 1), BEFORE, SESSION, ARGUMENTS)

#define OBJECTS(X)                                                             \
	X(C_FindObjectsInit, (s, NULL, 1), BEFORE, SESSION, ARGUMENTS)         \
	X(C_FindObjects, (s, NULL, 0, NULL), BEFORE, SESSION, IDLE)            \
	X(C_FindObjectsFinal, (s), BEFORE, SESSION, IDLE)                      \
	X(C_GetAttributeValue, (s, 1, NULL, 1), BEFORE, SESSION, ARGUMENTS)    \
	X(C_CreateObject, (s, NULL, 0, NULL), BEFORE, SESSION, ARGUMENTS)      \
	X(C_CopyObject, (s, 1, NULL, 0, NULL), BEFORE, SESSION, ARGUMENTS)     \
	X(C_DestroyObject, (s, 1), BEFORE, SESSION, CKR_OBJECT_HANDLE_INVALID) \
	X(C_GetObjectSize, (s, 1, NULL), BEFORE, SESSION, ARGUMENTS)           \
	X(C_SetAttributeValue, (s, 1, NULL, 0), BEFORE, SESSION, ARGUMENTS)

#define OPERATIONS(X)                                                       \
	X(C_EncryptInit, (s, NULL, 1), BEFORE, SESSION, ARGUMENTS)          \
	X(C_Encrypt, (s, NULL, 0, NULL, NULL), BEFORE, SESSION, IDLE)       \
	X(C_EncryptUpdate, (s, NULL, 0, NULL, NULL), BEFORE, SESSION, IDLE) \
	X(C_EncryptFinal, (s, NULL, NULL), BEFORE, SESSION, IDLE)           \
	X(C_DecryptInit, (s, NULL, 1), BEFORE, SESSION, ARGUMENTS)          \
	X(C_Decrypt, (s, NULL, 0, NULL, NULL), BEFORE, SESSION, IDLE)       \
	X(C_DecryptUpdate, (s, NULL, 0, NULL, NULL), BEFORE, SESSION, IDLE) \
	X(C_DecryptFinal, (s, NULL, NULL), BEFORE, SESSION, IDLE)           \
	X(C_DigestInit, (s, NULL), BEFORE, SESSION, ARGUMENTS)              \
	X(C_Digest, (s, NULL, 0, NULL, NULL), BEFORE, SESSION, IDLE)        \
	X(C_DigestUpdate, (s, NULL, 0), BEFORE, SESSION, IDLE)              \
	X(C_DigestKey, (s, 1), BEFORE, SESSION, IDLE)                       \
	X(C_DigestFinal, (s, NULL, NULL), BEFORE, SESSION, IDLE)            \
	X(C_SignInit, (s, NULL, 1), BEFORE, SESSION, ARGUMENTS)             \
	X(C_Sign, (s, NULL, 0, NULL, NULL), BEFORE, SESSION, IDLE)          \
	X(C_SignUpdate, (s, NULL, 0), BEFORE, SESSION, IDLE)                \
	X(C_SignFinal, (s, NULL, NULL), BEFORE, SESSION, IDLE)              \
	X(C_SignRecoverInit, (s, NULL, 1), BEFORE, SESSION, ARGUMENTS)      \
	X(C_SignRecover, (s, NULL, 0, NULL, NULL), BEFORE, SESSION, IDLE)   \
	X(C_VerifyInit, (s, NULL, 1), BEFORE, SESSION, ARGUMENTS)           \
	X(C_Verify, (s, NULL, 0, NULL, 0), BEFORE, SESSION, IDLE)           \
	X(C_VerifyUpdate, (s, NULL, 0), BEFORE, SESSION, IDLE)              \
	X(C_VerifyFinal, (s, NULL, 0), BEFORE, SESSION, IDLE)               \
	X(C_VerifyRecoverInit, (s, NULL, 1), BEFORE, SESSION, ARGUMENTS)    \
	X(C_VerifyRecover, (s, NULL, 0, NULL, NULL), BEFORE, SESSION, IDLE)

#define KEYS(X)                                                                                   \
	X(C_GenerateKey, (s, NULL, NULL, 0, NULL), BEFORE, SESSION, ARGUMENTS)                    \
	X(C_GenerateKeyPair, (s, NULL, NULL, 0, NULL, 0, NULL, NULL), BEFORE, SESSION, ARGUMENTS) \
	X(C_WrapKey, (s, NULL, 1, 1, NULL, NULL), BEFORE, SESSION, ARGUMENTS)                     \
	X(C_UnwrapKey, (s, NULL, 1, NULL, 0, NULL, 0, NULL), BEFORE, SESSION, ARGUMENTS)          \
	X(C_DeriveKey, (s, NULL, 1, NULL, 0, NULL), BEFORE, SESSION, ARGUMENTS)

/* A stub "should simply return" this (PKCS#11 2.40 s.5.1.6), whatever the session. */
#define STUB(X, name, arguments) \
	X(name, arguments, BEFORE, CKR_FUNCTION_NOT_SUPPORTED, CKR_FUNCTION_NOT_SUPPORTED)
#define STUBS(X)                                                 \
	STUB(X, C_DigestEncryptUpdate, (s, NULL, 0, NULL, NULL)) \
	STUB(X, C_DecryptDigestUpdate, (s, NULL, 0, NULL, NULL)) \
	STUB(X, C_SignEncryptUpdate, (s, NULL, 0, NULL, NULL))   \
	STUB(X, C_DecryptVerifyUpdate, (s, NULL, 0, NULL, NULL))

#define FUNCTIONS_2_40(X) MANAGEMENT(X) OBJECTS(X) OPERATIONS(X) KEYS(X) STUBS(X)

#define FUNCTIONS_3_0(X)                                                          \
	X(C_GetInterfaceList, (NULL, NULL), STATELESS, ARGUMENTS, ARGUMENTS)      \
	X(C_GetInterface, (NULL, NULL, NULL, 0), STATELESS, ARGUMENTS, ARGUMENTS) \
	X(C_LoginUser, (s, CKU_USER, NULL, 0, NULL, 0), BEFORE, SESSION, CKR_OK)  \
	X(C_SessionCancel, (s, ~0UL), BEFORE, SESSION, CKR_OK)                    \
	STUB(X, C_MessageEncryptInit, (s, NULL, 1))                               \
	STUB(X, C_EncryptMessage, (s, NULL, 0, NULL, 0, NULL, 0, NULL, NULL))     \
	STUB(X, C_EncryptMessageBegin, (s, NULL, 0, NULL, 0))                     \
	STUB(X, C_EncryptMessageNext, (s, NULL, 0, NULL, 0, NULL, NULL, 0))       \
	STUB(X, C_MessageEncryptFinal, (s))                                       \
	STUB(X, C_MessageDecryptInit, (s, NULL, 1))                               \
	STUB(X, C_DecryptMessage, (s, NULL, 0, NULL, 0, NULL, 0, NULL, NULL))     \
	STUB(X, C_DecryptMessageBegin, (s, NULL, 0, NULL, 0))                     \
	STUB(X, C_DecryptMessageNext, (s, NULL, 0, NULL, 0, NULL, NULL, 0))       \
	STUB(X, C_MessageDecryptFinal, (s))                                       \
	STUB(X, C_MessageSignInit, (s, NULL, 1))                                  \
	STUB(X, C_SignMessage, (s, NULL, 0, NULL, 0, NULL, NULL))                 \
	STUB(X, C_SignMessageBegin, (s, NULL, 0))                                 \
	STUB(X, C_SignMessageNext, (s, NULL, 0, NULL, 0, NULL, NULL))             \
	STUB(X, C_MessageSignFinal, (s))                                          \
	STUB(X, C_MessageVerifyInit, (s, NULL, 1))                                \
	STUB(X, C_VerifyMessage, (s, NULL, 0, NULL, 0, NULL, 0))                  \
	STUB(X, C_VerifyMessageBegin, (s, NULL, 0))                               \
	STUB(X, C_VerifyMessageNext, (s, NULL, 0, NULL, 0, NULL, 0))              \
	STUB(X, C_MessageVerifyFinal, (s))

#define CALL_2_40(name, arguments, before, session, nulls) \
	static CK_RV call_##name(CK_SESSION_HANDLE s)      \
	{                                                  \
		(void)s;                                   \
		return list->name arguments;               \
	}
#define CALL_3_0(name, arguments, before, session, nulls) \
	static CK_RV call_##name(CK_SESSION_HANDLE s)     \
	{                                                 \
		(void)s;                                  \
		return p11_3_0->name arguments;           \
	}
#define ROW(type, name, before, session, nulls) \
	{#name, offsetof(type, name), call_##name, before, session, nulls},
#define ROW_2_40(name, arguments, before, session, nulls) \
	ROW(CK_FUNCTION_LIST, name, before, session, nulls)
#define ROW_3_0(name, arguments, before, session, nulls) \
	ROW(struct ccm_p11_functions_3_0, name, before, session, nulls)

FUNCTIONS_2_40(CALL_2_40)
FUNCTIONS_3_0(CALL_3_0)

struct function {
	const char *name;
	size_t offset;
	CK_RV (*call)(CK_SESSION_HANDLE);
	CK_RV before, session, nulls;
};
static const struct function functions_2_40[] = {FUNCTIONS_2_40(ROW_2_40)};
static const struct function functions_3_0[] = {FUNCTIONS_3_0(ROW_3_0)};

static CK_RV
unlock(void *mutex)
{
	(void)mutex;
	return CKR_OK;
}

static int
load(void **state)
{
	int rv = client_load(state);

	client_configure(client_dead_service);
	half_locks.UnlockMutex = unlock;
	list = p11;
	return rv;
}

static void
assert_covered(const struct function *functions, size_t count, size_t first, size_t size)
{
	bool seen[128] = {false};

	assert_int_equal(count, (size - first) / sizeof(void *));
	for (size_t i = 0; i < count; i++) {
		size_t at = (functions[i].offset - first) / sizeof(void *);

		assert_true(at < count);
		assert_false(seen[at]);
		seen[at] = true;
	}
}

static void
test_every_function_is_in_the_table_once(void **state)
{
	(void)state;
	assert_covered(functions_2_40, COUNT(functions_2_40),
	    offsetof(CK_FUNCTION_LIST, C_Initialize), sizeof(CK_FUNCTION_LIST));
	assert_covered(functions_3_0, COUNT(functions_3_0), sizeof(CK_FUNCTION_LIST),
	    sizeof(struct ccm_p11_functions_3_0));
}

static void
judge(const struct function *function, CK_RV want, CK_RV rv, const char *when)
{
	if (rv != want)
		fail_msg("%s %s: 0x%lx, not 0x%lx", function->name, when, rv, want);
}

static void
judge_all(void (*one)(const struct function *function))
{
	CK_FUNCTION_LIST *lists[] = {p11, &p11_3_0->base};

	for (size_t l = 0; l < COUNT(lists); l++) {
		list = lists[l];
		for (size_t i = 0; i < COUNT(functions_2_40); i++)
			one(&functions_2_40[i]);
	}
	list = p11;
	for (size_t i = 0; i < COUNT(functions_3_0); i++)
		one(&functions_3_0[i]);
}

static void
before(const struct function *function)
{
	judge(function, function->before, function->call(1), "before C_Initialize");
}

static void
with_bad_session(const struct function *function)
{
	static const CK_SESSION_HANDLE bad[] = {CK_INVALID_HANDLE, 1, 1UL << 20 | 1, ~0UL};

	for (size_t i = 0; i < COUNT(bad); i++)
		judge(function, function->session, function->call(bad[i]), "in no session");
}

static void
with_nulls(const struct function *function)
{
	CK_SESSION_HANDLE session = client_open(0, CKF_RW_SESSION);

	judge(function, function->nulls, function->call(session), "with NULLs");
	assert_ok(p11->C_CloseAllSessions(0));
}

static void
test_nothing_works_before_initialize(void **state)
{
	(void)state;
	judge_all(before);
}

static void
test_nothing_works_after_finalize(void **state)
{
	(void)state;
	assert_ok(p11->C_Initialize(NULL));
	client_open(0, 0);
	assert_ok(p11->C_Finalize(NULL));
	judge_all(before);
}

static void
test_a_session_that_is_none_is_told(void **state)
{
	(void)state;
	judge_all(with_bad_session);
}

static void
test_nulls_are_survived(void **state)
{
	(void)state;
	judge_all(with_nulls);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_function_is_in_the_table_once),
	    cmocka_unit_test(test_nothing_works_before_initialize),
	    cmocka_unit_test(test_nothing_works_after_finalize),
	    cmocka_unit_test_setup_teardown(
		test_a_session_that_is_none_is_told, client_start, client_stop),
	    cmocka_unit_test_setup_teardown(test_nulls_are_survived, client_start, client_stop),
	};

	return cmocka_run_group_tests_name("p11/functions", tests, load, NULL);
}
