/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/crypto.h"
#include "model/source.h"

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
	const char *enc_serial = "";
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
	    {"enc_cert_info.enc_serial_number", &enc_serial},
	    {"type", &type},
	};

	ccm_facts_init(facts, kind);
	for (size_t i = 0; i < CCM_COUNT(strings); i++)
		if (!ccm_json_opt_string(record, strings[i].name, strings[i].to, err))
			return false;
	if (!ccm_json_string(record, id_member(kind), &facts->resource_id, err) ||
	    !ccm_json_opt_int(record, "not_before", &facts->not_before, err) ||
	    !ccm_json_opt_int(record, "not_after", &facts->not_after, err) ||
	    !ccm_json_opt_bool(record, "crl_configuration.enabled", &publishes, err))
		return false;
	if (!publishes)
		facts->crl_url = "";
	/* the reference's examples have one with RSA certificates, too */
	if (kind == CCM_ITEM_CERTIFICATE && strcmp(facts->key_algorithm, "SM2") == 0)
		facts->enc_serial = enc_serial;
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
    .export = ccm_pca_export,
    .delete = &ccm_pca_delete_certificate,
};
