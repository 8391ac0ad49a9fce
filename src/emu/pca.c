/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/pca.h"

#include <string.h>

#include "emu/chain.h"
#include "emu/pem.h"
#include "emu/publication.h"
#include "emu/subject.h"

#define LIMIT_DEFAULT 10

const char *
ccm_emu_pca_id_name(enum ccm_emu_resource_kind kind)
{
	return kind == CCM_EMU_RESOURCE_CA ? "ca_id" : "certificate_id";
}

bool
ccm_emu_pca_find(struct ccm_emu_call *call, enum ccm_emu_resource_kind kind,
    struct ccm_emu_resource *out, struct ccm_error *err)
{
	const char *id;

	*out = (struct ccm_emu_resource){0};
	if (!ccm_json_string(call->request, ccm_emu_pca_id_name(kind), &id, err) ||
	    !ccm_emu_state_get(call->emulator->state, kind, id, out, err))
		return false;
	return out->id != NULL || ccm_emu_refuse(err, CCM_EMU_REFUSE_NOT_FOUND, "%s", id);
}

bool
ccm_emu_pca_answer_id(
    struct ccm_emu_call *call, const char *name, const char *id, struct ccm_error *err)
{
	ccm_json_free(call->answer->json);
	call->answer->json = ccm_json_new_object(err);
	return call->answer->json != NULL && ccm_json_add_string(call->answer->json, name, id, err);
}

bool
ccm_emu_pca_add(struct ccm_emu_call *call, const struct ccm_emu_resource *resource, int64_t quota,
    struct ccm_error *err)
{
	bool added;

	if (!ccm_emu_state_add(call->emulator->state, resource, quota, &added, err))
		return false;
	if (!added)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_QUOTA, "%lld allowed", (long long)quota);
	return ccm_emu_pca_answer_id(call,
	    ccm_emu_pca_id_name((enum ccm_emu_resource_kind)resource->kind), resource->id, err);
}

/* Showing */

static bool
add_number(struct ccm_json *out, const char *name, int64_t number, struct ccm_error *err)
{
	return number == CCM_EMU_NONE ? ccm_json_add_string(out, name, NULL, err)
				      : ccm_json_add_int(out, name, number, err);
}

/* A CA that was bought has not been given this yet. */
static bool
add_filled(struct ccm_json *out, const char *name, const char *text, struct ccm_error *err)
{
	return ccm_json_add_string(out, name, text[0] != '\0' ? text : NULL, err);
}

static bool
write_name(const struct ccm_emu_resource *resource, struct ccm_json *out, struct ccm_error *err)
{
	struct ccm_json *name = ccm_json_new_object(err);

	if (name != NULL && ccm_emu_subject_write(resource->name, name, err))
		return ccm_json_add_json(out, "distinguished_name", name, err);
	ccm_json_free(name);
	return false;
}

static bool
write_common(const struct ccm_emu_resource *resource, struct ccm_json *out, struct ccm_error *err)
{
	return ccm_json_add_string(
		   out, "signature_algorithm", resource->signature_algorithm, err) &&
	       ccm_json_add_string(out, "issuer_id", resource->issuer_id, err) &&
	       ccm_json_add_string(out, "issuer_name", resource->issuer_name, err) &&
	       add_number(out, "not_after", resource->not_after, err) &&
	       add_number(out, "not_before", resource->not_before, err) &&
	       ccm_json_add_string(out, "status", resource->status, err) &&
	       ccm_json_add_string(out, "gen_mode",
		   resource->gen_mode != NULL ? resource->gen_mode : "GENERATE", err) &&
	       ccm_json_add_string(out, "serial_number", resource->serial_number, err) &&
	       write_name(resource, out, err) &&
	       add_filled(out, "key_algorithm", resource->key_algorithm, err) &&
	       add_number(out, "create_time", resource->create_time, err) &&
	       add_number(out, "delete_time", resource->delete_time, err) &&
	       ccm_json_add_string(out,
		   ccm_emu_pca_id_name((enum ccm_emu_resource_kind)resource->kind), resource->id,
		   err) &&
	       ccm_json_add_string(
		   out, "enterprise_project_id", resource->enterprise_project_id, err);
}

/* What is the same for everything in an answer. */
struct view {
	const struct ccm_emu *emulator;
	enum ccm_emu_resource_kind kind;
	int64_t free_quota;
	char domain_id[CCM_EMU_IAM_ID_SIZE];
	struct ccm_json *list;
};

