/* SPDX-License-Identifier: Apache-2.0 */

/*
 * fork() in the middle of everything: threads open, find, make, change, destroy and close all the
 * time, and whatever they hold just then, the child goes on with what it inherited, or starts
 * afresh. Nobody listens on the service's port.
 */

#include "client.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#define THREADS 0 /* its allocator hangs in the child of a process with threads */
#else
#define THREADS 4
#endif
#define FORKS 60
#define DEADLINE 60 /* s: a child that hangs is killed by its alarm */

static atomic_bool stop;
static atomic_uint failures, rounds;
static CK_OBJECT_CLASS data = CKO_DATA;

/* cmocka's assertions are for the main thread only. */
#define EXPECT(call)                                                      \
	do {                                                              \
		CK_RV expect_rv = (call);                                 \
                                                                          \
		if (expect_rv != CKR_OK) {                                \
			fprintf(stderr, "%s: 0x%lx\n", #call, expect_rv); \
			atomic_fetch_add(&failures, 1);                   \
			return;                                           \
		}                                                         \
	} while (0)

static void
use(CK_SESSION_HANDLE session, const char *label)
{
	CK_ATTRIBUTE template[] = {
	    {CKA_CLASS, &data, sizeof(data)}, {CKA_LABEL, (void *)label, strlen(label)}};
	CK_ATTRIBUTE value = {CKA_VALUE, (void *)"value", 5};
	CK_OBJECT_HANDLE object, found;
	CK_ULONG count = 0;

	EXPECT(p11->C_CreateObject(session, template, COUNT(template), &object));
	EXPECT(p11->C_FindObjectsInit(session, template, COUNT(template)));
	EXPECT(p11->C_FindObjects(session, &found, 1, &count));
	EXPECT(p11->C_FindObjectsFinal(session));
	EXPECT(count == 1 ? CKR_OK : CKR_OBJECT_HANDLE_INVALID);
	EXPECT(p11->C_SetAttributeValue(session, object, &value, 1));
	EXPECT(p11->C_DestroyObject(session, object));
}

static void
open_use_close(const char *label)
{
	CK_SESSION_HANDLE session;

	EXPECT(p11->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &session));
	use(session, label);
	EXPECT(p11->C_CloseSession(session));
}

static void *
hammer(void *index)
{
	char label[32];

	snprintf(label, sizeof(label), "of thread %d", *(int *)index);
	while (!atomic_load(&stop)) {
		open_use_close(label);
		atomic_fetch_add(&rounds, 1);
	}
	return NULL;
}

static int
child(bool afresh, CK_SESSION_HANDLE inherited)
{
	CK_SESSION_INFO info;
	CK_RV rv;

	alarm(DEADLINE);
	atomic_store(&failures, 0);
	if (afresh && p11->C_Initialize(NULL) != CKR_OK)
		return 1;
	rv = p11->C_GetSessionInfo(inherited, &info);
	if (rv != (afresh ? CKR_SESSION_HANDLE_INVALID : CKR_OK))
		return 2;
	if (!afresh)
		use(inherited, "of the child");
	for (int i = 0; i < 20; i++)
		open_use_close("of the child");
	if (atomic_load(&failures) != 0)
		return 3;
	return p11->C_Finalize(NULL) == CKR_OK ? 0 : 4;
}

static void
test_children_of_a_busy_parent_go_on(void **state)
{
	CK_SESSION_HANDLE session = client_open(0, 0);
	pthread_t threads[THREADS + 1];
	int indexes[THREADS + 1];
	unsigned before;

	(void)state;
	for (int i = 0; i < THREADS; i++) {
		indexes[i] = i;
		assert_int_equal(pthread_create(&threads[i], NULL, hammer, &indexes[i]), 0);
	}
	for (int i = 0; i < FORKS; i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0)
			_exit(child(i % 2 != 0, session));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			fail_msg("child %d: wait status 0x%x", i, status);
	}
	before = atomic_load(&rounds);
	while (THREADS != 0 && atomic_load(&rounds) == before && atomic_load(&failures) == 0)
		sched_yield(); /* the parent goes on, too */
	atomic_store(&stop, true);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(atomic_load(&failures), 0);
	use(session, "of the parent");
	assert_int_equal(atomic_load(&failures), 0);
}

static int
load(void **state)
{
	int rv = client_load(state);

	client_configure(client_dead_service);
	return rv;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_children_of_a_busy_parent_go_on, client_start, client_stop),
	};

	return cmocka_run_group_tests_name("p11/fork", tests, load, NULL);
}
