/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/crypto.h"
#include "core/log.h"
#include "model/source.h"

#define ONE_TIME_PASSWORD_LEN 32 /* the most that the API takes */

bool
ccm_status_is_active(const char *status)
{
	return strcmp(status, "ACTIVED") == 0 || strcmp(status, "ACTIVE") == 0 ||
	       strcmp(status, "ACTIVATED") == 0;
}

static const char *
id_member(enum ccm_item_kind kind)
{
	return kind == CCM_ITEM_CA ? "ca_id" : "certificate_id";
}

/* Reading the service's records: everything but the id may be missing or null. */

bool
ccm_pca_read_facts(const struct ccm_json *record, enum ccm_item_kind kind, struct ccm_facts *facts,
    struct ccm_error *err)
{
	const char *type = "";
	bool publishes = false;
	const struct {
		const char *name;
		const char **to;
	} strings[] = {
	    {"distinguished_name.common_name", &facts->label},
	    {"status", &facts->status},
	    {"issuer_id", &facts->issuer_id},
	    {"issuer_name", &facts->issuer_name},
	    {"serial_number", &facts->serial},
	    {"key_algorithm", &facts->key_algorithm},
	    {"gen_mode", &facts->gen_mode},
	    {"cluster_id", &facts->cluster_id},
	    {"crl_configuration.crl_dis_point", &facts->crl_url},
	    {"type", &type},
	};

	*facts = (struct ccm_facts){.kind = kind};
	for (size_t i = 0; i < CCM_COUNT(strings); i++) {
		*strings[i].to = "";
		if (!ccm_json_opt_string(record, strings[i].name, strings[i].to, err))
			return false;
	}
	if (!ccm_json_string(record, id_member(kind), &facts->resource_id, err) ||
	    !ccm_json_opt_int(record, "not_before", &facts->not_before, err) ||
	    !ccm_json_opt_int(record, "not_after", &facts->not_after, err) ||
	    !ccm_json_opt_bool(record, "crl_configuration.enabled", &publishes, err))
		return false;
	if (!publishes)
		facts->crl_url = "";
	facts->root = kind == CCM_ITEM_CA && strcmp(type, "ROOT") == 0;
	return ccm_item_id_from_resource(facts->resource_id, facts->id, err);
}

static bool
get(struct ccm_token *token, enum ccm_item_kind kind, const char *resource_id,
    struct ccm_harvest *harvest, struct ccm_error *err)
{
	const struct ccm_operation *op =
	    kind == CCM_ITEM_CA ? &ccm_pca_get_ca : &ccm_pca_get_certificate;
	struct ccm_listing listing = {harvest, kind, ccm_pca_read_facts};
	struct ccm_json *request = ccm_request_for(id_member(kind), resource_id, err);
	bool ok = ccm_listing_get(&listing, op, request, err);

	(void)token;
	ccm_json_free(request);
	return ok;
}

/* Exports */

static bool
add_export_options(struct ccm_json *request, const char *password, struct ccm_error *err)
{
	return ccm_json_add_string(request, "type", "OTHER", err) &&
	       ccm_json_add_bool(request, "is_compressed", false, err) &&
	       ccm_json_add_string(request, "password", password, err);
}

static bool
export_item(
    struct ccm_item *item, struct ccm_bundle **bundle, struct ccm_key **key, struct ccm_error *err)
{
	bool is_ca = item->facts.kind == CCM_ITEM_CA, ok = false;
	const struct ccm_operation *op = is_ca ? &ccm_pca_export_ca : &ccm_pca_export_certificate;
	struct ccm_json *request =
	    ccm_request_for(id_member(item->facts.kind), item->facts.resource_id, err);
	struct ccm_json *answer = NULL;
	struct ccm_buf password;

	ccm_buf_init_secret(&password);
	if (request == NULL || !ccm_random_password(ONE_TIME_PASSWORD_LEN, &password, err) ||
	    (!is_ca && !add_export_options(request, ccm_buf_str(&password), err)) ||
	    !ccm_client_call(ccm_model_client(item->token->model), op, request, &answer, err))
		goto out;
	ok = ccm_export_read_bundle(answer, bundle, err) &&
	     (key == NULL || ccm_export_read_key(answer, ccm_buf_str(&password), key, err));
	if (!ok) {
		ccm_error_context(err, "%s", op->id);
		ccm_bundle_free(*bundle);
		*bundle = NULL;
	}
out:
	ccm_buf_clear(&password);
	ccm_json_free(answer);
	ccm_json_free(request);
	return ok;
}

static void
resource_of_id(const unsigned char id[static CCM_ITEM_ID_LEN], char out[static 40])
{
	static const size_t groups[] = {4, 2, 2, 2, 6};

	for (size_t i = 0; i < CCM_COUNT(groups); i++) {
		ccm_hex(id, groups[i], out);
		id += groups[i];
		out += 2 * groups[i];
		*out++ = '-';
	}
	out[-1] = '\0';
}

/* Any UUID may be PCA's; none has the letters of an id of SCM's. */
static bool
has_id(const unsigned char id[static CCM_ITEM_ID_LEN])
{
	return !ccm_id_is_scm(id);
}

const struct ccm_source ccm_source_pca = {
    .name = "PCA",
    .states = ccm_pca_states,
    .has_id = has_id,
    .resource_of_id = resource_of_id,
    .list = ccm_pca_list,
    .get = get,
    .export = export_item,
    .delete = &ccm_pca_delete_certificate,
};
