/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_PRIVATE_H
#define CCM_PRIVATE_H

/* Decoding of private keys: PEM in any form to an EVP_PKEY of the private context. */

#include <openssl/types.h>

#include "core/mem.h"

/*
 * The first private key of a PEM text; other blocks (parameters, certificates) are passed over. A
 * passphrase (or NULL) opens an encrypted one: nobody is ever asked. To be freed.
 */
EVP_PKEY *ccm_private_from_pem(struct ccm_span pem, const char *passphrase, struct ccm_error *err);

/*
 * A key from its DER: of PKCS#8 PrivateKeyInfo, PKCS#1 RSAPrivateKey or SEC1 ECPrivateKey, by the
 * label that PEM has for them. To be freed.
 */
EVP_PKEY *ccm_private_from_der(const char *label, struct ccm_span der, struct ccm_error *err);

/* The private key of a PKCS#12 file. CCM_AUTH: the password (NULL: none) does not open it. */
EVP_PKEY *ccm_private_from_pkcs12(struct ccm_span der, const char *password, struct ccm_error *err);
bool ccm_private_is_pkcs12(struct ccm_span der);

/* PKCS#8 PrivateKeyInfo, appended to out, which is made secret. */
bool ccm_private_to_der(const EVP_PKEY *pkey, struct ccm_buf *out, struct ccm_error *err);

#endif
