/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_CA_OPTIONS_H
#define CCM_CLI_CA_OPTIONS_H

/* Where a CA keeps its key and publishes its CRL: the same when it is created and activated. */

#include "cli/tool.h"

#define CCM_OPTIONS_CA_SERVICES                                                            \
	{.name = "crl-bucket",                                                             \
	    .apply = ccm_option_text,                                                      \
	    .placeholder = "BUCKET",                                                       \
	    .field = "crl_configuration.obs_bucket_name",                                  \
	    .help = "publish a CRL to this OBS bucket; see `ccm crl`"},                    \
	    {.name = "crl-days",                                                           \
		.apply = ccm_option_integer,                                               \
		.placeholder = "N",                                                        \
		.field = "crl_configuration.valid_days",                                   \
		.help = "with --crl-bucket: days that a CRL is valid for, 7 to 30"},       \
	    {.name = "crl-name",                                                           \
		.apply = ccm_option_text,                                                  \
		.placeholder = "NAME",                                                     \
		.field = "crl_configuration.crl_name",                                     \
		.help = "with --crl-bucket: name of its file; the id of the parent CA"},   \
	    {.name = "hsm",                                                                \
		.apply = ccm_option_text,                                                  \
		.placeholder = "ID",                                                       \
		.help = "keep the key in this cluster, of which [hsm ID] tells the rest"}, \
	    {.name = "hsm-cluster",                                                        \
		.apply = ccm_option_text,                                                  \
		.placeholder = "ID",                                                       \
		.field = "hsm_cluster_info.hsm_cluster_id",                                \
		.help = "keep the key in this Dedicated HSM cluster"},                     \
	    {.name = "hsm-project",                                                        \
		.apply = ccm_option_text,                                                  \
		.placeholder = "REGION",                                                   \
		.field = "hsm_cluster_info.hsm_project",                                   \
		.help = "with --hsm-cluster: where the cluster is; [cloud] region"},       \
	{                                                                                  \
		.name = "hsm-ca-cert", .apply = ccm_option_text, .placeholder = "FILE",    \
		.help = "with --hsm-cluster: the cluster's CA certificate, PEM or base64"  \
	}

extern const struct ccm_relation ccm_relations_ca_services[];
/* What goes with these options, filled in. */
bool ccm_ca_options_complete(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err);

#endif
