/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_PROV_SIGNATURE_H
#define CCM_PROV_SIGNATURE_H

#include "prov/operation.h"

/* Of RSA, EC and SM2: a digest is made, then signed. */
struct ccm_prov_signature {
	struct ccm_prov_operation op;
	char digest[64];           /* that digest_*_init named; or empty */
	EVP_MD_CTX *md;            /* between digest_*_init and the end of that operation */
	struct ccm_signer *signer; /* made from the parameters at the first signature */
	struct ccm_buf id;         /* of the signer, for SM2 ... */
	bool has_id;               /* ... that was set */
	bool begun;                /* data was digested */
};

enum ccm_prov_signature_operation { CCM_SIGN, CCM_VERIFY, CCM_RECOVER };

/* signature_account.c: what is set, and signing with an account's key by it. */
bool ccm_prov_signature_start(
    struct ccm_prov_signature *sig, enum ccm_prov_signature_operation operation);
bool ccm_prov_signature_set(struct ccm_prov_signature *sig, const OSSL_PARAM params[]);
/* There is a context that holds the parameters; else it is raised. */
bool ccm_prov_signature_hold(struct ccm_prov_signature *sig);
/* Does the key permit this digest, which sig names? */
bool ccm_prov_signature_permits(struct ccm_prov_signature *sig, const EVP_MD *digest);
bool ccm_prov_signature_by_account(
    struct ccm_prov_signature *sig, unsigned char *out, size_t *out_len, struct ccm_span input);

/* signature_sm2.c: what SM2 digests before the data, by the signer's id and public key. The default
 * provider's contexts for digests know neither the id nor the algorithm's identifier. */
bool ccm_prov_signature_is_sm2(const struct ccm_prov_signature *sig);
bool ccm_prov_sm2_set(struct ccm_prov_signature *sig, const OSSL_PARAM params[]);
bool ccm_prov_sm2_get(const struct ccm_prov_signature *sig, OSSL_PARAM params[]);
bool ccm_prov_sm2_begin(struct ccm_prov_signature *sig);

/* signature_ed25519.c */
extern const OSSL_DISPATCH ccm_prov_ed25519_signature[];

/* The default provider's table of this signature's parameters, which is static there. */
const OSSL_PARAM *ccm_prov_signature_table(
    const char *name, const OSSL_PARAM *(*table)(const EVP_SIGNATURE *));

#endif
