/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the service may be asked: after a failure it is left alone for a growing time, by all
 * processes that share a cache. What was seen before goes on working meanwhile (design rule 5).
 */
#include "core/clock.h"
#include "core/log.h"
#include "model/cached.h"

#define QUIET_FIRST_MS 1000
#define QUIET_MAX_MS 60000

bool
ccm_code_is_outage(enum ccm_code code)
{
	switch (code) {
	case CCM_AUTH:
	case CCM_DENIED:
	case CCM_THROTTLED:
	case CCM_UNAVAILABLE:
	case CCM_NETWORK:
	case CCM_TIMEOUT:
	case CCM_TLS:
		return true;
	default:
		return false;
	}
}

/* What other processes would meet as well; who we are, and whom we trust, may be ours alone. */
static bool
is_of_all(enum ccm_code code)
{
	return code == CCM_THROTTLED || code == CCM_UNAVAILABLE || code == CCM_NETWORK ||
	       code == CCM_TIMEOUT;
}

/* Another process's failure becomes ours, once. A time that is too far off is a clock's mistake. */
static void
learn_of_outage(struct ccm_token *token)
{
	struct ccm_cache_outage outage;
	int64_t left_ms;

	if (!ccm_cache_get_outage(
		ccm_model_cache(token->model), (int)token->config->service, &outage))
		return;
	left_ms = outage.until_ms - ccm_clock_now_ms();
	ccm_lock_acquire(&token->lock);
	token->shared_outage = true;
	if (left_ms > 0 && left_ms <= QUIET_MAX_MS && token->failures == 0) {
		token->failures = (unsigned)(outage.failures < 32 ? outage.failures : 32);
		token->failure = outage.cause;
		token->quiet_until_ms = ccm_clock_monotonic_ms() + left_ms;
	}
	ccm_lock_release(&token->lock);
}

bool
ccm_token_may_ask(struct ccm_token *token, struct ccm_error *err)
{
	bool quiet, known;

	ccm_lock_acquire(&token->lock);
	known = token->failures > 0;
	ccm_lock_release(&token->lock);
	if (!known)
		learn_of_outage(token);
	ccm_lock_acquire(&token->lock);
	quiet = ccm_clock_monotonic_ms() < token->quiet_until_ms;
	if (quiet && err != NULL && err->code == CCM_OK)
		*err = token->failure;
	ccm_lock_release(&token->lock);
	return !quiet;
}

static void
note_success(struct ccm_token *token)
{
	bool shared;

	ccm_lock_acquire(&token->lock);
	shared = token->shared_outage;
	token->failures = 0;
	token->quiet_until_ms = 0;
	token->shared_outage = false;
	ccm_lock_release(&token->lock);
	if (shared)
		ccm_cache_end_outage(ccm_model_cache(token->model), (int)token->config->service);
}

void
ccm_token_note_outcome(struct ccm_token *token, const struct ccm_error *failure)
{
	struct ccm_cache_outage outage = {0};
	int64_t quiet_ms;

	if (failure == NULL) {
		note_success(token);
		return;
	}
	ccm_lock_acquire(&token->lock);
	quiet_ms = (int64_t)QUIET_FIRST_MS << (token->failures < 6 ? token->failures : 6);
	quiet_ms = quiet_ms < QUIET_MAX_MS ? quiet_ms : QUIET_MAX_MS;
	token->failures++;
	token->told = false;
	token->failure = *failure;
	token->quiet_until_ms = ccm_clock_monotonic_ms() + quiet_ms;
	token->shared_outage |= is_of_all(failure->code);
	outage.failures = token->failures;
	ccm_lock_release(&token->lock);
	outage.until_ms = ccm_clock_now_ms() + quiet_ms;
	outage.cause = *failure;
	if (is_of_all(failure->code))
		ccm_cache_put_outage(
		    ccm_model_cache(token->model), (int)token->config->service, &outage);
}

/* True the first time after a failed attempt. */
static bool
not_told(struct ccm_token *token)
{
	bool told;

	ccm_lock_acquire(&token->lock);
	told = token->told;
	token->told = true;
	ccm_lock_release(&token->lock);
	return !told;
}

bool
ccm_token_may_use(struct ccm_token *token, int64_t age_ms, const struct ccm_error *why)
{
	const struct ccm_config *config = ccm_model_config(token->model);

	if (!ccm_code_is_outage(why->code) || age_ms > config->cache_max_stale_ms)
		return false;
	if (not_told(token))
		ccm_log(WARN, MODEL, "token %s: using what is known since %lld s: %s",
		    token->config->name, (long long)(age_ms / 1000), why->msg);
	return true;
}
