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

#include "core/config.h"

static struct ccm_config *
parse(const char *text, struct ccm_error *err)
{
	return ccm_config_parse("ccm.conf", ccm_span_of(text), err);
}

static void
test_defaults_are_those_of_the_table(void **state)
{
	struct ccm_error err = {0};
	struct ccm_config *config = parse("", &err);

	(void)state;
	assert_non_null(config);
	assert_string_equal(
	    config->cloud.endpoint[CCM_PCA], "https://ccm.eu-west-101.myhuaweicloud.eu");
	assert_string_equal(
	    config->cloud.endpoint[CCM_IAM], "https://iam.eu-west-101.myhuaweicloud.eu");
	assert_int_equal(config->cloud.connect_timeout_ms, 5000);
	assert_int_equal(config->cloud.timeout_ms, 30000);
	assert_int_equal(config->cloud.retries, 3);
	assert_int_equal(config->cache_ttl_ms, 300000);
	assert_int_equal(config->cache_max_stale_ms, 30LL * 86400 * 1000);
	assert_int_equal(config->auth.method, CCM_AUTH_AUTO);
	assert_int_equal(config->token_count, 2);
	assert_string_equal(config->tokens[0].name, "PCA");
	assert_int_equal(config->tokens[0].trust, CCM_TRUST_YES);
	assert_string_equal(config->tokens[1].name, "SCM");
	assert_int_equal(config->tokens[1].service, CCM_SCM);
	ccm_config_free(config);
}

static void
test_values_are_read(void **state)
{
	static const char text[] = "# comment\n"
				   "[cloud]\r\n"
				   "region = cn-north-4\n"
				   "pca_endpoint = https://localhost:8443/\n"
				   "  timeout =  1500 ms \n"
				   "retries=0\n"
				   "[auth]\n"
				   "access_key = AK\n"
				   "secret_key = s = k#;\n"
				   "[token One]\n"
				   "name = *.example.com\n"
				   "trust = no\n"
				   "keys = none\n"
				   "; comment\n"
				   "[token Other One]\n"
				   "service = scm\n"
				   "status = *";
	struct ccm_error err = {0};
	struct ccm_config *config = parse(text, &err);

	(void)state;
	assert_string_equal(err.msg, "");
	assert_non_null(config);
	assert_string_equal(config->cloud.endpoint[CCM_PCA], "https://localhost:8443");
	assert_string_equal(
	    config->cloud.endpoint[CCM_SCM], "https://scm.cn-north-4.myhuaweicloud.com");
	assert_int_equal(config->cloud.timeout_ms, 1500);
	assert_int_equal(config->cloud.retries, 0);
	assert_int_equal(config->auth.method, CCM_AUTH_AKSK);
	assert_string_equal(config->auth.secret_key, "s = k#;");
	assert_int_equal(config->token_count, 2);
	assert_string_equal(config->tokens[0].glob, "*.example.com");
	assert_int_equal(config->tokens[0].trust, CCM_TRUST_NO);
	assert_int_equal(config->tokens[0].keys, CCM_KEYS_NONE);
	assert_string_equal(config->tokens[1].name, "Other One");
	assert_string_equal(config->tokens[1].status, "*");
	ccm_config_free(config);
}

