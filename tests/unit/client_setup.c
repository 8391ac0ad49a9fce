/* SPDX-License-Identifier: Apache-2.0 */
#include "client_setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
test_client_open(
    struct test_client *test, const char *config, const struct fake_answer *answers, size_t count)
{
	*test = (struct test_client){.fake = fake_http_new(answers, count)};
	test->config = ccm_config_parse("test.conf", ccm_span_of(config), &test->err);
	if (test->config != NULL)
		test->client = ccm_client_new_over(test->config, &test->fake->base, &test->err);
	if (test->client != NULL)
		return;
	fprintf(stderr, "no client: %s\n", test->err.msg);
	abort();
}

void
test_client_close(struct test_client *test)
{
	ccm_client_free(test->client);
	ccm_config_free(test->config);
	memset(test, 0, sizeof(*test));
}

bool
test_client_call(struct test_client *test, const struct ccm_operation *op, const char *request)
{
	struct ccm_json *json = NULL;
	bool ok;

	ccm_error_clear(&test->err);
	if (request != NULL)
		json = ccm_json_parse(ccm_span_of(request), NULL);
	ok = ccm_client_call(test->client, op, json, NULL, &test->err);
	ccm_json_free(json);
	return ok;
}
