/* SPDX-License-Identifier: Apache-2.0 */

/* Slots and tokens, for which nobody is asked: nobody listens on the service's port. */

#include "client.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
load(void **state)
{
	int rv = client_load(state);

	client_configure(client_dead_service);
	return rv;
}

static void
test_slot_list_follows_the_buffer_convention(void **state)
{
	CK_SLOT_ID slots[2] = {77, 77};
	CK_ULONG count = 99;

	(void)state;
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_GetSlotList(CK_TRUE, NULL, NULL));
	assert_ok(p11->C_GetSlotList(CK_TRUE, NULL, &count));
	assert_int_equal(count, 2);
	count = 1;
	assert_rv(CKR_BUFFER_TOO_SMALL, p11->C_GetSlotList(CK_TRUE, slots, &count));
	assert_int_equal(count, 2);
	assert_int_equal(slots[0], 77);
	assert_ok(p11->C_GetSlotList(CK_FALSE, slots, &count));
	assert_int_equal(slots[0], 0);
	assert_int_equal(slots[1], 1);
}

static void
assert_blank_padded(const unsigned char *field, size_t width)
{
	size_t len = width;

	assert_null(memchr(field, '\0', width));
	while (len > 0 && field[len - 1] == ' ')
		len--;
	assert_int_not_equal(len, 0);
}

static void
test_slot_info_is_truthful(void **state)
{
	CK_SLOT_INFO info;

	(void)state;
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_GetSlotInfo(0, NULL));
	assert_rv(CKR_SLOT_ID_INVALID, p11->C_GetSlotInfo(2, &info));
	assert_ok(p11->C_GetSlotInfo(1, &info));
	assert_blank_padded(info.slotDescription, sizeof(info.slotDescription));
	assert_blank_padded(info.manufacturerID, sizeof(info.manufacturerID));
	assert_int_equal(info.flags, CKF_TOKEN_PRESENT);
}

static void
test_token_info_is_truthful(void **state)
{
	CK_TOKEN_INFO alpha, beta;

	(void)state;
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_GetTokenInfo(0, NULL));
	assert_rv(CKR_SLOT_ID_INVALID, p11->C_GetTokenInfo(2, &alpha));
	assert_ok(p11->C_GetTokenInfo(0, &alpha));
	assert_ok(p11->C_GetTokenInfo(1, &beta));
	assert_memory_equal(alpha.label, "Alpha                           ", 32);
	assert_memory_equal(beta.label, "Beta                            ", 32);
	assert_memory_equal(alpha.model, "PCA             ", 16);
	assert_memory_not_equal(alpha.serialNumber, beta.serialNumber, 16);
	assert_blank_padded(alpha.serialNumber, 16);
	assert_int_equal(alpha.flags, CKF_TOKEN_INITIALIZED | CKF_WRITE_PROTECTED | CKF_RNG);
	assert_int_equal(alpha.ulMaxSessionCount, CK_EFFECTIVELY_INFINITE);
	assert_int_equal(alpha.ulTotalPublicMemory, CK_UNAVAILABLE_INFORMATION);
}

static void
test_every_listed_mechanism_has_its_info(void **state)
{
	static const struct {
		CK_FLAGS there, back;
	} pairs[] = {
	    {CKF_SIGN, CKF_VERIFY},
	    {CKF_SIGN_RECOVER, CKF_VERIFY_RECOVER},
	    {CKF_ENCRYPT, CKF_DECRYPT},
	    {CKF_WRAP, CKF_UNWRAP},
	};
	CK_MECHANISM_TYPE list[64];
	CK_MECHANISM_INFO info;
	CK_ULONG count;

	(void)state;
	assert_rv(CKR_SLOT_ID_INVALID, p11->C_GetMechanismList(2, NULL, &count));
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_GetMechanismList(0, NULL, NULL));
	assert_ok(p11->C_GetMechanismList(0, NULL, &count));
	assert_in_range(count, 15, COUNT(list));
	count--;
	assert_rv(CKR_BUFFER_TOO_SMALL, p11->C_GetMechanismList(0, list, &count));
	assert_ok(p11->C_GetMechanismList(0, list, &count));
	for (CK_ULONG i = 0; i < count; i++) {
		assert_ok(p11->C_GetMechanismInfo(0, list[i], &info));
		assert_true(info.ulMinKeySize <= info.ulMaxKeySize);
		for (size_t j = 0; j < COUNT(pairs); j++)
			assert_int_equal(
			    (info.flags & pairs[j].there) != 0, (info.flags & pairs[j].back) != 0);
		assert_int_not_equal(info.flags & ~(CK_FLAGS)CKF_EC_F_P, 0);
	}
	assert_ok(p11->C_GetMechanismInfo(0, CKM_ECDSA, &info));
	assert_int_equal(info.ulMinKeySize, 256);
	assert_int_equal(info.ulMaxKeySize, 521);
	assert_true((info.flags & CKF_EC_NAMEDCURVE) != 0);
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_GetMechanismInfo(0, CKM_ECDSA, NULL));
	assert_rv(CKR_MECHANISM_INVALID, p11->C_GetMechanismInfo(0, CKM_MD5_RSA_PKCS, &info));
	assert_rv(CKR_SLOT_ID_INVALID, p11->C_GetMechanismInfo(9, CKM_ECDSA, &info));
}

static void
test_nothing_happens_in_a_slot(void **state)
{
	CK_SLOT_ID slot;

	(void)state;
	assert_rv(CKR_NO_EVENT, p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL));
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, NULL, NULL));
	assert_rv(CKR_ARGUMENTS_BAD, p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, &slot));
}

static atomic_int waiter; /* its thread id */

static void *
await_event(void *unused)
{
	CK_SLOT_ID slot;

	(void)unused;
	atomic_store(&waiter, (int)gettid());
	return (void *)p11->C_WaitForSlotEvent(0, &slot, NULL);
}

/* Is the thread asleep? */
static bool
sleeps(int thread)
{
	char path[64], state = '?';
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", thread);
	file = fopen(path, "r");
	if (file == NULL)
		return false;
	assert_int_equal(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
	fclose(file);
	return state == 'S';
}

static void
test_waiting_for_an_event_ends_with_finalize(void **state)
{
	pthread_t threads[2];
	void *rv;

	(void)state;
	for (size_t i = 0; i < COUNT(threads); i++) {
		atomic_store(&waiter, 0);
		assert_int_equal(pthread_create(&threads[i], NULL, await_event, NULL), 0);
		while (atomic_load(&waiter) == 0 || !sleeps(atomic_load(&waiter)))
			sched_yield();
	}
	client_open(0, 0); /* nobody is in the way of others */
	assert_ok(p11->C_Finalize(NULL));
	assert_ok(p11->C_Initialize(NULL));
	for (size_t i = 0; i < COUNT(threads); i++) {
		pthread_join(threads[i], &rv);
		assert_rv(CKR_CRYPTOKI_NOT_INITIALIZED, (CK_RV)rv);
	}
}

#define started(test) cmocka_unit_test_setup_teardown(test, client_start, client_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    started(test_slot_list_follows_the_buffer_convention),
	    started(test_slot_info_is_truthful),
	    started(test_token_info_is_truthful),
	    started(test_every_listed_mechanism_has_its_info),
	    started(test_nothing_happens_in_a_slot),
	    started(test_waiting_for_an_event_ends_with_finalize),
	};

	return cmocka_run_group_tests_name("p11/slot", tests, load, NULL);
}
