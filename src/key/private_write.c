/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "core/crypto.h"
#include "key/private.h"

bool
ccm_private_to_der(const EVP_PKEY *pkey, struct ccm_buf *out, struct ccm_error *err)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
	int len = info != NULL ? i2d_PKCS8_PRIV_KEY_INFO(info, NULL) : 0;
	unsigned char *place;
	bool ok = len > 0 || ccm_fail_openssl(err, "encoding a private key");

	if (out->cap == 0)
		ccm_buf_init_secret(out);
	ok = ok && ccm_buf_reserve(out, (size_t)len, err);
	if (ok) {
		place = out->data + out->len;
		out->len += (size_t)i2d_PKCS8_PRIV_KEY_INFO(info, &place);
		out->data[out->len] = '\0';
	}
	PKCS8_PRIV_KEY_INFO_free(info);
	return ok;
}
