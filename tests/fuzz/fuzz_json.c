/* SPDX-License-Identifier: Apache-2.0 */

/* JSON: what is read is printed so that it reads as the same again, in either layout. */

#include <string.h>

#include "core/json.h"
#include "core/utf8.h"
#include "input.h"

static void
check_text(const struct ccm_buf *text)
{
	INPUT_CLAIM(strlen(ccm_buf_str(text)) == text->len);
	INPUT_CLAIM(ccm_utf8_is_valid(ccm_buf_str(text)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ccm_error err = {0};
	struct ccm_json *json = ccm_json_parse(CCM_SPAN(data, size), &err), *again;
	struct ccm_buf text, second;

	INPUT_CLAIM((json != NULL) == (err.code == CCM_OK));
	INPUT_CLAIM(ccm_utf8_is_valid(err.msg));
	if (json == NULL)
		return 0;
	ccm_buf_init_secret(&text);
	ccm_buf_init_secret(&second);
	for (int pretty = 0; pretty < 2; pretty++) {
		ccm_buf_clear(&text);
		INPUT_CLAIM(ccm_json_print(json, pretty != 0, &text, NULL));
		check_text(&text);
	}
	again = ccm_json_parse(ccm_buf_span(&text), NULL);
	INPUT_CLAIM(again != NULL && ccm_json_print(again, true, &second, NULL));
	INPUT_CLAIM(strcmp(ccm_buf_str(&text), ccm_buf_str(&second)) == 0);
	ccm_buf_clear(&second);
	INPUT_CLAIM(ccm_json_print_redacted(json, &second, NULL));
	check_text(&second);
	ccm_json_free(again);
	ccm_json_free(json);
	ccm_buf_clear(&text);
	ccm_buf_clear(&second);
	return 0;
}
