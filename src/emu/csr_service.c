/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <string.h>

#include "emu/csr.h"
#include "emu/import.h"
#include "emu/life.h"
#include "emu/pair.h"
#include "emu/pca.h"
#include "emu/pem.h"
#include "emu/subject.h"

/* What goes over certificate signing requests: certificates from those of others, and our own. */

#define LEAST_RSA_BITS 2048
#define ENTITY_USAGES (CCM_EMU_KU_DIGITAL_SIGNATURE | CCM_EMU_KU_KEY_AGREEMENT)

/* Parsing */

static bool
append_public_key(EVP_PKEY *key, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_buf pem = {0};
	bool ok = ccm_emu_pem_public_key(key, &pem, err) &&
		  ccm_emu_pem_to_wire(ccm_buf_span(&pem), false, out, err);

	ccm_buf_clear(&pem);
	return ok;
}

static bool
answer_csr(struct ccm_json *out, const struct ccm_emu_csr *csr, struct ccm_error *err)
{
	struct ccm_json *name = ccm_json_new_object(err);
	struct ccm_buf key = {0}, signature = {0};
	bool ok = name != NULL && ccm_emu_subject_write(csr->name, name, err);

	if (!ok)
		ccm_json_free(name);
	ok = ok && ccm_json_add_json(out, "distinguished_name", name, err) &&
	     append_public_key(csr->key, &key, err) &&
	     ccm_emu_csr_signature_name(csr, &signature, err) &&
	     ccm_json_add_string(out, "public_key", ccm_buf_str(&key), err) &&
	     ccm_json_add_string(out, "key_algorithm", EVP_PKEY_get0_type_name(csr->key), err) &&
	     ccm_json_add_int(out, "key_algorithm_length", EVP_PKEY_get_bits(csr->key), err) &&
	     ccm_json_add_string(out, "signature_algorithm", ccm_buf_str(&signature), err);
	ccm_buf_clear(&signature);
	ccm_buf_clear(&key);
	return ok;
}

bool
ccm_emu_parse_csr(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_csr csr = {0};
	const char *text;
	bool ok;

	call->answer->json = ccm_json_new_object(err);
	ok = call->answer->json != NULL && ccm_json_string(call->request, "csr", &text, err) &&
	     ccm_emu_csr_read(text, &csr, err) && answer_csr(call->answer->json, &csr, err);
	ccm_emu_csr_clear(&csr);
	return ok;
}

/* Issuing */

/* As PCA names it; keys of sizes that it does not make itself by their kind alone. */
static bool
set_algorithm(const struct ccm_emu_call *call, EVP_PKEY *key, struct ccm_emu_resource *resource,
    struct ccm_error *err)
{
	const char *name = ccm_emu_x509_algorithm_of(key);
	int bits = EVP_PKEY_get_bits(key);

	if (name != NULL)
		return ccm_emu_issue_check_algorithm(call, name, err) &&
		       ccm_emu_set_text(&resource->key_algorithm, name, err);
	if (EVP_PKEY_is_a(key, "RSA") && bits >= LEAST_RSA_BITS)
		return ccm_emu_set_text(&resource->key_algorithm, "RSA", err);
	if (EVP_PKEY_is_a(key, "EC") && bits >= 256)
		return ccm_emu_set_text(&resource->key_algorithm, "EC", err);
	return ccm_emu_refuse(err, CCM_EMU_REFUSE_KEY_ALGORITHM, "csr: %s of %d bits",
	    EVP_PKEY_get0_type_name(key), bits);
}

/* What both kinds take from the request; the names become the resource's. */
static bool
begin(struct ccm_emu_call *call, struct ccm_emu_csr *csr, struct ccm_emu_resource *resource,
    struct ccm_error *err)
{
	const char *text;

	if (!ccm_json_string(call->request, "csr", &text, err) ||
	    !ccm_emu_csr_read(text, csr, err) || !set_algorithm(call, csr->key, resource, err))
		return false;
	memcpy(resource->name, csr->name, sizeof(csr->name));
	memset(csr->name, 0, sizeof(csr->name));
	return ccm_emu_set_text(&resource->gen_mode, "CSR", err) &&
	       ccm_emu_set_text(&resource->enterprise_project_id, "0", err) &&
	       ccm_emu_take_text(
		   call->request, "enterprise_project_id", &resource->enterprise_project_id, err) &&
	       ccm_emu_issue_begin(call, resource, err);
}

/* The reference has SHA384 for both kinds; an SM2 key cannot sign with that. */
static bool
prepare(struct ccm_emu_call *call, struct ccm_emu_resource *resource,
    const struct ccm_emu_issuer *issuer, struct ccm_error *err)
{
	bool sm2 = strcmp(issuer->row.key_algorithm, "SM2") == 0;

	return ccm_emu_set_text(&resource->signature_algorithm, sm2 ? "SM3" : "SHA384", err) &&
	       ccm_emu_issue_prepare(call, resource, issuer, err);
}

static bool
issue_certificate(struct ccm_emu_call *call, const struct ccm_emu_csr *csr,
    const struct ccm_emu_issuer *issuer, struct ccm_emu_resource *certificate,
    struct ccm_error *err)
{
	struct ccm_emu_plan plan = {.key_usages = ENTITY_USAGES};

	return ccm_emu_csr_plan(csr, &plan, err) && prepare(call, certificate, issuer, err) &&
	       ccm_emu_pair_sign(certificate, csr->key, issuer, &plan, err) &&
	       ccm_emu_set_text(&certificate->status, "ISSUED", err) &&
	       ccm_emu_pca_add(call, certificate, call->emulator->site.certificate_quota, err);
}

