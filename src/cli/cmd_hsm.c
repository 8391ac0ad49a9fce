/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"

#include <string.h>

/* HSM clusters: those that CAs keep their keys in, and whether there may be any here. */

static const struct ccm_column columns[] = {
    {"CLUSTER", "cluster_id", CCM_CELL_TEXT},
    {"CAS", "cas", CCM_CELL_TEXT},
    {"NAMES", "names", CCM_CELL_LIST},
};

static const struct ccm_json *
find_cluster(const struct ccm_json *clusters, const char *id)
{
	for
		ccm_json_each(cluster, clusters)
		{
			const char *own = "";

			ccm_json_as_string(ccm_json_get(cluster, "cluster_id"), &own);
			if (strcmp(own, id) == 0)
				return cluster;
		}
	return NULL;
}

/* The cluster's row, made at its first CA. */
static struct ccm_json *
cluster_row(struct ccm_json *clusters, const char *id, struct ccm_error *err)
{
	struct ccm_json *row = (struct ccm_json *)find_cluster(clusters, id);

	if (row != NULL)
		return row;
	row = ccm_json_new_object(err);
	return ccm_json_append_json(clusters, row, err) &&
		       ccm_json_add_string(row, "cluster_id", id, err) &&
		       ccm_json_add_int(row, "cas", 0, err) &&
		       ccm_json_add_json(row, "names", ccm_json_new_array(err), err)
		   ? row
		   : NULL;
}

static bool
visit(void *context, const struct ccm_json *ca, struct ccm_error *err)
{
	const char *id = "";
	struct ccm_json *row;
	int64_t count = 0;

	ccm_json_as_string(ccm_json_get(ca, "cluster_id"), &id);
	if (*id == '\0')
		return true;
	row = cluster_row(context, id, err);
	return row != NULL && ccm_json_int(row, "cas", &count, err) &&
	       ccm_json_add_int(row, "cas", count + 1, err) &&
	       ccm_json_append_string(
		   (struct ccm_json *)ccm_json_get(row, "names"), ccm_object_name(ca), err);
}

static bool
say_support(const struct ccm_tool *tool, const struct ccm_json *site, struct ccm_error *err)
{
	static const struct ccm_column regions = {"", "dhsm_regions", CCM_CELL_LIST};
	struct ccm_buf text = {0};
	bool supported = false, ok;

	ccm_json_as_bool(ccm_json_get(site, "is_support_dhsm"), &supported);
	ok = ccm_column_format(&regions, site, &text, err);
	if (ok && supported)
		ccm_tool_say(
		    tool, "keys can be kept in clusters of these regions: %s", ccm_buf_str(&text));
	else if (ok)
		ccm_tool_say(tool, "the service keeps no keys in clusters here");
	ccm_buf_clear(&text);
	return ok;
}

static bool
hsm(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_rows rows = {
	    "clusters", columns, CCM_COUNT(columns), "HSM cluster"};
	struct ccm_client *client = ccm_tool_client(tool, err);
	struct ccm_json *document = ccm_json_new_object(err), *clusters, *site = NULL;
	bool ok = client != NULL && document != NULL;

	(void)args;
	clusters = ok ? ccm_json_new_array(err) : NULL;
	ok = ok && ccm_json_add_json(document, "clusters", clusters, err) &&
	     ccm_client_each(
		 client, &ccm_pca_list_cas, NULL, (struct ccm_visitor){visit, clusters}, err) &&
	     ccm_tool_call(tool, &ccm_pca_get_site_features, NULL, &site, err);
	if (ok && !tool->json)
		ok = say_support(tool, site, err);
	else if (ok && site != NULL) {
		ok = ccm_json_add_json(document, "site", site, err);
		site = NULL;
	}
	ok = ok && ccm_rows_print(tool, &rows, document, err);
	ccm_json_free(site);
	ccm_json_free(document);
	return ok;
}

const struct ccm_command ccm_command_hsm = {
    .name = "hsm",
    .operands = "",
    .summary = "List the HSM clusters that CAs have their keys in",
    .run = hsm,
};
