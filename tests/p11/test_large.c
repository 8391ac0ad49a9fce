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

/* The certificates that have these attributes of that object. */
static struct client_objects
find_like(CK_OBJECT_HANDLE object, const CK_ATTRIBUTE_TYPE *types, size_t count)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_ATTRIBUTE template[3] = {{CKA_CLASS, &class, sizeof(class)}};
	struct client_value values[2];
	struct client_objects found;

	for (size_t i = 0; i < count; i++) {
		values[i] = client_read(session, object, types[i]);
		assert_ok(values[i].rv);
		template[i + 1] = (CK_ATTRIBUTE){types[i], values[i].data, values[i].len};
	}
	found = client_find(session, template, count + 1);
	for (size_t i = 0; i < count; i++)
		free(values[i].data);
	return found;
}

static void
test_what_was_exported_is_found_by_its_certificate(void **state)
{
	CK_OBJECT_HANDLE object =
	    client_object(session, CKO_CERTIFICATE, "seed-000321.example.com");
	unsigned before = client_exchanges(NULL);
	struct client_objects found;

	(void)state;
	found = find_like(object, (CK_ATTRIBUTE_TYPE[]){CKA_VALUE}, 1);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.handles[0], object);
	found = find_like(object, (CK_ATTRIBUTE_TYPE[]){CKA_SUBJECT}, 1);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.handles[0], object);
	found = find_like(object, (CK_ATTRIBUTE_TYPE[]){CKA_PUBLIC_KEY_INFO}, 1);
	assert_in_range(found.count, 1, CLIENT_MAX);
	assert_int_equal(client_exchanges(NULL), before);
}

static void
test_a_serial_number_exports_the_one_that_has_it(void **state)
{
	CK_OBJECT_HANDLE object =
	    client_object(session, CKO_CERTIFICATE, "seed-000321.example.com");
	struct client_value issuer = client_read(session, object, CKA_ISSUER);
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof(class)},
	    {CKA_ISSUER, issuer.data, issuer.len}, {CKA_SERIAL_NUMBER, NULL, 0}};
	unsigned before = client_exchanges(EXPORT);
	struct client_objects found;
	struct client_value serial;

	(void)state;
	found = find_like(object, (CK_ATTRIBUTE_TYPE[]){CKA_ISSUER, CKA_SERIAL_NUMBER}, 2);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.handles[0], object);
	assert_int_equal(client_exchanges(EXPORT), before);
	/* another one's, which costs its export and no other */
	serial = client_read(session,
	    client_object(session, CKO_CERTIFICATE, "seed-000322.example.com"), CKA_SERIAL_NUMBER);
	template[2] = (CK_ATTRIBUTE){CKA_SERIAL_NUMBER, serial.data, serial.len};
	assert_int_equal(client_find(session, template, 3).count, 1);
	assert_int_equal(client_exchanges(EXPORT), before + 1);
	free(serial.data);
	free(issuer.data);
}

/* Exporting a thousand, one by one, for something that may be in none of them. */
static void
test_what_nobody_has_exports_nothing(void **state)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
	    CKA_PUBLIC_KEY_INFO, CKA_VALUE, CKA_CHECK_VALUE, CKA_ISSUER};
	static unsigned char nobodys[] = {0x30, 0x01, 0x00};
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	unsigned before = client_exchanges(NULL);

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		CK_ATTRIBUTE template[] = {
		    {CKA_CLASS, &class, sizeof(class)}, {types[i], nobodys, sizeof(nobodys)}};

		assert_int_equal(client_find(session, template, 2).count, 0);
	}
	/* those of the few CAs may be exported */
	assert_int_equal(client_exchanges(NULL), before + client_exchanges("pca_export_ca"));
	assert_in_range(client_exchanges("pca_export_ca"), 0, 3);
}

/* One after the other, as a program reads that lists them; what is exported is what was read and a
 * window beyond, each once. */
static void
test_values_read_in_turn_are_fetched_together(void **state)
{
	unsigned before = client_exchanges(EXPORT), after;
	CK_ULONG count = find(CKO_CERTIFICATE);

	(void)state;
	assert_in_range(count, 950, ROOM);
	for (CK_ULONG i = 0; i < 100; i++) {
		struct client_value value = client_read(session, handles[i], CKA_VALUE);

		assert_ok(value.rv);
		free(value.data);
	}
	after = client_exchanges(EXPORT);
	assert_in_range(after - before, 100, 100 + 32);
	/* another here and there: nothing but that */
	for (CK_ULONG i = 500; i < 700; i += 50)
		free(client_read(session, handles[i], CKA_VALUE).data);
	assert_int_equal(client_exchanges(EXPORT), after + 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_looking_at_all_costs_one_listing),
	    cmocka_unit_test(test_a_value_costs_one_export),
	    cmocka_unit_test(test_what_was_exported_is_found_by_its_certificate),
	    cmocka_unit_test(test_a_serial_number_exports_the_one_that_has_it),
	    cmocka_unit_test(test_what_nobody_has_exports_nothing),
	    cmocka_unit_test(test_values_read_in_turn_are_fetched_together),
	};

	return cmocka_run_group_tests_name("p11/large", tests, load, client_stop);
}
