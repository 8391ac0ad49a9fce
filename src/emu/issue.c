/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/issue.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "emu/life.h"
#include "emu/publication.h"
#include "emu/signature.h"
#include "emu/subject.h"
#include "emu/validity.h"

#define START_GRACE_MS (5 * 60 * INT64_C(1000))
#define START_MOST_MS INT64_C(250000000000000) /* in the year 9892: ends have four digits, too */
#define ROOT_YEARS 30
#define OTHER_YEARS 20
#define OBSERVED_EXTRA_MS 60000 /* the reference's examples end a minute late: ccm-api.md 8 */

bool
ccm_emu_take_text(
    const struct ccm_json *request, const char *name, char **to, struct ccm_error *err)
{
	const char *text = NULL;

	return ccm_json_opt_string(request, name, &text, err) &&
	       (text == NULL || ccm_emu_set_text(to, text, err));
}

bool
ccm_emu_read_key_usages(const struct ccm_json *request, int64_t *usages, struct ccm_error *err)
{
	const struct ccm_json *list = ccm_json_get(request, "key_usages");

	if (ccm_json_count(list) != 0)
		*usages = 0;
	for (const struct ccm_json *at = ccm_json_first(list); at != NULL; at = ccm_json_next(at)) {
		const char *name;
		int bit = ccm_json_as_string(at, &name) ? ccm_emu_key_usage_find(name) : -1;

		if (bit < 0)
			return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER, "key_usages");
		*usages |= INT64_C(1) << bit;
	}
	return true;
}

/* Issuers */

static bool
load_crl_url(struct ccm_emu_call *call, struct ccm_emu_issuer *issuer, struct ccm_error *err)
{
	struct ccm_emu_publication publication;
	bool ok =
	    ccm_emu_publication_get(
		ccm_emu_state_db(call->emulator->state), issuer->row.id, &publication, err) &&
	    ccm_emu_publication_url(&publication, &call->emulator->obs, &issuer->crl_url, err);

	ccm_emu_publication_clear(&publication);
	return ok;
}

bool
ccm_emu_issuer_load(struct ccm_emu_call *call, struct ccm_emu_issuer *out, struct ccm_error *err)
{
	const char *id;

	*out = (struct ccm_emu_issuer){0};
	if (!ccm_json_string(call->request, "issuer_id", &id, err) ||
	    !ccm_emu_state_get(call->emulator->state, CCM_EMU_RESOURCE_CA, id, &out->row, err))
		return false;
	if (out->row.id == NULL)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_ISSUER, "%s", id);
	if (!ccm_emu_life_require_issuer(call, &out->row, err))
		return false;
	out->x509 = ccm_emu_x509_decode(ccm_buf_span(&out->row.certificate), err);
	if (out->x509 != NULL)
		out->key = ccm_emu_key_decode(ccm_buf_span(&out->row.private_key), err);
	out->signer = (struct ccm_emu_signer){out->x509, out->key};
	return out->key != NULL && load_crl_url(call, out, err);
}

void
ccm_emu_issuer_clear(struct ccm_emu_issuer *issuer)
{
	ccm_emu_resource_clear(&issuer->row);
	ccm_free(issuer->crl_url);
	X509_free(issuer->x509);
	EVP_PKEY_free(issuer->key);
	*issuer = (struct ccm_emu_issuer){0};
}

/* New resources */

static char *
make_uuid(struct ccm_error *err)
{
	unsigned char random[16];
	char hex[33];

	if (!ccm_random(random, sizeof(random), err))
		return NULL;
	random[6] = (random[6] & 0x0f) | 0x40; /* RFC 4122 4.4 */
	random[8] = (random[8] & 0x3f) | 0x80;
	ccm_hex(random, sizeof(random), hex);
	return ccm_format(
	    err, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

bool
ccm_emu_issue_begin(
    const struct ccm_emu_call *call, struct ccm_emu_resource *resource, struct ccm_error *err)
{
	if (resource->id != NULL)
		return true;
	resource->id = make_uuid(err);
	resource->create_time = call->now / 1000 * 1000;
	return resource->id != NULL;
}

EVP_PKEY *
ccm_emu_issue_key(struct ccm_emu_resource *resource, struct ccm_error *err)
{
	EVP_PKEY *key = ccm_emu_x509_generate(resource->key_algorithm, err);

	if (key != NULL && ccm_emu_key_encode(key, &resource->private_key, err))
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

bool
ccm_emu_issue_check_algorithm(
    const struct ccm_emu_call *call, const char *algorithm, struct ccm_error *err)
{
	return ccm_emu_x509_knows_algorithm(algorithm, call->emulator->site.mainland) ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_KEY_ALGORITHM, "%s", algorithm);
}

/* yyyyMMddHHmmss of the time in UTC, then ten random digits (ccm-api.md 9). */
char *
ccm_emu_issue_serial(int64_t now, struct ccm_error *err)
{
	char date[17];
	uint64_t random;

	if (!ccm_random(&random, sizeof(random), err))
		return NULL;
	ccm_clock_sdk_date(now, date); /* 20240229T235959Z */
	return ccm_format(
	    err, "%.8s%.6s%010" PRIu64, date, date + 9, random % UINT64_C(10000000000));
}

/* Validity: by the calendar, a minute longer, never beyond the issuer's end. */

static bool
read_start(struct ccm_emu_call *call, int64_t *start, struct ccm_error *err)
{
	int64_t from = call->now;

	if (!ccm_json_opt_int(call->request, "validity.start_from", &from, err))
		return false;
	if (from <= call->now - START_GRACE_MS)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_VALIDITY,
		    "start_from %" PRId64 " is more than 5 minutes ago", from);
	*start = from / 1000 * 1000;
	return from <= START_MOST_MS ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_VALIDITY,
		   "start_from %" PRId64 " is beyond what X.509 can say", from);
}

