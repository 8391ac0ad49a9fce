/* SPDX-License-Identifier: Apache-2.0 */

/* A token of a thousand certificates: what it costs to look at it, counted at the service. */

#include "client.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT "pca_export_certificate"
#define ROOM 4096

static CK_SESSION_HANDLE session;
static CK_OBJECT_HANDLE handles[ROOM];

static int
load(void **state)
{
	if (client_load(state) != 0 || client_start(state) != 0)
		return -1;
	session = client_session("PCA");
	return 0;
}

static CK_ULONG
find(CK_OBJECT_CLASS class)
{
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof(class)};
	CK_ULONG count;

	assert_ok(p11->C_FindObjectsInit(session, &template, 1));
	assert_ok(p11->C_FindObjects(session, handles, ROOM, &count));
	assert_ok(p11->C_FindObjectsFinal(session));
	return count;
}

static void
test_looking_at_all_costs_one_listing(void **state)
{
	static const CK_ATTRIBUTE_TYPE listed[] = {CKA_LABEL, CKA_ID, CKA_END_DATE, CKA_CCM_STATUS,
	    CKA_CERTIFICATE_CATEGORY, CKA_TRUSTED, CKA_UNIQUE_ID};
	CK_ULONG certificates = find(CKO_CERTIFICATE);
	unsigned after_first = client_exchanges(NULL);

	(void)state;
	assert_in_range(certificates, 950, ROOM - 1); /* a few are revoked */
	/* 1,000 a page, then one that tells that there are no more; and the CAs */
	assert_in_range(client_exchanges("pca_list_certificates"), 1, 2);
	assert_in_range(client_exchanges("pca_list_cas"), 1, 2);
	for (CK_ULONG i = 0; i < certificates; i++)
		for (size_t k = 0; k < COUNT(listed); k++) {
			struct client_value value = client_read(session, handles[i], listed[k]);

			assert_ok(value.rv);
			free(value.data);
		}
	assert_in_range(find(CKO_PRIVATE_KEY), 950, certificates);
	assert_int_equal(find(CKO_PUBLIC_KEY), certificates);
	assert_int_equal(client_exchanges(NULL), after_first);
	assert_int_equal(client_exchanges(EXPORT), 0);
}

static void
test_a_value_costs_one_export(void **state)
{
	CK_OBJECT_HANDLE object =
	    client_object(session, CKO_CERTIFICATE, "seed-000321.example.com");
	unsigned before = client_exchanges(NULL);

	(void)state;
	for (int i = 0; i < 2; i++)
		free(client_read(session, object, CKA_VALUE).data);
	assert_int_equal(client_exchanges(EXPORT), 1);
	assert_int_equal(client_exchanges(NULL), before + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_looking_at_all_costs_one_listing),
	    cmocka_unit_test(test_a_value_costs_one_export),
	};

	return cmocka_run_group_tests_name("p11/large", tests, load, client_stop);
}
