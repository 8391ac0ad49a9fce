/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cloud/operations.h"

#define ID "4c0e772e-a30c-4029-b929-b7acb04143f7"
#define DN                                                                                  \
	"\"distinguished_name\":{\"common_name\":\"x\",\"country\":\"DE\",\"state\":\"s\"," \
	"\"locality\":\"l\",\"organization\":\"o\",\"organizational_unit\":\"u\"}"
#define CA "\"type\":\"ROOT\",\"key_algorithm\":\"RSA2048\"," DN
#define CERTIFICATE                                                                \
	"\"issuer_id\":\"" ID "\",\"distinguished_name\":{\"common_name\":\"x\"}," \
	"\"validity\":{\"type\":\"DAY\",\"value\":1}"
#define LOGIN(user, scope)                                                                         \
	"{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{" user "}}}," \
	"\"scope\":{" scope "}}}"

static struct ccm_json *
parsed(const char *text)
{
	struct ccm_json *json;

	if (text == NULL)
		return NULL;
	json = ccm_json_parse(ccm_span_of(text), NULL);
	if (json == NULL)
		fail_msg("test data is not JSON: %s", text);
	return json;
}

/* want NULL: the request is valid. */
static const struct {
	const struct ccm_operation *op;
	const char *request, *want;
} checks[] = {
    /* fine */
    {&ccm_pca_list_cas, NULL, NULL},
    {&ccm_pca_list_cas, "{\"limit\":1000,\"owned_by_self\":false,\"name\":null}", NULL},
    {&ccm_pca_list_cas, "{\"limit\":\"10\",\"owned_by_self\":\"true\"}", NULL},
    {&ccm_pca_create_ca, "{" CA "}", NULL},
    {&ccm_pca_create_ca, "{" CA ",\"key_usages\":[\"keyCertSign\"]}", NULL},
    {&ccm_pca_export_certificate,
	"{\"certificate_id\":\"" ID "\",\"is_compressed\":false,\"type\":\"other\"}", NULL},
    {&ccm_pca_export_certificate,
	"{\"certificate_id\":\"" ID "\",\"is_compressed\":\"false\",\"type\":\"OTHER\"}", NULL},
    {&ccm_iam_create_token,
	LOGIN("\"name\":\"u\",\"password\":\"p\",\"domain\":{\"name\":\"d\"}",
	    "\"project\":{\"name\":\"n\"}"),
	NULL},
    {&ccm_iam_create_token, LOGIN("\"id\":\"u\",\"password\":\"p\"", "\"domain\":{\"id\":\"n\"}"),
	NULL},
    /* characters, not bytes */
    {&ccm_pca_list_cas,
	"{\"name\":"
	"\"证书证书证书证书证书证书证书证书证书证书证书证书证书证书证书证书证书证书证书证书证书证书"
	"\"}",
	NULL},
    /* missing, unknown */
    {&ccm_pca_get_ca, NULL, "pca_get_ca: ca_id is missing"},
    {&ccm_pca_get_ca, "{\"ca_id\":null}", "pca_get_ca: ca_id is missing"},
    {&ccm_pca_create_ca,
	"{\"type\":\"ROOT\",\"key_algorithm\":\"RSA2048\",\"distinguished_name\":{}}",
	"pca_create_ca: distinguished_name.common_name is missing"},
    {&ccm_pca_create_ca, "{" CA ",\"key_algoritm\":\"RSA2048\"}",
	"pca_create_ca: unknown field \"key_algoritm\"; did you mean \"key_algorithm\"?"},
    {&ccm_pca_create_ca, "{" CA ",\"validity\":{\"type\":\"DAY\",\"value\":1,\"start\":1}}",
	"pca_create_ca: unknown field \"validity.start\""},
    {&ccm_pca_get_ca, "{\"ca_id\":\"" ID "\",\"zzzzzzzzz\":1}",
	"pca_get_ca: unknown field \"zzzzzzzzz\""},
    {&ccm_pca_get_ca, "[]", "pca_get_ca: the request is a list, not an object"},
    /* types */
    {&ccm_pca_list_cas, "{\"limit\":\"ten\"}",
	"pca_list_cas: limit: \"ten\" is not a whole number"},
    {&ccm_pca_list_cas, "{\"limit\":1.5}", "pca_list_cas: limit: is a number, not a whole number"},
    {&ccm_pca_list_cas, "{\"name\":5}", "pca_list_cas: name: is a number, not a string"},
    {&ccm_pca_list_cas, "{\"owned_by_self\":1}",
	"pca_list_cas: owned_by_self: is a number, not true or false"},
    {&ccm_pca_create_ca, "{" CA ",\"validity\":\"1y\"}",
	"pca_create_ca: validity: \"1y\" is not an object"},
    {&ccm_pca_create_ca, "{" CA ",\"key_usages\":\"keyCertSign\"}",
	"pca_create_ca: key_usages: \"keyCertSign\" is not a list"},
    {&ccm_pca_create_ca, "{" CA ",\"key_usages\":[\"keyCertSign\",7]}",
	"pca_create_ca: key_usages[1]: is a number, not a string"},
    {&ccm_pca_create_certificate, "{" CERTIFICATE ",\"subject_alternative_names\":[[]]}",
	"pca_create_certificate: subject_alternative_names[0]: is a list, not an object"},
    {&ccm_pca_export_certificate,
	"{\"certificate_id\":\"" ID "\",\"is_compressed\":1,\"type\":\"OTHER\"}",
	"pca_export_certificate: is_compressed: is a number, not a string"},
    /* bounds */
    {&ccm_pca_list_cas, "{\"limit\":1001}", "pca_list_cas: limit: 1001 is not between 0 and 1000"},
    {&ccm_pca_list_cas, "{\"offset\":-1}", "pca_list_cas: offset: -1 is below 0"},
    {&ccm_pca_list_cas, "{\"name\":\"\"}",
	"pca_list_cas: name: \"\" has 0 characters, 1 to 64 are allowed"},
    {&ccm_pca_create_ca,
	"{\"type\":\"ROOT\",\"key_algorithm\":\"RSA2048\",\"distinguished_name\":{\"common_name\":"
	"\"x\",\"country\":\"Germany\",\"state\":\"s\",\"locality\":\"l\",\"organization\":\"o\","
	"\"organizational_unit\":\"u\"}}",
	"pca_create_ca: distinguished_name.country: \"Germany\" has 7 characters, 2 are allowed"},
    {&ccm_pca_create_ca, "{" CA ",\"path_length\":7}",
	"pca_create_ca: path_length: 7 is not between 0 and 6"},
    {&ccm_pca_create_ca, "{" CA ",\"crl_configuration\":{\"enabled\":true,\"valid_days\":31}}",
	"pca_create_ca: crl_configuration.valid_days: 31 is not between 7 and 30"},
    {&ccm_pca_create_certificate,
	"{" CERTIFICATE ",\"subject_alternative_names\":[{},{},{},{},{},{},{},{},{},{},{},{},{},{},"
	"{},{},{},{},{},{},{}]}",
	"pca_create_certificate: subject_alternative_names: has 21 elements, 20 are allowed"},
    /* enumerations */
    {&ccm_pca_create_ca, "{\"type\":\"root\",\"key_algorithm\":\"RSA2048\"," DN "}",
	"pca_create_ca: type: \"root\" is not one of ROOT, SUBORDINATE"},
    {&ccm_pca_create_certificate,
	"{" CERTIFICATE ",\"subject_alternative_names\":[{\"type\":\"DNS\",\"value\":\"a\"},"
	"{\"type\":\"dns\",\"value\":\"a\"}]}",
	"pca_create_certificate: subject_alternative_names[1].type: \"dns\" is not one of DNS, IP, "
	"EMAIL, URI, UPN"},
    {&ccm_pca_create_ca, "{" CA ",\"key_usages\":[\"crlSign\"]}",
	"pca_create_ca: key_usages[0]: \"crlSign\" is not one of digitalSignature, nonRepudiation, "
	"keyEncipherment, dataEncipherment, keyAgreement, keyCertSign, cRLSign, encipherOnly, "
	"decipherOnly"},
    /* ids in the path */
    {&ccm_pca_get_ca, "{\"ca_id\":\"\"}", "pca_get_ca: ca_id: must not be empty"},
    {&ccm_pca_get_ca, "{\"ca_id\":\"..\"}", "pca_get_ca: ca_id: \"..\" is not an id"},
    {&ccm_pca_get_ca, "{\"ca_id\":\"a/b\"}", "pca_get_ca: ca_id: \"a/b\" is not an id"},
    {&ccm_pca_get_ca, "{\"ca_id\":\"quotas\"}",
	"pca_get_ca: ca_id: \"quotas\" has 6 characters, 36 are allowed"},
    {&ccm_pca_create_ca, "{" CA ",\"enterprise_project_id\":\"a\xff\"}",
	"pca_create_ca: enterprise_project_id: is not UTF-8"},
    {&ccm_pca_create_ca, "{" CA ",\"enterprise_project_id\":\"\xed\xa0\x80\"}",
	"pca_create_ca: enterprise_project_id: is not UTF-8"},
    {&ccm_pca_get_ca, "{\"ca_id\":\"\xc3\"}", "pca_get_ca: ca_id: is not UTF-8"},
    /* a long value is cut on a character's edge, a secret one not shown */
    {&ccm_pca_list_cas, "{\"status\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa证书证书\"}",
	"pca_list_cas: status: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\" is not one of "
	"PENDING, ACTIVED, DISABLED, DELETED, EXPIRED"},
    {&ccm_pca_export_certificate,
	"{\"certificate_id\":\"" ID "\",\"is_compressed\":false,\"type\":\"OTHER\","
	"\"password\":\"hunter2-hunter2-hunter2-hunter2-hunter2\"}",
	"pca_export_certificate: password: the value has 39 characters, 0 to 32 are allowed"},
};

