/* SPDX-License-Identifier: Apache-2.0 */

/* Configuration files: read, or refused with file, line and reason on one line. */

#include <string.h>

#include "core/config.h"
#include "core/utf8.h"
#include "input.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ccm_error err = {0};
	struct ccm_config *config = ccm_config_parse("file", CCM_SPAN(data, size), &err);

	INPUT_CLAIM((config != NULL) == (err.code == CCM_OK));
	if (config == NULL && err.code != CCM_NOMEM) {
		INPUT_CLAIM(strncmp(err.msg, "file", 4) == 0);
		INPUT_CLAIM(ccm_utf8_is_valid(err.msg));
		INPUT_CLAIM(strchr(err.msg, '\n') == NULL);
	}
	ccm_config_free(config);
	return 0;
}