static void
test_mistakes_are_refused_by_name(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
	    {"[cloud]\nregoin = x",
		"ccm.conf:2: unknown key regoin in [cloud]; did you mean region?"},
	    {"[cloud]\nqqqqqqqq = x", "ccm.conf:2: unknown key qqqqqqqq in [cloud]"},
	    {"[claud]", "ccm.conf:1: unknown section [claud]; did you mean [cloud]?"},
	    {"[cloud", "ccm.conf:1: section \"[cloud\" does not end with ]"},
	    {"[cloud] x", "ccm.conf:1: section \"[cloud] x\" does not end with ]"},
	    {"[cloud x]", "ccm.conf:1: [cloud] takes no name"},
	    {"[token]", "ccm.conf:1: [token] needs a name: [token NAME]"},
	    {"a = b", "ccm.conf:1: a stands before the first [section]"},
	    {"[cloud]\nregion", "ccm.conf:2: this line is neither [section] nor key = value"},
	    {"[auth]\nsecret_key hunter2",
		"ccm.conf:2: this line is neither [section] nor key = value"},
	    {"[cloud]\nregion = a\nregion = b", "ccm.conf:3: region is given twice"},
	    {"[cloud]\nregion = a b", "ccm.conf: region \"a b\" is not a region's id"},
	    {"[cloud]\nregion =", "ccm.conf: region \"\" is not a region's id"},
	    {"[cloud]\npca_endpoint = http://x",
		"ccm.conf:2: pca_endpoint: \"http://x\" is not an https:// URL"},
	    {"[cloud]\npca_endpoint = https://",
		"ccm.conf:2: pca_endpoint: \"https://\" is not of the form https://HOST[:PORT]"},
	    {"[cloud]\npca_endpoint = https://h/v1", "ccm.conf:2: pca_endpoint: \"https://h/v1\" "
						     "is not of the form https://HOST[:PORT]"},
	    {"[cloud]\npca_endpoint = https://u:p@h", "ccm.conf:2: pca_endpoint: \"https://u:p@h\" "
						      "is not of the form https://HOST[:PORT]"},
	    {"[cloud]\ntimeout = 3 parsecs",
		"ccm.conf:2: timeout: \"3 parsecs\" is not a time such as "
		"500 ms, 30 s, 5 min, 12 h, 30 d"},
	    {"[cloud]\ntimeout = -1 s", "ccm.conf:2: timeout: \"-1 s\" is not a time such as "
					"500 ms, 30 s, 5 min, 12 h, 30 d"},
	    {"[cloud]\nretries = many",
		"ccm.conf:2: retries: \"many\" is not a number from 0 to 100"},
	    {"[auth]\nmethod = magic",
		"ccm.conf:2: method: \"magic\" is none of auto, token, aksk, password, metadata"},
	    {"[auth]\naccess_key = A", "ccm.conf: [auth] secret_key is needed for method aksk"},
	    {"[auth]\nmethod = password\nuser = u\npassword = p",
		"ccm.conf: [auth] user_domain is needed for method password"},
	    {"[auth]\nmethod = token", "ccm.conf: [auth] token is needed for method token"},
	    {"[auth]\nsecret_key_file = /no/such/file", "ccm.conf:2: secret_key_file: cannot open "
							"/no/such/file: No such file or directory"},
	    {"[token A]\ntrust = maybe",
		"ccm.conf:2: trust: \"maybe\" is none of no, yes, server, client"},
	    {"[token PCA]\n[token PCA2]",
		"ccm.conf:2: token names \"PCA\" and \"PCA2\": one may not "
		"begin with the other"},
	    {"[token 123456789012345678901234567890123]",
		"ccm.conf:1: token name \"123456789012345678901234567890123\" has more than 32 "
		"bytes"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_error err = {0};

		assert_null(parse(cases[i].text, &err));
		assert_int_equal(err.code, CCM_CONFIG);
		assert_string_equal(err.msg, cases[i].message);
	}
}

static void
test_secrets_do_not_stand_in_messages(void **state)
{
	struct ccm_error err = {0};

	(void)state;
	assert_null(parse("[auth]\nsecret_key = hush\nsecret_key = hush", &err));
	assert_null(strstr(err.msg, "hush"));
}

static void
test_binary_is_not_a_configuration(void **state)
{
	struct ccm_error err = {0};

	(void)state;
	assert_null(ccm_config_parse("x", CCM_SPAN("a\0b", 3), &err));
	assert_string_equal(err.msg, "x is not a text file");
}