static void
test_requests_are_checked_against_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(checks); i++) {
		struct ccm_json *request = parsed(checks[i].request);
		struct ccm_error err = {0};
		bool ok = ccm_operation_validate(checks[i].op, request, &err);
		const char *want = checks[i].want != NULL ? checks[i].want : "";

		if (ok != (checks[i].want == NULL) || strcmp(err.msg, want) != 0)
			fail_msg("%s\n  got  %s\n  want %s", checks[i].request, err.msg, want);
		assert_int_equal(err.code, ok ? CCM_OK : CCM_USAGE);
		ccm_json_free(request);
	}
}

static const struct {
	const struct ccm_operation *op;
	const char *request, *path, *query, *body; /* body NULL: none is sent */
} builds[] = {
    {&ccm_pca_list_cas, NULL, "/v1/private-certificate-authorities", "", NULL},
    {&ccm_pca_list_cas,
	"{\"owned_by_self\":false,\"limit\":\"20\",\"name\":\"a b&c\",\"status\":null}",
	"/v1/private-certificate-authorities", "limit=20 name=a b&c owned_by_self=false ", NULL},
    {&ccm_pca_get_ca, "{\"ca_id\":\"" ID "\"}", "/v1/private-certificate-authorities/" ID, "",
	NULL},
    {&ccm_pca_export_ca, "{\"ca_id\":\"" ID "\"}",
	"/v1/private-certificate-authorities/" ID "/export", "", NULL},
    {&ccm_pca_activate_ca,
	"{\"ca_id\":\"" ID "\",\"issuer_id\":\"p\",\"signature_algorithm\":\"SHA256\","
	"\"validity\":{\"value\":\"3\",\"type\":\"YEAR\",\"start_from\":1790000000000},"
	"\"path_length\":null,\"crl_configuration\":{\"enabled\":\"false\",\"crl_name\":null}}",
	"/v1/private-certificate-authorities/" ID "/activate", "",
	"{\"issuer_id\":\"p\",\"signature_algorithm\":\"SHA256\",\"validity\":{\"type\":\"YEAR\","
	"\"value\":3,\"start_from\":1790000000000},\"crl_configuration\":{\"enabled\":false}}"},
    {&ccm_pca_export_certificate,
	"{\"certificate_id\":\"" ID "\",\"type\":\"other\",\"is_compressed\":false}",
	"/v1/private-certificates/" ID "/export", "",
	"{\"is_compressed\":false,\"type\":\"OTHER\"}"},
    {&ccm_pca_export_certificate,
	"{\"certificate_id\":\"" ID "\",\"type\":\"IIS\",\"is_compressed\":\"true\"}",
	"/v1/private-certificates/" ID "/export", "",
	"{\"is_compressed\":\"true\",\"type\":\"IIS\"}"},
    {&ccm_pca_create_certificate,
	"{" CERTIFICATE ",\"key_usages\":[\"digitalSignature\",\"keyAgreement\"],"
	"\"subject_alternative_names\":[{\"value\":\"a\",\"type\":\"DNS\"}]}",
	"/v1/private-certificates", "",
	"{\"issuer_id\":\"" ID "\",\"distinguished_name\":{\"common_name\":\"x\"},\"validity\":{"
	"\"type\":\"DAY\",\"value\":1},\"key_usages\":[\"digitalSignature\",\"keyAgreement\"],"
	"\"subject_alternative_names\":[{\"type\":\"DNS\",\"value\":\"a\"}]}"},
};

