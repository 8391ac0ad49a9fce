/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "emu/answer.h"
#include "emu/route.h"

#define CAS "/v1/private-certificate-authorities"
#define ID "4c0e772e-a30c-4029-b929-b7acb04143f7"

static void
test_paths_lead_to_operations(void **state)
{
	static const struct {
		const char *method, *path, *id;
	} cases[] = {
	    {"GET", CAS, "pca_list_cas"},
	    {"POST", CAS, "pca_create_ca"},
	    {"GET", CAS "/" ID, "pca_get_ca"},
	    {"POST", CAS "/" ID "/activate", "pca_activate_ca"},
	    {"POST", CAS "/" ID "/export", "pca_export_ca"},
	    {"POST", "/v3/auth/tokens", "iam_create_token"},
	    {"GET", CAS "/", NULL},
	    {"GET", CAS "/" ID "/", NULL},
	    {"GET", CAS "//export", NULL},
	    {"POST", CAS "/" ID "/exports", NULL},
	    {"GET", CAS "x", NULL},
	    {"get", CAS, NULL},
	    {"PATCH", CAS, NULL},
	    {"GET", "", NULL},
	    {"GET", "/", NULL},
	    {"GET", "v1", NULL},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		const struct ccm_operation *op = ccm_emu_route_find(cases[i].method, cases[i].path);

		if (cases[i].id == NULL)
			assert_null(op);
		else
			assert_string_equal(op->id, cases[i].id);
	}
}

static void
test_every_operation_has_its_path(void **state)
{
	(void)state;
	for (size_t i = 0; i < ccm_operation_count(); i++) {
		const struct ccm_operation *op = ccm_operation_at(i);

		assert_ptr_equal(ccm_emu_route_find(op->method, op->path), op);
	}
}

static void
test_uuids_are_told_from_others(void **state)
{
	(void)state;
	assert_true(ccm_emu_is_uuid(ID));
	assert_true(ccm_emu_is_uuid("4C0E772E-A30C-4029-B929-B7ACB04143F7"));
	assert_false(ccm_emu_is_uuid(""));
	assert_false(ccm_emu_is_uuid("4c0e772e"));
	assert_false(ccm_emu_is_uuid(ID "0"));
	assert_false(ccm_emu_is_uuid("4c0e772e-a30c-4029-b929-b7acb04143fg"));
	assert_false(ccm_emu_is_uuid("4c0e772ea-30c-4029-b929-b7acb04143f7"));
}

/* The request as JSON, or "STATUS CODE" of the refusal. */
static void
read_request(const char *method, const char *target, const char *body, char *out, size_t size)
{
	struct ccm_emu_request request = {.method = method,
	    .target = target,
	    .body = ccm_span_of(body),
	    .body_size = body != NULL ? strlen(body) : 0};
	struct ccm_error err = {0};
	struct ccm_json *json = NULL;
	struct ccm_buf text = {0};

	if (ccm_emu_request_parse(&request, &err))
		json = ccm_emu_route_read(ccm_emu_route_find(method, request.path), &request, &err);
	if (json != NULL && ccm_json_print(json, false, &text, &err))
		snprintf(out, size, "%s", ccm_buf_str(&text));
	else
		snprintf(out, size, "%d %s", err.http_status, err.api_code);
	ccm_buf_clear(&text);
	ccm_json_free(json);
	ccm_emu_request_clear(&request);
}

static void
test_requests_are_brought_into_form(void **state)
{
	static const struct {
		const char *method, *target, *body, *want;
	} cases[] = {
	    {"GET", CAS "?limit=5&offset=0&type=root&status=&x=1", NULL,
		"{\"limit\":\"5\",\"offset\":\"0\",\"type\":\"ROOT\"}"},
	    {"GET", CAS "/" ID, "{\"ca_id\":\"x\"}", "{\"ca_id\":\"" ID "\"}"},
	    {"POST", CAS "/" ID "/export", "no JSON at all", "{\"ca_id\":\"" ID "\"}"},
	    {"POST", "/v1/private-certificates/" ID "/export",
		"{\"type\":\"nginx\",\"is_compressed\":false,\"password\":\"\",\"is_sm_standard\":"
		"\"\"}",
		"{\"certificate_id\":\"" ID "\",\"is_compressed\":false,\"type\":\"NGINX\"}"},
	    {"POST", "/v1/private-certificates/" ID "/export",
		"{\"type\":\"Other\",\"is_compressed\":\"TRUE\",\"certificate_id\":\"y\"}",
		"{\"certificate_id\":\"" ID "\",\"is_compressed\":\"true\",\"type\":\"OTHER\"}"},
	    {"POST", CAS "/" ID "/activate",
		"{\"issuer_id\":\"" ID
		"\",\"signature_algorithm\":\"sha256\",\"path_length\":\"2\","
		"\"validity\":{\"type\":\"day\",\"value\":\"3\",\"start_from\":null,\"colour\":1},"
		"\"key_usages\":[\"CRLSIGN\"],\"crl_configuration\":{\"enabled\":\"false\"}}",
		"{\"ca_id\":\"" ID "\",\"issuer_id\":\"" ID "\",\"path_length\":2,"
		"\"signature_algorithm\":\"SHA256\",\"validity\":{\"type\":\"DAY\",\"value\":3},"
		"\"key_usages\":[\"cRLSign\"],\"crl_configuration\":{\"enabled\":false}}"},
	    {"GET", CAS "/42", NULL, "400 PCA.00020201"},
	    {"GET", "/v1/private-certificates/42", NULL, "400 PCA.00020301"},
	    {"GET", CAS "?limit=x", NULL, "400 PCA.00020001"},
	    {"GET", CAS "?status=x", NULL, "400 PCA.00020404"},
	    {"GET", "/v1/private-certificates?status=x", NULL, "400 PCA.00020001"},
	    {"POST", CAS, "", "400 PCA.00020202"},
	    {"POST", CAS, "[1]", "400 PCA.00020001"},
	    {"POST", CAS, "{\"type\":1}", "400 PCA.00020202"},
	    {"POST", CAS, "{\"type\":\"ROOT\"}", "400 PCA.00020101"},
	    {"POST", "/v3/auth/tokens", "{}", "400 "},
	    {"POST", "/v3/auth/tokens", "{", "400 "},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		char got[1024];

		read_request(cases[i].method, cases[i].target, cases[i].body, got, sizeof(got));
		assert_string_equal(got, cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_paths_lead_to_operations),
	    cmocka_unit_test(test_every_operation_has_its_path),
	    cmocka_unit_test(test_uuids_are_told_from_others),
	    cmocka_unit_test(test_requests_are_brought_into_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