static bool
write_publication(const struct ccm_emu_publication *publication, const char *url,
    struct ccm_json *out, struct ccm_error *err)
{
	bool on = publication->bucket != NULL;

	return ccm_json_add_bool(out, "crl_configuration.enabled", on, err) &&
	       ccm_json_add_string(
		   out, "crl_configuration.obs_bucket_name", publication->bucket, err) &&
	       add_number(out, "crl_configuration.valid_days",
		   on ? publication->valid_days : CCM_EMU_NONE, err) &&
	       ccm_json_add_string(out, "crl_configuration.crl_name", publication->name, err) &&
	       ccm_json_add_string(out, "crl_configuration.crl_dis_point", url, err);
}

static bool
write_crl(const struct view *view, const struct ccm_emu_resource *ca, struct ccm_json *out,
    struct ccm_error *err)
{
	struct ccm_emu_publication publication;
	char *url = NULL;
	bool ok = ccm_emu_publication_get(
		      ccm_emu_state_db(view->emulator->state), ca->id, &publication, err) &&
		  ccm_emu_publication_url(&publication, &view->emulator->obs, &url, err) &&
		  write_publication(&publication, url, out, err);

	ccm_free(url);
	ccm_emu_publication_clear(&publication);
	return ok;
}

static bool
write_ca(const struct view *view, const struct ccm_emu_resource *ca, struct ccm_json *out,
    struct ccm_error *err)
{
	return ccm_json_add_string(out, "type", ca->type, err) &&
	       add_number(out, "path_length", ca->path_length, err) &&
	       write_crl(view, ca, out, err) &&
	       ccm_json_add_int(out, "free_quota", view->free_quota, err) &&
	       ccm_json_add_int(out, "charging_mode", ca->charging_mode, err) &&
	       ccm_json_add_string(out, "cluster_id", ca->cluster_id, err) &&
	       ccm_json_add_string(out, "domain_id", view->domain_id, err);
}

/* Of an SM2 pair, what names the second certificate. */
static bool
write_certificate(
    const struct ccm_emu_resource *certificate, struct ccm_json *out, struct ccm_error *err)
{
	const char *serial = certificate->enc_serial_number;

	return serial != NULL
		   ? ccm_json_add_string(out, "enc_cert_info.enc_serial_number", serial, err)
		   : ccm_json_add_string(out, "enc_cert_info", NULL, err);
}

static bool
write_freeze(const struct view *view, const struct ccm_emu_resource *resource, struct ccm_json *out,
    struct ccm_error *err)
{
	bool frozen = ccm_emu_site_is_frozen(
	    &view->emulator->site, resource->id, resource->name[CCM_EMU_NAME_CN]);

	return ccm_json_add_int(out, "freeze_flag", frozen, err);
}

static struct ccm_json *
write_resource(
    const struct view *view, const struct ccm_emu_resource *resource, struct ccm_error *err)
{
	struct ccm_json *out = ccm_json_new_object(err);

	if (out != NULL && write_common(resource, out, err) &&
	    write_freeze(view, resource, out, err) &&
	    (resource->kind == CCM_EMU_RESOURCE_CA ? write_ca(view, resource, out, err)
						   : write_certificate(resource, out, err)))
		return out;
	ccm_json_free(out);
	return NULL;
}

static bool
prepare_view(struct ccm_emu_call *call, enum ccm_emu_resource_kind kind, struct view *view,
    struct ccm_error *err)
{
	int64_t used;

	*view = (struct view){.emulator = call->emulator, .kind = kind};
	if (kind != CCM_EMU_RESOURCE_CA)
		return true;
	if (!ccm_emu_state_count(call->emulator->state, CCM_EMU_RESOURCE_CERTIFICATE, &used, err))
		return false;
	view->free_quota = call->emulator->site.certificate_quota - used;
	return ccm_emu_iam_id("domain", call->session.user->domain, view->domain_id, err);
}

bool
ccm_emu_pca_show(struct ccm_emu_call *call, enum ccm_emu_resource_kind kind, struct ccm_error *err)
{
	struct ccm_emu_resource resource;
	struct view view;

	if (ccm_emu_pca_find(call, kind, &resource, err) && prepare_view(call, kind, &view, err))
		call->answer->json = write_resource(&view, &resource, err);
	ccm_emu_resource_clear(&resource);
	return call->answer->json != NULL;
}

/* Listing */

