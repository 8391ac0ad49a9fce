/* SPDX-License-Identifier: Apache-2.0 */
#include "fault_module.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

EXPORT CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list);
EXPORT void fault_module_answer(const char *function, unsigned long rv, unsigned times);
EXPORT void fault_module_remove(void);
EXPORT void fault_module_flags(unsigned long flags);
EXPORT void fault_module_hide(unsigned long mechanism);
EXPORT void fault_module_single(int single);
EXPORT void fault_module_sessions(int more);
EXPORT unsigned fault_module_count(const char *what);
EXPORT void fault_module_reset(void);

enum function {
	C_INITIALIZE,
	C_FINALIZE,
	C_GET_SLOT_LIST,
	C_GET_TOKEN_INFO,
	C_GET_MECHANISM_LIST,
	C_OPEN_SESSION,
	C_CLOSE_SESSION,
	C_GET_SESSION_INFO,
	C_LOGIN,
	C_FIND_OBJECTS_INIT,
	C_GET_ATTRIBUTE_VALUE,
	C_SIGN_INIT,
	C_SIGN,
	C_DECRYPT_INIT,
	C_DECRYPT,
	C_DERIVE_KEY,
	C_GENERATE_KEY_PAIR,
	FUNCTIONS
};

static const char *const names[FUNCTIONS] = {"C_Initialize", "C_Finalize", "C_GetSlotList",
    "C_GetTokenInfo", "C_GetMechanismList", "C_OpenSession", "C_CloseSession", "C_GetSessionInfo",
    "C_Login", "C_FindObjectsInit", "C_GetAttributeValue", "C_SignInit", "C_Sign", "C_DecryptInit",
    "C_Decrypt", "C_DeriveKey", "C_GenerateKeyPair"};

static CK_FUNCTION_LIST *behind, ours;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	CK_RV rv[FUNCTIONS];
	unsigned times[FUNCTIONS], calls[FUNCTIONS];
	bool removed, single;
	CK_FLAGS flags;
	CK_MECHANISM_TYPE hidden[8];
	size_t hidden_count;
	int sessions;
} state = {.sessions = -1};
static atomic_int inside;
static atomic_uint overlaps;

/* Commands */

