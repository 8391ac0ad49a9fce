/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL puts the private numbers of what it generates into the secure heap, where there is one.
 */
#include "key/generate.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

#include "core/crypto.h"

#define EXPONENT_MAX 32 /* bytes: NIST SP 800-56B 6.4.1.1 has 256 bits at most */

static const struct kind {
	enum ccm_key_type type;
	unsigned bits_min, bits_max;
	const char *algorithm, *group;
} kinds[] = {
    {CCM_KEY_RSA, 2048, 4096, "RSA", NULL},
    {CCM_KEY_EC, 256, 256, "EC", "P-256"},
    {CCM_KEY_EC, 384, 384, "EC", "P-384"},
    {CCM_KEY_EC, 521, 521, "EC", "P-521"},
    {CCM_KEY_ED25519, 0, 0, "ED25519", NULL},
    {CCM_KEY_SM2, 0, 0, "SM2", NULL},
};

static const struct kind *
find_kind(const struct ccm_key_spec *spec)
{
	for (size_t i = 0; i < CCM_COUNT(kinds); i++)
		if (kinds[i].type == spec->type && spec->bits >= kinds[i].bits_min &&
		    spec->bits <= kinds[i].bits_max)
			return &kinds[i];
	return NULL;
}

static bool
refuse(const struct ccm_key_spec *spec, struct ccm_error *err)
{
	switch (spec->type) {
	case CCM_KEY_RSA:
		return ccm_fail(
		    err, CCM_USAGE, "new RSA keys have 2048 to 4096 bits, not %u", spec->bits);
	case CCM_KEY_EC:
		return ccm_fail(
		    err, CCM_USAGE, "new EC keys have 256, 384 or 521 bits, not %u", spec->bits);
	case CCM_KEY_ED25519:
	case CCM_KEY_SM2:
		return ccm_fail(
		    err, CCM_USAGE, "new keys of one size cannot have %u bits", spec->bits);
	case CCM_KEY_RSA_PSS:
	case CCM_KEY_OTHER:
		break;
	}
	return ccm_fail(err, CCM_UNSUPPORTED, "a kind of key that cannot be made here");
}

static bool
exponent_fits(struct ccm_span exponent)
{
	size_t len = exponent.len;

	while (len > 0 && exponent.data[exponent.len - len] == 0)
		len--;
	if (len == 0)
		return exponent.len == 0;
	unsigned char last = exponent.data[exponent.len - 1];
	return len <= EXPONENT_MAX && last % 2 == 1 && (len > 1 || last > 1);
}

bool
ccm_key_spec_check(const struct ccm_key_spec *spec, struct ccm_error *err)
{
	if (find_kind(spec) == NULL)
		return refuse(spec, err);
	if (spec->type != CCM_KEY_RSA && spec->exponent.len != 0)
		return ccm_fail(err, CCM_USAGE, "a public exponent is for RSA keys only");
	if (!exponent_fits(spec->exponent))
		return ccm_fail(err, CCM_USAGE,
		    "the public exponent of an RSA key is odd, more than 1, and has %d bits at "
		    "most",
		    8 * EXPONENT_MAX);
	return true;
}

static bool
push_rsa(OSSL_PARAM_BLD *builder, const struct ccm_key_spec *spec, const BIGNUM *exponent)
{
	return OSSL_PARAM_BLD_push_uint(builder, OSSL_PKEY_PARAM_RSA_BITS, spec->bits) == 1 &&
	       OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1;
}

static OSSL_PARAM *
make_params(const struct kind *kind, const struct ccm_key_spec *spec)
{
	static const unsigned char f4[] = {1, 0, 1};
	struct ccm_span e = spec->exponent.len != 0 ? spec->exponent : CCM_SPAN(f4, sizeof(f4));
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BIGNUM *exponent = BN_bin2bn(e.data, (int)e.len, NULL);
	OSSL_PARAM *params = NULL;
	bool ok = builder != NULL && exponent != NULL;

	if (ok && kind->type == CCM_KEY_RSA)
		ok = push_rsa(builder, spec, exponent);
	else if (ok && kind->group != NULL)
		ok = OSSL_PARAM_BLD_push_utf8_string(
			 builder, OSSL_PKEY_PARAM_GROUP_NAME, kind->group, 0) == 1;
	if (ok)
		params = OSSL_PARAM_BLD_to_param(builder);
	BN_free(exponent);
	OSSL_PARAM_BLD_free(builder);
	return params;
}

static EVP_PKEY *
generate(const struct kind *kind, const struct ccm_key_spec *spec, struct ccm_error *err)
{
	OSSL_PARAM *params = make_params(kind, spec);
	EVP_PKEY_CTX *ctx = ccm_pkey_context(kind->algorithm, err);
	EVP_PKEY *pkey = NULL;

	if (params == NULL || ctx == NULL || EVP_PKEY_keygen_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_params(ctx, params) != 1 || EVP_PKEY_generate(ctx, &pkey) != 1)
		ccm_fail_openssl(err, "making a new %s key", kind->algorithm);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return pkey;
}

struct ccm_key *
ccm_key_generate(const struct ccm_key_spec *spec, struct ccm_error *err)
{
	EVP_PKEY *pkey;

	if (!ccm_key_spec_check(spec, err))
		return NULL;
	ccm_secret_start();
	pkey = generate(find_kind(spec), spec, err);
	return pkey != NULL ? ccm_key_soft_new(pkey, err) : NULL;
}
