/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "fake_pca.h"
#include "model/crl.h"

static struct ccm_cert *root;
static struct ccm_span good;

static int
load(void **state)
{
	unsigned char *der = NULL;
	int len;

	make_records(state);
	len = i2d_X509(records[ROOT].cert, &der);
	root = ccm_cert_from_der(CCM_SPAN(der, (size_t)len), NULL);
	OPENSSL_free(der);
	good = make_crl(&records[ROOT], 3600);
	return 0;
}

static int
unload(void **state)
{
	ccm_cert_unref(root);
	OPENSSL_free((void *)good.data);
	return free_records(state);
}

static void
refused(const char *name, struct ccm_span bytes, const char *why)
{
	struct ccm_error err = {0};

	if (ccm_crl_new(bytes, root, &err) != NULL)
		fail_msg("%s was taken", name);
	if (err.code != CCM_PROTOCOL || strstr(err.msg, why) == NULL)
		fail_msg("%s: %s", name, err.msg);
}

static void
test_der_and_pem_are_the_same(void **state)
{
	const unsigned char *at = good.data;
	X509_CRL *x509 = d2i_X509_CRL(NULL, &at, (long)good.len);
	BIO *bio = BIO_new(BIO_s_mem());
	struct ccm_error err = {0};
	struct ccm_crl *crl;
	char *text;
	long len;

	(void)state;
	BIO_puts(bio, "What Root revoked:\r\n");
	PEM_write_bio_X509_CRL(bio, x509);
	len = BIO_get_mem_data(bio, &text);
	for (int i = 0; i < 2; i++) {
		crl = ccm_crl_new(i == 0 ? good : CCM_SPAN(text, (size_t)len), root, &err);
		assert_string_equal(err.msg, "");
		assert_true(ccm_span_equal(ccm_crl_der(crl), good));
		assert_int_equal(
		    ccm_crl_next_update_ms(crl) - ccm_crl_this_update_ms(crl), 3660000);
		ccm_crl_unref(crl);
	}
	BIO_free(bio);
	X509_CRL_free(x509);
}

static void
test_what_is_no_list_of_the_ca_is_refused(void **state)
{
	struct ccm_span other = make_crl(&records[SUB], 3600);
	unsigned char *changed = OPENSSL_memdup(good.data, good.len);
	unsigned char longer[2048];

	(void)state;
	refused("another CA's", other, "of another CA");
	changed[good.len - 1] ^= 1;
	refused("a changed one", CCM_SPAN(changed, good.len), "did not sign");
	refused("half of one", CCM_SPAN(good.data, good.len / 2), "not a CRL");
	memcpy(longer, good.data, good.len);
	longer[good.len] = 0;
	refused("one with more behind", CCM_SPAN(longer, good.len + 1), "not a CRL");
	refused("nothing", CCM_SPAN("", 0), "not a CRL");
	refused("a page", ccm_span_of("<html>not found</html>"), "not a CRL");
	OPENSSL_free(changed);
	OPENSSL_free((void *)other.data);
}

static struct ccm_item *
find_root(struct ccm_model *model)
{
	struct ccm_query query = {.label = "Root"};
	struct ccm_items items;
	struct ccm_item *item;

	assert_true(ccm_token_find(ccm_model_token(model, 0), &query, &items, NULL));
	assert_int_equal(items.count, 1);
	item = ccm_item_ref(items.items[0]);
	ccm_items_clear(&items);
	return item;
}

static void
expect(struct ccm_item *item, struct ccm_span want, unsigned fetches)
{
	struct ccm_error err = {0};
	struct ccm_crl *crl = ccm_item_crl(item, &err);

	assert_string_equal(err.msg, "");
	assert_true(ccm_span_equal(ccm_crl_der(crl), want));
	assert_int_equal(crl_fetches, fetches);
	ccm_crl_unref(crl);
}

static void
test_it_is_kept_until_its_next_update(void **state)
{
	struct ccm_span newer = make_crl(&records[ROOT], 7200);
	struct ccm_model *model = make_model("");
	struct ccm_item *item;

	(void)state;
	crl_body = good;
	item = find_root(model);
	assert_string_equal(ccm_item_crl_url(item), "http://obs.example.com/root.crl");
	assert_int_equal(crl_fetches, 0);
	expect(item, good, 1);
	expect(item, good, 1);
	/* while the bucket is closed, the last one does */
	ccm_clock_set_offset_ms(3700 * 1000);
	crl_status = 403;
	expect(item, good, 2);
	expect(item, good, 2); /* and nobody asks again and again */
	ccm_clock_set_offset_ms(3800 * 1000);
	crl_status = 200;
	crl_body = newer;
	expect(item, newer, 3);
	expect(item, newer, 3);
	ccm_clock_set_offset_ms(0);
	crl_body = (struct ccm_span){0};
	ccm_item_unref(item);
	ccm_model_unref(model);
	OPENSSL_free((void *)newer.data);
}

/* Another process with the same cache fetches it only when its next update is due. */
static void
test_processes_share_it_by_the_cache(void **state)
{
	char folder[] = "/tmp/ccm-test-crl.XXXXXX", *extra, *command;
	struct ccm_model *model;
	struct ccm_item *item;

	(void)state;
	assert_non_null(mkdtemp(folder));
	extra = ccm_format(NULL, "[cache]\ndir = %s\n", folder);
	command = ccm_format(NULL, "rm -r %s", folder);
	crl_body = good;
	for (unsigned fetches = 1; fetches <= 2; fetches++) {
		model = make_model(extra);
		item = find_root(model);
		/* the second one counts anew */
		expect(item, good, fetches == 1 ? 1 : 0);
		if (fetches == 2) {
			ccm_clock_set_offset_ms(3800 * 1000);
			expect(item, good, 1);
		}
		ccm_clock_set_offset_ms(0);
		ccm_item_unref(item);
		ccm_model_unref(model);
	}
	crl_body = (struct ccm_span){0};
	assert_int_equal(system(command), 0);
	ccm_free(command);
	ccm_free(extra);
}

/* A failure is that of the list, told with its CA, and kept for a while. */
static void
test_one_that_cannot_be_had_is_an_error(void **state)
{
	static const struct {
		int status;
		enum ccm_code code;
		const char *why;
	} cases[] = {
	    {403, CCM_DENIED, "private bucket"},
	    {404, CCM_NOT_FOUND, "HTTP 404"},
	    {200, CCM_PROTOCOL, "of another CA"},
	};
	struct ccm_span other = make_crl(&records[SUB], 3600);

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_model *model = make_model("");
		struct ccm_item *item;

		crl_body = other;
		crl_status = cases[i].status;
		item = find_root(model);
		for (int k = 0; k < 2; k++) {
			struct ccm_error err = {0};

			assert_null(ccm_item_crl(item, &err));
			assert_int_equal(err.code, cases[i].code);
			assert_non_null(strstr(err.msg, "CRL of Root"));
			assert_non_null(strstr(err.msg, cases[i].why));
		}
		assert_int_equal(crl_fetches, 1);
		ccm_item_unref(item);
		ccm_model_unref(model);
	}
	crl_body = (struct ccm_span){0};
	OPENSSL_free((void *)other.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_der_and_pem_are_the_same),
	    cmocka_unit_test(test_what_is_no_list_of_the_ca_is_refused),
	    cmocka_unit_test(test_it_is_kept_until_its_next_update),
	    cmocka_unit_test(test_processes_share_it_by_the_cache),
	    cmocka_unit_test(test_one_that_cannot_be_had_is_an_error),
	};

	return cmocka_run_group_tests_name("crl", tests, load, unload);
}