/* A file of this mode and text in a directory of its own; the name is to be freed. */
static char *
write_bytes(mode_t mode, const char *text, size_t len)
{
	char directory[] = "/tmp/ccm-config-XXXXXX", *name;
	int fd;

	assert_non_null(mkdtemp(directory));
	name = ccm_format(NULL, "%s/file", directory);
	fd = open(name, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	return name;
}

static char *
write_file(mode_t mode, const char *text)
{
	return write_bytes(mode, text, strlen(text));
}

static void
remove_file(char *name)
{
	unlink(name);
	*strrchr(name, '/') = '\0';
	rmdir(name);
	ccm_free(name);
}

static void
test_a_secret_that_all_may_read_is_refused(void **state)
{
	static const struct {
		mode_t mode;
		const char *text;
		bool ok;
	} cases[] = {
	    {0600, "[auth]\naccess_key = A\nsecret_key = B\n", true},
	    {0640, "[auth]\naccess_key = A\nsecret_key = B\n", true},
	    {0644, "[auth]\naccess_key = A\nsecret_key = B\n", false},
	    {0644, "[cloud]\nregion = cn-north-4\n", true},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		char *name = write_file(cases[i].mode, cases[i].text);
		struct ccm_error err = {0};
		struct ccm_config *config = ccm_config_load(name, &err);

		assert_int_equal(config != NULL, cases[i].ok);
		assert_int_equal(
		    strstr(err.msg, "holds a secret, but everybody may read it") == NULL,
		    cases[i].ok);
		ccm_config_free(config);
		remove_file(name);
	}
}

static void
test_a_secret_comes_from_its_file_without_newline(void **state)
{
	char *name = write_file(0600, "top secret\n");
	char *text = ccm_format(NULL, "[auth]\naccess_key = A\nsecret_key_file = %s\n", name);
	struct ccm_error err = {0};
	struct ccm_config *config = parse(text, &err);

	(void)state;
	assert_non_null(config);
	assert_string_equal(config->auth.secret_key, "top secret");
	ccm_config_free(config);
	assert_int_equal(chmod(name, 0644), 0);
	assert_null(parse(text, &err));
	assert_non_null(strstr(err.msg, "everybody may read it"));
	ccm_free(text);
	remove_file(name);
}

/* What becomes a header must not begin another one. */
static void
test_a_secret_is_one_line_of_text(void **state)
{
	static const struct {
		const char *content;
		size_t len;
		const char *why;
	} cases[] = {
	    {"top\nsecret\n", 11, "secret_key_file: the value has more than one line"},
	    {"top\0secret", 10, "holds a NUL byte: it is not text"},
	    {"secret\0", 7, "holds a NUL byte: it is not text"},
	    {"\n", 1, "is empty"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		char *name = write_bytes(0600, cases[i].content, cases[i].len);
		char *text =
		    ccm_format(NULL, "[auth]\naccess_key = A\nsecret_key_file = %s\n", name);
		struct ccm_error err = {0};

		assert_null(parse(text, &err));
		if (strstr(err.msg, cases[i].why) == NULL)
			fail_msg("%s, not %s", err.msg, cases[i].why);
		assert_null(strstr(err.msg, "top"));
		ccm_free(text);
		remove_file(name);
	}
}

static void
test_no_configuration_says_where_it_was_looked_for(void **state)
{
	struct ccm_error err = {0};

	(void)state;
	if (access("/etc/ccm/ccm.conf", F_OK) == 0)
		skip();
	unsetenv("CCM_CONFIG");
	setenv("XDG_CONFIG_HOME", "/no/such/directory", 1);
	assert_null(ccm_config_load(NULL, &err));
	assert_int_equal(err.code, CCM_CONFIG);
	assert_string_equal(err.msg,
	    "no configuration: $CCM_CONFIG is not set, and there is neither "
	    "/no/such/directory/ccm/ccm.conf nor /etc/ccm/ccm.conf");
}

static void
test_the_environment_names_the_file(void **state)
{
	char *name = write_file(0600, "[cloud]\nregion = cn-north-4\n");
	struct ccm_error err = {0};
	struct ccm_config *config;

	(void)state;
	setenv("CCM_CONFIG", name, 1);
	config = ccm_config_load(NULL, &err);
	assert_non_null(config);
	assert_string_equal(config->source, name);
	ccm_config_free(config);
	setenv("CCM_CONFIG", "/", 1);
	assert_null(ccm_config_load(NULL, &err));
	unsetenv("CCM_CONFIG");
	remove_file(name);
}

static void
test_nearest_is_near(void **state)
{
	static const char *const names[] = {"region", "retries", "timeout", "connect_timeout"};
	static const struct {
		const char *name, *nearest;
	} cases[] = {{"regions", "region"}, {"tiemout", "timeout"}, {"retry", "retries"},
	    {"conect_timeout", "connect_timeout"}, {"zzz", NULL}, {"", NULL}};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		const char *nearest = ccm_config_nearest(cases[i].name, names, CCM_COUNT(names));

		if (cases[i].nearest == NULL)
			assert_null(nearest);
		else
			assert_string_equal(nearest, cases[i].nearest);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_defaults_are_those_of_the_table),
	    cmocka_unit_test(test_values_are_read),
	    cmocka_unit_test(test_mistakes_are_refused_by_name),
	    cmocka_unit_test(test_secrets_do_not_stand_in_messages),
	    cmocka_unit_test(test_binary_is_not_a_configuration),
	    cmocka_unit_test(test_a_secret_that_all_may_read_is_refused),
	    cmocka_unit_test(test_a_secret_comes_from_its_file_without_newline),
	    cmocka_unit_test(test_a_secret_is_one_line_of_text),
	    cmocka_unit_test(test_no_configuration_says_where_it_was_looked_for),
	    cmocka_unit_test(test_the_environment_names_the_file),
	    cmocka_unit_test(test_nearest_is_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
