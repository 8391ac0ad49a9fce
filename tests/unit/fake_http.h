/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_FAKE_HTTP_H
#define CCM_FAKE_HTTP_H

/*
 * A transport with canned answers: hands them out in order, records what was asked, and lets no
 * time pass between retries.
 */

#include "cloud/http.h"
#include "core/fork.h"

#define FAKE_REQUESTS_MAX 64

struct fake_answer {
	int status;          /* 0: no answer, but this failure */
	const char *headers; /* "Name: value\n" for each, or NULL */
	const char *body;    /* NULL: none */
	enum ccm_code failure;
	bool sent;
	size_t size; /* of a body with NULs in it; 0: the whole text */
};

struct fake_request {
	char *line;    /* METHOD URL */
	char *headers; /* "Name: value\n" for each */
	char *body;    /* NULL: none */
	bool once;
	int64_t deadline_ms;
};

struct fake_http {
	struct ccm_http base;
	const struct fake_answer *answers; /* borrowed */
	size_t answer_count;
	struct ccm_lock lock;
	struct fake_request requests[FAKE_REQUESTS_MAX];
	size_t request_count; /* more than answers: the excess failed with CCM_INTERNAL */
	int64_t waits[FAKE_REQUESTS_MAX];
	size_t wait_count;
	int64_t clock_step_ms; /* the wall clock advances by this in each wait */
};

/* Freed by the client that takes it, or by ccm_http_free. */
struct fake_http *fake_http_new(const struct fake_answer *answers, size_t count);

/* The value of a recorded request's header into out; false when it was not sent. */
bool fake_request_header(
    const struct fake_request *request, const char *name, char *out, size_t size);

#endif
