/* SPDX-License-Identifier: Apache-2.0 */
#include "model/uri.h"

#include <string.h>

#include "core/der.h"

static const unsigned char version_1 = 1;

bool
ccm_key_reference_encode(const char *uri, struct ccm_buf *der, struct ccm_error *err)
{
	struct ccm_buf body = {0};
	bool ok = ccm_der_write_unsigned(&body, CCM_SPAN(&version_1, 1), err) &&
		  ccm_der_write(&body, CCM_DER_UTF8_STRING, ccm_span_of(uri), err) &&
		  ccm_der_write(der, CCM_DER_SEQUENCE, ccm_buf_span(&body), err);

	ccm_buf_clear(&body);
	return ok;
}

static bool
read_uri(struct ccm_span body, char **uri, struct ccm_error *err)
{
	struct ccm_span text;

	if (!ccm_der_read(&body, CCM_DER_UTF8_STRING, &text) || body.len > 0)
		return ccm_fail(
		    err, CCM_USAGE, "key reference is not a version and a UTF-8 URI alone");
	if (text.len == 0 || memchr(text.data, '\0', text.len) != NULL)
		return ccm_fail(err, CCM_USAGE, "key reference with an empty URI or a NUL in it");
	*uri = ccm_strndup((const char *)text.data, text.len, err);
	return *uri != NULL;
}

bool
ccm_key_reference_decode(struct ccm_span der, char **uri, struct ccm_error *err)
{
	struct ccm_span body, version;

	*uri = NULL;
	if (!ccm_der_read(&der, CCM_DER_SEQUENCE, &body) || der.len > 0 ||
	    !ccm_der_read_unsigned(&body, &version))
		return ccm_fail(
		    err, CCM_USAGE, "key reference is not DER of a SEQUENCE with a version");
	if (!ccm_span_equal(version, CCM_SPAN(&version_1, 1)))
		return ccm_fail(err, CCM_UNSUPPORTED,
		    "key reference is of a version that is not 1, made by another release");
	return read_uri(body, uri, err);
}

bool
ccm_foreign_reference_decode(struct ccm_span der, char **uri, struct ccm_error *err)
{
	struct ccm_span body, description;

	*uri = NULL;
	if (!ccm_der_read(&der, CCM_DER_SEQUENCE, &body) || der.len > 0 ||
	    !ccm_der_read(&body, CCM_DER_VISIBLE_STRING, &description))
		return ccm_fail(err, CCM_USAGE,
		    CCM_FOREIGN_REFERENCE_LABEL " is not DER of a SEQUENCE with a description");
	if (!ccm_span_equal(description, ccm_span_of("PKCS#11 Provider URI v1.0")))
		return ccm_fail(
		    err, CCM_UNSUPPORTED, CCM_FOREIGN_REFERENCE_LABEL " is not of version 1.0");
	return read_uri(body, uri, err);
}
