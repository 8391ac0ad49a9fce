/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"

#include <stdio.h>
#include <string.h>

/* HSM clusters: those that CAs keep their keys in, and whether there may be any here. */

struct word {
	const char *word;
	bool there;
};

static const struct ccm_column columns[] = {
    {"CLUSTER", "cluster_id", CCM_CELL_TEXT},
    {"ANSWERS", "answers", CCM_CELL_FLAG},
    {"KEYS", "keys", CCM_CELL_TEXT},
    {"CAS", "cas", CCM_CELL_TEXT},
    {"NAMES", "names", CCM_CELL_LIST},
};

static const struct ccm_column details[] = {
    {"Cluster", "cluster_id", CCM_CELL_TEXT},
    {"CAs", "names", CCM_CELL_LIST},
    {"Project", "project", CCM_CELL_TEXT},
    {"Module", "module", CCM_CELL_TEXT},
    {"Description", "description", CCM_CELL_TEXT},
    {"Answers", "answers", CCM_CELL_FLAG},
    {"Trouble", "trouble", CCM_CELL_TEXT},
    {"Token", "token", CCM_CELL_TEXT},
    {"Manufacturer", "manufacturer", CCM_CELL_TEXT},
    {"Model", "model", CCM_CELL_TEXT},
    {"Serial", "serial", CCM_CELL_TEXT},
    {"Firmware", "firmware", CCM_CELL_TEXT},
    {"Hardware", "hardware", CCM_CELL_FLAG},
    {"Keys", "keys", CCM_CELL_TEXT},
    {"Does", "does", CCM_CELL_LIST},
    {"Makes", "makes", CCM_CELL_LIST},
    {"Threads", "threads", CCM_CELL_FLAG},
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

/* What the module says of itself; that it does not answer is a fact like any other. */

static bool
add_words(struct ccm_json *row, const char *member, const struct word *words, size_t count,
    struct ccm_error *err)
{
	struct ccm_json *list = ccm_json_new_array(err);
	bool ok = list != NULL;

	for (size_t i = 0; ok && i < count; i++)
		if (words[i].there)
			ok = ccm_json_append_string(list, words[i].word, err);
	if (!ok) {
		ccm_json_free(list);
		return false;
	}
	return ccm_json_add_json(row, member, list, err);
}

static bool
add_version(struct ccm_json *row, const char *member, const unsigned char version[static 2],
    struct ccm_error *err)
{
	char text[16];

	snprintf(text, sizeof(text), "%u.%u", version[0], version[1]);
	return ccm_json_add_string(row, member, text, err);
}

static bool
add_state(struct ccm_json *row, const struct ccm_hsm_state *state, struct ccm_error *err)
{
	const struct word does[] = {
	    {"pkcs1", state->rsa || state->raw},
	    {"pss", state->pss || state->raw},
	    {"oaep", state->oaep || state->raw},
	    {"ecdsa", state->ecdsa},
	    {"ecdh", state->ecdh},
	    {"eddsa", state->eddsa},
	};
	const struct word makes[] = {
	    {"rsa", state->makes_rsa}, {"ec", state->makes_ec}, {"ed25519", state->makes_ed}};

	return ccm_json_add_string(row, "description", state->module, err) &&
	       ccm_json_add_string(row, "token", state->label, err) &&
	       ccm_json_add_string(row, "manufacturer", state->manufacturer, err) &&
	       ccm_json_add_string(row, "model", state->model, err) &&
	       ccm_json_add_string(row, "serial", state->serial, err) &&
	       add_version(row, "firmware", state->firmware, err) &&
	       ccm_json_add_bool(row, "hardware", state->hardware, err) &&
	       ccm_json_add_bool(row, "threads", !state->serialised, err) &&
	       ccm_json_add_int(row, "keys", (int64_t)state->keys, err) &&
	       add_words(row, "does", does, CCM_COUNT(does), err) &&
	       add_words(row, "makes", makes, CCM_COUNT(makes), err);
}

static bool
add_configured(struct ccm_tool *tool, struct ccm_json *clusters,
    const struct ccm_hsm_config *config, struct ccm_error *err)
{
	struct ccm_json *row = cluster_row(clusters, config->cluster, err);
	struct ccm_hsm *hsm = ccm_model_hsm(tool->model, config->cluster, err);
	const char *region = ccm_model_config(tool->model)->cloud.region;
	struct ccm_hsm_state state;
	struct ccm_error trouble = {0};
	bool answers;

	if (row == NULL || hsm == NULL ||
	    !ccm_json_add_string(row, "module", config->module, err) ||
	    !ccm_json_add_string(
		row, "project", config->project[0] != '\0' ? config->project : region, err))
		return false;
	answers = ccm_hsm_describe(hsm, &state, &trouble);
	if (!ccm_json_add_bool(row, "answers", answers, err))
		return false;
	return answers ? add_state(row, &state, err)
		       : ccm_json_add_string(row, "trouble", trouble.msg, err);
}

/* Every cluster that the account or the configuration knows; of one of them when id is given. */
static bool
collect(struct ccm_tool *tool, const char *id, struct ccm_json *clusters, struct ccm_error *err)
{
	struct ccm_client *client = ccm_tool_client(tool, err);
	const struct ccm_config *config;

	if (client == NULL || !ccm_client_each(client, &ccm_pca_list_cas, NULL,
				  (struct ccm_visitor){visit, clusters}, err))
		return false;
	config = ccm_model_config(tool->model);
	for (size_t i = 0; i < config->hsm_count; i++)
		if ((id == NULL || strcmp(config->hsms[i].cluster, id) == 0) &&
		    !add_configured(tool, clusters, &config->hsms[i], err))
			return false;
	return true;
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
list(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_rows rows = {
	    "clusters", columns, CCM_COUNT(columns), "HSM cluster"};
	struct ccm_json *document = ccm_json_new_object(err), *clusters, *site = NULL;
	bool ok = document != NULL;

	(void)args;
	clusters = ok ? ccm_json_new_array(err) : NULL;
	ok = ok && ccm_json_add_json(document, "clusters", clusters, err) &&
	     collect(tool, NULL, clusters, err) &&
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

const struct ccm_command ccm_command_hsm_list = {
    .name = "hsm list",
    .operands = "",
    .summary = "List HSM clusters, configured or with keys of CAs",
    .run = list,
};

static bool
show(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_json *clusters = ccm_json_new_array(err);
	const struct ccm_json *found;
	bool ok = clusters != NULL && collect(tool, args->operands[0], clusters, err);

	found = ok ? find_cluster(clusters, args->operands[0]) : NULL;
	if (ok && found == NULL)
		ok = ccm_fail(err, CCM_NOT_FOUND,
		    "no CA has its key in cluster %s, and there is no [hsm %s]", args->operands[0],
		    args->operands[0]);
	ok = ok && ccm_object_print(tool, details, CCM_COUNT(details), found, err);
	ccm_json_free(clusters);
	return ok;
}

const struct ccm_command ccm_command_hsm_show = {
    .name = "hsm show",
    .operands = "ID",
    .summary = "Show an HSM cluster, and what its module says",
    .run = show,
};
