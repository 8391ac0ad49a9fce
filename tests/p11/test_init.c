/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/crypto.h>

/* The interfaces */

static void
test_no_member_of_either_list_is_null(void **state)
{
	void *const *members = (void *const *)&p11->C_Initialize;
	size_t count = (sizeof(*p11) - offsetof(CK_FUNCTION_LIST, C_Initialize)) / sizeof(*members);

	(void)state;
	assert_int_equal(count, 68);
	for (size_t i = 0; i < count; i++)
		assert_non_null(members[i]);
	members = (void *const *)&p11_3_0->base.C_Initialize;
	assert_int_equal(sizeof(*p11_3_0), sizeof(void *) * (1 + 68 + 24));
	for (size_t i = 0; i < 68 + 24; i++)
		assert_non_null(members[i]);
}

static void
test_lists_start_with_their_version(void **state)
{
	const CK_VERSION *old = (const CK_VERSION *)p11, *new = (const CK_VERSION *)p11_3_0;

	(void)state;
	assert_int_equal(old->major, 2);
	assert_int_equal(old->minor, 40);
	assert_int_equal(new->major, 3);
	assert_int_equal(new->minor, 0);
}

static void
test_function_list_needs_a_place(void **state)
{
	(void)state;
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_GetFunctionList(NULL));
}

static void
test_interface_list_holds_3_0_and_2_40(void **state)
{
	CK_INTERFACE list[2];
	CK_ULONG count = 0;

	(void)state;
	assert_rv(CKR_ARGUMENTS_BAD, p11_3_0->C_GetInterfaceList(list, NULL));
	assert_ok(p11_3_0->C_GetInterfaceList(NULL, &count));
	assert_int_equal(count, 2);
	count = 1;
	assert_rv(CKR_BUFFER_TOO_SMALL, p11_3_0->C_GetInterfaceList(list, &count));
	assert_int_equal(count, 2);
	assert_ok(p11_3_0->C_GetInterfaceList(list, &count));
	assert_ptr_equal(list[0].pFunctionList, p11_3_0);
	assert_ptr_equal(list[1].pFunctionList, p11);
	for (int i = 0; i < 2; i++) {
		assert_string_equal((char *)list[i].pInterfaceName, "PKCS 11");
		assert_int_equal(list[i].flags, CKF_INTERFACE_FORK_SAFE);
	}
}

static void
test_interface_is_chosen_by_name_version_and_flags(void **state)
{
	static CK_UTF8CHAR standard[] = "PKCS 11", other[] = "Vendor ACME";
	static CK_VERSION v2_40 = {2, 40}, v3_0 = {3, 0}, v3_1 = {3, 1};
	const struct {
		CK_UTF8CHAR *name;
		CK_VERSION *version;
		CK_FLAGS flags;
		void *want;
	} cases[] = {
	    {NULL, NULL, 0, p11_3_0},
	    {standard, NULL, 0, p11_3_0},
	    {standard, &v3_0, CKF_INTERFACE_FORK_SAFE, p11_3_0},
	    {NULL, &v2_40, 0, p11},
	    {standard, &v3_1, 0, NULL},
	    {other, NULL, 0, NULL},
	    {NULL, NULL, 0x80, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		CK_INTERFACE *found = NULL;
		CK_RV rv = p11_3_0->C_GetInterface(
		    cases[i].name, cases[i].version, &found, cases[i].flags);

		assert_rv(cases[i].want != NULL ? CKR_OK : CKR_FUNCTION_FAILED, rv);
		if (cases[i].want != NULL)
			assert_ptr_equal(found->pFunctionList, cases[i].want);
	}
	assert_rv(CKR_ARGUMENTS_BAD, p11_3_0->C_GetInterface(NULL, NULL, NULL, 0));
}

/* What every function answers: before C_Initialize (one answer for all), and those we lack. */

static void
call_supported(CK_RV want)
{
	assert_rv(want, p11->C_GetInfo(NULL));
	assert_rv(want, p11_3_0->base.C_GetInfo(NULL));
	assert_rv(want, p11->C_GetSlotList(CK_TRUE, NULL, NULL));
	assert_rv(want, p11->C_GetSlotInfo(0, NULL));
	assert_rv(want, p11->C_GetTokenInfo(0, NULL));
	assert_rv(want, p11->C_GetMechanismList(0, NULL, NULL));
	assert_rv(want, p11->C_GetMechanismInfo(0, CKM_RSA_PKCS, NULL));
	assert_rv(want, p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, NULL, NULL));
	assert_rv(want, p11->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, NULL));
	assert_rv(want, p11->C_CloseSession(1));
	assert_rv(want, p11->C_CloseAllSessions(0));
	assert_rv(want, p11->C_GetSessionInfo(1, NULL));
	assert_rv(want, p11->C_Login(1, CKU_USER, NULL, 0));
	assert_rv(want, p11->C_Logout(1));
	assert_rv(want, p11->C_GetAttributeValue(1, 1, NULL, 0));
	assert_rv(want, p11->C_FindObjectsInit(1, NULL, 0));
	assert_rv(want, p11->C_FindObjects(1, NULL, 0, NULL));
	assert_rv(want, p11->C_FindObjectsFinal(1));
	assert_rv(want, p11->C_SignInit(1, NULL, 1));
	assert_rv(want, p11->C_Sign(1, NULL, 0, NULL, NULL));
	assert_rv(want, p11->C_SignUpdate(1, NULL, 0));
	assert_rv(want, p11->C_SignFinal(1, NULL, NULL));
	assert_rv(want, p11->C_VerifyInit(1, NULL, 1));
	assert_rv(want, p11->C_Verify(1, NULL, 0, NULL, 0));
	assert_rv(want, p11->C_VerifyUpdate(1, NULL, 0));
	assert_rv(want, p11->C_VerifyFinal(1, NULL, 0));
	assert_rv(want, p11->C_SeedRandom(1, NULL, 0));
	assert_rv(want, p11->C_GenerateRandom(1, NULL, 0));
	assert_rv(want, p11_3_0->C_LoginUser(1, CKU_USER, NULL, 0, NULL, 0));
	assert_rv(want, p11_3_0->C_SessionCancel(1, 0));
}

