/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>

#include "emu/hsm.h"
#include "emu/issue.h"
#include "emu/life.h"
#include "emu/pca.h"
#include "emu/publish.h"
#include "emu/subject.h"

bool
ccm_emu_list_cas(struct ccm_emu_call *call, struct ccm_error *err)
{
	return ccm_emu_pca_list(call, CCM_EMU_RESOURCE_CA, err);
}

bool
ccm_emu_get_ca(struct ccm_emu_call *call, struct ccm_error *err)
{
	return ccm_emu_pca_show(call, CCM_EMU_RESOURCE_CA, err);
}

bool
ccm_emu_export_ca(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_resource ca;
	bool ok = ccm_emu_pca_find(call, CCM_EMU_RESOURCE_CA, &ca, err) &&
		  ccm_emu_life_require(call, &ca, err) && ccm_emu_pca_answer_chain(call, &ca, err);

	ccm_emu_resource_clear(&ca);
	return ok;
}

/* What creating and activating take from the request alike. */

static bool
take_settings(struct ccm_emu_call *call, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	const struct ccm_json *request = call->request;
	struct ccm_emu_crl_settings crl; /* keep() takes them */

	return ccm_emu_crl_settings_read(call, &crl, err) && ccm_emu_hsm_take(call, ca, err) &&
	       ccm_emu_take_text(
		   request, "enterprise_project_id", &ca->enterprise_project_id, err) &&
	       ccm_json_opt_int(request, "path_length", &ca->path_length, err) &&
	       ccm_emu_read_key_usages(request, &ca->key_usages, err);
}

/* What a CA is: given when it is made, or when one that was bought is filled in. */
static bool
take_data(struct ccm_emu_call *call, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	const struct ccm_json *request = call->request;
	const struct ccm_json *name = ccm_json_get(request, "distinguished_name");

	if (!ccm_emu_take_text(request, "type", &ca->type, err) ||
	    !ccm_emu_take_text(request, "key_algorithm", &ca->key_algorithm, err))
		return false;
	if (ca->type == NULL)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_CA_TYPE, "type is missing");
	if (name == NULL)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_NAME, "distinguished_name is missing");
	if (ca->key_algorithm == NULL || ca->key_algorithm[0] == '\0')
		return ccm_emu_refuse(
		    err, CCM_EMU_REFUSE_KEY_ALGORITHM, "key_algorithm is missing");
	return ccm_emu_issue_check_algorithm(call, ca->key_algorithm, err) &&
	       ccm_emu_subject_read(name, NULL, ca->name, err);
}

static bool
is_root(const struct ccm_emu_resource *ca)
{
	return strcmp(ca->type, "ROOT") == 0;
}

/* Certificates of CAs */

static EVP_PKEY *
get_key(struct ccm_emu_resource *ca, struct ccm_error *err)
{
	return ca->private_key.len != 0 ? ccm_emu_key_decode(ccm_buf_span(&ca->private_key), err)
					: ccm_emu_issue_key(ca, err);
}

static bool
sign(struct ccm_emu_resource *ca, const struct ccm_emu_issuer *issuer, int64_t path_length,
    struct ccm_error *err)
{
	struct ccm_emu_plan plan = {
	    .ca = true, .path_length = path_length, .key_usages = ca->key_usages};
	EVP_PKEY *key = get_key(ca, err);
	bool ok = key != NULL && ccm_emu_issue_sign(ca, key, issuer, &plan, err);

	EVP_PKEY_free(key);
	return ok && ccm_emu_set_text(&ca->status, "ACTIVED", err);
}

static bool
complete_root(struct ccm_emu_call *call, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	ca->path_length = CCM_EMU_PATH_UNLIMITED;
	ca->key_usages = CCM_EMU_KU_CA;
	if (ccm_json_get(call->request, "validity") == NULL)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_VALIDITY, "validity is missing");
	return ccm_emu_issue_prepare(call, ca, NULL, err) && sign(ca, NULL, CCM_EMU_NONE, err);
}

/* A CA below another has to leave room in that one's path length. */
bool
ccm_emu_ca_set_path_length(
    struct ccm_emu_resource *ca, const struct ccm_emu_issuer *issuer, struct ccm_error *err)
{
	if (ca->path_length == CCM_EMU_NONE)
		ca->path_length = 0;
	return ca->path_length < issuer->row.path_length ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_PATH_LENGTH,
		   "%" PRId64 " below an issuer of path length %" PRId64, ca->path_length,
		   issuer->row.path_length);
}

static bool
complete_subordinate(struct ccm_emu_call *call, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	struct ccm_emu_issuer issuer;
	bool ok = ccm_emu_issuer_load(call, &issuer, err) &&
		  ccm_emu_ca_set_path_length(ca, &issuer, err) &&
		  ccm_emu_issue_prepare(call, ca, &issuer, err) &&
		  sign(ca, &issuer, ca->path_length, err);

	ccm_emu_issuer_clear(&issuer);
	return ok;
}

