/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client_setup.h"
#include "core/log.h"

#define RECORDS_MAX 400
#define LIMIT 10

/* A list that changes between its pages: records that come and go with the requests. */
static struct list {
	struct ccm_http base;
	pthread_mutex_t lock;
	int ids[RECORDS_MAX];
	size_t count;
	unsigned requests;
	unsigned removed_each, added_each; /* after each request */
	int next_id;
	unsigned fails_at; /* the request that fails; 0: none */
	bool ignores_offset;
	unsigned running, together; /* requests at a time, and the most that were */
} list;

static int
offset_in(const char *url)
{
	const char *at = strstr(url, "offset=");

	return at != NULL ? (int)strtol(at + 7, NULL, 10) : 0;
}

static void
change_locked(void)
{
	for (unsigned i = 0; i < list.removed_each && list.count > 0; i++) {
		list.count--;
		memmove(list.ids, list.ids + 1, list.count * sizeof(list.ids[0]));
	}
	for (unsigned i = 0; i < list.added_each && list.count < RECORDS_MAX; i++)
		list.ids[list.count++] = list.next_id++;
}

static void
print_page_locked(size_t offset, struct ccm_buf *out)
{
	ccm_buf_printf(out, NULL, "{\"total\":%zu,\"certificates\":[", list.count);
	for (size_t i = offset; i < list.count && i < offset + LIMIT; i++)
		ccm_buf_printf(
		    out, NULL, "%s{\"certificate_id\":\"%d\"}", i > offset ? "," : "", list.ids[i]);
	ccm_buf_append_str(out, "]}", NULL);
}

static bool
perform(struct ccm_http *http, const struct ccm_http_request *request,
    struct ccm_http_response *response, bool *sent, struct ccm_error *err)
{
	size_t offset = list.ignores_offset ? 0 : (size_t)offset_in(request->url);
	const struct timespec moment = {.tv_nsec = 200000}; /* for others to come in between */
	bool ok = true;

	(void)http;
	*sent = true;
	pthread_mutex_lock(&list.lock);
	list.running++;
	list.together = list.running > list.together ? list.running : list.together;
	pthread_mutex_unlock(&list.lock);
	nanosleep(&moment, NULL);
	pthread_mutex_lock(&list.lock);
	list.running--;
	if (++list.requests == list.fails_at) {
		ok = ccm_fail(err, CCM_TLS, "refused");
	} else {
		response->status = 200;
		print_page_locked(offset, &response->body);
		change_locked();
	}
	pthread_mutex_unlock(&list.lock);
	return ok;
}

static void
leave(struct ccm_http *http)
{
	(void)http;
}

static void
pause_no_time(struct ccm_http *http, int64_t ms)
{
	(void)http;
	(void)ms;
}

static const struct ccm_http_ops ops = {perform, leave, pause_no_time};

static void
make_list(size_t count)
{
	list = (struct list){.base = {&ops}, .lock = PTHREAD_MUTEX_INITIALIZER, .count = count};
	for (size_t i = 0; i < count; i++)
		list.ids[i] = list.next_id++;
}

struct seen {
	unsigned char times[4 * RECORDS_MAX];
	unsigned visits, enough;
	int64_t total;
};

static bool
visit(void *context, const struct ccm_json *element, struct ccm_error *err)
{
	struct seen *seen = context;
	const char *id;

	assert_true(ccm_json_string(element, "certificate_id", &id, err));
	seen->times[strtol(id, NULL, 10)]++;
	return ++seen->visits != seen->enough;
}

static void
take_total(void *context, int64_t total)
{
	((struct seen *)context)->total = total;
}

static bool
sweep(struct seen *seen, struct ccm_error *err)
{
	struct ccm_config *config =
	    ccm_config_parse("test.conf", ccm_span_of(TEST_CLOUD TEST_AKSK), NULL);
	struct ccm_client *client = ccm_client_new_over(config, &list.base, NULL);
	struct ccm_json *request = ccm_json_new_object(NULL);
	bool ok;

	seen->visits = 0;
	assert_true(ccm_json_add_int(request, "limit", LIMIT, NULL));
	ok = ccm_client_sweep(client, &ccm_pca_list_certificates, request,
	    (struct ccm_visitor){visit, seen, take_total}, err);
	ccm_json_free(request);
	ccm_client_free(client);
	ccm_config_free(config);
	return ok;
}

static void
test_everything_is_visited_with_the_fewest_calls(void **state)
{
	static const size_t counts[] = {0, 1, 9, 10, 11, 19, 20, 28, 29, 100, 400};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(counts); i++) {
		struct seen seen = {.total = -1};
		struct ccm_error err = {0};
		size_t count = counts[i], pages = count <= LIMIT ? 1 : 1 + (count - 2) / 9;

		make_list(count);
		assert_true(sweep(&seen, &err));
		for (size_t id = 0; id < count; id++)
			assert_true(seen.times[id] > 0);
		/* one more when the last page is full: something may have come to be */
		assert_in_range(list.requests, pages, pages + (count >= LIMIT ? 1 : 0));
		assert_in_range(list.together, 1, 4);
		if (count > 0)
			assert_int_equal(seen.total, count);
	}
}

/* What is removed moves the rest to the front: between any two pages, as fast as one a call. */
static void
test_nothing_is_missed_that_was_there_throughout(void **state)
{
	(void)state;
	for (unsigned removed = 0; removed < 4; removed++)
		for (unsigned added = 0; added < 3; added++) {
			struct seen seen = {0};
			struct ccm_error err = {0};

			make_list(200);
			list.removed_each = removed;
			list.added_each = added;
			assert_true(sweep(&seen, &err));
			for (size_t i = 0; i < list.count; i++)
				if (list.ids[i] < 200 && seen.times[list.ids[i]] == 0)
					fail_msg("%d is missed, %u go and %u come with each call",
					    list.ids[i], removed, added);
		}
}

static void
test_a_list_that_has_only_its_first_page_is_left(void **state)
{
	struct seen seen = {0};

	(void)state;
	make_list(300);
	list.ignores_offset = true;
	assert_true(sweep(&seen, NULL) || true);
	assert_in_range(list.requests, 2, 16);
	assert_int_equal(seen.times[10], 0);
}

static void
test_a_failure_anywhere_is_the_sweep_s(void **state)
{
	(void)state;
	for (unsigned at = 1; at <= 12; at++) {
		struct seen seen = {0};
		struct ccm_error err = {0};

		make_list(100);
		list.fails_at = at;
		if (sweep(&seen, &err))
			assert_true(list.requests < at);
		else
			assert_int_equal(err.code, CCM_TLS);
	}
}

static void
test_a_visitor_that_has_enough_ends_it(void **state)
{
	struct ccm_error err = {0};
	struct seen seen = {.enough = 25};

	(void)state;
	make_list(300);
	assert_true(sweep(&seen, &err));
	assert_int_equal(seen.visits, 25);
	assert_true(list.requests < 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_everything_is_visited_with_the_fewest_calls),
	    cmocka_unit_test(test_nothing_is_missed_that_was_there_throughout),
	    cmocka_unit_test(test_a_list_that_has_only_its_first_page_is_left),
	    cmocka_unit_test(test_a_failure_anywhere_is_the_sweep_s),
	    cmocka_unit_test(test_a_visitor_that_has_enough_ends_it),
	};

	ccm_log_configure("error", NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
