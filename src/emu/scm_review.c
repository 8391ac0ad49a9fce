/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "core/log.h"
#include "emu/scm.h"
#include "emu/scm_domain.h"
#include "emu/scm_issue.h"

/* Issuing is slow, so it is done outside of transactions, by one thread at a time. */
static pthread_mutex_t review_lock = PTHREAD_MUTEX_INITIALIZER;

static bool
is_under_invalid(const char *name)
{
	static const char tail[] = ".invalid";
	size_t len = strlen(name);

	return len >= sizeof(tail) - 1 && strcasecmp(name + len - (sizeof(tail) - 1), tail) == 0;
}

static bool
has_rejected_name(const struct ccm_emu_ssl *ssl, bool *rejected, struct ccm_error *err)
{
	struct ccm_emu_names names = {0};
	bool ok = ccm_emu_names_add(&names, ssl->domain, err) &&
		  ccm_emu_names_split(&names, ssl->sans != NULL ? ssl->sans : "", err);

	*rejected = false;
	for (size_t i = 0; ok && i < names.count; i++)
		*rejected |= is_under_invalid(names.items[i]);
	ccm_emu_names_clear(&names);
	return ok;
}

static bool
grant(struct ccm_emu_call *call, struct ccm_emu_ssl *ssl, struct ccm_error *err)
{
	bool revoked = strncasecmp(ssl->domain, "revoked.", 8) == 0;

	return ccm_emu_ssl_issue(call->emulator->state, ssl, call->now, err) &&
	       ccm_emu_ssl_set(&ssl->status, revoked ? "REVOKED" : "ISSUED", err) &&
	       ccm_emu_ssl_set(&ssl->revoke_reason, revoked ? "keyCompromise" : NULL, err);
}

/* What was bought is there again, as before the application. */
static bool
withdraw(struct ccm_emu_ssl *ssl, struct ccm_error *err)
{
	char **const texts[] = {&ssl->domain, &ssl->sans, &ssl->application,
	    &ssl->validation_method, &ssl->validation_token};

	for (size_t i = 0; i < CCM_COUNT(texts); i++)
		if (!ccm_emu_ssl_set(texts[i], NULL, err))
			return false;
	ssl->apply_time = CCM_EMU_NONE;
	return ccm_emu_ssl_set(&ssl->status, "PAID", err);
}

static bool
conclude(struct ccm_emu_call *call, struct ccm_emu_ssl *ssl, struct ccm_error *err)
{
	bool rejected;

	if (strcmp(ssl->status, "CANCELCHECKING") == 0)
		return withdraw(ssl, err);
	if (!has_rejected_name(ssl, &rejected, err))
		return false;
	return rejected ? ccm_emu_ssl_set(&ssl->status, "UNPASSED", err) : grant(call, ssl, err);
}

/* Keep the outcome, unless the review is no more what it was: withdrawn, or deleted. */
static bool
keep(struct ccm_emu_call *call, struct ccm_emu_ssl *ssl, int64_t due, struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_emu_state_db(call->emulator->state);
	struct ccm_emu_ssl current;
	bool ok;

	if (!ccm_emu_db_begin(db, err))
		return false;
	ok = ccm_emu_ssl_get(db, ssl->id, call->now, &current, err);
	if (ok && current.id != NULL && current.due_time == due &&
	    current.update_time == ssl->update_time) {
		ssl->update_time = call->now;
		ok = ccm_emu_ssl_save(db, ssl, err);
	}
	ccm_emu_ssl_clear(&current);
	return ccm_emu_db_end(db, ok, err);
}

static bool
review_next(struct ccm_emu_call *call, bool *more, struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_emu_state_db(call->emulator->state);
	struct ccm_emu_ssl ssl;
	int64_t due;
	bool ok = ccm_emu_ssl_next_due(db, call->now, &ssl, err);

	*more = ok && ssl.id != NULL;
	due = ssl.due_time;
	if (*more) {
		ssl.due_time = CCM_EMU_NONE;
		ok = conclude(call, &ssl, err) && keep(call, &ssl, due, err);
	}
	ccm_emu_ssl_clear(&ssl);
	return ok;
}

/* What cannot be concluded now stays under review, and the call that looks goes on. */
void
ccm_emu_ssl_review(struct ccm_emu_call *call)
{
	struct ccm_error err = {0};
	bool more = true, ok = true;

	pthread_mutex_lock(&review_lock);
	while (ok && more)
		ok = review_next(call, &more, &err);
	pthread_mutex_unlock(&review_lock);
	if (!ok)
		ccm_log_failure(CCM_LOG_EMU, "a review goes on", &err);
}