static void
test_requests_are_built_as_the_wire_wants_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(builds); i++) {
		struct ccm_json *request = parsed(builds[i].request);
		struct ccm_wire_request wire;
		struct ccm_buf query = {0};

		assert_true(ccm_operation_validate(builds[i].op, request, NULL));
		assert_true(ccm_operation_build(builds[i].op, request, &wire, NULL));
		for (size_t j = 0; j < wire.query_count; j++)
			assert_true(ccm_buf_printf(
			    &query, NULL, "%s=%s ", wire.query[j].name, wire.query[j].value));
		assert_string_equal(wire.path, builds[i].path);
		assert_string_equal(ccm_buf_str(&query), builds[i].query);
		assert_int_equal(wire.has_body, builds[i].body != NULL);
		assert_string_equal(
		    ccm_buf_str(&wire.body), builds[i].body != NULL ? builds[i].body : "");
		assert_true(wire.body.secret);
		ccm_buf_clear(&query);
		ccm_wire_request_clear(&wire);
		ccm_json_free(request);
	}
}

/* Rows that later operations will have: a POST and a DELETE whose body fields are all optional. */
static const struct ccm_field reason[] = {{.name = "reason", .type = CCM_FIELD_STRING}};
static const struct ccm_operation revoke = {
    .id = "revoke", .method = "POST", .path = "/r", .fields = reason, .field_count = 1};
static const struct ccm_operation untag = {
    .id = "untag", .method = "DELETE", .path = "/t", .fields = reason, .field_count = 1};

static void
test_an_empty_body_is_an_object_for_post_and_none_for_delete(void **state)
{
	struct ccm_json *given = parsed("{\"reason\":\"x\"}");
	struct ccm_wire_request wire;

	(void)state;
	assert_true(ccm_operation_build(&revoke, NULL, &wire, NULL));
	assert_true(wire.has_body);
	assert_string_equal(ccm_buf_str(&wire.body), "{}");
	ccm_wire_request_clear(&wire);
	assert_true(ccm_operation_build(&untag, NULL, &wire, NULL));
	assert_false(wire.has_body);
	ccm_wire_request_clear(&wire);
	assert_true(ccm_operation_build(&untag, given, &wire, NULL));
	assert_string_equal(ccm_buf_str(&wire.body), "{\"reason\":\"x\"}");
	ccm_wire_request_clear(&wire);
	ccm_json_free(given);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_requests_are_checked_against_the_table),
	    cmocka_unit_test(test_requests_are_built_as_the_wire_wants_them),
	    cmocka_unit_test(test_an_empty_body_is_an_object_for_post_and_none_for_delete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
