/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cloud/auth_source.h"

static char home[64], profile[96];

static const char *const variables[] = {"HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK",
    "HUAWEICLOUD_SDK_SECURITY_TOKEN", "HUAWEICLOUD_SDK_PROJECT_ID", "HUAWEICLOUD_SDK_DOMAIN_ID",
    "HUAWEICLOUD_SDK_CREDENTIALS_FILE", "HUAWEICLOUD_SDK_IAM_ENDPOINT",
    "HUAWEICLOUD_SDK_REGION_CCM_EU_WEST_101", "HUAWEICLOUD_SDK_REGION_SCM_EU_WEST_101",
    "HW_ACCESS_KEY", "OS_ACCESS_KEY", "HW_SECRET_KEY", "OS_SECRET_KEY", "HW_SECURITY_TOKEN",
    "HW_AUTH_TOKEN", "OS_AUTH_TOKEN", "HW_USER_NAME", "OS_USERNAME", "HW_DOMAIN_NAME",
    "OS_DOMAIN_NAME", "HW_USER_PASSWORD", "OS_PASSWORD", "HW_PROJECT_NAME", "OS_PROJECT_NAME",
    "HW_PROJECT_ID", "OS_PROJECT_ID", "HW_DOMAIN_ID", "OS_DOMAIN_ID", "OS_USER_DOMAIN_ID",
    "OS_USER_DOMAIN_NAME"};

static void
unset_variables(void)
{
	for (size_t i = 0; i < CCM_COUNT(variables); i++)
		unsetenv(variables[i]);
}

static int
set_up(void **state)
{
	char directory[80];

	(void)state;
	unset_variables();
	snprintf(home, sizeof(home), "/tmp/ccm-test-source.XXXXXX");
	if (mkdtemp(home) == NULL)
		return -1;
	setenv("HOME", home, 1);
	snprintf(directory, sizeof(directory), "%s/.huaweicloud", home);
	snprintf(profile, sizeof(profile), "%s/credentials", directory);
	return mkdir(directory, 0700);
}

static int
tear_down(void **state)
{
	char directory[80];

	(void)state;
	unlink(profile);
	snprintf(directory, sizeof(directory), "%s/.huaweicloud", home);
	rmdir(directory);
	return rmdir(home);
}

/* "NAME=VALUE", several with blanks between. */
static void
set_variables(const char *text)
{
	char copy[512], *rest = copy, *word;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, " ")) != NULL) {
		char *equals = strchr(word, '=');

		if (equals == NULL)
			continue;
		*equals = '\0';
		setenv(word, equals + 1, 1);
	}
}

