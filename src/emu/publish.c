/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/publish.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "emu/agency.h"
#include "emu/characters.h"
#include "emu/crl.h"
#include "emu/issue.h"
#include "emu/pem.h"
#include "emu/revocation.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))
#define NAME_MAX_BYTES 255

/* Settings */

/* The name becomes part of an object's key: one that a path has no other use for. */
static bool
is_in_name(unsigned long character, int unused)
{
	(void)unused;
	return character > ' ' && character != 0x7f && character != '/' && character != '\\';
}

static bool
check_name(const char *name, struct ccm_error *err)
{
	int len;

	if (name == NULL)
		return true;
	return (strlen(name) <= NAME_MAX_BYTES &&
		   ccm_emu_character_find_wrong(name, is_in_name, 0, &len) == NULL) ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_CRL,
		   "crl_name: up to %d bytes without blanks, / and \\ are allowed", NAME_MAX_BYTES);
}

static bool
check_bucket(struct ccm_emu_call *call, const char *name, struct ccm_error *err)
{
	enum ccm_emu_bucket_access access;

	if (name == NULL)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_CRL, "obs_bucket_name is missing");
	return ccm_emu_obs_find_bucket(
		   ccm_emu_state_db(call->emulator->state), name, &access, err) &&
	       (access != CCM_EMU_BUCKET_MISSING ||
		   ccm_emu_refuse(
		       err, CCM_EMU_REFUSE_CRL, "obs_bucket_name: there is no bucket %s", name));
}

static bool
read_settings(const struct ccm_json *json, struct ccm_emu_crl_settings *out, struct ccm_error *err)
{
	return ccm_json_opt_string(json, "obs_bucket_name", &out->bucket, err) &&
	       ccm_json_opt_string(json, "crl_name", &out->name, err) &&
	       ccm_json_opt_int(json, "valid_days", &out->valid_days, err);
}

bool
ccm_emu_crl_settings_read(
    struct ccm_emu_call *call, struct ccm_emu_crl_settings *out, struct ccm_error *err)
{
	const struct ccm_json *json = call->request;
	bool whole = call->op == &ccm_pca_enable_crl;

	*out = (struct ccm_emu_crl_settings){.enabled = whole, .valid_days = CCM_EMU_NONE};
	if (!whole)
		json = ccm_json_get(json, "crl_configuration");
	if (json == NULL)
		return true;
	out->given = true;
	if (!whole && !ccm_json_opt_bool(json, "enabled", &out->enabled, err))
		return false;
	if (!out->enabled)
		return true;
	if (!read_settings(json, out, err) || !ccm_emu_agency_require(call, err))
		return false;
	if (out->valid_days == CCM_EMU_NONE)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_CRL, "valid_days is missing");
	return check_bucket(call, out->bucket, err) && check_name(out->name, err);
}

static bool
check_free(struct ccm_emu_db *db, const struct ccm_emu_publication *wanted, struct ccm_error *err)
{
	struct ccm_emu_publication other;
	bool ok = ccm_emu_publication_find(db, wanted->bucket, wanted->name, &other, err);

	if (ok && other.ca_id != NULL && strcasecmp(other.ca_id, wanted->ca_id) != 0)
		ok = ccm_emu_refuse(err, CCM_EMU_REFUSE_CRL, "crl_name: CA %s publishes %s in %s",
		    other.ca_id, wanted->name, wanted->bucket);
	ccm_emu_publication_clear(&other);
	return ok;
}

static bool
begin(struct ccm_emu_db *db, const struct ccm_emu_publication *wanted, struct ccm_error *err)
{
	return ccm_emu_db_begin(db, err) &&
	       ccm_emu_db_end(db,
		   check_free(db, wanted, err) && ccm_emu_publication_begin(db, wanted, err), err);
}

bool
ccm_emu_crl_settings_apply(struct ccm_emu_call *call, const struct ccm_emu_crl_settings *settings,
    const char *ca_id, struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_emu_state_db(call->emulator->state);
	const struct ccm_emu_publication wanted = {.ca_id = (char *)ca_id,
	    .bucket = (char *)settings->bucket,
	    .name = (char *)(settings->name != NULL ? settings->name : ca_id),
	    .valid_days = settings->valid_days};

	if (!settings->given)
		return true;
	if (!settings->enabled)
		return ccm_emu_publication_end(db, ca_id, err);
	return begin(db, &wanted, err);
}

/* Publishing */

/* A list while it is made. */
struct issue {
	struct ccm_emu *emulator;
	struct ccm_emu_publication *publication;
	const struct ccm_emu_resource *ca;
	int64_t now;
	struct ccm_emu_crl *crl;
};

/* A disabled CA does not show as EXPIRED, so its end is looked at too. */
static bool
is_publisher(const struct ccm_emu_resource *ca, int64_t now)
{
	return ca->id != NULL && ca->private_key.len != 0 && now < ca->not_after &&
	       (strcmp(ca->status, "ACTIVED") == 0 || strcmp(ca->status, "DISABLED") == 0);
}

/* What is known to the CRL: the younger revocations are held back. */
static int64_t
known_until(const struct issue *issue)
{
	return issue->now - issue->emulator->obs.crl_delay_ms;
}

