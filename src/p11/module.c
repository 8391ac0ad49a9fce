/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/crypto.h"
#include "core/log.h"
#include "p11/p11.h"

/*
 * C_Initialize and C_Finalize only change this: no network, thread, descriptor or libcrypto is
 * touched, so both may come at any time, C_Finalize even inside or after OPENSSL_cleanup.
 */
static struct {
	struct ccm_lock lock;
	bool initialized;
	unsigned generation;        /* of the process that called C_Initialize */
	char config_path[PATH_MAX]; /* empty: the usual places */
	unsigned long ends;         /* how often it was finalized */
	pthread_cond_t ended;       /* for who waits for the next time ... */
	unsigned ended_generation;  /* ... in this process: a child has no waiters */
} module = {.lock = CCM_LOCK_INIT, .ended = PTHREAD_COND_INITIALIZER};

/*
 * pReserved carries the text that a registration gives us (p11-kit's x-init-reserved, NSS's library
 * parameters): "config=/path/of/ccm.conf". No text begins in the first page; other callers'
 * small numbers are refused without being read.
 */
static bool
parse_parameters(const void *reserved, char config_path[static PATH_MAX], struct ccm_error *err)
{
	static const char key[] = "config=";
	const char *text = reserved, *path;

	config_path[0] = '\0';
	if (reserved == NULL)
		return true;
	if ((uintptr_t)reserved < 4096)
		return ccm_fail(err, CCM_USAGE, "pReserved is not a text");
	if (*text == '\0')
		return true;
	path = text + strlen(key);
	if (strncmp(text, key, strlen(key)) != 0 || *path != '/' || strlen(path) >= PATH_MAX)
		return ccm_fail(err, CCM_USAGE,
		    "module parameters \"%.128s\": the form is config=/path/of/ccm.conf", text);
	memcpy(config_path, path, strlen(path) + 1);
	return true;
}

/* We always use the system's locks: who insists on locks of their own cannot have us. */
static CK_RV
check_locking(const CK_C_INITIALIZE_ARGS *args)
{
	int given = (args->CreateMutex != NULL) + (args->DestroyMutex != NULL) +
		    (args->LockMutex != NULL) + (args->UnlockMutex != NULL);

	if (given != 0 && given != 4)
		return CKR_ARGUMENTS_BAD;
	if (given != 0 && (args->flags & CKF_OS_LOCKING_OK) == 0)
		return CKR_CANT_LOCK;
	return CKR_OK;
}

static pthread_cond_t *
ended_locked(void)
{
	unsigned now = ccm_fork_generation();

	if (module.ended_generation != now)
		pthread_cond_init(&module.ended, NULL);
	module.ended_generation = now;
	return &module.ended;
}

static void
forget_locked(void)
{
	ccm_p11_sessions_forget_locked();
	ccm_p11_slots_forget_locked();
	module.initialized = false;
	module.ends++;
	pthread_cond_broadcast(ended_locked());
}

/* A child that initializes starts afresh; one that doesn't goes on with what it inherited. */
static CK_RV
initialize_locked(const char *config_path)
{
	unsigned now = ccm_fork_generation();

	if (module.initialized && module.generation == now)
		return CKR_CRYPTOKI_ALREADY_INITIALIZED;
	if (module.initialized)
		forget_locked();
	memcpy(module.config_path, config_path, strlen(config_path) + 1);
	module.generation = now;
	module.initialized = true;
	return CKR_OK;
}

CK_RV
ccm_p11_initialize(CK_C_INITIALIZE_ARGS *args)
{
	struct ccm_error err = {0};
	char config_path[PATH_MAX] = "";
	CK_RV rv = args != NULL ? check_locking(args) : CKR_OK;

	if (ccm_network_active())
		return CKR_FUNCTION_FAILED;
	if (rv != CKR_OK)
		return rv;
	if (args != NULL && !parse_parameters(args->pReserved, config_path, &err))
		return ccm_p11_failure("C_Initialize", &err);
	ccm_lock_acquire(&module.lock);
	rv = initialize_locked(config_path);
	ccm_p11_unlock();
	return rv;
}

CK_RV
ccm_p11_finalize(void *reserved)
{
	CK_RV rv = ccm_p11_lock();

	if (rv != CKR_OK)
		return rv;
	if (reserved != NULL)
		rv = CKR_ARGUMENTS_BAD;
	else
		forget_locked();
	ccm_p11_unlock();
	return rv;
}

CK_RV
ccm_p11_await_end_locked(void)
{
	unsigned long ends = module.ends;

	while (module.ends == ends)
		pthread_cond_wait(ended_locked(), &module.lock.mutex);
	return CKR_CRYPTOKI_NOT_INITIALIZED;
}

CK_RV
ccm_p11_lock(void)
{
	if (ccm_network_active())
		return CKR_FUNCTION_FAILED;
	ccm_lock_acquire(&module.lock);
	if (module.initialized)
		return CKR_OK;
	ccm_lock_release(&module.lock);
	return CKR_CRYPTOKI_NOT_INITIALIZED;
}

void
ccm_p11_unlock(void)
{
	ccm_lock_release(&module.lock);
}

void
ccm_p11_config_path_locked(char out[static PATH_MAX])
{
	memcpy(out, module.config_path, PATH_MAX);
}

CK_RV
ccm_p11_leave(const char *function, CK_RV rv)
{
	ccm_log(TRACE, P11, "%s: 0x%lx", function, rv);
	return rv;
}

CK_RV
ccm_p11_refuse(const char *function, CK_RV rv)
{
	CK_RV entered = ccm_p11_lock();

	if (entered == CKR_OK)
		ccm_p11_unlock();
	return ccm_p11_leave(function, entered != CKR_OK ? entered : rv);
}

void
ccm_p11_pad(unsigned char *field, size_t width, const char *text)
{
	size_t len = strlen(text);

	if (len > width) {
		len = width;
		while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
			len--;
	}
	memset(field, ' ', width);
	memcpy(field, text, len);
}

static CK_VERSION
library_version(void)
{
	unsigned major = 0, minor = 0;

	sscanf(CCM_VERSION, "%u.%u", &major, &minor);
	return (CK_VERSION){(CK_BYTE)major, (CK_BYTE)minor};
}

CK_RV
ccm_p11_get_info(CK_INFO *info, CK_VERSION version)
{
	CK_RV rv = ccm_p11_lock();

	if (rv != CKR_OK)
		return rv;
	ccm_p11_unlock();
	if (info == NULL)
		return CKR_ARGUMENTS_BAD;
	*info = (CK_INFO){.cryptokiVersion = version, .libraryVersion = library_version()};
	ccm_p11_pad(info->manufacturerID, sizeof(info->manufacturerID), CCM_MANUFACTURER);
	ccm_p11_pad(info->libraryDescription, sizeof(info->libraryDescription), "CCM tokens");
	return CKR_OK;
}
