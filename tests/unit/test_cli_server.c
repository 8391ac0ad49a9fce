/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "cli/server.h"
#include "core/crypto.h"

static char directory[] = "/tmp/ccm-server.XXXXXX";

static int
enter(void **state)
{
	(void)state;
	return mkdtemp(directory) != NULL && chdir(directory) == 0 ? 0 : -1;
}

static int
leave(void **state)
{
	(void)state;
	return chdir("/") == 0 && rmdir(directory) == 0 ? 0 : -1;
}

/* "MODE PATH" of each file. */
static void
describe(const struct ccm_server_request *request, struct ccm_buf *out)
{
	struct ccm_server_files files;

	assert_true(ccm_server_files_name(&files, request, NULL));
	for (size_t i = 0; i < files.count; i++)
		assert_true(ccm_buf_printf(out, NULL, "%s%o %s", i != 0 ? ", " : "",
		    (unsigned)files.files[i].mode, files.files[i].path));
	ccm_server_files_clear(&files);
}

static void
test_each_kind_of_server_has_its_files(void **state)
{
	static const struct {
		struct ccm_server_request request; /* type, name, directory, key, password */
		const char *want;
	} cases[] = {
	    {{"nginx", "web", NULL, true, false},
		"600 web_nginx/server.key, 644 web_nginx/server.crt"},
	    {{"NGINX", "web", NULL, false, false}, "644 web_nginx/server.crt"},
	    {{"apache", "web", "d", true, true},
		"600 d/server.key, 644 d/chain.crt, 644 d/server.crt"},
	    {{"apache", "web", "d", false, false}, "644 d/chain.crt, 644 d/server.crt"},
	    {{"tomcat", "web", "d", true, false}, "600 d/keystorePass.txt, 600 d/server.jks"},
	    {{"tomcat", "web", "d", true, true}, "600 d/server.jks"},
	    {{"tomcat", "web", "d", false, false}, "644 d/chain.crt, 644 d/server.crt"},
	    {{"IIS", "web", "d", true, false}, "600 d/keystorePass.txt, 600 d/server.pfx"},
	    {{"iis", "web", "d", true, true}, "600 d/server.pfx"},
	    {{"iis", "web", "d", false, false}, "644 d/chain.crt, 644 d/server.crt"},
	    {{"other", "web", "d", true, false},
		"600 d/server.key, 644 d/chain.pem, 644 d/server.pem"},
	    {{"other", "web", "d", false, false}, "644 d/chain.pem, 644 d/cert.pem"},
	    {{"iis", "*.a/../b\n", NULL, true, true}, "600 _.a_.._b__iis/server.pfx"},
	    {{"iis", "..", NULL, true, true}, "600 _._iis/server.pfx"},
	    {{"iis", "", NULL, true, true}, "600 _iis/server.pfx"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_buf got = {0};

		describe(&cases[i].request, &got);
		assert_string_equal(ccm_buf_str(&got), cases[i].want);
		ccm_buf_clear(&got);
	}
}

static void
test_references_go_where_a_file_of_the_key_is(void **state)
{
	(void)state;
	assert_true(ccm_server_takes_reference("nginx"));
	assert_true(ccm_server_takes_reference("APACHE"));
	assert_true(ccm_server_takes_reference("other"));
	assert_false(ccm_server_takes_reference("tomcat"));
	assert_false(ccm_server_takes_reference("iis"));
	assert_false(ccm_server_takes_reference("jboss"));
}

static void
test_a_directory_that_was_made_goes_with_the_failure(void **state)
{
	const struct ccm_server_request request = {"nginx", "web", NULL, true, false};
	struct ccm_server_files files;
	struct ccm_error err = {0};
	struct stat st;

	(void)state;
	assert_true(ccm_server_files_name(&files, &request, NULL));
	assert_true(ccm_server_files_free(&files, false, NULL));
	ccm_free(files.files[1].path);
	files.files[1].path = ccm_strdup("no/such/file", NULL);
	assert_false(ccm_server_files_write(&files, false, &err));
	assert_int_equal(err.code, CCM_STORE);
	assert_int_equal(stat("web_nginx", &st), -1);
	ccm_server_files_clear(&files);
}

static void
test_a_directory_that_was_there_stays(void **state)
{
	const struct ccm_server_request request = {"nginx", "web", "there", true, false};
	struct ccm_server_files files;
	struct ccm_error err = {0};
	FILE *file;

	(void)state;
	assert_int_equal(mkdir("there", 0755), 0);
	file = fopen("there/server.crt", "w");
	assert_non_null(file);
	fclose(file);
	assert_true(ccm_server_files_name(&files, &request, NULL));
	assert_false(ccm_server_files_free(&files, false, &err));
	assert_string_equal(err.msg, "there/server.crt exists; --force overwrites it");
	assert_true(ccm_server_files_free(&files, true, NULL));
	assert_false(ccm_server_files_write(&files, false, NULL));
	assert_int_equal(access("there/server.key", F_OK), -1);
	assert_int_equal(unlink("there/server.crt"), 0);
	assert_int_equal(rmdir("there"), 0);
	ccm_server_files_clear(&files);
}

/* A certificate that signed itself, and its key. */
static void
self_sign(struct ccm_cert **cert, struct ccm_key **key)
{
	EVP_PKEY *pkey =
	    EVP_PKEY_Q_keygen(ccm_crypto_context(NULL), CCM_CRYPTO_PROPERTIES, "EC", "P-256");
	X509 *x509 = X509_new_ex(ccm_crypto_context(NULL), CCM_CRYPTO_PROPERTIES);
	unsigned char *der = NULL;
	int len;

	assert_int_equal(X509_set_pubkey(x509, pkey), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x509), 0));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x509), 3600));
	assert_true(X509_sign(x509, pkey, EVP_sha256()) > 0);
	len = i2d_X509(x509, &der);
	*cert = ccm_cert_from_der(CCM_SPAN(der, len), NULL);
	*key = ccm_key_soft_new(pkey, NULL);
	assert_non_null(*cert);
	assert_non_null(*key);
	OPENSSL_free(der);
	X509_free(x509);
}

static void
test_there_is_no_file_of_an_empty_chain(void **state)
{
	const struct ccm_server_request request = {"apache", "web", "d", true, false};
	struct ccm_server_material material = {.name = "web", .password = ""};
	struct ccm_server_files files;
	struct ccm_cert *cert;
	struct ccm_key *key;

	(void)state;
	self_sign(&cert, &key);
	material.cert = cert;
	material.key = key;
	assert_true(ccm_server_files_name(&files, &request, NULL));
	assert_int_equal(files.count, 3);
	assert_true(ccm_server_files_fill(&files, &material, NULL));
	assert_int_equal(files.count, 2);
	assert_string_equal(files.files[0].path, "d/server.key");
	assert_string_equal(files.files[1].path, "d/server.crt");
	assert_true(strncmp(ccm_buf_str(&files.files[1].content), "-----BEGIN CERT", 15) == 0);
	ccm_server_files_clear(&files);
	ccm_cert_unref(cert);
	ccm_key_unref(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_there_is_no_file_of_an_empty_chain),
	    cmocka_unit_test(test_each_kind_of_server_has_its_files),
	    cmocka_unit_test(test_references_go_where_a_file_of_the_key_is),
	    cmocka_unit_test(test_a_directory_that_was_made_goes_with_the_failure),
	    cmocka_unit_test(test_a_directory_that_was_there_stays),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
