/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_SIGNATURE_H
#define CCM_EMU_SIGNATURE_H

/*
 * Signatures of certificates, requests and lists. SM2 signs with SM3 and the id that GM/T 0009 has
 * as default, which OpenSSL does not take by itself.
 */

#include <openssl/x509.h>

#include "core/mem.h"

/* Whether this hash goes with keys of this algorithm: SM3 with SM2, the others with the others. */
bool ccm_emu_hash_fits(const char *hash, const char *key_algorithm);

/* A context that X509_sign_ctx() and its like sign with; to be freed with EVP_MD_CTX_free(). */
EVP_MD_CTX *ccm_emu_sign_begin(EVP_PKEY *key, const char *hash, struct ccm_error *err);

/* True when the request is signed with its own key; by SM2 with the default id or none. */
bool ccm_emu_request_is_signed(X509_REQ *request);

/* Make verifying this certificate's signature, if it is one by SM2, use the default id or none. */
bool ccm_emu_certificate_set_id(X509 *x509, bool standard);

#endif
