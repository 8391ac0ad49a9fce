/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_http.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/clock.h"

static void
record(struct fake_http *fake, const struct ccm_http_request *request)
{
	struct fake_request *slot = &fake->requests[fake->request_count++];
	struct ccm_buf headers = {0};

	for (size_t i = 0; i < request->header_count; i++)
		ccm_buf_printf(&headers, NULL, "%s: %s\n", request->headers[i].name,
		    request->headers[i].value);
	slot->line = ccm_format(NULL, "%s %s", request->method, request->url);
	slot->headers = ccm_buf_steal(&headers, NULL);
	slot->once = request->once;
	slot->deadline_ms = request->deadline_ms;
	if (request->has_body)
		slot->body = ccm_strndup((const char *)request->body.data, request->body.len, NULL);
}

static void
fill_headers(struct ccm_http_response *response, const char *lines)
{
	while (lines != NULL && *lines != '\0') {
		size_t name = strcspn(lines, ":"), len = strcspn(lines, "\n");

		ccm_http_response_add_header(response, CCM_SPAN(lines, name),
		    CCM_SPAN(lines + name + 1, len - name - 1), NULL);
		lines += len + (lines[len] == '\n');
	}
}

static bool
perform(struct ccm_http *base, const struct ccm_http_request *request,
    struct ccm_http_response *response, bool *sent, struct ccm_error *err)
{
	struct fake_http *fake = (struct fake_http *)base;
	const struct fake_answer *answer = NULL;

	ccm_lock_acquire(&fake->lock);
	if (fake->request_count < fake->answer_count)
		answer = &fake->answers[fake->request_count];
	if (fake->request_count < FAKE_REQUESTS_MAX)
		record(fake, request);
	ccm_lock_release(&fake->lock);
	*sent = false;
	if (answer == NULL)
		return ccm_fail(err, CCM_INTERNAL, "no canned answer left");
	*sent = answer->sent || answer->status != 0;
	if (answer->status == 0)
		return ccm_fail(err, answer->failure, "canned failure");
	response->status = answer->status;
	fill_headers(response, answer->headers);
	if (answer->body != NULL)
		return ccm_buf_append(&response->body, answer->body,
		    answer->size != 0 ? answer->size : strlen(answer->body), err);
	return true;
}

static void
fake_free(struct ccm_http *base)
{
	struct fake_http *fake = (struct fake_http *)base;

	for (size_t i = 0; i < fake->request_count && i < FAKE_REQUESTS_MAX; i++) {
		ccm_free(fake->requests[i].line);
		ccm_free(fake->requests[i].headers);
		ccm_free(fake->requests[i].body);
	}
	ccm_free(fake);
}

static void
pause_between(struct ccm_http *base, int64_t ms)
{
	struct fake_http *fake = (struct fake_http *)base;

	if (fake->wait_count < FAKE_REQUESTS_MAX)
		fake->waits[fake->wait_count++] = ms;
	if (fake->clock_step_ms != 0)
		ccm_clock_set_offset_ms(fake->clock_step_ms * (int64_t)fake->wait_count);
}

static const struct ccm_http_ops fake_ops = {
    .perform = perform, .free = fake_free, .pause = pause_between};

struct fake_http *
fake_http_new(const struct fake_answer *answers, size_t count)
{
	struct fake_http *fake = ccm_alloc(sizeof(*fake), NULL);

	fake->base.ops = &fake_ops;
	fake->answers = answers;
	fake->answer_count = count;
	ccm_lock_init(&fake->lock);
	return fake;
}

bool
fake_request_header(const struct fake_request *request, const char *name, char *out, size_t size)
{
	const char *line = request->headers;
	size_t len = strlen(name);

	while (*line != '\0') {
		size_t line_len = strcspn(line, "\n");

		if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
			snprintf(out, size, "%.*s", (int)(line_len - len - 2), line + len + 2);
			return true;
		}
		line += line_len + 1;
	}
	return false;
}
