/* SPDX-License-Identifier: Apache-2.0 */
#include "model/crl.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "core/der.h"
#include "core/log.h"
#include "key/pem.h"
#include "model/token.h"
#include "store/cache.h"

#define QUIET_MS 60000 /* nobody is asked more often */

struct ccm_crl {
	atomic_uint refs;
	struct ccm_buf der;
	X509_CRL *x509;
	int64_t this_update_ms, next_update_ms;
};

static bool
time_ms(const ASN1_TIME *time, int64_t *ms, struct ccm_error *err)
{
	return time == NULL || ccm_asn1_time_ms(time, ms) ||
	       ccm_fail(err, CCM_PROTOCOL, "a CRL with a malformed time");
}

static bool
decode(struct ccm_crl *crl, struct ccm_error *err)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(err);
	const unsigned char *in = crl->der.data;
	bool ok;

	if (context == NULL)
		return false;
	crl->x509 = X509_CRL_new_ex(context, CCM_CRYPTO_PROPERTIES);
	if (crl->x509 == NULL)
		return ccm_fail_nomem(err);
	ERR_set_mark();
	ok = d2i_X509_CRL(&crl->x509, &in, (long)crl->der.len) != NULL &&
	     in == crl->der.data + crl->der.len;
	ERR_pop_to_mark();
	if (!ok)
		return ccm_fail(err, CCM_PROTOCOL, "not a CRL in DER or PEM");
	return time_ms(X509_CRL_get0_lastUpdate(crl->x509), &crl->this_update_ms, err) &&
	       time_ms(X509_CRL_get0_nextUpdate(crl->x509), &crl->next_update_ms, err);
}

static bool
check(const struct ccm_crl *crl, const struct ccm_cert *issuer, struct ccm_error *err)
{
	EVP_PKEY *key = ccm_cert_public_key(issuer);
	bool ok;

	if (X509_NAME_cmp(
		X509_CRL_get_issuer(crl->x509), X509_get_subject_name(ccm_cert_x509(issuer))) != 0)
		return ccm_fail(err, CCM_PROTOCOL, "a CRL of another CA");
	ERR_set_mark();
	ok = key != NULL && X509_CRL_verify(crl->x509, key) == 1;
	ERR_pop_to_mark();
	return ok || ccm_fail(err, CCM_PROTOCOL, "a CRL that the CA did not sign");
}

/* The list in a PEM text, with what stands around it. */
static bool
take_pem(struct ccm_span text, struct ccm_buf *der, struct ccm_error *err)
{
	struct ccm_pem pem;
	struct ccm_pem_block block = {0};
	bool ok = ccm_pem_open(&pem, text, false, err);

	do
		ok = ok && ccm_pem_next(&pem, &block, err);
	while (ok && block.label[0] != '\0' && strcmp(block.label, "X509 CRL") != 0);
	if (ok && block.label[0] == '\0')
		ok = ccm_fail(err, CCM_PROTOCOL, "not a CRL in DER or PEM");
	ok = ok && ccm_buf_append(der, block.der.data, block.der.len, err);
	ccm_pem_block_clear(&block);
	ccm_pem_close(&pem);
	return ok;
}

struct ccm_crl *
ccm_crl_new(struct ccm_span bytes, const struct ccm_cert *issuer, struct ccm_error *err)
{
	struct ccm_crl *crl = ccm_alloc(sizeof(*crl), err);
	bool is_der = bytes.len != 0 && bytes.data[0] == CCM_DER_SEQUENCE;

	if (crl == NULL)
		return NULL;
	atomic_init(&crl->refs, 1);
	if ((is_der ? ccm_buf_append(&crl->der, bytes.data, bytes.len, err)
		    : take_pem(bytes, &crl->der, err)) &&
	    decode(crl, err) && check(crl, issuer, err))
		return crl;
	ccm_crl_unref(crl);
	return NULL;
}