static void
call_unsupported_2_40(CK_RV want)
{
	assert_rv(want, p11->C_InitToken(0, NULL, 0, NULL));
	assert_rv(want, p11->C_InitPIN(1, NULL, 0));
	assert_rv(want, p11->C_SetPIN(1, NULL, 0, NULL, 0));
	assert_rv(want, p11->C_GetOperationState(1, NULL, NULL));
	assert_rv(want, p11->C_SetOperationState(1, NULL, 0, 0, 0));
	assert_rv(want, p11->C_CreateObject(1, NULL, 0, NULL));
	assert_rv(want, p11->C_CopyObject(1, 1, NULL, 0, NULL));
	assert_rv(want, p11->C_DestroyObject(1, 1));
	assert_rv(want, p11->C_GetObjectSize(1, 1, NULL));
	assert_rv(want, p11->C_SetAttributeValue(1, 1, NULL, 0));
	assert_rv(want, p11->C_EncryptInit(1, NULL, 1));
	assert_rv(want, p11->C_Encrypt(1, NULL, 0, NULL, NULL));
	assert_rv(want, p11->C_EncryptUpdate(1, NULL, 0, NULL, NULL));
	assert_rv(want, p11->C_EncryptFinal(1, NULL, NULL));
	assert_rv(want, p11->C_DecryptInit(1, NULL, 1));
	assert_rv(want, p11->C_Decrypt(1, NULL, 0, NULL, NULL));
	assert_rv(want, p11->C_DecryptUpdate(1, NULL, 0, NULL, NULL));
	assert_rv(want, p11->C_DecryptFinal(1, NULL, NULL));
	assert_rv(want, p11->C_DigestInit(1, NULL));
	assert_rv(want, p11->C_Digest(1, NULL, 0, NULL, NULL));
	assert_rv(want, p11->C_DigestUpdate(1, NULL, 0));
	assert_rv(want, p11->C_DigestKey(1, 1));
	assert_rv(want, p11->C_DigestFinal(1, NULL, NULL));
	assert_rv(want, p11->C_SignRecoverInit(1, NULL, 1));
	assert_rv(want, p11->C_SignRecover(1, NULL, 0, NULL, NULL));
	assert_rv(want, p11->C_VerifyRecoverInit(1, NULL, 1));
	assert_rv(want, p11->C_VerifyRecover(1, NULL, 0, NULL, NULL));
	assert_rv(want, p11->C_DigestEncryptUpdate(1, NULL, 0, NULL, NULL));
	assert_rv(want, p11->C_DecryptDigestUpdate(1, NULL, 0, NULL, NULL));
	assert_rv(want, p11->C_SignEncryptUpdate(1, NULL, 0, NULL, NULL));
	assert_rv(want, p11->C_DecryptVerifyUpdate(1, NULL, 0, NULL, NULL));
	assert_rv(want, p11->C_GenerateKey(1, NULL, NULL, 0, NULL));
	assert_rv(want, p11->C_GenerateKeyPair(1, NULL, NULL, 0, NULL, 0, NULL, NULL));
	assert_rv(want, p11->C_WrapKey(1, NULL, 1, 1, NULL, NULL));
	assert_rv(want, p11->C_UnwrapKey(1, NULL, 1, NULL, 0, NULL, 0, NULL));
	assert_rv(want, p11->C_DeriveKey(1, NULL, 1, NULL, 0, NULL));
}

