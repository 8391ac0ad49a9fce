/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "client_setup.h"

#define PCA "https://pca.example.com:8443/v1/"
#define SCM "https://scm.example.com/v3/scm/certificates/"
#define CAS PCA "private-certificate-authorities/"
#define CERTS PCA "private-certificates/"
#define CERTIFICATE "\"certificate_id\":\"" TEST_ID "\""
#define CA "\"ca_id\":\"" TEST_ID "\""
#define SSL "\"certificate_id\":\"scs16751254852691\""

/* What goes out, where the reference leaves doubts: the ids are of spec/ccm-api.md 8. */
static const struct {
	const char *ambiguity;
	const struct ccm_operation *op;
	const char *request;
	const char *line;
	const char *body; /* NULL: none */
} requests[] = {
    {"delete_with_body", &ccm_pca_batch_delete_ca_tags,
	"{" CA ",\"tags\":[{\"key\":\"k\",\"value\":\"\"}]}", "DELETE " CAS TEST_ID "/tags/delete",
	"{\"tags\":[{\"key\":\"k\",\"value\":\"\"}]}"},
    {"json_newlines", &ccm_pca_parse_csr, "{\"csr\":\"-----BEGIN\\nx\\r\\n\"}",
	"POST " CERTS "csr/parse", "{\"csr\":\"-----BEGIN\\nx\\r\\n\"}"},
    {"empty_revoke_body", &ccm_pca_revoke_certificate, "{" CERTIFICATE "}",
	"POST " CERTS TEST_ID "/revoke", "{}"},
    {"empty_revoke_body, a reason that is null", &ccm_pca_revoke_ca, "{" CA ",\"reason\":null}",
	"POST " CAS TEST_ID "/revoke", "{}"},
    {"bodyless_posts", &ccm_pca_disable_ca, "{" CA "}", "POST " CAS TEST_ID "/disable", NULL},
    {"is_compressed_type, the proven form stays", &ccm_pca_export_certificate,
	"{" CERTIFICATE ",\"type\":\"other\",\"is_compressed\":false}",
	"POST " CERTS TEST_ID "/export", "{\"is_compressed\":false,\"type\":\"OTHER\"}"},
    {"pending_days goes in the query", &ccm_pca_delete_ca, "{" CA ",\"pending_days\":7}",
	"DELETE " CAS TEST_ID "?pending_days=7", NULL},
    {"push_service_case, pushing", &ccm_scm_push_certificate,
	"{" SSL ",\"target_project\":\"\",\"target_service\":\"CDN\"}",
	"POST " SCM "scs16751254852691/push",
	"{\"target_project\":\"\",\"target_service\":\"cdn\"}"},
    {"push_service_case, deploying", &ccm_scm_deploy_certificate,
	"{" SSL ",\"service_name\":\"elb\",\"resources\":[{\"id\":\"a\"}]}",
	"POST " SCM "scs16751254852691/deploy",
	"{\"service_name\":\"ELB\",\"resources\":[{\"id\":\"a\"}]}"},
    {"scm_status_lists", &ccm_scm_list_certificates, "{\"status\":\"CANCLEREVOKING\"}",
	"GET https://scm.example.com/v3/scm/certificates?status=CANCLEREVOKING", NULL},
    {"start_from is a number, whatever it was", &ccm_pca_activate_ca,
	"{" CA ",\"issuer_id\":\"" TEST_ID "\",\"signature_algorithm\":\"SHA256\","
	"\"validity\":{\"type\":\"YEAR\",\"value\":\"1\",\"start_from\":\"1645146939688\"}}",
	"POST " CAS TEST_ID "/activate",
	"{\"issuer_id\":\"" TEST_ID "\",\"signature_algorithm\":\"SHA256\","
	"\"validity\":{\"type\":\"YEAR\",\"value\":1,\"start_from\":1645146939688}}"},
};

static void
check_request(size_t index, const struct fake_request *sent)
{
	char type[64] = "";
	bool typed = fake_request_header(sent, "Content-Type", type, sizeof(type));

	if (strcmp(sent->line, requests[index].line) != 0)
		fail_msg("%s: %s", requests[index].ambiguity, sent->line);
	if ((sent->body == NULL) != (requests[index].body == NULL))
		fail_msg("%s: %s", requests[index].ambiguity, sent->body);
	assert_int_equal(typed, sent->body != NULL || strncmp(sent->line, "POST ", 5) == 0);
	if (typed)
		assert_string_equal(type, "application/json");
	if (sent->body != NULL && strcmp(sent->body, requests[index].body) != 0)
		fail_msg("%s: %s", requests[index].ambiguity, sent->body);
}

static void
test_requests_go_out_as_the_service_wants_them(void **state)
{
	static const struct fake_answer answers[] = {{500, NULL, "{}", CCM_OK, true}};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(requests); i++) {
		struct test_client test;

		test_client_open(
		    &test, TEST_CLOUD "retries = 0\n" TEST_AKSK, answers, CCM_COUNT(answers));
		assert_false(test_client_call(&test, requests[i].op, requests[i].request));
		if (test.fake->request_count != 1)
			fail_msg("%s: %s", requests[i].ambiguity, test.err.msg);
		check_request(i, &test.fake->requests[0]);
		test_client_close(&test);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_requests_go_out_as_the_service_wants_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
