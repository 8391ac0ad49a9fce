/* SPDX-License-Identifier: Apache-2.0 */
/* Loading a module, finding the token in it, logging in. */
#include <dlfcn.h>
#include <p11-kit/p11-kit.h>
#include <string.h>

#include "core/log.h"
#include "key/hsm_module.h"

#define SLOTS_MAX 256

/* Of the PKCS#11 structures: padded with blanks, not terminated. */
static bool
field_is(const unsigned char *field, size_t size, const char *text)
{
	size_t len = p11_kit_space_strlen(field, size);

	return len == strlen(text) && memcmp(field, text, len) == 0;
}

/* The module */

static bool
fail_load(struct ccm_error *err, const struct ccm_hsm *hsm, const char *reason)
{
	return ccm_fail(err, CCM_CONFIG, "HSM cluster %s: cannot load module %s: %s", hsm->cluster,
	    hsm->module, reason != NULL ? reason : "no reason given");
}

/* Once there it stays: modules have threads, handlers and destructors that unloading breaks. */
static bool
pin_library(const struct ccm_hsm *hsm, struct ccm_error *err)
{
	void *library = dlopen(hsm->module, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	if (library == NULL)
		return fail_load(err, hsm, dlerror());
	if (dlsym(library, "C_GetFunctionList") == NULL) {
		dlclose(library);
		return fail_load(err, hsm, "it is no PKCS#11 module");
	}
	dlclose(library);
	return true;
}

/* A module of several clusters is asked to start once for each. */
static CK_RV
initialize_alone(CK_FUNCTION_LIST *functions)
{
	CK_RV rv = functions->C_Initialize(NULL);

	return rv == CKR_CRYPTOKI_ALREADY_INITIALIZED ? CKR_OK : rv;
}

/* Without p11-kit's coordination, which insists on locks. */
static bool
load_bare(struct ccm_hsm_connection *made, const struct ccm_hsm *hsm, struct ccm_error *err)
{
	CK_RV rv;

	ccm_log(DEBUG, KEY, "HSM cluster %s: module %s cannot lock: its calls are serialised",
	    hsm->cluster, hsm->module);
	made->serialised = true;
	ccm_hsm_calls_begin(made);
	made->functions = p11_kit_module_load(hsm->module, P11_KIT_MODULE_UNMANAGED);
	if (made->functions == NULL)
		return fail_load(err, hsm, p11_kit_message());
	rv = initialize_alone(made->functions);
	return rv == CKR_OK || ccm_hsm_fail(err, hsm, "initialising it", rv);
}

/*
 * Coordinated by p11-kit, so that others in the process may use the module, too, and so that it's
 * initialised anew in a child.
 */
static bool
load(struct ccm_hsm_connection *made, const struct ccm_hsm *hsm, struct ccm_error *err)
{
	CK_RV rv;

	if (!pin_library(hsm, err))
		return false;
	made->functions = p11_kit_module_load(hsm->module, 0);
	if (made->functions == NULL)
		return fail_load(err, hsm, p11_kit_message());
	rv = p11_kit_module_initialize(made->functions);
	made->managed = rv == CKR_OK;
	if (rv == CKR_OK)
		return true;
	p11_kit_module_release(made->functions);
	made->functions = NULL;
	return rv == CKR_CANT_LOCK ? load_bare(made, hsm, err)
				   : ccm_hsm_fail(err, hsm, "initialising it", rv);
}

/* The token */

static bool
is_wanted(const struct ccm_hsm *hsm, const CK_TOKEN_INFO *token)
{
	return hsm->token[0] == '\0' || field_is(token->label, sizeof(token->label), hsm->token) ||
	       field_is(token->serialNumber, sizeof(token->serialNumber), hsm->token);
}

static bool
fail_token(struct ccm_error *err, const struct ccm_hsm *hsm, CK_ULONG seen, unsigned fitting)
{
	if (fitting > 1 && hsm->token[0] == '\0')
		return ccm_fail(err, CCM_CONFIG,
		    "HSM cluster %s: module %s has %u tokens: say which one with `token`",
		    hsm->cluster, hsm->module, fitting);
	if (fitting > 1)
		return ccm_fail(err, CCM_CONFIG,
		    "HSM cluster %s: module %s has %u tokens \"%s\": name one by its serial number",
		    hsm->cluster, hsm->module, fitting, hsm->token);
	if (hsm->token[0] == '\0')
		return ccm_fail(err, CCM_UNAVAILABLE, "HSM cluster %s: module %s has no token",
		    hsm->cluster, hsm->module);
	return ccm_fail(err, CCM_UNAVAILABLE,
	    "HSM cluster %s: token \"%s\" is not there (module %s sees %lu)", hsm->cluster,
	    hsm->token, hsm->module, seen);
}

static bool
find_token(struct ccm_hsm_connection *made, const struct ccm_hsm *hsm, struct ccm_error *err)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG count = SLOTS_MAX;
	CK_TOKEN_INFO info;
	unsigned fitting = 0;
	CK_RV rv = made->functions->C_GetSlotList(CK_TRUE, slots, &count);

	if (rv != CKR_OK)
		return ccm_hsm_fail(err, hsm, "listing its slots", rv);
	for (CK_ULONG i = 0; i < count; i++) {
		if (made->functions->C_GetTokenInfo(slots[i], &info) != CKR_OK ||
		    (info.flags & CKF_TOKEN_INITIALIZED) == 0 || !is_wanted(hsm, &info))
			continue;
		fitting++;
		made->slot = slots[i];
		made->token = info;
	}
	return fitting == 1 || fail_token(err, hsm, count, fitting);
}