static bool
complete_pending(struct ccm_emu_resource *ca, struct ccm_error *err)
{
	EVP_PKEY *key = ccm_emu_issue_key(ca, err);
	bool ok = key != NULL && ccm_emu_set_text(&ca->status, "PENDING", err);

	EVP_PKEY_free(key);
	return ok;
}

/* Activated at once with all three of issuer, hash and validity; pending with none of them. */
static bool
complete(struct ccm_emu_call *call, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	static const char *const needed[] = {"issuer_id", "signature_algorithm", "validity"};
	const char *missing = NULL;
	size_t given = 0;

	if (is_root(ca))
		return complete_root(call, ca, err);
	for (size_t i = 0; i < CCM_COUNT(needed); i++) {
		if (ccm_json_get(call->request, needed[i]) != NULL)
			given++;
		else
			missing = needed[i];
	}
	if (given == 0)
		return complete_pending(ca, err);
	if (missing != NULL)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
		    "%s is missing; without issuer_id, signature_algorithm and validity the CA is "
		    "pending",
		    missing);
	return complete_subordinate(call, ca, err);
}

/* Keep a CA that is new, or what became of one that was there. */

static bool
add(struct ccm_emu_call *call, const struct ccm_emu_resource *ca, struct ccm_error *err)
{
	return ccm_emu_pca_add(call, ca, call->emulator->site.ca_quota, err);
}

static bool
update(struct ccm_emu_call *call, const struct ccm_emu_resource *ca, struct ccm_error *err)
{
	bool changed;

	if (!ccm_emu_state_activate(call->emulator->state, ca, &changed, err))
		return false;
	return changed ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_STATE, "%s is no longer PENDING", ca->id);
}

static bool
keep(struct ccm_emu_call *call, const struct ccm_emu_resource *ca,
    bool (*store)(struct ccm_emu_call *, const struct ccm_emu_resource *, struct ccm_error *),
    struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_emu_state_db(call->emulator->state);
	struct ccm_emu_crl_settings crl;
	bool ok;

	if (!ccm_emu_crl_settings_read(call, &crl, err) || !ccm_emu_db_begin(db, err))
		return false;
	ok = store(call, ca, err) && ccm_emu_crl_settings_apply(call, &crl, ca->id, err);
	return ccm_emu_db_end(db, ok, err) &&
	       ccm_emu_publish_ca(call->emulator, ca->id, call->now, err);
}

/* Creating */

static bool
create_new(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_resource ca;
	bool ok;

	ccm_emu_resource_init(&ca, CCM_EMU_RESOURCE_CA);
	ca.key_usages = CCM_EMU_KU_CA;
	ok = ccm_emu_set_text(&ca.enterprise_project_id, "0", err) && take_data(call, &ca, err) &&
	     take_settings(call, &ca, err) && ccm_emu_issue_begin(call, &ca, err) &&
	     complete(call, &ca, err) && keep(call, &ca, add, err);
	ccm_emu_resource_clear(&ca);
	return ok;
}

/* One that was bought (order.h) has an id and nothing else. */
static bool
fill_in(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_resource ca;
	bool ok = ccm_emu_pca_find(call, CCM_EMU_RESOURCE_CA, &ca, err) &&
		  ccm_emu_life_require(call, &ca, err);

	if (ok && ca.type != NULL)
		ok = ccm_emu_refuse(err, CCM_EMU_REFUSE_STATE, "%s has its data already", ca.id);
	ca.key_usages = CCM_EMU_KU_CA;
	ok = ok && take_data(call, &ca, err) && take_settings(call, &ca, err) &&
	     complete(call, &ca, err) && keep(call, &ca, update, err) &&
	     ccm_emu_pca_answer_id(call, "ca_id", ca.id, err);
	ccm_emu_resource_clear(&ca);
	return ok;
}

bool
ccm_emu_create_ca(struct ccm_emu_call *call, struct ccm_error *err)
{
	return ccm_json_get(call->request, "ca_id") != NULL ? fill_in(call, err)
							    : create_new(call, err);
}

/* Activating */

static bool
activate(struct ccm_emu_call *call, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	if (ca->type == NULL) {
		ca->key_usages = CCM_EMU_KU_CA;
		if (!take_data(call, ca, err))
			return false;
	}
	return take_settings(call, ca, err) &&
	       (is_root(ca) ? complete_root(call, ca, err) : complete_subordinate(call, ca, err));
}

bool
ccm_emu_activate_ca(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_resource ca;
	bool ok = ccm_emu_pca_find(call, CCM_EMU_RESOURCE_CA, &ca, err) &&
		  ccm_emu_life_require(call, &ca, err) && activate(call, &ca, err) &&
		  keep(call, &ca, update, err);

	ccm_emu_resource_clear(&ca);
	return ok;
}