static void
call_unsupported_3_0(CK_RV want)
{
	assert_rv(want, p11_3_0->C_MessageEncryptInit(1, NULL, 1));
	assert_rv(want, p11_3_0->C_EncryptMessage(1, NULL, 0, NULL, 0, NULL, 0, NULL, NULL));
	assert_rv(want, p11_3_0->C_EncryptMessageBegin(1, NULL, 0, NULL, 0));
	assert_rv(want, p11_3_0->C_EncryptMessageNext(1, NULL, 0, NULL, 0, NULL, NULL, 0));
	assert_rv(want, p11_3_0->C_MessageEncryptFinal(1));
	assert_rv(want, p11_3_0->C_MessageDecryptInit(1, NULL, 1));
	assert_rv(want, p11_3_0->C_DecryptMessage(1, NULL, 0, NULL, 0, NULL, 0, NULL, NULL));
	assert_rv(want, p11_3_0->C_DecryptMessageBegin(1, NULL, 0, NULL, 0));
	assert_rv(want, p11_3_0->C_DecryptMessageNext(1, NULL, 0, NULL, 0, NULL, NULL, 0));
	assert_rv(want, p11_3_0->C_MessageDecryptFinal(1));
	assert_rv(want, p11_3_0->C_MessageSignInit(1, NULL, 1));
	assert_rv(want, p11_3_0->C_SignMessage(1, NULL, 0, NULL, 0, NULL, NULL));
	assert_rv(want, p11_3_0->C_SignMessageBegin(1, NULL, 0));
	assert_rv(want, p11_3_0->C_SignMessageNext(1, NULL, 0, NULL, 0, NULL, NULL));
	assert_rv(want, p11_3_0->C_MessageSignFinal(1));
	assert_rv(want, p11_3_0->C_MessageVerifyInit(1, NULL, 1));
	assert_rv(want, p11_3_0->C_VerifyMessage(1, NULL, 0, NULL, 0, NULL, 0));
	assert_rv(want, p11_3_0->C_VerifyMessageBegin(1, NULL, 0));
	assert_rv(want, p11_3_0->C_VerifyMessageNext(1, NULL, 0, NULL, 0, NULL, 0));
	assert_rv(want, p11_3_0->C_MessageVerifyFinal(1));
}

