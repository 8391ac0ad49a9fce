/* SPDX-License-Identifier: Apache-2.0 */

/* Objects of CAs' lists of what they revoked: who has one, and what a list costs. */

#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static CK_OBJECT_CLASS class = CKO_NSS_CRL;
static CK_SESSION_HANDLE session;

static int
load(void **state)
{
	if (client_load(state) != 0 || client_start(state) != 0)
		return -1;
	session = client_session("PCA");
	return 0;
}

static CK_OBJECT_HANDLE
crl_of(const char *variable)
{
	return client_object(session, CKO_NSS_CRL, getenv(variable));
}

static void
assert_file(const struct client_value *value, const char *path)
{
	FILE *file = fopen(path, "rb");
	char bytes[8192];
	size_t len = fread(bytes, 1, sizeof(bytes), file);

	fclose(file);
	assert_ok(value->rv);
	assert_int_equal(value->len, len);
	assert_memory_equal(value->data, bytes, len);
}

static void
test_there_is_one_for_each_ca_that_publishes(void **state)
{
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof(class)};

	(void)state;
	assert_int_equal(client_find(session, &template, 1).count, 2);
	assert_int_equal(client_exchanges("obs_get"), 0);
}

static void
test_what_the_listing_tells_fetches_nothing(void **state)
{
	static const CK_ATTRIBUTE_TYPE types[] = {CKA_CLASS, CKA_TOKEN, CKA_LABEL, CKA_ID,
	    CKA_UNIQUE_ID, CKA_NSS_KRL, CKA_NSS_URL, CKA_SUBJECT, CKA_CCM_RESOURCE_ID};
	CK_OBJECT_HANDLE crl = crl_of("CCM_TEST_CA");
	struct client_value url = client_read(session, crl, CKA_NSS_URL);

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		struct client_value value = client_read(session, crl, types[i]);

		assert_ok(value.rv);
		free(value.data);
	}
	assert_int_equal(url.len, strlen(getenv("CCM_TEST_CRL_URL")));
	assert_memory_equal(url.data, getenv("CCM_TEST_CRL_URL"), url.len);
	free(url.data);
	assert_int_equal(client_exchanges("obs_get"), 0);
}

/* As NSS looks for it: by the name of who issued. */
static void
test_it_is_found_by_the_issuers_name(void **state)
{
	CK_OBJECT_HANDLE ca = client_object(session, CKO_CERTIFICATE, getenv("CCM_TEST_CA"));
	struct client_value subject = client_read(session, ca, CKA_SUBJECT);
	CK_ATTRIBUTE template[] = {
	    {CKA_CLASS, &class, sizeof(class)}, {CKA_SUBJECT, subject.data, subject.len}};
	struct client_objects found = client_find(session, template, COUNT(template));

	(void)state;
	assert_int_equal(found.count, 1);
	assert_int_equal(found.handles[0], crl_of("CCM_TEST_CA"));
	assert_int_equal(client_exchanges("obs_get"), 0);
	free(subject.data);
}

static void
test_the_value_is_fetched_once(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct client_value value = client_read(session, crl_of("CCM_TEST_CA"), CKA_VALUE);

		assert_file(&value, getenv("CCM_TEST_CRL"));
		free(value.data);
	}
	assert_int_equal(client_exchanges("obs_get"), 1);
}

/* Then the reason is in the log, and nobody asks again and again. */
static void
test_what_is_not_public_is_told_apart(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(client_read(session, crl_of("CCM_TEST_HIDDEN_CA"), CKA_VALUE).rv,
		    CKR_FUNCTION_REJECTED);
	assert_int_equal(client_exchanges("obs_get"), 2);
	assert_non_null(strstr(client_log(), "private bucket"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_there_is_one_for_each_ca_that_publishes),
	    cmocka_unit_test(test_what_the_listing_tells_fetches_nothing),
	    cmocka_unit_test(test_it_is_found_by_the_issuers_name),
	    cmocka_unit_test(test_the_value_is_fetched_once),
	    cmocka_unit_test(test_what_is_not_public_is_told_apart),
	};

	return cmocka_run_group_tests_name("p11/crl", tests, load, client_stop);
}