static void
write_profile(const char *text, mode_t mode)
{
	int fd = open(profile, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

/* These variables and this profile file (NULL: none), and nothing of before. */
static void
furnish(const char *environment, const char *text, mode_t mode)
{
	unset_variables();
	unlink(profile);
	set_variables(environment);
	if (text != NULL)
		write_profile(text, mode);
}

/* What is found, in one line. */
static void
find(const char *config_text, char out[static 256], struct ccm_error *err)
{
	struct ccm_config *config = ccm_config_parse("t.conf", ccm_span_of(config_text), err);
	struct ccm_auth_source source;

	out[0] = '\0';
	if (config == NULL)
		return;
	if (ccm_auth_source_find(config, &source, err)) {
		const struct ccm_auth_config *auth = source.config;

		snprintf(out, 256, "%s ak=%s sk=%s st=%s t=%s u=%s d=%s pw=%s p=%s pn=%s did=%s",
		    ccm_auth_method_name(auth->method), auth->access_key, auth->secret_key,
		    auth->security_token, auth->token, auth->user, auth->user_domain,
		    auth->password, auth->project_id, auth->project_name, auth->domain_id);
		assert_non_null(source.origin);
		ccm_auth_source_clear(&source);
	}
	ccm_config_free(config);
}

#define NOTHING_ELSE " t= u= d= pw= p= pn= did="

static void
test_the_first_that_is_configured_is_taken(void **state)
{
	static const struct {
		const char *config, *variables, *profile, *want;
	} cases[] = {
	    {"[auth]\naccess_key = A\nsecret_key = S", "HUAWEICLOUD_SDK_AK=B HUAWEICLOUD_SDK_SK=T",
		NULL, "aksk ak=A sk=S st=" NOTHING_ELSE},
	    {"[auth]\nmethod = metadata", "HUAWEICLOUD_SDK_AK=B HUAWEICLOUD_SDK_SK=T", NULL,
		"metadata ak= sk= st=" NOTHING_ELSE},
	    {"", "HUAWEICLOUD_SDK_AK=B HUAWEICLOUD_SDK_SK=T HW_ACCESS_KEY=C HW_SECRET_KEY=U",
		"[global]\nak=D\nsk=V\n", "aksk ak=B sk=T st=" NOTHING_ELSE},
	    {"",
		"HUAWEICLOUD_SDK_AK=B HUAWEICLOUD_SDK_SK=T HUAWEICLOUD_SDK_SECURITY_TOKEN=X "
		"HUAWEICLOUD_SDK_PROJECT_ID=P HUAWEICLOUD_SDK_DOMAIN_ID=D",
		NULL, "aksk ak=B sk=T st=X t= u= d= pw= p=P pn= did=D"},
	    {"[auth]\nproject_id = Q", "HUAWEICLOUD_SDK_AK=B HUAWEICLOUD_SDK_SK=T", NULL,
		"aksk ak=B sk=T st= t= u= d= pw= p=Q pn= did="},
	    {"", "HW_ACCESS_KEY=C OS_SECRET_KEY=U", NULL, "aksk ak=C sk=U st=" NOTHING_ELSE},
	    {"", "OS_AUTH_TOKEN=K OS_ACCESS_KEY=C OS_SECRET_KEY=U", NULL,
		"token ak=C sk=U st= t=K u= d= pw= p= pn= did="},
	    {"", "OS_USERNAME=me OS_DOMAIN_NAME=corp HW_USER_PASSWORD=pw OS_PROJECT_NAME=r", NULL,
		"password ak= sk= st= t= u=me d=corp pw=pw p= pn=r did="},
	    {"", "", "[basic]\nak = E\nsk = W\nproject_id = P\n[global]\nak = D\nsk = V\n",
		"aksk ak=D sk=V st=" NOTHING_ELSE},
	    {"", "", "; of another tool\n[basic-x]\nak = E\nsk = W\nproject_id = P\nidp_id = i\n",
		"aksk ak=E sk=W st= t= u= d= pw= p=P pn= did="},
	    {"", "",
		"[global]\ndomain_id = D\nsecurity_token = X\nak = D\nsk = V\n[else]\nak = 1\n",
		"aksk ak=D sk=V st=X t= u= d= pw= p= pn= did=D"},
	    {"", "", "[global]\n[basic]\n", "metadata ak= sk= st=" NOTHING_ELSE},
	    {"", "", NULL, "metadata ak= sk= st=" NOTHING_ELSE},
	    {"", "HUAWEICLOUD_SDK_AK= HW_ACCESS_KEY=", NULL, "metadata ak= sk= st=" NOTHING_ELSE},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_error err = {0};
		char got[256];

		furnish(cases[i].variables, cases[i].profile, 0600);
		find(cases[i].config, got, &err);
		assert_string_equal(got, cases[i].want);
	}
}

static void
test_half_a_login_is_an_error(void **state)
{
	static const struct {
		const char *variables, *profile;
		mode_t mode;
		const char *want; /* in the message */
	} cases[] = {
	    {"HUAWEICLOUD_SDK_AK=B", NULL, 0,
		"$HUAWEICLOUD_SDK_AK is set, but $HUAWEICLOUD_SDK_SK, which goes with it, is not"},
	    {"HUAWEICLOUD_SDK_SK=B", NULL, 0, "but $HUAWEICLOUD_SDK_AK,"},
	    {"OS_USERNAME=me OS_PASSWORD=pw", NULL, 0,
		"$OS_USERNAME is set, but $HW_DOMAIN_NAME, which goes with it, is not"},
	    {"", "[global]\nak = D\n", 0600, ".huaweicloud/credentials: [global] lacks sk"},
	    {"", "[basic]\nsk = D\n", 0600, ": [basic] lacks ak"},
	    {"", "[global]\nak = D\nsk = V\n", 0604, "but everybody may read it: chmod o= "},
	    {"", "[global\nak = D\n", 0600, "credentials:1: section \"[global\" does not end"},
	    {"", "[global]\nak\n", 0600, "credentials:2: this line is neither"},
	    {"", "[global]\niam_endpoint = http://x\n", 0600, "is not an https:// URL"},
	    {"HUAWEICLOUD_SDK_CREDENTIALS_FILE=/no/such/file", NULL, 0,
		"$HUAWEICLOUD_SDK_CREDENTIALS_FILE: cannot open /no/such/file: No such file"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_error err = {0};
		char got[256];

		furnish(cases[i].variables, cases[i].profile, cases[i].mode);
		find("", got, &err);
		assert_string_equal(got, "");
		assert_int_equal(err.code, CCM_CONFIG);
		assert_non_null(strstr(err.msg, cases[i].want));
		assert_null(strstr(err.msg, "pw"));
	}
}

static void
test_a_profile_elsewhere_is_named_by_the_environment(void **state)
{
	struct ccm_config *config;
	struct ccm_auth_source source;
	struct ccm_error err = {0};

	(void)state;
	write_profile("[global]\nak = D\nsk = V\niam_endpoint = iam.example.com/\n", 0600);
	setenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE", profile, 1);
	setenv("HOME", "/nonexistent", 1);
	config = ccm_config_parse("t.conf", ccm_span_of(""), &err);
	assert_non_null(config);
	assert_true(ccm_auth_source_find(config, &source, &err));
	assert_string_equal(source.iam_endpoint, "https://iam.example.com");
	assert_non_null(strstr(source.origin, "[global] of /tmp/"));
	assert_false(source.last_resort);
	ccm_auth_source_clear(&source);
	ccm_config_free(config);
}

static void
test_nowhere_to_look_is_said(void **state)
{
	struct ccm_error err = {0};
	char got[256];

	(void)state;
	find("[auth]\nmetadata_endpoint =\n", got, &err);
	assert_int_equal(err.code, CCM_CONFIG);
	assert_non_null(strstr(err.msg, "no credentials: [auth] of t.conf has neither token"));
}

static void
test_endpoints_come_from_the_environment_where_nobody_named_them(void **state)
{
	static const struct {
		const char *config, *variables;
		const char *pca, *scm, *iam; /* NULL: refused */
	} cases[] = {
	    {"", "", "https://ccm.eu-west-101.myhuaweicloud.eu",
		"https://scm.eu-west-101.myhuaweicloud.eu",
		"https://iam.eu-west-101.myhuaweicloud.eu"},
	    {"",
		"HUAWEICLOUD_SDK_IAM_ENDPOINT=iam.x HUAWEICLOUD_SDK_REGION_CCM_EU_WEST_101=https://"
		"c.x,https://d.x",
		"https://c.x", "https://scm.eu-west-101.myhuaweicloud.eu", "https://iam.x"},
	    {"[cloud]\npca_endpoint = https://mine\niam_endpoint = https://ours\n",
		"HUAWEICLOUD_SDK_IAM_ENDPOINT=iam.x HUAWEICLOUD_SDK_REGION_CCM_EU_WEST_101=https://"
		"c.x HUAWEICLOUD_SDK_REGION_SCM_EU_WEST_101=s.x",
		"https://mine", "https://s.x", "https://ours"},
	    {"", "HUAWEICLOUD_SDK_IAM_ENDPOINT=http://iam.x", NULL, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_error err = {0};
		struct ccm_config *config;

		set_variables(cases[i].variables);
		config = ccm_config_parse("t.conf", ccm_span_of(cases[i].config), &err);
		if (cases[i].pca == NULL) {
			assert_null(config);
			assert_non_null(strstr(err.msg, "$HUAWEICLOUD_SDK_IAM_ENDPOINT: "));
			continue;
		}
		assert_non_null(config);
		assert_string_equal(config->cloud.endpoint[CCM_PCA], cases[i].pca);
		assert_string_equal(config->cloud.endpoint[CCM_SCM], cases[i].scm);
		assert_string_equal(config->cloud.endpoint[CCM_IAM], cases[i].iam);
		ccm_config_free(config);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_the_first_that_is_configured_is_taken),
	    TEST(test_half_a_login_is_an_error),
	    TEST(test_a_profile_elsewhere_is_named_by_the_environment),
	    TEST(test_nowhere_to_look_is_said),
	    TEST(test_endpoints_come_from_the_environment_where_nobody_named_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
