/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tool.h"

#include <string.h>

#include "cli/commands.h"
#include "core/config.h"

const struct ccm_command *const ccm_commands[] = {
    &ccm_command_ca_list,
    &ccm_command_ca_show,
    &ccm_command_ca_create,
    &ccm_command_ca_activate,
    &ccm_command_ca_csr,
    &ccm_command_ca_import,
    &ccm_command_ca_export,
    &ccm_command_ca_enable,
    &ccm_command_ca_disable,
    &ccm_command_ca_delete,
    &ccm_command_ca_restore,
    &ccm_command_ca_revoke,
    &ccm_command_ca_quota,
    &ccm_command_ca_order,
    &ccm_command_cert_list,
    &ccm_command_cert_show,
    &ccm_command_cert_check,
    &ccm_command_cert_issue,
    &ccm_command_cert_sign_csr,
    &ccm_command_cert_parse_csr,
    &ccm_command_cert_export,
    &ccm_command_cert_revoke,
    &ccm_command_cert_delete,
    &ccm_command_cert_quota,
    &ccm_command_ssl_list,
    &ccm_command_ssl_show,
    &ccm_command_ssl_import,
    &ccm_command_ssl_export,
    &ccm_command_ssl_delete,
    &ccm_command_ssl_buy,
    &ccm_command_ssl_apply,
    &ccm_command_ssl_withdraw,
    &ccm_command_ssl_push,
    &ccm_command_ssl_deploy,
    &ccm_command_key_generate,
    &ccm_command_key_list,
    &ccm_command_key_show,
    &ccm_command_key_import,
    &ccm_command_key_export,
    &ccm_command_key_delete,
    &ccm_command_key_backup,
    &ccm_command_key_restore,
    &ccm_command_key_pin,
    &ccm_command_crl_enable,
    &ccm_command_crl_disable,
    &ccm_command_crl_agency,
    &ccm_command_crl_buckets,
    &ccm_command_crl_fetch,
    &ccm_command_crl_show,
    &ccm_command_tag_add,
    &ccm_command_tag_remove,
    &ccm_command_tag_list,
    &ccm_command_tag_find,
    &ccm_command_tag_count,
    &ccm_command_trust_list,
    &ccm_command_trust_bundle,
    &ccm_command_trust_install,
    &ccm_command_trust_remove,
    &ccm_command_site,
    &ccm_command_renew,
    &ccm_command_status,
    &ccm_command_hsm_list,
    &ccm_command_hsm_show,
    &ccm_command_hsm_test,
    &ccm_command_api,
    &ccm_command_token_list,
    &ccm_command_sync,
    &ccm_command_completion,
    &ccm_command_doctor,
    &ccm_command_setup,
    &ccm_command_login,
    &ccm_command_logout,
    &ccm_command_version,
    &ccm_command_help,
    NULL,
};

const struct ccm_option ccm_global_options[] = {
    {.name = "config",
	.apply = ccm_option_text,
	.placeholder = "FILE",
	.help = "configuration file, instead of those in the usual places"},
    {.name = "json", .apply = ccm_option_flag, .help = "print the service's own fields as JSON"},
    {.name = "quiet",
	.letter = 'q',
	.apply = ccm_option_flag,
	.help = "nothing on standard error but errors"},
    {.name = "yes",
	.letter = 'y',
	.apply = ccm_option_flag,
	.help = "don't ask before what costs money or cannot be undone"},
    {.name = "help", .letter = 'h', .apply = ccm_option_flag, .help = "this text"},
    {0},
};

/* How many of the words the name consists of, if they are all of it or all of them; else 0. */
static size_t
common_words(const char *name, const char *const *words, size_t count)
{
	size_t same = 0;

	while (same < count && *name != '\0') {
		size_t len = strcspn(name, " ");

		if (strlen(words[same]) != len || memcmp(words[same], name, len) != 0)
			return 0;
		name += len;
		name += *name == ' ';
		same++;
	}
	return same;
}

static size_t
word_count(const char *name)
{
	size_t count = 1;

	while ((name = strchr(name, ' ')) != NULL) {
		count++;
		name++;
	}
	return count;
}

const struct ccm_command *
ccm_command_find(const char *const *words, size_t count, size_t *used)
{
	for (size_t i = 0; ccm_commands[i] != NULL; i++) {
		*used = word_count(ccm_commands[i]->name);
		if (common_words(ccm_commands[i]->name, words, count) == *used)
			return ccm_commands[i];
	}
	*used = 0;
	return NULL;
}

bool
ccm_command_begins(const struct ccm_command *command, const char *const *words, size_t count)
{
	return count == 0 || common_words(command->name, words, count) == count;
}

static bool
is_group(const char *word)
{
	for (size_t i = 0; ccm_commands[i] != NULL; i++)
		if (ccm_command_begins(ccm_commands[i], &word, 1))
			return true;
	return false;
}

bool
ccm_command_unknown(const char *const *words, size_t count, struct ccm_error *err)
{
	const char *candidates[128], *near;
	char first[128][32], name[64];
	bool whole = count > 1 && is_group(words[0]);
	size_t known = 0;

	snprintf(
	    name, sizeof(name), "%.28s%s%.32s", words[0], whole ? " " : "", whole ? words[1] : "");
	for (; known < CCM_COUNT(candidates) && ccm_commands[known] != NULL; known++) {
		const char *full = ccm_commands[known]->name;

		snprintf(first[known], sizeof(first[known]), "%.*s", (int)strcspn(full, " "), full);
		candidates[known] = whole ? full : first[known];
	}
	near = ccm_config_nearest(name, candidates, known);
	if (near == NULL)
		return ccm_fail(err, CCM_USAGE, "unknown command \"%s\"", name);
	return ccm_fail(err, CCM_USAGE, "unknown command \"%s\"; did you mean \"%s\"?", name, near);
}
