/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <stdatomic.h>

#include "core/crypto.h"
#include "p11/mech.h"

const struct ccm_p11_digest ccm_p11_digests[CCM_P11_DIGESTS] = {
    [CCM_P11_SHA1] = {CKM_SHA_1, CKG_MGF1_SHA1, CKD_SHA1_KDF, "SHA1", 20},
    [CCM_P11_SHA224] = {CKM_SHA224, CKG_MGF1_SHA224, CKD_SHA224_KDF, "SHA224", 28},
    [CCM_P11_SHA256] = {CKM_SHA256, CKG_MGF1_SHA256, CKD_SHA256_KDF, "SHA256", 32},
    [CCM_P11_SHA384] = {CKM_SHA384, CKG_MGF1_SHA384, CKD_SHA384_KDF, "SHA384", 48},
    [CCM_P11_SHA512] = {CKM_SHA512, CKG_MGF1_SHA512, CKD_SHA512_KDF, "SHA512", 64},
    [CCM_P11_SHA3_224] = {CKM_SHA3_224, 0, 0, "SHA3-224", 28},
    [CCM_P11_SHA3_256] = {CKM_SHA3_256, 0, 0, "SHA3-256", 32},
    [CCM_P11_SHA3_384] = {CKM_SHA3_384, 0, 0, "SHA3-384", 48},
    [CCM_P11_SHA3_512] = {CKM_SHA3_512, 0, 0, "SHA3-512", 64},
    [CCM_P11_SM3] = {CKM_CCM_SM3, 0, 0, CCM_SM2_DIGEST, CCM_SM2_DIGEST_SIZE},
};

const struct ccm_p11_digest *
ccm_p11_digest_by_type(CK_MECHANISM_TYPE type)
{
	for (size_t i = 0; i < CCM_P11_DIGESTS; i++)
		if (ccm_p11_digests[i].type == type)
			return &ccm_p11_digests[i];
	return NULL;
}

const struct ccm_p11_digest *
ccm_p11_digest_by_mgf(CK_ULONG mgf)
{
	for (size_t i = 0; i < CCM_P11_DIGESTS; i++)
		if (ccm_p11_digests[i].mgf == mgf && mgf != 0)
			return &ccm_p11_digests[i];
	return NULL;
}

const struct ccm_p11_digest *
ccm_p11_digest_by_kdf(CK_ULONG kdf)
{
	for (size_t i = 0; i < CCM_P11_DIGESTS; i++)
		if (ccm_p11_digests[i].kdf == kdf && kdf != 0)
			return &ccm_p11_digests[i];
	return NULL;
}

const EVP_MD *
ccm_p11_digest_fetch(const struct ccm_p11_digest *digest, struct ccm_error *err)
{
	static _Atomic(EVP_MD *) fetched[CCM_P11_DIGESTS];
	_Atomic(EVP_MD *) *kept = &fetched[digest - ccm_p11_digests];
	EVP_MD *md = atomic_load(kept), *none = NULL;
	OSSL_LIB_CTX *ctx;

	if (md != NULL)
		return md;
	ctx = ccm_crypto_context(err);
	if (ctx == NULL)
		return NULL;
	md = EVP_MD_fetch(ctx, digest->name, CCM_CRYPTO_PROPERTIES);
	if (md == NULL) {
		ccm_fail_openssl(err, "digest %s", digest->name);
		return NULL;
	}
	if (atomic_compare_exchange_strong(kept, &none, md))
		return md;
	EVP_MD_free(md);
	return none;
}