static bool
set_validity(struct ccm_emu_call *call, const struct ccm_emu_issuer *issuer,
    struct ccm_emu_resource *resource, struct ccm_error *err)
{
	int64_t most = issuer != NULL ? OTHER_YEARS : ROOT_YEARS, value, end;
	enum ccm_emu_period period;
	const char *unit;

	if (!ccm_json_string(call->request, "validity.type", &unit, err) ||
	    !ccm_json_int(call->request, "validity.value", &value, err) ||
	    !read_start(call, &resource->not_before, err))
		return false;
	if (!ccm_emu_period_find(unit, &period) ||
	    !ccm_emu_period_end(resource->not_before, period, value, most, &end))
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_VALIDITY,
		    "%" PRId64 " %s is not between 1 and %" PRId64 " years", value, unit, most);
	end += OBSERVED_EXTRA_MS;
	if (issuer != NULL && end > issuer->row.not_after)
		end = issuer->row.not_after;
	if (end <= resource->not_before)
		return ccm_emu_refuse(
		    err, CCM_EMU_REFUSE_VALIDITY, "start_from is behind the end of the issuer");
	resource->not_after = end;
	return true;
}

const char *
ccm_emu_issue_hash(const struct ccm_emu_resource *ca)
{
	const char *hash = ca->signature_algorithm;

	if (hash != NULL && ccm_emu_x509_knows_hash(hash, true) &&
	    ccm_emu_hash_fits(hash, ca->key_algorithm))
		return hash;
	return strcmp(ca->key_algorithm, "SM2") == 0 ? "SM3" : "SHA256";
}

/* What the client named, else the issuer's. */
static bool
set_hash(struct ccm_emu_call *call, const struct ccm_emu_issuer *issuer,
    struct ccm_emu_resource *resource, struct ccm_error *err)
{
	const char *algorithm =
	    issuer != NULL ? issuer->row.key_algorithm : resource->key_algorithm;
	char **hash = &resource->signature_algorithm;

	if (!ccm_emu_take_text(call->request, "signature_algorithm", hash, err))
		return false;
	if (*hash == NULL && issuer != NULL &&
	    !ccm_emu_set_text(hash, ccm_emu_issue_hash(&issuer->row), err))
		return false;
	if (*hash == NULL)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_HASH, "signature_algorithm is missing");
	if (!ccm_emu_x509_knows_hash(*hash, call->emulator->site.mainland))
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_HASH, "%s", *hash);
	return ccm_emu_hash_fits(*hash, algorithm) ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_HASH,
		   "%s does not go with a key of %s to sign with", *hash, algorithm);
}

static bool
set_issuer(
    const struct ccm_emu_issuer *issuer, struct ccm_emu_resource *resource, struct ccm_error *err)
{
	return issuer == NULL || (ccm_emu_set_text(&resource->issuer_id, issuer->row.id, err) &&
				     ccm_emu_set_text(&resource->issuer_name,
					 issuer->row.name[CCM_EMU_NAME_CN], err));
}

bool
ccm_emu_issue_prepare(struct ccm_emu_call *call, struct ccm_emu_resource *resource,
    const struct ccm_emu_issuer *issuer, struct ccm_error *err)
{
	ccm_free(resource->serial_number);
	resource->serial_number = ccm_emu_issue_serial(call->now, err);
	return resource->serial_number != NULL && set_hash(call, issuer, resource, err) &&
	       set_validity(call, issuer, resource, err) && set_issuer(issuer, resource, err);
}

bool
ccm_emu_issue_sign(struct ccm_emu_resource *resource, EVP_PKEY *key,
    const struct ccm_emu_issuer *issuer, struct ccm_emu_plan *plan, struct ccm_error *err)
{
	plan->name = resource->name;
	plan->serial = resource->serial_number;
	plan->not_before = resource->not_before;
	plan->not_after = resource->not_after;
	plan->hash = resource->signature_algorithm;
	plan->crl_url = issuer != NULL ? issuer->crl_url : NULL;
	return ccm_emu_x509_issue(
	    plan, key, issuer != NULL ? &issuer->signer : NULL, &resource->certificate, err);
}
