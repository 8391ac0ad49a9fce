/* SPDX-License-Identifier: Apache-2.0 */
#include "prov/signature.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

bool
ccm_prov_signature_is_sm2(const struct ccm_prov_signature *sig)
{
	return sig->op.key != NULL && sig->op.key->type == &ccm_prov_sm2;
}

static bool
set_id(struct ccm_prov_signature *sig, const OSSL_PARAM *param)
{
	if (sig->begun)
		return ccm_prov_operation_fail(
		    &sig->op, CCM_USAGE, "the id of SM2 cannot change while data is digested");
	if (param->data_type != OSSL_PARAM_OCTET_STRING)
		return ccm_prov_operation_fail(
		    &sig->op, CCM_USAGE, "the id of SM2 is not of bytes");
	ccm_buf_clear(&sig->id);
	sig->has_id = true;
	return ccm_buf_append(&sig->id, param->data, param->data_size, NULL);
}

bool
ccm_prov_sm2_set(struct ccm_prov_signature *sig, const OSSL_PARAM params[])
{
	for (; params->key != NULL; params++) {
		OSSL_PARAM one[] = {*params, OSSL_PARAM_construct_end()};
		bool is_id = strcmp(params->key, OSSL_PKEY_PARAM_DIST_ID) == 0;

		if (is_id ? !set_id(sig, params) : EVP_PKEY_CTX_set_params(sig->op.ctx, one) != 1)
			return false;
	}
	return true;
}

bool
ccm_prov_sm2_get(const struct ccm_prov_signature *sig, OSSL_PARAM params[])
{
	/* SEQUENCE { sm2-with-SM3 }: GM/T 0006 */
	static const unsigned char algorithm[] = {
	    0x30, 0x0a, 0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75};

	for (; params->key != NULL; params++) {
		OSSL_PARAM one[] = {*params, OSSL_PARAM_construct_end()};
		bool is_id = strcmp(params->key, OSSL_SIGNATURE_PARAM_ALGORITHM_ID) == 0;

		if (is_id ? !OSSL_PARAM_set_octet_string(params, algorithm, sizeof(algorithm))
			  : EVP_PKEY_CTX_get_params(sig->op.ctx, one) != 1)
			return false;
		if (!is_id)
			*params = one[0];
	}
	return true;
}

/* Where none is set, OpenSSL 3 has an empty one, and since 4.0 the one of GM/T 0009. */
static struct ccm_span
id_of(const struct ccm_prov_signature *sig)
{
	if (!sig->has_id && ccm_prov_core_version(sig->op.prov) >= 4)
		return ccm_span_of(CCM_SM2_ID);
	return ccm_buf_span(&sig->id);
}

bool
ccm_prov_sm2_begin(struct ccm_prov_signature *sig)
{
	unsigned char prefix[CCM_SM2_DIGEST_SIZE];
	struct ccm_error err = {0};
	EVP_PKEY *pkey;

	if (sig->begun || !ccm_prov_signature_is_sm2(sig))
		return true;
	pkey = ccm_prov_key_public(sig->op.key);
	if (pkey == NULL)
		return false;
	if (!ccm_sm2_prefix(pkey, id_of(sig), prefix, &err))
		return ccm_prov_raise(sig->op.prov, sig->op.what, &err);
	sig->begun = true;
	return EVP_DigestUpdate(sig->md, prefix, sizeof(prefix)) == 1;
}
