/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <string.h>

#include "core/crypto.h"
#include "key/private.h"

static PKCS12 *
decode(struct ccm_span der)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(NULL);
	PKCS12 *file = NULL;
	const unsigned char *in = der.data;

	if (context != NULL)
		file = PKCS12_init_ex(NID_pkcs7_data, context, NULL);
	if (file != NULL && d2i_PKCS12(&file, &in, (long)der.len) == NULL)
		file = NULL; /* and freed */
	ERR_clear_error();
	return file;
}

bool
ccm_private_is_pkcs12(struct ccm_span der)
{
	PKCS12 *file = decode(der);

	PKCS12_free(file);
	return file != NULL;
}

EVP_PKEY *
ccm_private_from_pkcs12(struct ccm_span der, const char *password, struct ccm_error *err)
{
	PKCS12 *file = decode(der);
	EVP_PKEY *pkey = NULL;

	if (file == NULL)
		ccm_fail(err, CCM_PROTOCOL, "no PKCS#12");
	else if (PKCS12_verify_mac(file, password, password != NULL ? -1 : 0) != 1 &&
		 PKCS12_mac_present(file))
		ccm_fail(err, CCM_AUTH, "the password of the PKCS#12 file is %s",
		    password != NULL ? "wrong" : "needed");
	else if (PKCS12_parse(file, password, &pkey, NULL, NULL) != 1)
		ccm_fail_openssl(err, "PKCS#12");
	else if (pkey == NULL)
		ccm_fail(err, CCM_NOT_FOUND, "the PKCS#12 file holds no private key");
	ERR_clear_error();
	PKCS12_free(file);
	return pkey;
}