static bool
read_list_query(struct ccm_emu_call *call, struct ccm_emu_state_query *query, struct ccm_error *err)
{
	const char *direction = "DESC";

	query->limit = LIMIT_DEFAULT;
	query->sort_key = "create_time";
	if (!ccm_json_opt_int(call->request, "limit", &query->limit, err) ||
	    !ccm_json_opt_int(call->request, "offset", &query->offset, err) ||
	    !ccm_json_opt_string(call->request, "name", &query->name, err) ||
	    !ccm_json_opt_string(call->request, "status", &query->status, err) ||
	    !ccm_json_opt_string(call->request, "type", &query->type, err) ||
	    !ccm_json_opt_string(call->request, "sort_key", &query->sort_key, err) ||
	    !ccm_json_opt_string(call->request, "sort_dir", &direction, err))
		return false;
	query->ascending = strcmp(direction, "ASC") == 0;
	return true;
}

static bool
append_resource(void *context, const struct ccm_emu_resource *resource, struct ccm_error *err)
{
	struct view *view = context;
	struct ccm_json *element = write_resource(view, resource, err);

	return element != NULL && ccm_json_append_json(view->list, element, err);
}

bool
ccm_emu_pca_list(struct ccm_emu_call *call, enum ccm_emu_resource_kind kind, struct ccm_error *err)
{
	struct ccm_emu_state *state = call->emulator->state;
	struct ccm_emu_state_query query = {.kind = kind};
	struct ccm_json *out = ccm_json_new_object(err);
	struct view view;
	int64_t total;

	call->answer->json = out;
	if (out == NULL || !read_list_query(call, &query, err) ||
	    !prepare_view(call, kind, &view, err) ||
	    !ccm_emu_state_total(state, &query, &total, err))
		return false;
	if (!ccm_json_add_int(out, "total", total, err))
		return false;
	view.list = ccm_json_new_array(err);
	if (view.list == NULL)
		return false;
	if (ccm_emu_state_list(state, &query, append_resource, &view, err))
		return ccm_json_add_json(out, call->op->items, view.list, err);
	ccm_json_free(view.list);
	return false;
}

/* By ids */

static bool
append_by_id(
    struct ccm_emu_call *call, const char *id, const struct view *view, struct ccm_error *err)
{
	struct ccm_emu_resource resource;
	bool ok = ccm_emu_state_get(call->emulator->state, view->kind, id, &resource, err);
	struct ccm_json *element = NULL;

	if (ok && resource.id != NULL) {
		element = write_resource(view, &resource, err);
		ok = element != NULL && ccm_json_append_json(view->list, element, err);
	}
	ccm_emu_resource_clear(&resource);
	return ok;
}

struct ccm_json *
ccm_emu_pca_details(struct ccm_emu_call *call, enum ccm_emu_resource_kind kind,
    const struct ccm_json *ids, struct ccm_error *err)
{
	struct view view;
	bool ok = prepare_view(call, kind, &view, err);

	view.list = ccm_json_new_array(err);
	ok = ok && view.list != NULL;
	for (const struct ccm_json *at = ccm_json_first(ids); ok && at != NULL;
	     at = ccm_json_next(at)) {
		const char *id;

		ok = ccm_json_as_string(at, &id) && append_by_id(call, id, &view, err);
	}
	if (ok)
		return view.list;
	ccm_json_free(view.list);
	return NULL;
}

/* Chains */

/* PEM as it goes out; null when there is none. */
static bool
add_pem(struct ccm_json *out, const char *name, const struct ccm_buf *pem, struct ccm_error *err)
{
	struct ccm_buf text = {0};
	bool ok = ccm_emu_pem_to_wire(ccm_buf_span(pem), true, &text, err) &&
		  ccm_json_add_string(out, name, pem->len != 0 ? ccm_buf_str(&text) : NULL, err);

	ccm_buf_clear(&text);
	return ok;
}

bool
ccm_emu_pca_answer_chain(
    struct ccm_emu_call *call, const struct ccm_emu_resource *resource, struct ccm_error *err)
{
	struct ccm_buf pem = {0}, chain = {0};
	struct ccm_json *out = ccm_json_new_object(err);
	bool ok;

	call->answer->json = out;
	ok = out != NULL &&
	     ccm_emu_pem_certificate(ccm_buf_span(&resource->certificate), &pem, err) &&
	     ccm_emu_chain_write(call->emulator->state, resource, &chain, err) &&
	     add_pem(out, "certificate", &pem, err) &&
	     add_pem(out, "certificate_chain", &chain, err);
	ccm_buf_clear(&chain);
	ccm_buf_clear(&pem);
	return ok;
}