struct ccm_crl *
ccm_crl_ref(struct ccm_crl *crl)
{
	atomic_fetch_add_explicit(&crl->refs, 1, memory_order_relaxed);
	return crl;
}

void
ccm_crl_unref(struct ccm_crl *crl)
{
	if (crl == NULL || atomic_fetch_sub(&crl->refs, 1) != 1)
		return;
	X509_CRL_free(crl->x509);
	ccm_buf_clear(&crl->der);
	ccm_free(crl);
}

struct ccm_span
ccm_crl_der(const struct ccm_crl *crl)
{
	return ccm_buf_span(&crl->der);
}

X509_CRL *
ccm_crl_x509(const struct ccm_crl *crl)
{
	return crl->x509;
}

int64_t
ccm_crl_this_update_ms(const struct ccm_crl *crl)
{
	return crl->this_update_ms;
}

int64_t
ccm_crl_next_update_ms(const struct ccm_crl *crl)
{
	return crl->next_update_ms;
}

/* What items keep: few have one, and each changes once in days. */

struct ccm_kept_crl {
	struct ccm_crl *crl; /* the last that was fetched, or NULL */
	char *url;           /* where it was */
	int64_t asked_ms;    /* when that was, or tried: by the clock that next updates go by */
	struct ccm_error failure; /* of the last try */
};
static struct ccm_lock lock = CCM_LOCK_INIT; /* of every material's member crl and what it holds */

void
ccm_kept_crl_free(struct ccm_kept_crl *kept)
{
	if (kept == NULL)
		return;
	ccm_crl_unref(kept->crl);
	ccm_free(kept->url);
	ccm_free(kept);
}

/* A copy of what is kept, with a reference of its own; url is not in it. */
static struct ccm_kept_crl
look(const struct ccm_item *item)
{
	struct ccm_kept_crl seen = {0};
	const struct ccm_kept_crl *kept;

	ccm_lock_acquire(&lock);
	kept = item->material->crl;
	if (kept != NULL && strcmp(kept->url, item->facts.crl_url) == 0) {
		seen = *kept;
		seen.url = NULL;
		if (seen.crl != NULL)
			ccm_crl_ref(seen.crl);
	}
	ccm_lock_release(&lock);
	return seen;
}

/* Not being able to costs only the next one to ask. */
static void
keep(const struct ccm_item *item, const struct ccm_kept_crl *seen)
{
	struct ccm_kept_crl *fresh = ccm_alloc(sizeof(*fresh), NULL), *old;

	if (fresh == NULL)
		return;
	*fresh = *seen;
	fresh->url = ccm_strdup(item->facts.crl_url, NULL);
	if (fresh->url == NULL) {
		ccm_free(fresh);
		return;
	}
	if (fresh->crl != NULL)
		ccm_crl_ref(fresh->crl);
	ccm_lock_acquire(&lock);
	old = item->material->crl;
	item->material->crl = fresh;
	ccm_lock_release(&lock);
	ccm_kept_crl_free(old);
}

static bool
asked_within(const struct ccm_kept_crl *seen, int64_t ms)
{
	int64_t age_ms = ccm_clock_now_ms() - seen->asked_ms;

	return age_ms >= 0 && age_ms < ms; /* clocks are set back, too */
}

/* One that does not say when the next comes is as fresh as a listing. */
static bool
is_current(const struct ccm_item *item, const struct ccm_kept_crl *seen)
{
	if (seen->crl == NULL)
		return false;
	if (seen->crl->next_update_ms != 0)
		return ccm_clock_now_ms() < seen->crl->next_update_ms;
	return asked_within(seen, ccm_model_ttl_ms(item->token->model));
}