static bool
read_mechanisms(struct ccm_hsm_connection *made, const struct ccm_hsm *hsm, struct ccm_error *err)
{
	CK_RV rv = made->functions->C_GetMechanismList(made->slot, NULL, &made->mechanism_count);

	if (rv == CKR_OK) {
		made->mechanisms =
		    ccm_alloc_array(made->mechanism_count + 1, sizeof(*made->mechanisms), err);
		if (made->mechanisms == NULL)
			return false;
		rv = made->functions->C_GetMechanismList(
		    made->slot, made->mechanisms, &made->mechanism_count);
	}
	return rv == CKR_OK || ccm_hsm_fail(err, hsm, "listing its mechanisms", rv);
}

bool
ccm_hsm_connection_has(const struct ccm_hsm_connection *connection, CK_MECHANISM_TYPE type)
{
	for (CK_ULONG i = 0; i < connection->mechanism_count; i++)
		if (connection->mechanisms[i] == type)
			return true;
	return false;
}

/* The PIN */

static bool
may_try(const struct ccm_hsm_connection *made, const struct ccm_hsm *hsm, struct ccm_error *err)
{
	CK_FLAGS flags = made->token.flags;

	if ((flags & CKF_USER_PIN_LOCKED) != 0)
		return ccm_fail(
		    err, CCM_AUTH, "HSM cluster %s: the user's PIN is locked", hsm->cluster);
	if ((flags & CKF_USER_PIN_FINAL_TRY) != 0)
		return ccm_fail(err, CCM_AUTH,
		    "HSM cluster %s: the token allows one more try of the PIN, which is left to "
		    "you: log in once by other means",
		    hsm->cluster);
	if (made->pin[0] == '\0' && (flags & CKF_PROTECTED_AUTHENTICATION_PATH) == 0)
		return ccm_fail(err, CCM_CONFIG,
		    "HSM cluster %s: the token wants a PIN: set pin_file in [hsm %s], or log in",
		    hsm->cluster, hsm->cluster);
	if ((flags & CKF_USER_PIN_COUNT_LOW) != 0)
		ccm_log(WARN, KEY, "HSM cluster %s: a wrong PIN was given to the token before",
		    hsm->cluster);
	return true;
}

