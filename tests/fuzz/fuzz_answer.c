/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Answers of the service: bytes for the operation, for whether it takes an archive, for the status,
 * then lines of headers, an empty line and the body. Whatever comes is an answer or an error that
 * fits a line.
 */

#include <stdlib.h>
#include <string.h>

#include "cloud/answer.h"
#include "cloud/disposition.h"
#include "cloud/http_receive.h"
#include "core/utf8.h"
#include "input.h"

static void
receive(struct input *input, struct ccm_receiver *receiver)
{
	while (input->left > 0) {
		const uint8_t *end = memchr(input->data, '\n', input->left);
		size_t len = end != NULL ? (size_t)(end - input->data) + 1 : input->left;
		char *line = (char *)input_bytes(input, len);

		if (len == 1 && line[0] == '\n') {
			free(line);
			break;
		}
		INPUT_CLAIM(ccm_receive_header(line, 1, len, receiver) == len);
		free(line);
	}
	while (input->left > 0) {
		size_t len = input->left < 7 ? input->left : 7;
		char *piece = (char *)input_bytes(input, len);

		INPUT_CLAIM(ccm_receive_body(piece, 1, len, receiver) == len);
		free(piece);
	}
}

static void
check_message(const struct ccm_error *err)
{
	INPUT_CLAIM(err->code != CCM_OK && err->msg[0] != '\0');
	INPUT_CLAIM(ccm_utf8_is_valid(err->msg));
	for (const char *at = err->msg; *at != '\0'; at++)
		INPUT_CLAIM((unsigned char)*at >= ' ' && *at != 0x7f);
}

static void
read_answer(const struct ccm_question *question, const struct ccm_http_response *response)
{
	struct ccm_error err = {0};
	struct ccm_fault fault;
	struct ccm_json *answer;

	if (ccm_answer_read(question, response, &answer, &fault, &err)) {
		INPUT_CLAIM(response->status / 100 == 2 && err.code == CCM_OK);
	} else {
		check_message(&err);
		INPUT_CLAIM(answer == NULL || err.code == CCM_PARTIAL);
		INPUT_CLAIM(fault.retry_after_ms >= 0 && fault.window_ms >= 0);
	}
	ccm_json_free(answer);
}

static void
check_name(const char *header)
{
	char *name = NULL;

	INPUT_CLAIM(ccm_disposition_name(header, &name, NULL));
	if (name != NULL)
		INPUT_CLAIM(
		    name[0] != '\0' && strchr(name, '/') == NULL && ccm_utf8_is_valid(name));
	ccm_free(name);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = {
	    200, 204, 400, 401, 403, 404, 409, 413, 429, 500, 502, 503, 504, 302, 201};
	struct input input = {data, size};
	struct ccm_credentials credentials = {0};
	struct ccm_http_response response = {0};
	struct ccm_receiver receiver = {.response = &response};
	struct ccm_question question = {
	    .credentials = &credentials, .canonical_request = "GET\n/v1/\n\nhost:h\n\nhost\ne3b0"};

	setenv("CCM_LOG_FILE", "/dev/null", 0);
	question.op = ccm_operation_at(input_below(&input, ccm_operation_count()));
	question.takes_archive = (input_byte(&input) & 1) != 0;
	response.status = statuses[input_below(&input, CCM_COUNT(statuses))];
	receive(&input, &receiver);
	read_answer(&question, &response);
	check_name(ccm_http_header(&response, "content-disposition"));
	ccm_http_response_clear(&response);
	return 0;
}