static void
test_nothing_works_before_initialize(void **state)
{
	(void)state;
	call_supported(CKR_CRYPTOKI_NOT_INITIALIZED);
	call_unsupported_2_40(CKR_CRYPTOKI_NOT_INITIALIZED);
	call_unsupported_3_0(CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_rv(CKR_CRYPTOKI_NOT_INITIALIZED, p11->C_GetFunctionStatus(1));
	assert_rv(CKR_CRYPTOKI_NOT_INITIALIZED, p11->C_CancelFunction(1));
	assert_rv(CKR_CRYPTOKI_NOT_INITIALIZED, p11->C_Finalize(NULL));
}

static void
test_what_is_not_supported_says_so(void **state)
{
	(void)state;
	call_unsupported_2_40(CKR_FUNCTION_NOT_SUPPORTED);
	call_unsupported_3_0(CKR_FUNCTION_NOT_SUPPORTED);
	assert_rv(CKR_FUNCTION_NOT_PARALLEL, p11->C_GetFunctionStatus(1));
	assert_rv(CKR_FUNCTION_NOT_PARALLEL, p11->C_CancelFunction(1));
}

/* C_Initialize and C_Finalize */

static CK_RV
mutex_create(void **mutex)
{
	(void)mutex;
	return CKR_OK;
}

static CK_RV
mutex_use(void *mutex)
{
	(void)mutex;
	return CKR_OK;
}

static void
test_initialize_judges_its_arguments(void **state)
{
	static const struct {
		const char *name;
		CK_C_INITIALIZE_ARGS args;
		CK_RV want;
	} cases[] = {
	    {"nothing asked for", {0}, CKR_OK},
	    {"system locks", {.flags = CKF_OS_LOCKING_OK}, CKR_OK},
	    {"no threads of ours", {.flags = CKF_LIBRARY_CANT_CREATE_OS_THREADS}, CKR_OK},
	    {"own locks or the system's",
		{mutex_create, mutex_use, mutex_use, mutex_use, CKF_OS_LOCKING_OK, NULL}, CKR_OK},
	    {"own locks only", {mutex_create, mutex_use, mutex_use, mutex_use, 0, NULL},
		CKR_CANT_LOCK},
	    {"half of the locks", {.CreateMutex = mutex_create, .LockMutex = mutex_use},
		CKR_ARGUMENTS_BAD},
	    {"one lock missing",
		{mutex_create, mutex_use, mutex_use, NULL, CKF_OS_LOCKING_OK, NULL},
		CKR_ARGUMENTS_BAD},
	    {"empty parameters", {.pReserved = (void *)""}, CKR_OK},
	    {"a configuration", {.pReserved = (void *)"config=/nowhere/ccm.conf"}, CKR_OK},
	    {"a relative one", {.pReserved = (void *)"config=ccm.conf"}, CKR_ARGUMENTS_BAD},
	    {"other parameters", {.pReserved = (void *)"slots=3"}, CKR_ARGUMENTS_BAD},
	    {"a number for a pointer", {.pReserved = (void *)1}, CKR_ARGUMENTS_BAD},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		CK_C_INITIALIZE_ARGS args = cases[i].args;
		CK_RV rv = p11->C_Initialize(&args);

		if (rv != cases[i].want)
			fail_msg("%s: 0x%lx, not 0x%lx", cases[i].name, rv, cases[i].want);
		if (rv == CKR_OK)
			assert_ok(p11->C_Finalize(NULL));
	}
}

static void
test_initialize_happens_once_between_finalizes(void **state)
{
	int something;

	(void)state;
	for (int round = 0; round < 3; round++) {
		assert_ok(p11->C_Initialize(NULL));
		assert_rv(CKR_CRYPTOKI_ALREADY_INITIALIZED, p11->C_Initialize(NULL));
		assert_rv(CKR_ARGUMENTS_BAD, p11->C_Finalize(&something));
		assert_ok(p11->C_Finalize(NULL));
		assert_rv(CKR_CRYPTOKI_NOT_INITIALIZED, p11->C_Finalize(NULL));
	}
}

static unsigned
entries_of(const char *path)
{
	DIR *dir = opendir(path);
	unsigned count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

static void
test_initialize_leaves_no_thread_and_no_descriptor(void **state)
{
	unsigned threads = entries_of("/proc/self/task"), files = entries_of("/proc/self/fd");

	(void)state;
	assert_ok(p11->C_Initialize(NULL));
	assert_int_equal(entries_of("/proc/self/task"), threads);
	assert_int_equal(entries_of("/proc/self/fd"), files);
	assert_ok(p11->C_Finalize(NULL));
	assert_int_equal(entries_of("/proc/self/fd"), files);
}

static void
test_info_tells_the_version_of_its_list(void **state)
{
	CK_INFO info;

	(void)state;
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_GetInfo(NULL));
	assert_ok(p11->C_GetInfo(&info));
	assert_int_equal(info.cryptokiVersion.major, 2);
	assert_int_equal(info.cryptokiVersion.minor, 40);
	assert_int_equal(info.flags, 0);
	assert_memory_equal(info.manufacturerID, "Cloud Certificate Manager       ", 32);
	assert_ok(p11_3_0->base.C_GetInfo(&info));
	assert_int_equal(info.cryptokiVersion.major, 3);
	assert_int_equal(info.cryptokiVersion.minor, 0);
}

/* Configurations that are not there or not right: no slots, and the log says why, once. */

static void
assert_no_slots(const char *reason)
{
	CK_ULONG count;

	client_log_reset();
	assert_ok(p11->C_Initialize(NULL));
	for (int i = 0; i < 2; i++) {
		count = 99;
		assert_ok(p11->C_GetSlotList(CK_FALSE, NULL, &count));
		assert_int_equal(count, 0);
	}
	assert_ok(p11->C_Finalize(NULL));
	if (strstr(client_log(), reason) == NULL)
		fail_msg("\"%s\" is not in the log: %s", reason, client_log());
	assert_null(strchr(strchr(client_log(), '\n') + 1, '\n'));
}

static void
test_no_configuration_means_no_slots(void **state)
{
	(void)state;
	setenv("HOME", "/nowhere", 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("CCM_CONFIG");
	assert_no_slots("no configuration");
	assert_non_null(strstr(client_log(), "warn"));
	setenv("CCM_CONFIG", "/nowhere/ccm.conf", 1);
	assert_no_slots("/nowhere/ccm.conf");
}

static void
test_a_broken_configuration_means_no_slots(void **state)
{
	(void)state;
	client_configure("[cloud]\nregoin = eu-west-101\n");
	assert_no_slots("regoin");
	assert_non_null(strstr(client_log(), "error"));
	client_configure("[token NAME]\nkeys = some\n");
	assert_no_slots("keys");
}

static void
test_a_slot_is_not_there_without_configuration(void **state)
{
	CK_SESSION_HANDLE session;

	(void)state;
	setenv("CCM_CONFIG", "/nowhere/ccm.conf", 1);
	assert_ok(p11->C_Initialize(NULL));
	assert_rv(
	    CKR_SLOT_ID_INVALID, p11->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &session));
	assert_ok(p11->C_Finalize(NULL));
}

/* Last: makes the process's model, from a file that only the parameter names. */
static void
test_the_parameter_names_the_configuration(void **state)
{
	char parameter[512];
	CK_C_INITIALIZE_ARGS args = {.pReserved = parameter};
	CK_ULONG count;

	(void)state;
	client_configure("[cloud]\npca_endpoint = https://127.0.0.1:1\n[auth]\ntoken = t\n"
			 "[token Only]\nservice = pca\n");
	snprintf(parameter, sizeof(parameter), "config=%s", getenv("CCM_CONFIG"));
	unsetenv("CCM_CONFIG");
	assert_ok(p11->C_Initialize(&args));
	assert_ok(p11->C_GetSlotList(CK_TRUE, NULL, &count));
	assert_int_equal(count, 1);
	client_slot("Only");
	assert_ok(p11->C_Finalize(NULL));
}

/* Exit handlers of others call C_Finalize when libcrypto is gone already. */
static void
test_finalize_works_after_libcrypto_has_cleaned_up(void **state)
{
	CK_OBJECT_CLASS class = CKO_PROFILE;
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof(class)};
	CK_SESSION_HANDLE session;
	int status;
	pid_t pid;

	(void)state;
	assert_ok(p11->C_Initialize(NULL));
	session = client_session("Only");
	assert_ok(p11->C_FindObjectsInit(session, &template, 1));
	pid = fork();
	if (pid == 0) {
		OPENSSL_cleanup();
		_exit(p11->C_Finalize(NULL) == CKR_OK ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_ok(p11->C_Finalize(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_member_of_either_list_is_null),
	    cmocka_unit_test(test_lists_start_with_their_version),
	    cmocka_unit_test(test_function_list_needs_a_place),
	    cmocka_unit_test(test_interface_list_holds_3_0_and_2_40),
	    cmocka_unit_test(test_interface_is_chosen_by_name_version_and_flags),
	    cmocka_unit_test(test_nothing_works_before_initialize),
	    cmocka_unit_test(test_initialize_judges_its_arguments),
	    cmocka_unit_test(test_initialize_happens_once_between_finalizes),
	    cmocka_unit_test(test_initialize_leaves_no_thread_and_no_descriptor),
	    cmocka_unit_test_setup_teardown(
		test_what_is_not_supported_says_so, client_start, client_stop),
	    cmocka_unit_test_setup_teardown(
		test_info_tells_the_version_of_its_list, client_start, client_stop),
	    cmocka_unit_test(test_no_configuration_means_no_slots),
	    cmocka_unit_test(test_a_broken_configuration_means_no_slots),
	    cmocka_unit_test(test_a_slot_is_not_there_without_configuration),
	    cmocka_unit_test(test_the_parameter_names_the_configuration),
	    cmocka_unit_test(test_finalize_works_after_libcrypto_has_cleaned_up),
	};

	return cmocka_run_group_tests_name("p11/init", tests, client_load, NULL);
}
