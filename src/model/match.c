/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an item is what a query is for. */
#include <string.h>
#include <strings.h>

#include "core/crypto.h"
#include "core/log.h"
#include "model/search.h"
#include "model/serial.h"

/* What the listing tells, cheap. */
bool
ccm_search_fits(const struct ccm_search *search, const struct ccm_item *item)
{
	const struct ccm_query *query = search->query;
	const struct ccm_facts *facts = &item->facts;

	if ((search->kinds & facts->kind) == 0)
		return false;
	if (query->id.len != 0 && !ccm_span_equal(query->id, ccm_item_id(item)) &&
	    (facts->kind == CCM_ITEM_ENCRYPTION ||
		!ccm_span_equal(query->id, CCM_SPAN(facts->id, sizeof(facts->id)))))
		return false;
	if (search->name != NULL && strcmp(search->name, facts->label) != 0)
		return false;
	if (query->with_key && !ccm_item_may_have_key(item))
		return false;
	if (query->status != NULL && strcasecmp(query->status, facts->status) != 0)
		return false;
	if (query->ca != NULL && strcmp(query->ca, facts->issuer_id) != 0 &&
	    strcmp(query->ca, facts->issuer_name) != 0)
		return false;
	if (ccm_search_is_given(query->serial) && facts->serial[0] != '\0' &&
	    !ccm_serial_equal(facts->serial, query->serial))
		return false;
	return search->issuer_name == NULL || facts->issuer_name[0] == '\0' ||
	       strcmp(search->issuer_name, facts->issuer_name) == 0;
}

bool
ccm_search_needs_certificates(const struct ccm_query *query)
{
	return query->certificates || ccm_search_is_given(query->subject) ||
	       ccm_search_is_given(query->issuer) || ccm_search_is_given(query->serial) ||
	       ccm_search_is_given(query->certificate) || ccm_search_is_given(query->public_key) ||
	       query->san != NULL || ccm_search_is_given(query->sha1) ||
	       ccm_search_is_given(query->sha256) || ccm_search_is_given(query->fingerprint.value);
}

static bool
digest_matches(const char *digest, struct ccm_span wanted, struct ccm_span der)
{
	unsigned char hash[64];
	size_t len;

	return ccm_digest(digest, der, hash, &len, NULL) &&
	       ccm_span_equal(CCM_SPAN(hash, len), wanted);
}

static bool
fingerprint_matches(const struct ccm_query *query, const struct ccm_cert *cert)
{
	struct ccm_span wanted = query->fingerprint.value;

	return !ccm_search_is_given(wanted) ||
	       digest_matches(query->fingerprint.digest, wanted, ccm_cert_spki(cert)) ||
	       digest_matches(query->fingerprint.digest, wanted, ccm_cert_der(cert));
}

/* What only the certificate tells. */
bool
ccm_search_certificate_fits(const struct ccm_query *query, const struct ccm_cert *cert)
{
	return (!ccm_search_is_given(query->subject) ||
		   ccm_name_equal(query->subject, ccm_cert_subject(cert))) &&
	       (!ccm_search_is_given(query->issuer) ||
		   ccm_name_equal(query->issuer, ccm_cert_issuer(cert))) &&
	       (!ccm_search_is_given(query->serial) ||
		   ccm_span_equal(query->serial, ccm_cert_serial(cert))) &&
	       (!ccm_search_is_given(query->certificate) ||
		   ccm_span_equal(query->certificate, ccm_cert_der(cert))) &&
	       (!ccm_search_is_given(query->public_key) ||
		   ccm_span_equal(query->public_key, ccm_cert_spki(cert))) &&
	       (query->san == NULL || ccm_cert_has_san(cert, query->san)) &&
	       (!ccm_search_is_given(query->sha1) ||
		   digest_matches("SHA1", query->sha1, ccm_cert_der(cert))) &&
	       (!ccm_search_is_given(query->sha256) ||
		   digest_matches("SHA256", query->sha256, ccm_cert_der(cert))) &&
	       fingerprint_matches(query, cert);
}

bool
ccm_search_needs_exports(const struct ccm_search *search)
{
	const struct ccm_query *query = search->query;

	return ccm_search_needs_certificates(query) ||
	       ((query->with_key || query->keys) && search->token->source->keys_by_export);
}

/* What an export tells, made where the query needs it; err is set when it fails. */
static bool
matches_exported(const struct ccm_query *query, struct ccm_item *item, struct ccm_error *err)
{
	const struct ccm_cert *cert;

	if ((query->with_key || query->keys) && !ccm_item_settle(item, err))
		return false;
	if (query->with_key && !ccm_item_has_key(item))
		return false;
	if (!ccm_search_needs_certificates(query))
		return true;
	cert = ccm_item_certificate(item, err);
	return cert != NULL && ccm_search_certificate_fits(query, cert);
}

/*
 * One certificate that cannot be had must not hide the others; a service that cannot be reached
 * must not look like an empty token.
 */
static bool
matches(const struct ccm_search *search, struct ccm_item *item, bool *match, struct ccm_error *err)
{
	struct ccm_error failure = {0};

	*match = ccm_search_fits(search, item) && matches_exported(search->query, item, &failure);
	if (failure.code == CCM_OK)
		return true;
	*match = false;
	if (!ccm_code_is_outage(failure.code)) {
		ccm_log(WARN, MODEL, "left out of a search: %s", failure.msg);
		return true;
	}
	if (err != NULL && err->code == CCM_OK)
		*err = failure;
	return false;
}

static bool
keep(struct ccm_items *out, struct ccm_item *item, struct ccm_error *err)
{
	if (!ccm_grow_array(&out->items, out->count, sizeof(out->items[0]), err))
		return false;
	out->items[out->count++] = ccm_item_ref(item);
	return true;
}

bool
ccm_search_select(const struct ccm_search *search, struct ccm_item *const *items, size_t count,
    struct ccm_error *err)
{
	for (size_t i = 0; i < count; i++) {
		bool match;

		if (!matches(search, items[i], &match, err))
			return false;
		if (match && !keep(search->out, items[i], err))
			return false;
	}
	return true;
}
