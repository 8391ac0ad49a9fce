/* SPDX-License-Identifier: Apache-2.0 */
#include "data.h"

#include <stdio.h>

bool
test_data_read(const char *path, struct ccm_buf *out)
{
	FILE *file = fopen(path, "rbe");
	char chunk[4096];
	size_t got;

	if (file == NULL) {
		perror(path);
		return false;
	}
	while ((got = fread(chunk, 1, sizeof(chunk), file)) != 0)
		ccm_buf_append(out, chunk, got, NULL);
	fclose(file);
	return true;
}

struct ccm_json *
test_data_json(const char *name)
{
	struct ccm_json *json = NULL;
	struct ccm_error err = {0};
	struct ccm_buf text = {0};
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", CCM_TEST_DATA, name);
	if (test_data_read(path, &text))
		json = ccm_json_parse(ccm_buf_span(&text), &err);
	if (err.code != CCM_OK)
		fprintf(stderr, "%s: %s\n", path, err.msg);
	ccm_buf_clear(&text);
	return json;
}
