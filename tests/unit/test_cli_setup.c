/* SPDX-License-Identifier: Apache-2.0 */
/* What ccm setup makes of other programs' files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli/setup_text.h"

static const struct ccm_setup_site site = {"/lib/ccm.so", "/etc/ccm/java.cfg", true};

struct a_case {
	const char *name;
	ccm_setup_text *text;
	const char *before, *after; /* after NULL: as it was */
};

#define ALL_BY_US                                                                      \
	"\n[openssl_init]\nproviders = provider_sect\n\n[provider_sect]\ndefault = "   \
	"default_sect\nccm = ccm_sect\n\n[default_sect]\nactivate = 1\n\n[ccm_sect]\n" \
	"activate = 1\n"

static const struct a_case cases[] = {
    {"no openssl.cnf", ccm_setup_openssl, "", "openssl_conf = openssl_init\n" ALL_BY_US},
    {"one that names a section that is not there", ccm_setup_openssl,
	"openssl_conf = openssl_init\n", "openssl_conf = openssl_init\n" ALL_BY_US},
    {"Debian's, with all but the section commented out", ccm_setup_openssl,
	"openssl_conf = openssl_init\n[openssl_init]\n# providers = provider_sect\n"
	"# [provider_sect]\n# default = default_sect\n[req]\na = b\n",
	"openssl_conf = openssl_init\n[openssl_init]\nproviders = provider_sect\n"
	"# providers = provider_sect\n# [provider_sect]\n# default = default_sect\n[req]\na = b\n"
	"\n[provider_sect]\ndefault = default_sect\nccm = ccm_sect\n"
	"\n[default_sect]\nactivate = 1\n\n[ccm_sect]\nactivate = 1\n"},
    {"one with another provider", ccm_setup_openssl,
	"openssl_conf=i\n[i]\nproviders=p\n[ p ]\nfips = f\ndefault = d # first\n[f]\nactivate = "
	"1\n"
	"[d]\n",
	"openssl_conf=i\n[i]\nproviders=p\n[ p ]\nfips = f\ndefault = d # first\nccm = ccm_sect\n"
	"[f]\nactivate = 1\n[d]\nactivate = 1\n\n[ccm_sect]\nactivate = 1\n"},
    {"one without the default provider, and without a last newline", ccm_setup_openssl,
	"openssl_conf = i\n[i]\nproviders = p\n[p]\nbase = b\n[b]\nactivate = 1",
	"openssl_conf = i\n[i]\nproviders = p\n[p]\ndefault = default_sect\nccm = ccm_sect\n"
	"base = b\n[b]\nactivate = 1\n\n[default_sect]\nactivate = 1\n\n[ccm_sect]\nactivate = "
	"1\n"},
    {"one that has us", ccm_setup_openssl,
	"openssl_conf = i\n[i]\nproviders = p\n[p]\ndefault = d\nccm = c\n[d]\nactivate = 1", NULL},
    {"java.security", ccm_setup_java,
	"a=b\nsecurity.provider.1=SUN\nsecurity.provider.2=SunEC\n# security.provider.9=no\nc=d\n",
	"a=b\nsecurity.provider.1=SUN\nsecurity.provider.2=SunEC\n"
	"security.provider.3=SunPKCS11 /etc/ccm/java.cfg\n# security.provider.9=no\nc=d\n"},
    {"java.security that ends with them", ccm_setup_java, "security.provider.12=SunPKCS11",
	"security.provider.12=SunPKCS11\nsecurity.provider.13=SunPKCS11 /etc/ccm/java.cfg\n"},
    {"java.security that has us", ccm_setup_java,
	"security.provider.1=SunPKCS11 /etc/ccm/java.cfg\n", NULL},
    {"an NSS database", ccm_setup_nss, "library=\nname=NSS Internal PKCS #11 Module\n\n",
	"library=\nname=NSS Internal PKCS #11 Module\n\nlibrary=/lib/ccm.so\nname=CCM\n\n"},
    {"an NSS database that has us elsewhere", ccm_setup_nss, "library=/opt/ccm.so\nname=x\n", NULL},
    {"policies", ccm_setup_firefox, "",
	"{\n\t\"policies\":\t{\n\t\t\"SecurityDevices\":\t{\n\t\t\t\"Add\":\t{\n"
	"\t\t\t\t\"CCM\":\t\"/lib/ccm.so\"\n\t\t\t}\n\t\t}\n\t}\n}\n"},
    {"no ssh configuration", ccm_setup_ssh, "", "Host *\n\tPKCS11Provider /lib/ccm.so\n"},
    {"p11-kit's registration stays", ccm_setup_p11_kit, "module: ccm.so\n", NULL},
};

static void
test_files_get_what_they_lack(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		const struct a_case *c = &cases[i];
		struct ccm_buf after = {0}, again = {0};
		struct ccm_error err = {0};

		if (!c->text(&site, ccm_span_of(c->before), &after, &err))
			fail_msg("%s: %s", c->name, err.msg);
		if (strcmp(ccm_buf_str(&after), c->after != NULL ? c->after : c->before) != 0)
			fail_msg("%s: got\n%s", c->name, ccm_buf_str(&after));
		if (!c->text(&site, ccm_buf_span(&after), &again, &err) ||
		    strcmp(ccm_buf_str(&again), ccm_buf_str(&after)) != 0)
			fail_msg("%s: a second time it gets\n%s", c->name, ccm_buf_str(&again));
		ccm_buf_clear(&after);
		ccm_buf_clear(&again);
	}
}

static void
test_a_library_elsewhere_is_named(void **state)
{
	const struct ccm_setup_site elsewhere = {"/opt/ccm.so", "", false};
	struct ccm_buf after = {0};

	(void)state;
	assert_true(ccm_setup_openssl(&elsewhere, ccm_span_of(""), &after, NULL));
	assert_non_null(
	    strstr(ccm_buf_str(&after), "[ccm_sect]\nactivate = 1\nmodule = /opt/ccm.so\n"));
	ccm_buf_clear(&after);
}

static void
test_policies_keep_what_they_have(void **state)
{
	struct ccm_span before =
	    ccm_span_of("{\"policies\": {\"SecurityDevices\": {\"Add\": {\"a\": "
			"\"b\"}}, \"c\": 1}}");
	struct ccm_error err = {0};
	struct ccm_buf after = {0};
	struct ccm_json *json;

	(void)state;
	assert_true(ccm_setup_firefox(&site, before, &after, NULL));
	json = ccm_json_parse(ccm_buf_span(&after), NULL);
	assert_non_null(ccm_json_get(json, "policies.SecurityDevices.Add.a"));
	assert_non_null(ccm_json_get(json, "policies.SecurityDevices.Add.CCM"));
	assert_non_null(ccm_json_get(json, "policies.c"));
	ccm_json_free(json);
	ccm_buf_clear(&after);
	assert_false(ccm_setup_firefox(&site, ccm_span_of("[1]"), &after, &err));
	assert_int_equal(err.code, CCM_CONFIG);
	ccm_buf_clear(&after);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_files_get_what_they_lack),
	    cmocka_unit_test(test_a_library_elsewhere_is_named),
	    cmocka_unit_test(test_policies_keep_what_they_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