static struct ccm_crl *
fetch(struct ccm_item *item, struct ccm_error *err)
{
	const struct ccm_cert *issuer = ccm_item_certificate(item, err);
	struct ccm_crl *crl = NULL;
	struct ccm_buf bytes = {0};

	if (issuer == NULL)
		return NULL;
	ccm_log(DEBUG, MODEL, "fetching the CRL of %s (%s)", item->facts.label,
	    item->facts.resource_id);
	if (ccm_client_fetch(
		ccm_model_client(item->token->model), item->facts.crl_url, &bytes, err))
		crl = ccm_crl_new(ccm_buf_span(&bytes), issuer, err);
	if (crl == NULL)
		ccm_error_context(
		    err, "the CRL of %s (%s)", item->facts.label, item->facts.resource_id);
	ccm_buf_clear(&bytes);
	return crl;
}

/* What another process, or an earlier one, has fetched. */

struct recollection {
	const struct ccm_cert *issuer;
	struct ccm_kept_crl *seen;
	bool newer;
};

/* The cache's folder is the user's: what is in it is checked as what comes over the network. */
static bool
take_cached(void *context, const struct ccm_cache_crl *cached, struct ccm_error *err)
{
	struct recollection *of = context;
	struct ccm_crl *crl;

	if (cached->fetched_ms <= of->seen->asked_ms)
		return false;
	crl = ccm_crl_new(cached->der, of->issuer, err);
	if (crl == NULL)
		return false;
	ccm_crl_unref(of->seen->crl);
	of->seen->crl = crl;
	of->seen->asked_ms = cached->fetched_ms;
	of->newer = true;
	return false;
}

static void
recall(struct ccm_item *item, struct ccm_kept_crl *seen)
{
	struct ccm_cache *cache = ccm_model_cache(item->token->model);
	struct recollection of = {.seen = seen};
	struct ccm_error err = {0};

	if (cache != NULL)
		of.issuer = ccm_item_certificate(item, &err);
	if (of.issuer != NULL &&
	    !ccm_cache_get_crl(cache, item->facts.crl_url, take_cached, &of, &err))
		ccm_log(DEBUG, MODEL, "the CRL of %s is not read from the cache: %s",
		    item->facts.label, err.msg);
	if (of.newer)
		keep(item, seen);
}

static void
remember(const struct ccm_item *item, const struct ccm_kept_crl *seen)
{
	const struct ccm_cache_crl put = {.fetched_ms = seen->asked_ms,
	    .next_update_ms = seen->crl->next_update_ms,
	    .der = ccm_buf_span(&seen->crl->der)};
	struct ccm_cache *cache = ccm_model_cache(item->token->model);

	if (cache != NULL)
		ccm_cache_put_crl(cache, item->facts.crl_url, &put, NULL);
}

/* Ask, and remember the answer, be it that there is none. */
static void
renew(struct ccm_item *item, struct ccm_kept_crl *seen)
{
	struct ccm_error failure = {0};
	struct ccm_crl *crl = fetch(item, &failure);

	seen->failure = failure;
	seen->asked_ms = ccm_clock_now_ms();
	if (crl != NULL) {
		ccm_crl_unref(seen->crl);
		seen->crl = crl;
		remember(item, seen);
	} else if (seen->crl != NULL) {
		ccm_log(WARN, MODEL, "using a CRL whose next update was due: %s", failure.msg);
	}
	keep(item, seen);
}

struct ccm_crl *
ccm_item_crl(struct ccm_item *item, struct ccm_error *err)
{
	struct ccm_kept_crl seen;

	if (item->facts.crl_url[0] == '\0') {
		ccm_fail(err, CCM_NOT_FOUND, "%s (%s) publishes no CRL", item->facts.label,
		    item->facts.resource_id);
		return NULL;
	}
	seen = look(item);
	if (!is_current(item, &seen) && !asked_within(&seen, QUIET_MS)) {
		recall(item, &seen);
		if (!is_current(item, &seen))
			renew(item, &seen);
	}
	if (seen.crl == NULL && err != NULL && err->code == CCM_OK)
		*err = seen.failure;
	return seen.crl;
}