static int
index_of(const char *name)
{
	for (int i = 0; i < FUNCTIONS; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	fprintf(stderr, "fault module: there is no %s\n", name);
	abort();
}

void
fault_module_answer(const char *function, unsigned long rv, unsigned times)
{
	int i = index_of(function);

	pthread_mutex_lock(&lock);
	state.rv[i] = rv;
	state.times[i] = times;
	pthread_mutex_unlock(&lock);
}

void
fault_module_remove(void)
{
	pthread_mutex_lock(&lock);
	state.removed = true;
	pthread_mutex_unlock(&lock);
}

void
fault_module_flags(unsigned long flags)
{
	state.flags = flags;
}

void
fault_module_hide(unsigned long mechanism)
{
	state.hidden[state.hidden_count++] = mechanism;
}

void
fault_module_single(int single)
{
	state.single = single != 0;
}

void
fault_module_sessions(int more)
{
	pthread_mutex_lock(&lock);
	state.sessions = more;
	pthread_mutex_unlock(&lock);
}

unsigned
fault_module_count(const char *what)
{
	unsigned count;

	if (strcmp(what, "overlap") == 0)
		return atomic_load(&overlaps);
	pthread_mutex_lock(&lock);
	count = state.calls[index_of(what)];
	pthread_mutex_unlock(&lock);
	return count;
}

void
fault_module_reset(void)
{
	pthread_mutex_lock(&lock);
	memset(&state, 0, sizeof(state));
	state.sessions = -1;
	atomic_store(&overlaps, 0);
	pthread_mutex_unlock(&lock);
}

/* Calls */

static CK_RV
before(enum function function)
{
	CK_RV rv = CKR_OK;

	pthread_mutex_lock(&lock);
	state.calls[function]++;
	if (state.removed && function != C_FINALIZE)
		rv = CKR_DEVICE_REMOVED;
	if (state.times[function] != 0) {
		state.times[function]--;
		rv = state.rv[function];
	}
	pthread_mutex_unlock(&lock);
	if (atomic_fetch_add(&inside, 1) != 0)
		atomic_fetch_add(&overlaps, 1);
	return rv;
}

static CK_RV
after(CK_RV rv)
{
	atomic_fetch_sub(&inside, 1);
	return rv;
}

#define CALL(function, ...)                                                  \
	do {                                                                 \
		CK_RV fault = before(function);                              \
		return after(fault != CKR_OK ? fault : behind->__VA_ARGS__); \
	} while (0)

static bool
is_hidden(CK_MECHANISM_TYPE type)
{
	for (size_t i = 0; i < state.hidden_count; i++)
		if (state.hidden[i] == type)
			return true;
	return false;
}

static CK_RV
initialize(void *args)
{
	const CK_C_INITIALIZE_ARGS *given = args;
	CK_RV rv = before(C_INITIALIZE);

	if (rv == CKR_OK && state.single && given != NULL &&
	    ((given->flags & CKF_OS_LOCKING_OK) != 0 || given->CreateMutex != NULL))
		rv = CKR_CANT_LOCK;
	return after(rv != CKR_OK ? rv : behind->C_Initialize(args));
}

static CK_RV
finalize(void *reserved)
{
	CK_RV rv = before(C_FINALIZE);

	pthread_mutex_lock(&lock);
	state.removed = false;
	pthread_mutex_unlock(&lock);
	return after(rv != CKR_OK ? rv : behind->C_Finalize(reserved));
}

static CK_RV
get_slot_list(CK_BBOOL present, CK_SLOT_ID *list, CK_ULONG *count)
{
	CALL(C_GET_SLOT_LIST, C_GetSlotList(present, list, count));
}

static CK_RV
get_token_info(CK_SLOT_ID id, CK_TOKEN_INFO *info)
{
	CK_RV rv = before(C_GET_TOKEN_INFO);

	if (rv == CKR_OK)
		rv = behind->C_GetTokenInfo(id, info);
	if (rv == CKR_OK)
		info->flags |= state.flags;
	return after(rv);
}

static CK_RV
get_mechanism_list(CK_SLOT_ID id, CK_MECHANISM_TYPE *list, CK_ULONG *count)
{
	CK_RV rv = before(C_GET_MECHANISM_LIST);
	CK_ULONG kept = 0;

	if (rv == CKR_OK)
		rv = behind->C_GetMechanismList(id, list, count);
	if (rv != CKR_OK || list == NULL)
		return after(rv);
	for (CK_ULONG i = 0; i < *count; i++)
		if (!is_hidden(list[i]))
			list[kept++] = list[i];
	*count = kept;
	return after(rv);
}

static CK_RV
open_session(
    CK_SLOT_ID id, CK_FLAGS flags, void *application, CK_NOTIFY notify, CK_SESSION_HANDLE *session)
{
	CK_RV rv = before(C_OPEN_SESSION);

	pthread_mutex_lock(&lock);
	if (rv == CKR_OK && state.sessions == 0)
		rv = CKR_SESSION_COUNT;
	else if (rv == CKR_OK && state.sessions > 0)
		state.sessions--;
	pthread_mutex_unlock(&lock);
	return after(
	    rv != CKR_OK ? rv : behind->C_OpenSession(id, flags, application, notify, session));
}

static CK_RV
close_session(CK_SESSION_HANDLE session)
{
	CK_RV rv = before(C_CLOSE_SESSION);

	pthread_mutex_lock(&lock);
	if (state.sessions >= 0)
		state.sessions++;
	pthread_mutex_unlock(&lock);
	return after(rv != CKR_OK ? rv : behind->C_CloseSession(session));
}

static CK_RV
get_session_info(CK_SESSION_HANDLE session, CK_SESSION_INFO *info)
{
	CALL(C_GET_SESSION_INFO, C_GetSessionInfo(session, info));
}

static CK_RV
login(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char *pin, CK_ULONG len)
{
	CALL(C_LOGIN, C_Login(session, user, pin, len));
}

static CK_RV
find_objects_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE *wanted, CK_ULONG count)
{
	CALL(C_FIND_OBJECTS_INIT, C_FindObjectsInit(session, wanted, count));
}

