/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
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
	    {"as NSS asks",
		{mutex_create, mutex_use, mutex_use, mutex_use,
		    CKF_OS_LOCKING_OK | CKF_LIBRARY_CANT_CREATE_OS_THREADS, NULL},
		CKR_OK},
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

/* p11-kit and a browser in one process: whoever comes second is told, and the first to go ends it
 * for both. */
static void
test_two_users_share_one_life(void **state)
{
	CK_INFO info;

	(void)state;
	assert_ok(p11->C_Initialize(NULL));
	assert_rv(CKR_CRYPTOKI_ALREADY_INITIALIZED, p11_3_0->base.C_Initialize(NULL));
	assert_ok(p11_3_0->base.C_GetInfo(&info));
	assert_ok(p11->C_Finalize(NULL));
	assert_rv(CKR_CRYPTOKI_NOT_INITIALIZED, p11_3_0->base.C_GetInfo(&info));
	assert_rv(CKR_CRYPTOKI_NOT_INITIALIZED, p11_3_0->base.C_Finalize(NULL));
	assert_ok(p11_3_0->base.C_Initialize(NULL));
	assert_ok(p11->C_GetInfo(&info));
	assert_ok(p11_3_0->base.C_Finalize(NULL));
}

#define RACERS 8

static void *
race(void *count)
{
	CK_RV rv = p11->C_Initialize(NULL);

	if (rv == CKR_OK)
		atomic_fetch_add((atomic_uint *)count, 1);
	return rv == CKR_OK || rv == CKR_CRYPTOKI_ALREADY_INITIALIZED ? count : NULL;
}

static void
test_of_many_that_initialize_one_does(void **state)
{
	pthread_t threads[RACERS];

	(void)state;
	for (int round = 0; round < 20; round++) {
		atomic_uint count = 0;
		void *result;

		for (int i = 0; i < RACERS; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, race, &count), 0);
		for (int i = 0; i < RACERS; i++) {
			pthread_join(threads[i], &result);
			assert_ptr_equal(result, &count);
		}
		assert_int_equal(atomic_load(&count), 1);
		assert_ok(p11->C_Finalize(NULL));
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
	    cmocka_unit_test(test_initialize_judges_its_arguments),
	    cmocka_unit_test(test_initialize_happens_once_between_finalizes),
	    cmocka_unit_test(test_two_users_share_one_life),
	    cmocka_unit_test(test_of_many_that_initialize_one_does),
	    cmocka_unit_test(test_initialize_leaves_no_thread_and_no_descriptor),
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
