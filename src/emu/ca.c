/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>

#include "emu/issue.h"
#include "emu/life.h"
#include "emu/pca.h"
#include "emu/subject.h"

#define ROOT_PATH_LENGTH 7 /* how the service shows "no limit" */

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

/* Lists are published to a bucket that an agency of the account gives access to. */
static bool
check_crl(const struct ccm_json *request, struct ccm_error *err)
{
	bool enabled = false;

	if (!ccm_json_opt_bool(request, "crl_configuration.enabled", &enabled, err))
		return false;
	return !enabled ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_CRL,
		   "the account has no OBS agency, and the emulator cannot make one yet");
}

static bool
take_settings(const struct ccm_json *request, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	return check_crl(request, err) &&
	       ccm_emu_take_text(
		   request, "hsm_cluster_info.hsm_cluster_id", &ca->cluster_id, err) &&
	       ccm_emu_take_text(
		   request, "enterprise_project_id", &ca->enterprise_project_id, err) &&
	       ccm_json_opt_int(request, "path_length", &ca->path_length, err) &&
	       ccm_emu_read_key_usages(request, &ca->key_usages, err);
}

/* A CA below another has to leave room in that one's path length. */
static bool
set_path_length(
    const struct ccm_emu_issuer *issuer, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	if (ca->path_length == CCM_EMU_NONE)
		ca->path_length = 0;
	return ca->path_length < issuer->row.path_length ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_PATH_LENGTH,
		   "%" PRId64 " below an issuer of path length %" PRId64, ca->path_length,
		   issuer->row.path_length);
}

static bool
sign_root(struct ccm_emu_resource *ca, EVP_PKEY *key, struct ccm_error *err)
{
	struct ccm_emu_plan plan = {
	    .ca = true, .path_length = CCM_EMU_NONE, .key_usages = CCM_EMU_KU_CA};

	return ccm_emu_issue_sign(ca, key, NULL, &plan, err);
}

static bool
sign_subordinate(const struct ccm_emu_issuer *issuer, struct ccm_emu_resource *ca, EVP_PKEY *key,
    struct ccm_error *err)
{
	struct ccm_emu_plan plan = {
	    .ca = true, .path_length = ca->path_length, .key_usages = ca->key_usages};

	return ccm_emu_issue_sign(ca, key, issuer, &plan, err);
}

/* Creating */

static bool
set_key_algorithm(
    const struct ccm_json *request, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	if (!ccm_emu_take_text(request, "key_algorithm", &ca->key_algorithm, err))
		return false;
	return ccm_emu_x509_knows_algorithm(ca->key_algorithm) ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_KEY_ALGORITHM, "%s", ca->key_algorithm);
}

static bool
begin_ca(struct ccm_emu_call *call, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	const char *bought = NULL;

	ccm_emu_resource_init(ca, CCM_EMU_RESOURCE_CA);
	ca->key_usages = CCM_EMU_KU_CA;
	if (!ccm_json_opt_string(call->request, "ca_id", &bought, err))
		return false;
	if (bought != NULL)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_NOT_FOUND, "no CA %s was bought", bought);
	return ccm_emu_take_text(call->request, "type", &ca->type, err) &&
	       ccm_emu_set_text(&ca->enterprise_project_id, "0", err) &&
	       set_key_algorithm(call->request, ca, err) && take_settings(call->request, ca, err) &&
	       ccm_emu_subject_read(
		   ccm_json_get(call->request, "distinguished_name"), NULL, ca->name, err);
}

static bool
create_root(struct ccm_emu_call *call, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	EVP_PKEY *key = NULL;
	bool ok;

	ca->path_length = ROOT_PATH_LENGTH;
	ca->key_usages = CCM_EMU_KU_CA;
	if (ccm_json_get(call->request, "validity") == NULL)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_VALIDITY, "validity is missing");
	if (ccm_emu_issue_prepare(call, ca, NULL, err))
		key = ccm_emu_issue_key(call, ca, err);
	ok =
	    key != NULL && sign_root(ca, key, err) && ccm_emu_set_text(&ca->status, "ACTIVED", err);
	EVP_PKEY_free(key);
	return ok;
}

static bool
create_active(struct ccm_emu_call *call, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	struct ccm_emu_issuer issuer;
	EVP_PKEY *key = NULL;
	bool ok;

	if (ccm_emu_issuer_load(call, &issuer, err) && set_path_length(&issuer, ca, err) &&
	    ccm_emu_issue_prepare(call, ca, &issuer, err))
		key = ccm_emu_issue_key(call, ca, err);
	ok = key != NULL && sign_subordinate(&issuer, ca, key, err) &&
	     ccm_emu_set_text(&ca->status, "ACTIVED", err);
	EVP_PKEY_free(key);
	ccm_emu_issuer_clear(&issuer);
	return ok;
}

static bool
create_pending(struct ccm_emu_call *call, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	EVP_PKEY *key = ccm_emu_issue_key(call, ca, err);
	bool ok = key != NULL && ccm_emu_set_text(&ca->status, "PENDING", err);

	EVP_PKEY_free(key);
	return ok;
}

/* Activated at once with all three of issuer, hash and validity; pending with none of them. */
static bool
create_subordinate(struct ccm_emu_call *call, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	static const char *const needed[] = {"issuer_id", "signature_algorithm", "validity"};
	const char *missing = NULL;
	size_t given = 0;

	for (size_t i = 0; i < CCM_COUNT(needed); i++) {
		if (ccm_json_get(call->request, needed[i]) != NULL)
			given++;
		else
			missing = needed[i];
	}
	if (given == 0)
		return create_pending(call, ca, err);
	if (missing != NULL)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
		    "%s is missing; without issuer_id, signature_algorithm and validity the CA is "
		    "pending",
		    missing);
	return create_active(call, ca, err);
}

bool
ccm_emu_create_ca(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_resource ca;
	bool ok = begin_ca(call, &ca, err);

	if (ok)
		ok = strcmp(ca.type, "ROOT") == 0 ? create_root(call, &ca, err)
						  : create_subordinate(call, &ca, err);
	ok = ok && ccm_emu_pca_add(call, &ca, call->emulator->site.ca_quota, err);
	ccm_emu_resource_clear(&ca);
	return ok;
}

/* Activating */

static bool
activate(struct ccm_emu_call *call, struct ccm_emu_resource *ca,
    const struct ccm_emu_issuer *issuer, struct ccm_error *err)
{
	EVP_PKEY *key = NULL;
	bool changed, ok;

	if (set_path_length(issuer, ca, err) && ccm_emu_issue_prepare(call, ca, issuer, err))
		key = ccm_emu_key_decode(ccm_buf_span(&ca->private_key), err);
	ok = key != NULL && sign_subordinate(issuer, ca, key, err) &&
	     ccm_emu_set_text(&ca->status, "ACTIVED", err) &&
	     ccm_emu_state_activate(call->emulator->state, ca, &changed, err);
	EVP_PKEY_free(key);
	if (!ok)
		return false;
	return changed ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_STATE, "%s is no longer PENDING", ca->id);
}

bool
ccm_emu_activate_ca(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_issuer issuer = {0};
	struct ccm_emu_resource ca;
	bool ok = ccm_emu_pca_find(call, CCM_EMU_RESOURCE_CA, &ca, err) &&
		  ccm_emu_life_require(call, &ca, err) && take_settings(call->request, &ca, err) &&
		  ccm_emu_issuer_load(call, &issuer, err) && activate(call, &ca, &issuer, err);

	ccm_emu_issuer_clear(&issuer);
	ccm_emu_resource_clear(&ca);
	return ok;
}