static CK_RV
get_attribute_value(
    CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *wanted, CK_ULONG count)
{
	CALL(C_GET_ATTRIBUTE_VALUE, C_GetAttributeValue(session, object, wanted, count));
}

static CK_RV
sign_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	CK_RV rv = before(C_SIGN_INIT);

	if (rv == CKR_OK && is_hidden(mechanism->mechanism))
		rv = CKR_MECHANISM_INVALID;
	return after(rv != CKR_OK ? rv : behind->C_SignInit(session, mechanism, key));
}

static CK_RV
sign(CK_SESSION_HANDLE session, unsigned char *data, CK_ULONG len, unsigned char *out,
    CK_ULONG *out_len)
{
	CALL(C_SIGN, C_Sign(session, data, len, out, out_len));
}

static CK_RV
decrypt_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	CK_RV rv = before(C_DECRYPT_INIT);

	if (rv == CKR_OK && is_hidden(mechanism->mechanism))
		rv = CKR_MECHANISM_INVALID;
	return after(rv != CKR_OK ? rv : behind->C_DecryptInit(session, mechanism, key));
}

static CK_RV
decrypt(CK_SESSION_HANDLE session, unsigned char *data, CK_ULONG len, unsigned char *out,
    CK_ULONG *out_len)
{
	CALL(C_DECRYPT, C_Decrypt(session, data, len, out, out_len));
}

static CK_RV
derive_key(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key,
    CK_ATTRIBUTE *wanted, CK_ULONG count, CK_OBJECT_HANDLE *made)
{
	CALL(C_DERIVE_KEY, C_DeriveKey(session, mechanism, key, wanted, count, made));
}

static CK_RV
generate_key_pair(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_ATTRIBUTE *of_public,
    CK_ULONG public_count, CK_ATTRIBUTE *of_private, CK_ULONG private_count,
    CK_OBJECT_HANDLE *public, CK_OBJECT_HANDLE *private)
{
	CALL(C_GENERATE_KEY_PAIR, C_GenerateKeyPair(session, mechanism, of_public, public_count,
				      of_private, private_count, public, private));
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
load(void)
{
	const char *path = getenv("FAULT_MODULE_BEHIND");
	void *library = path != NULL ? dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) : NULL;
	CK_C_GetFunctionList get = NULL;

	if (library != NULL)
		*(void **)&get = dlsym(library, "C_GetFunctionList");
	if (get == NULL || get(&behind) != CKR_OK)
		return;
	ours = *behind;
	ours.C_GetFunctionList = C_GetFunctionList;
	ours.C_Initialize = initialize;
	ours.C_Finalize = finalize;
	ours.C_GetSlotList = get_slot_list;
	ours.C_GetTokenInfo = get_token_info;
	ours.C_GetMechanismList = get_mechanism_list;
	ours.C_OpenSession = open_session;
	ours.C_CloseSession = close_session;
	ours.C_GetSessionInfo = get_session_info;
	ours.C_Login = login;
	ours.C_FindObjectsInit = find_objects_init;
	ours.C_GetAttributeValue = get_attribute_value;
	ours.C_SignInit = sign_init;
	ours.C_Sign = sign;
	ours.C_DecryptInit = decrypt_init;
	ours.C_Decrypt = decrypt;
	ours.C_DeriveKey = derive_key;
	ours.C_GenerateKeyPair = generate_key_pair;
}

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **list)
{
	pthread_once(&once, load);
	if (behind == NULL)
		return CKR_GENERAL_ERROR;
	*list = &ours;
	return CKR_OK;
}
