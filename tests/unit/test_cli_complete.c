/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "cli/complete.h"
#include "cli/tool.h"

/* The candidates of a line, with blanks between them. */
static char *
complete(const char *line)
{
	struct ccm_buf out = {0};
	char *text;

	assert_true(ccm_complete(line, &out, NULL));
	text = ccm_buf_steal(&out, NULL);
	for (char *at = text; *at != '\0'; at++)
		if (*at == '\n')
			*at = at[1] != '\0' ? ' ' : '\0';
	return text;
}

static void
test_what_can_follow(void **state)
{
	static const struct {
		const char *line, *want;
	} cases[] = {
	    {"", ""},
	    {"ccm", ""},
	    {"ccm ca d", "disable delete"},
	    {"ccm  ca   d", "disable delete"},
	    {"ccm ver", "version"},
	    {"ccm version", "version"},
	    {"ccm version ", ""},
	    {"ccm nothing ", ""},
	    {"ccm --q", "--quiet"},
	    {"ccm --quiet ca d", "disable delete"},
	    {"ccm --config /x ca d", "disable delete"},
	    {"ccm --config=/x ca list --st", "--status"},
	    {"ccm --config ", ":file"},
	    {"ccm --config /x", ":file"},
	    {"ccm ca list --sta", "--status"},
	    {"ccm ca list --status ", "pending active disabled deleted expired"},
	    {"ccm ca list --status d", "disabled deleted"},
	    {"ccm ca list --status=d", "--status=disabled --status=deleted"},
	    {"ccm ca list --status active --ty", "--type"},
	    {"ccm ca list --json --ty", "--type"},
	    {"ccm ca list --nothing=", ""},
	    {"ccm ca list --json=", ""},
	    {"ccm ca show ", ""},
	    {"ccm cert export web --out ", ":directory"},
	    {"ccm cert export --out=x", ":directory"},
	    {"ccm cert sign-csr ", ":file"},
	    {"ccm cert sign-csr x.csr ", ""},
	    {"ccm tag add ", "ca cert"},
	    {"ccm tag add c", "ca cert"},
	    {"ccm tag add ca x ", ""},
	    {"ccm completion ", "bash"},
	    {"ccm help cert sign", "sign-csr"},
	    {"ccm help to", "token"},
	    {"ccm api pca_get_ca", "pca_get_ca_quota pca_get_ca pca_get_ca_csr"},
	    {"ccm api nothing ", ""},
	    {"ccm api pca_revoke_ca ", "ca_id= reason="},
	    {"ccm api pca_revoke_ca ca_id=1 r", "reason="},
	    {"ccm api pca_revoke_ca reason=K", "reason=KEY_COMPROMISE"},
	    {"ccm api pca_revoke_ca nothing=", ""},
	    {"ccm api --yes pca_revoke_ca r", "reason="},
	    {"ccm api --body x pca_revoke_ca r", "reason="},
	    {"ccm api pca_parse_csr csr=@", ":file"},
	    {"ccm api pca_create_ca crl_configuration.e", "crl_configuration.enabled="},
	    {"ccm api pca_create_ca crl_configuration.enabled=",
		"crl_configuration.enabled=true crl_configuration.enabled=false"},
	    {"ccm api pca_batch_create_ca_tags t", "tags[0].key= tags[0].value="},
	    {"ccm api pca_batch_create_ca_tags tags[12].k", "tags[12].key="},
	    {"ccm api pca_batch_create_ca_tags tags[", "tags[0].key= tags[0].value="},
	    {"ccm ca create --name 'a b' --ty", "--type"},
	    {"ccm ca create --name a\\ b --ty", "--type"},
	    {"ccm ca create --name \"a b\" --ty", "--type"},
	    {"ccm ca create --name 'a --ty", ""},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		char *got = complete(cases[i].line);

		if (strcmp(got, cases[i].want) != 0)
			fail_msg(
			    "\"%s\": want \"%s\", got \"%s\"", cases[i].line, cases[i].want, got);
		ccm_free(got);
	}
}

static void
test_every_command_can_be_completed(void **state)
{
	(void)state;
	for (size_t i = 0; ccm_commands[i] != NULL; i++) {
		const char *name = ccm_commands[i]->name, *last = strrchr(name, ' ');
		char line[80];
		char *got;

		snprintf(line, sizeof(line), "ccm %s", name);
		got = complete(line);
		assert_non_null(strstr(got, last != NULL ? last + 1 : name));
		ccm_free(got);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_can_follow),
	    cmocka_unit_test(test_every_command_can_be_completed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
