/* SPDX-License-Identifier: Apache-2.0 */

/*
 * PEM files and what they hold: every block has a label and a place, and certificates are read as
 * they are or refused.
 */

#include <string.h>

#include "core/utf8.h"
#include "input.h"
#include "key/pem.h"
#include "model/cert.h"

static void
check_certificate(struct ccm_span der)
{
	struct ccm_error err = {0};
	struct ccm_cert *cert = ccm_cert_from_der(der, &err);

	INPUT_CLAIM((cert != NULL) == (err.code == CCM_OK));
	INPUT_CLAIM(ccm_utf8_is_valid(err.msg));
	if (cert != NULL) {
		struct ccm_span kept = ccm_cert_der(cert);

		INPUT_CLAIM(kept.len == der.len && memcmp(kept.data, der.data, der.len) == 0);
	}
	ccm_cert_unref(cert);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ccm_error err = {0};
	struct ccm_pem_block block = {0};
	struct ccm_pem pem = {0};
	size_t line = 0, count = 0;
	bool ok = ccm_pem_open(&pem, CCM_SPAN(data, size), size % 2 != 0, &err);

	while (ok && (ok = ccm_pem_next(&pem, &block, &err)) && block.label[0] != '\0') {
		INPUT_CLAIM(block.number == ++count && block.line > line);
		line = block.line;
		if (strcmp(block.label, "CERTIFICATE") == 0)
			check_certificate(ccm_buf_span(&block.der));
	}
	INPUT_CLAIM(ok == (err.code == CCM_OK));
	ccm_pem_block_clear(&block);
	ccm_pem_close(&pem);
	return 0;
}
