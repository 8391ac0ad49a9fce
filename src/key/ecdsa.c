/* SPDX-License-Identifier: Apache-2.0 */
/* ECDSA-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER } (RFC 3279 2.2.3) and r || s
 * (PKCS#11 2.3.1). */
#include "key/key.h"

#include <string.h>

#include "core/der.h"

static bool
read_number(struct ccm_span *in, const char *name, size_t width, struct ccm_span *out,
    struct ccm_error *err)
{
	if (!ccm_der_read_unsigned(in, out))
		return ccm_fail(
		    err, CCM_CRYPTO, "ECDSA signature: %s is not a positive DER INTEGER", name);
	if (out->len == 0)
		return ccm_fail(err, CCM_CRYPTO, "ECDSA signature: %s is zero", name);
	if (out->len > width)
		return ccm_fail(err, CCM_CRYPTO,
		    "ECDSA signature: %s has %zu bytes, the curve's order %zu", name, out->len,
		    width);
	return true;
}

static void
put_padded(unsigned char *out, size_t width, struct ccm_span number)
{
	memset(out, 0, width - number.len);
	memcpy(out + width - number.len, number.data, number.len);
}

bool
ccm_ecdsa_to_raw(struct ccm_span der, size_t width, unsigned char *raw, struct ccm_error *err)
{
	struct ccm_span body, r, s;

	if (!ccm_der_read(&der, CCM_DER_SEQUENCE, &body))
		return ccm_fail(err, CCM_CRYPTO, "ECDSA signature: is not a DER SEQUENCE");
	if (!read_number(&body, "r", width, &r, err) || !read_number(&body, "s", width, &s, err))
		return false;
	if (body.len > 0 || der.len > 0)
		return ccm_fail(
		    err, CCM_CRYPTO, "ECDSA signature: %zu bytes too many", body.len + der.len);
	put_padded(raw, width, r);
	put_padded(raw + width, width, s);
	return true;
}

static bool
is_zero(struct ccm_span number)
{
	for (size_t i = 0; i < number.len; i++)
		if (number.data[i] != 0)
			return false;
	return true;
}

bool
ccm_ecdsa_to_der(struct ccm_span raw, struct ccm_buf *der, struct ccm_error *err)
{
	size_t width = raw.len / 2;
	struct ccm_buf body = {0};

	if (raw.len == 0 || raw.len % 2 != 0)
		return ccm_fail(err, CCM_CRYPTO,
		    "ECDSA signature: %zu bytes are not two numbers of one width", raw.len);
	struct ccm_span r = CCM_SPAN(raw.data, width);
	struct ccm_span s = CCM_SPAN(raw.data + width, width);
	if (is_zero(r) || is_zero(s))
		return ccm_fail(
		    err, CCM_CRYPTO, "ECDSA signature: %s is zero", is_zero(r) ? "r" : "s");
	bool ok = ccm_der_write_unsigned(&body, r, err) && ccm_der_write_unsigned(&body, s, err) &&
		  ccm_der_write(der, CCM_DER_SEQUENCE, ccm_buf_span(&body), err);
	ccm_buf_clear(&body);
	return ok;
}
