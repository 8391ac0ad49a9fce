/* SPDX-License-Identifier: Apache-2.0 */
/* fetch OPERATION REQUEST FILE: what ccm_fetch and ccm_call bring; an archive goes to FILE. */
#include <stdio.h>
#include <string.h>

#include "ccm/client.h"

static int
failed(const char *what, const struct ccm_error *err)
{
	printf("%s: %s: %s\n", what, ccm_code_name(err->code), err->msg);
	return 1;
}

static int
save(const struct ccm_content *content, const char *path)
{
	FILE *file = fopen(path, "wb");

	if (file == NULL || fwrite(content->data, 1, content->size, file) != content->size)
		return 1;
	printf("archive %s\n", content->name != NULL ? content->name : "-");
	return fclose(file);
}

int
main(int argc, char **argv)
{
	struct ccm_error err = {0}, call_err = {0};
	struct ccm_connection *ccm = argc == 4 ? ccm_connect(NULL, &err) : NULL;
	struct ccm_content content;
	char *answer;
	int status = 0;

	if (ccm == NULL)
		return failed("connect", &err);
	if (!ccm_fetch(ccm, argv[1], argv[2], &content, &err))
		status = failed("fetch", &err);
	else if (content.archive)
		status = save(&content, argv[3]);
	else
		printf("json %zu %s\n", strlen(content.data) - content.size, content.data);
	if (!ccm_call(ccm, argv[1], argv[2], &answer, &call_err))
		failed("call", &call_err);
	else
		printf("call %d\n", content.data != NULL && strcmp(answer, content.data) == 0);
	ccm_text_free(answer);
	ccm_content_clear(&content);
	ccm_content_clear(&content);
	ccm_disconnect(ccm);
	return status;
}