static CK_RV
give_pin(const struct ccm_hsm_connection *connection, CK_SESSION_HANDLE session, CK_USER_TYPE user)
{
	CK_ULONG len = strlen(connection->pin);

	return connection->functions->C_Login(
	    session, user, len != 0 ? (unsigned char *)connection->pin : NULL, len);
}

CK_RV
ccm_hsm_login_again(const struct ccm_hsm_session *session)
{
	return give_pin(session->connection, session->handle, CKU_CONTEXT_SPECIFIC);
}

static bool
log_in(struct ccm_hsm_connection *made, const struct ccm_hsm *hsm, bool *pin_refused,
    struct ccm_error *err)
{
	CK_RV rv = made->functions->C_OpenSession(
	    made->slot, CKF_SERIAL_SESSION, NULL, NULL, &made->anchor);

	if (rv != CKR_OK)
		return ccm_hsm_fail(err, hsm, "opening a session", rv);
	if ((made->token.flags & CKF_LOGIN_REQUIRED) == 0)
		return true;
	if (!may_try(made, hsm, err))
		return false;
	rv = give_pin(made, made->anchor, CKU_USER);
	if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
		return true;
	*pin_refused = rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID ||
		       rv == CKR_PIN_LEN_RANGE || rv == CKR_PIN_LOCKED || rv == CKR_PIN_EXPIRED;
	return ccm_hsm_fail(err, hsm, "logging in", rv);
}

/* The whole */

struct ccm_hsm_connection *
ccm_hsm_connection_open(struct ccm_hsm *hsm, bool *pin_refused, struct ccm_error *err)
{
	static _Atomic uint64_t numbers;
	struct ccm_hsm_connection *made = ccm_alloc(sizeof(*made), err);
	bool ok;

	if (made == NULL)
		return NULL;
	atomic_init(&made->refs, 1);
	made->generation = ccm_fork_generation();
	made->number = atomic_fetch_add(&numbers, 1) + 1;
	pthread_mutex_init(&made->lock, NULL);
	ccm_hsm_condition_init(&made->returned);
	made->pin = ccm_secret_dup(hsm->given != NULL ? hsm->given : hsm->pin, err);
	ok = made->pin != NULL && load(made, hsm, err) && find_token(made, hsm, err) &&
	     read_mechanisms(made, hsm, err) && log_in(made, hsm, pin_refused, err);
	ccm_hsm_calls_end(made);
	if (ok) {
		ccm_log(DEBUG, KEY, "HSM cluster %s: connected to slot %lu of %s", hsm->cluster,
		    made->slot, hsm->module);
		return made;
	}
	ccm_hsm_connection_unref(made);
	return NULL;
}

/* What p11-kit does not coordinate stays initialised: others may be at work in it. */
static void
unload(struct ccm_hsm_connection *connection)
{
	CK_FUNCTION_LIST *functions = connection->functions;

	if (functions == NULL)
		return;
	ccm_hsm_calls_begin(connection);
	for (size_t i = 0; i < connection->idle_count; i++)
		functions->C_CloseSession(connection->idle[i]);
	if (connection->anchor != CK_INVALID_HANDLE)
		functions->C_CloseSession(connection->anchor);
	ccm_hsm_calls_end(connection);
	if (!connection->managed)
		return;
	p11_kit_module_finalize(functions);
	p11_kit_module_release(functions);
}

void
ccm_hsm_connection_unref(struct ccm_hsm_connection *connection)
{
	if (connection == NULL || atomic_fetch_sub(&connection->refs, 1) != 1)
		return;
	unload(connection);
	ccm_free(connection->mechanisms);
	ccm_secret_free_str(connection->pin);
	pthread_cond_destroy(&connection->returned);
	pthread_mutex_destroy(&connection->lock);
	ccm_free(connection);
}