/* It uses no quota, is in no list and issues nothing. */
static bool
issue_ca(struct ccm_emu_call *call, const struct ccm_emu_csr *csr,
    const struct ccm_emu_issuer *issuer, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	struct ccm_emu_plan plan = {.ca = true, .key_usages = CCM_EMU_KU_CA};

	if (!ccm_json_opt_int(call->request, "path_length", &ca->path_length, err) ||
	    !ccm_emu_ca_set_path_length(ca, issuer, err) || !ccm_emu_csr_plan(csr, &plan, err) ||
	    !prepare(call, ca, issuer, err))
		return false;
	plan.path_length = ca->path_length;
	ca->key_usages = plan.key_usages;
	return ccm_emu_issue_sign(ca, csr->key, issuer, &plan, err) &&
	       ccm_emu_set_text(&ca->type, "SUBORDINATE", err) &&
	       ccm_emu_set_text(&ca->status, "ACTIVED", err) &&
	       ccm_emu_pca_add(call, ca, INT64_MAX, err) &&
	       ccm_emu_pca_answer_id(call, "certificate_id", ca->id, err);
}

bool
ccm_emu_issue_certificate_by_csr(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_resource resource;
	struct ccm_emu_issuer issuer = {0};
	struct ccm_emu_csr csr = {0};
	const char *type = "ENTITY_CERT";
	bool ok, ca;

	ok = ccm_json_opt_string(call->request, "type", &type, err);
	ca = strcmp(type, "INTERMEDIATE_CA") == 0;
	ccm_emu_resource_init(&resource, ca ? CCM_EMU_RESOURCE_CA : CCM_EMU_RESOURCE_CERTIFICATE);
	ok = ok && begin(call, &csr, &resource, err) && ccm_emu_issuer_load(call, &issuer, err) &&
	     (ca ? issue_ca(call, &csr, &issuer, &resource, err)
		 : issue_certificate(call, &csr, &issuer, &resource, err));
	ccm_emu_csr_clear(&csr);
	ccm_emu_issuer_clear(&issuer);
	ccm_emu_resource_clear(&resource);
	return ok;
}

/* The request of a pending CA of ours, and the certificate that somebody made of it. */

static EVP_PKEY *
get_key(const struct ccm_emu_resource *ca, struct ccm_error *err)
{
	if (ca->private_key.len != 0)
		return ccm_emu_key_decode(ccm_buf_span(&ca->private_key), err);
	ccm_emu_refuse(err, CCM_EMU_REFUSE_STATE,
	    "%s was bought and has not been given a name and a key", ca->id);
	return NULL;
}

static bool
answer_request(struct ccm_emu_call *call, const struct ccm_emu_resource *ca, EVP_PKEY *key,
    struct ccm_error *err)
{
	const char *hash = strcmp(ca->key_algorithm, "SM2") == 0 ? "SM3" : "SHA256";
	struct ccm_json *out = call->answer->json = ccm_json_new_object(err);
	struct ccm_buf pem = {0}, text = {0};
	bool ok = out != NULL && ccm_emu_csr_write(ca->name, key, hash, &pem, err) &&
		  ccm_emu_pem_to_wire(ccm_buf_span(&pem), true, &text, err) &&
		  ccm_json_add_string(out, "csr", ccm_buf_str(&text), err);

	ccm_buf_clear(&text);
	ccm_buf_clear(&pem);
	return ok;
}

bool
ccm_emu_get_ca_csr(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_resource ca;
	EVP_PKEY *key = NULL;
	bool ok;

	if (ccm_emu_pca_find(call, CCM_EMU_RESOURCE_CA, &ca, err) &&
	    ccm_emu_life_require(call, &ca, err))
		key = get_key(&ca, err);
	ok = key != NULL && answer_request(call, &ca, key, err);
	EVP_PKEY_free(key);
	ccm_emu_resource_clear(&ca);
	return ok;
}

static bool
read_import(const struct ccm_json *request, struct ccm_emu_import *import, struct ccm_error *err)
{
	const char *certificate, *chain = NULL;

	return ccm_json_string(request, "certificate", &certificate, err) &&
	       ccm_json_opt_string(request, "certificate_chain", &chain, err) &&
	       ccm_emu_import_read(certificate, chain, import, err);
}

static bool
import(struct ccm_emu_call *call, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	struct ccm_emu_import import = {0};
	EVP_PKEY *key = get_key(ca, err);
	bool changed = true;
	bool ok = key != NULL && read_import(call->request, &import, err) &&
		  ccm_emu_import_check(&import, key, call->now, err) &&
		  ccm_emu_import_apply(&import, ca, err) &&
		  ccm_emu_set_text(&ca->status, "ACTIVED", err) &&
		  ccm_emu_state_activate(call->emulator->state, ca, &changed, err);

	ccm_emu_import_clear(&import);
	EVP_PKEY_free(key);
	if (!changed)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_STATE, "%s is no longer PENDING", ca->id);
	return ok;
}

bool
ccm_emu_import_ca(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_resource ca;
	bool ok = ccm_emu_pca_find(call, CCM_EMU_RESOURCE_CA, &ca, err) &&
		  ccm_emu_life_require(call, &ca, err) && import(call, &ca, err);

	ccm_emu_resource_clear(&ca);
	return ok;
}
