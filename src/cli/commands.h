/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_COMMANDS_H
#define CCM_CLI_COMMANDS_H

/* The rows of the table of commands; each stands in the file that implements it. */

#include "cli/tool.h"

extern const struct ccm_command ccm_command_ca_list, ccm_command_ca_show, ccm_command_ca_create,
    ccm_command_ca_activate, ccm_command_ca_csr, ccm_command_ca_import, ccm_command_ca_export,
    ccm_command_ca_enable, ccm_command_ca_disable, ccm_command_ca_delete, ccm_command_ca_restore,
    ccm_command_ca_revoke, ccm_command_ca_quota, ccm_command_ca_order, ccm_command_cert_list,
    ccm_command_cert_show, ccm_command_cert_check, ccm_command_cert_issue,
    ccm_command_cert_sign_csr, ccm_command_cert_parse_csr, ccm_command_cert_export,
    ccm_command_cert_revoke, ccm_command_cert_delete, ccm_command_cert_quota, ccm_command_ssl_list,
    ccm_command_ssl_show, ccm_command_ssl_import, ccm_command_ssl_export, ccm_command_ssl_delete,
    ccm_command_ssl_buy, ccm_command_ssl_apply, ccm_command_ssl_withdraw, ccm_command_ssl_push,
    ccm_command_ssl_deploy, ccm_command_crl_enable, ccm_command_crl_disable, ccm_command_crl_agency,
    ccm_command_crl_buckets, ccm_command_crl_fetch, ccm_command_crl_show, ccm_command_tag_add,
    ccm_command_tag_remove, ccm_command_tag_list, ccm_command_tag_find, ccm_command_tag_count,
    ccm_command_site, ccm_command_api, ccm_command_key_generate, ccm_command_key_list,
    ccm_command_key_show, ccm_command_key_import, ccm_command_key_export, ccm_command_key_delete,
    ccm_command_key_backup, ccm_command_key_restore, ccm_command_key_pin, ccm_command_token_list,
    ccm_command_sync, ccm_command_login, ccm_command_logout, ccm_command_completion,
    ccm_command_doctor, ccm_command_setup, ccm_command_trust_list, ccm_command_trust_bundle,
    ccm_command_trust_install, ccm_command_trust_remove, ccm_command_version, ccm_command_help;
extern const struct ccm_command ccm_command_hsm_list, ccm_command_hsm_show, ccm_command_hsm_test;
extern const struct ccm_command ccm_command_renew, ccm_command_status;

#endif