static bool
is_due(const struct issue *issue, bool *due, struct ccm_error *err)
{
	const struct ccm_emu_publication *publication = issue->publication;
	int64_t count;

	*due = publication->next_update == CCM_EMU_NONE || issue->now >= publication->next_update;
	if (*due)
		return true;
	if (!ccm_emu_revocation_count(ccm_emu_state_db(issue->emulator->state),
		&(struct ccm_emu_revocation_query){publication->ca_id, known_until(issue)}, &count,
		err))
		return false;
	*due = count != publication->revocations;
	return true;
}

/* RFC 5280 3.3: what is revoked stays for one list after its end. */
static bool
add_entry(void *context, const struct ccm_emu_revocation *revocation, struct ccm_error *err)
{
	const struct issue *issue = context;
	int64_t period = issue->publication->valid_days * DAY_MS;

	issue->publication->revocations++;
	return revocation->not_after + period < issue->now ||
	       ccm_emu_crl_add(issue->crl,
		   &(struct ccm_emu_crl_entry){
		       revocation->serial, revocation->time, revocation->reason},
		   err);
}

static bool
sign(const struct issue *issue, struct ccm_buf *list, struct ccm_error *err)
{
	struct ccm_emu_crl_plan plan = {.hash = ccm_emu_issue_hash(issue->ca),
	    .number = issue->publication->number + 1,
	    .this_update = issue->now,
	    .next_update = issue->publication->next_update};
	X509 *x509 = ccm_emu_x509_decode(ccm_buf_span(&issue->ca->certificate), err);
	bool ok = false;

	plan.signer.x509 = x509;
	if (x509 != NULL)
		plan.signer.key = ccm_emu_key_decode(ccm_buf_span(&issue->ca->private_key), err);
	if (plan.signer.key != NULL)
		ok = ccm_emu_crl_sign(issue->crl, &plan, list, err);
	EVP_PKEY_free(plan.signer.key);
	X509_free(x509);
	return ok;
}

static bool
put(const struct issue *issue, const struct ccm_buf *der, struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_emu_state_db(issue->emulator->state);
	struct ccm_buf pem = {0};
	bool ok;

	if (!issue->emulator->obs.crl_pem)
		return ccm_emu_publication_put(db, issue->publication, ccm_buf_span(der), err);
	ok = ccm_emu_pem_crl(ccm_buf_span(der), &pem, err) &&
	     ccm_emu_publication_put(db, issue->publication, ccm_buf_span(&pem), err);
	ccm_buf_clear(&pem);
	return ok;
}

static bool
build(struct issue *issue, struct ccm_error *err)
{
	struct ccm_emu_publication *publication = issue->publication;
	struct ccm_buf der = {0};
	bool ok;

	issue->crl = ccm_emu_crl_new(err);
	if (issue->crl == NULL)
		return false;
	publication->next_update = issue->now + publication->valid_days * DAY_MS;
	publication->revocations = 0;
	ok = ccm_emu_revocation_list(ccm_emu_state_db(issue->emulator->state),
		 &(struct ccm_emu_revocation_query){publication->ca_id, known_until(issue)},
		 add_entry, issue, err) &&
	     sign(issue, &der, err) && put(issue, &der, err);
	ccm_buf_clear(&der);
	ccm_emu_crl_free(issue->crl);
	return ok;
}

static bool
has_bucket(const struct issue *issue, bool *has, struct ccm_error *err)
{
	enum ccm_emu_bucket_access access = CCM_EMU_BUCKET_MISSING;
	bool ok = ccm_emu_obs_find_bucket(
	    ccm_emu_state_db(issue->emulator->state), issue->publication->bucket, &access, err);

	*has = access != CCM_EMU_BUCKET_MISSING;
	return ok;
}

static bool
publish(struct ccm_emu *emulator, struct ccm_emu_publication *publication, int64_t now,
    struct ccm_error *err)
{
	struct ccm_emu_resource ca;
	struct issue issue = {emulator, publication, &ca, now, NULL};
	bool possible = false, due = false;
	bool ok =
	    ccm_emu_state_get(emulator->state, CCM_EMU_RESOURCE_CA, publication->ca_id, &ca, err);

	if (ok && is_publisher(&ca, now))
		ok = has_bucket(&issue, &possible, err);
	if (ok && possible)
		ok = is_due(&issue, &due, err) && (!due || build(&issue, err));
	ccm_emu_resource_clear(&ca);
	return ok;
}

bool
ccm_emu_publish(struct ccm_emu *emulator, const char *bucket, const char *name, int64_t now,
    struct ccm_error *err)
{
	struct ccm_emu_publication publication;
	bool ok = ccm_emu_publication_find(
	    ccm_emu_state_db(emulator->state), bucket, name, &publication, err);

	if (ok && publication.ca_id != NULL)
		ok = publish(emulator, &publication, now, err);
	ccm_emu_publication_clear(&publication);
	return ok;
}

bool
ccm_emu_publish_ca(struct ccm_emu *emulator, const char *ca_id, int64_t now, struct ccm_error *err)
{
	struct ccm_emu_publication publication;
	bool ok =
	    ccm_emu_publication_get(ccm_emu_state_db(emulator->state), ca_id, &publication, err);

	if (ok && publication.bucket != NULL)
		ok = publish(emulator, &publication, now, err);
	ccm_emu_publication_clear(&publication);
	return ok;
}
