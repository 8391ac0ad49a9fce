/* SPDX-License-Identifier: Apache-2.0 */
/* Digests by the names that PKCS#11 has for them. */
#include <openssl/evp.h>

#include "core/crypto.h"
#include "key/hsm_key.h"

static const struct hash {
	const char *name;
	CK_MECHANISM_TYPE hash;
	CK_RSA_PKCS_MGF_TYPE mgf;
} hashes[] = {
    {"SHA1", CKM_SHA_1, CKG_MGF1_SHA1},
    {"SHA224", CKM_SHA224, CKG_MGF1_SHA224},
    {"SHA256", CKM_SHA256, CKG_MGF1_SHA256},
    {"SHA384", CKM_SHA384, CKG_MGF1_SHA384},
    {"SHA512", CKM_SHA512, CKG_MGF1_SHA512},
};

static const struct hash *
find(const EVP_MD *md)
{
	for (size_t i = 0; i < CCM_COUNT(hashes); i++)
		if (EVP_MD_is_a(md, hashes[i].name))
			return &hashes[i];
	return NULL;
}

bool
ccm_hsm_hash_of(const EVP_MD *md, CK_MECHANISM_TYPE *hash)
{
	const struct hash *found = find(md);

	if (found != NULL)
		*hash = found->hash;
	return found != NULL;
}

bool
ccm_hsm_mgf_of(const EVP_MD *md, CK_RSA_PKCS_MGF_TYPE *mgf)
{
	const struct hash *found = find(md);

	if (found != NULL)
		*mgf = found->mgf;
	return found != NULL;
}

EVP_MD *
ccm_hsm_digest(const char *name, struct ccm_error *err)
{
	EVP_MD *md = EVP_MD_fetch(ccm_crypto_context(err), name, CCM_CRYPTO_PROPERTIES);

	if (md == NULL)
		ccm_fail_openssl(err, "digest %s", name);
	return md;
}

bool
ccm_hsm_lacks(struct ccm_error *err, const struct ccm_hsm *hsm, const char *what)
{
	return ccm_fail(err, CCM_UNSUPPORTED, "HSM cluster %s: module %s does not do %s",
	    hsm->cluster, hsm->module, what);
}
