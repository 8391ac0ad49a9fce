/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/journal.h"

static char dir[] = "/tmp/ccm-journal-XXXXXX";
static struct ccm_vault *vault;
static const struct ccm_journal_owner owner = {"", {(const unsigned char *)"key reference 1.", 16}};

static int
set_up(void **state)
{
	(void)state;
	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	vault = ccm_vault_new(mkdtemp(dir), NULL);
	return vault == NULL;
}

static int
tear_down(void **state)
{
	char command[64];

	(void)state;
	ccm_vault_free(vault);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static struct ccm_journal_hold
begin(const char *name)
{
	const struct ccm_journal_entry entry = {
	    .owner = owner,
	    .public_key = ccm_span_of("public key"),
	    .name = name,
	    .request = "{\"issuer_id\":\"1\"}",
	    .digest = ccm_span_of("digest"),
	    .known = "",
	};
	struct ccm_journal_hold hold;
	struct ccm_error err = {0};

	if (!ccm_journal_begin(vault, &entry, &hold, &err))
		fail_msg("%s", err.msg);
	return hold;
}

static bool
append_entry(void *context, const struct ccm_journal_entry *entry, struct ccm_error *err)
{
	assert_true(ccm_span_equal(entry->owner.key, owner.key));
	assert_true(ccm_span_equal(entry->public_key, ccm_span_of("public key")));
	assert_true(ccm_span_equal(entry->digest, ccm_span_of("digest")));
	assert_true(entry->begun_ms > 0);
	return ccm_buf_printf(
	    context, err, "%lld:%s:%s ", (long long)entry->number, entry->name, entry->request);
}

static void
assert_entries(const char *wanted)
{
	struct ccm_buf got = {0};

	assert_true(ccm_journal_each(vault, append_entry, &got, NULL));
	assert_string_equal(ccm_buf_str(&got), wanted);
	ccm_buf_clear(&got);
}

static bool
append_resource(void *context, const struct ccm_journal_link *link, struct ccm_error *err)
{
	return ccm_buf_printf(context, err, "%s ", link->resource);
}

static bool
append_link(void *context, const struct ccm_journal_link *link, struct ccm_error *err)
{
	assert_string_equal(link->owner.keeper, owner.keeper);
	assert_true(ccm_span_equal(link->owner.key, owner.key));
	return append_resource(context, link, err);
}

static void
assert_links(const char *wanted)
{
	struct ccm_buf got = {0};

	assert_true(ccm_journal_links(vault, append_link, &got, NULL));
	assert_string_equal(ccm_buf_str(&got), wanted);
	ccm_buf_clear(&got);
}

static void
test_an_issue_that_succeeds_leaves_a_link(void **state)
{
	struct ccm_journal_hold hold;

	(void)state;
	assert_entries("");
	hold = begin("web");
	assert_entries("1:web:{\"issuer_id\":\"1\"} ");
	assert_links("");
	assert_true(ccm_journal_issued(vault, &hold, "certificate-1", NULL));
	assert_links("certificate-1 ");
	assert_entries("1:web:{\"issuer_id\":\"1\"} "); /* until it was told */
	assert_true(ccm_journal_forget(vault, &hold, NULL));
	assert_entries("");
	assert_links("certificate-1 ");
	assert_int_equal(hold.fd, -1);
}

static void
test_an_issue_that_is_refused_leaves_nothing(void **state)
{
	struct ccm_journal_hold hold = begin("web");

	(void)state;
	assert_true(ccm_journal_forget(vault, &hold, NULL));
	assert_entries("");
	assert_links("");
}

static void
test_who_is_at_work_is_not_disturbed(void **state)
{
	struct ccm_journal_hold hold = begin("web"), other;
	struct ccm_error err = {0};

	(void)state;
	assert_false(ccm_journal_take(vault, hold.number, &other, &err));
	assert_int_equal(err.code, CCM_OK);
	ccm_journal_release(&hold); /* died */
	assert_true(ccm_journal_take(vault, hold.number, &other, &err));
	assert_false(ccm_journal_take(vault, hold.number, &hold, &err)); /* one takes over */
	assert_true(ccm_journal_issued(vault, &other, "certificate-1", &err));
	assert_true(ccm_journal_forget(vault, &other, &err));
	assert_false(ccm_journal_take(vault, other.number, &hold, &err)); /* gone */
	assert_int_equal(err.code, CCM_OK);
	assert_links("certificate-1 ");
}

static void
test_a_killed_process_leaves_what_it_was_at(void **state)
{
	struct ccm_journal_hold hold;
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		begin("web");
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_entries("1:web:{\"issuer_id\":\"1\"} ");
	assert_true(ccm_journal_take(vault, 1, &hold, NULL));
	ccm_journal_release(&hold);
}

static void
test_numbers_are_not_used_again(void **state)
{
	struct ccm_journal_hold hold = begin("web");

	(void)state;
	assert_true(ccm_journal_forget(vault, &hold, NULL));
	hold = begin("web");
	assert_int_equal(hold.number, 2);
	ccm_journal_release(&hold);
}

static void
test_links_come_newest_first_and_go(void **state)
{
	(void)state;
	assert_true(ccm_journal_link(vault, &owner, "one", NULL));
	assert_true(ccm_journal_link(vault, &owner, "two", NULL));
	assert_links("two one ");
	assert_true(ccm_journal_link(vault, &owner, "two", NULL));
	assert_links("two one ");
	assert_true(ccm_journal_unlink(vault, "two", NULL));
	assert_links("one ");
}

/* A thousand renewals of one key. */
static void
test_a_key_keeps_its_newest_links_only(void **state)
{
	struct ccm_buf wanted = {0};
	char name[16];

	(void)state;
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		assert_true(ccm_journal_link(vault, &owner, name, NULL));
	}
	for (int i = 39; i >= 24; i--)
		assert_true(ccm_buf_printf(&wanted, NULL, "c%d ", i));
	assert_links(ccm_buf_str(&wanted));
	ccm_buf_clear(&wanted);
}

/* What a cluster keeps is not the keystore's. */
static void
test_a_keystore_begun_anew_has_no_past(void **state)
{
	const struct ccm_journal_owner cluster = {"cluster-1", owner.key};
	struct ccm_journal_hold hold = begin("web");
	struct ccm_buf got = {0};

	(void)state;
	assert_true(ccm_journal_link(vault, &owner, "ours", NULL));
	assert_true(ccm_journal_link(vault, &cluster, "the cluster's", NULL));
	assert_true(ccm_vault_reset(vault, ccm_span_of("officer!"), NULL));
	assert_entries("");
	assert_true(ccm_journal_links(vault, append_resource, &got, NULL));
	assert_string_equal(ccm_buf_str(&got), "the cluster's ");
	ccm_buf_clear(&got);
	ccm_journal_release(&hold);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(test_an_issue_that_succeeds_leaves_a_link),
	    CASE(test_an_issue_that_is_refused_leaves_nothing),
	    CASE(test_who_is_at_work_is_not_disturbed),
	    CASE(test_a_killed_process_leaves_what_it_was_at),
	    CASE(test_numbers_are_not_used_again),
	    CASE(test_links_come_newest_first_and_go),
	    CASE(test_a_key_keeps_its_newest_links_only),
	    CASE(test_a_keystore_begun_anew_has_no_past),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
