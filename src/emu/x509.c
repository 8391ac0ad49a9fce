/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/x509.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>
#include <time.h>

#include "core/crypto.h"
#include "emu/extension.h"
#include "emu/name.h"
#include "emu/signature.h"

static const struct key_algorithm {
	const char *name, *type, *group;
	int bits;
	bool mainland; /* on the sites of the Chinese mainland only */
} key_algorithms[] = {
    {"RSA2048", "RSA", NULL, 2048, false},
    {"RSA4096", "RSA", NULL, 4096, false},
    {"EC256", "EC", "prime256v1", 256, false},
    {"EC384", "EC", "secp384r1", 384, false},
    {"SM2", "SM2", NULL, 256, true},
};

static const struct {
	const char *name;
	bool mainland;
} hashes[] = {{"SHA256", false}, {"SHA384", false}, {"SHA512", false}, {"SM3", true}};

static const struct key_algorithm *
find_algorithm(const char *name)
{
	for (size_t i = 0; i < CCM_COUNT(key_algorithms); i++)
		if (strcmp(key_algorithms[i].name, name) == 0)
			return &key_algorithms[i];
	return NULL;
}

bool
ccm_emu_x509_knows_algorithm(const char *name, bool mainland)
{
	const struct key_algorithm *algorithm = find_algorithm(name);

	return algorithm != NULL && (mainland || !algorithm->mainland);
}

bool
ccm_emu_x509_knows_hash(const char *hash, bool mainland)
{
	for (size_t i = 0; i < CCM_COUNT(hashes); i++)
		if (strcmp(hashes[i].name, hash) == 0)
			return mainland || !hashes[i].mainland;
	return false;
}

const char *
ccm_emu_x509_algorithm_of(const EVP_PKEY *key)
{
	char group[64] = "";

	EVP_PKEY_get_group_name(key, group, sizeof(group), NULL);
	for (size_t i = 0; i < CCM_COUNT(key_algorithms); i++) {
		const struct key_algorithm *at = &key_algorithms[i];

		if (EVP_PKEY_is_a(key, at->type) && EVP_PKEY_get_bits(key) == at->bits &&
		    (at->group == NULL || strcmp(at->group, group) == 0))
			return at->name;
	}
	return NULL;
}

static EVP_PKEY *
generate(const struct key_algorithm *algorithm, OSSL_LIB_CTX *ctx)
{
	if (algorithm->group != NULL)
		return EVP_PKEY_Q_keygen(
		    ctx, CCM_CRYPTO_PROPERTIES, algorithm->type, algorithm->group);
	if (strcmp(algorithm->type, "RSA") == 0)
		return EVP_PKEY_Q_keygen(
		    ctx, CCM_CRYPTO_PROPERTIES, "RSA", (size_t)algorithm->bits);
	return EVP_PKEY_Q_keygen(ctx, CCM_CRYPTO_PROPERTIES, algorithm->type);
}

EVP_PKEY *
ccm_emu_x509_generate(const char *name, struct ccm_error *err)
{
	const struct key_algorithm *algorithm = find_algorithm(name);
	OSSL_LIB_CTX *ctx = ccm_crypto_context(err);
	EVP_PKEY *key;

	if (ctx == NULL)
		return NULL;
	if (algorithm == NULL) {
		ccm_fail(err, CCM_UNSUPPORTED, "no key algorithm %s", name);
		return NULL;
	}
	key = generate(algorithm, ctx);
	if (key == NULL)
		ccm_fail_openssl(err, "making an %s key", name);
	return key;
}

static bool
set_subject(X509 *x509, const struct ccm_emu_plan *plan)
{
	X509_NAME *name;
	bool ok;

	if (plan->subject != NULL)
		return X509_set_subject_name(x509, plan->subject) == 1;
	name = ccm_emu_name_make(plan->name);
	ok = name != NULL && X509_set_subject_name(x509, name) == 1;
	X509_NAME_free(name);
	return ok;
}

ASN1_INTEGER *
ccm_emu_x509_serial(const char *decimal)
{
	BIGNUM *number = NULL;
	ASN1_INTEGER *serial =
	    BN_dec2bn(&number, decimal) != 0 ? BN_to_ASN1_INTEGER(number, NULL) : NULL;

	BN_free(number);
	return serial;
}

static bool
set_serial(X509 *x509, const char *decimal)
{
	ASN1_INTEGER *serial = ccm_emu_x509_serial(decimal);
	bool ok = serial != NULL && X509_set_serialNumber(x509, serial) == 1;

	ASN1_INTEGER_free(serial);
	return ok;
}

static bool
set_time(ASN1_TIME *field, int64_t ms)
{
	return ASN1_TIME_set(field, (time_t)(ms / 1000)) != NULL;
}

static bool
fill(X509 *x509, const struct ccm_emu_plan *plan, EVP_PKEY *key, const X509 *issuer)
{
	return X509_set_version(x509, X509_VERSION_3) == 1 && set_serial(x509, plan->serial) &&
	       set_subject(x509, plan) &&
	       X509_set_issuer_name(x509, X509_get_subject_name(issuer)) == 1 &&
	       set_time(X509_getm_notBefore(x509), plan->not_before) &&
	       set_time(X509_getm_notAfter(x509), plan->not_after) &&
	       X509_set_pubkey(x509, key) == 1;
}

static bool
sign(X509 *x509, EVP_PKEY *issuer_key, const char *hash, struct ccm_error *err)
{
	EVP_MD_CTX *md = ccm_emu_sign_begin(issuer_key, hash, err);
	bool ok = md != NULL && X509_sign_ctx(x509, md) > 0;

	EVP_MD_CTX_free(md);
	return ok;
}

static bool
append_der(struct ccm_buf *out, unsigned char *der, int len, struct ccm_error *err)
{
	bool ok = len > 0 ? ccm_buf_append(out, der, (size_t)len, err)
			  : ccm_fail_openssl(err, "encoding");

	OPENSSL_clear_free(der, len > 0 ? (size_t)len : 0);
	return ok;
}

bool
ccm_emu_x509_encode(const X509 *x509, struct ccm_buf *out, struct ccm_error *err)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x509, &der);

	return append_der(out, der, len, err);
}

bool
ccm_emu_x509_issue(const struct ccm_emu_plan *plan, EVP_PKEY *key,
    const struct ccm_emu_signer *signer, struct ccm_buf *out, struct ccm_error *err)
{
	OSSL_LIB_CTX *ctx = ccm_crypto_context(err);
	X509 *x509 = ctx != NULL ? X509_new_ex(ctx, CCM_CRYPTO_PROPERTIES) : NULL;
	const X509 *issuer = signer != NULL ? signer->x509 : x509;
	bool ok = x509 != NULL && fill(x509, plan, key, issuer) &&
		  ccm_emu_extensions_add(x509, plan, issuer) &&
		  sign(x509, signer != NULL ? signer->key : key, plan->hash, err);

	ok =
	    ok ? ccm_emu_x509_encode(x509, out, err)
	       : ccm_fail_openssl(err, "issuing a certificate for %s", plan->name[CCM_EMU_NAME_CN]);
	X509_free(x509);
	return ok;
}

bool
ccm_emu_x509_reissue(X509 *x509, const struct ccm_emu_plan *plan, EVP_PKEY *signer,
    struct ccm_buf *out, struct ccm_error *err)
{
	bool ok = set_serial(x509, plan->serial) && set_subject(x509, plan) &&
		  set_time(X509_getm_notBefore(x509), plan->not_before) &&
		  set_time(X509_getm_notAfter(x509), plan->not_after) &&
		  ccm_emu_extensions_rename(x509, plan) && sign(x509, signer, plan->hash, err);

	return ok ? ccm_emu_x509_encode(x509, out, err)
		  : ccm_fail_openssl(
			err, "issuing a certificate for %s", plan->name[CCM_EMU_NAME_CN]);
}

X509 *
ccm_emu_x509_decode(struct ccm_span der, struct ccm_error *err)
{
	OSSL_LIB_CTX *ctx = ccm_crypto_context(err);
	const unsigned char *at = der.data;
	X509 *x509 = ctx != NULL ? X509_new_ex(ctx, CCM_CRYPTO_PROPERTIES) : NULL;

	if (x509 != NULL && d2i_X509(&x509, &at, (long)der.len) != NULL)
		return x509;
	X509_free(x509);
	ccm_fail_openssl(err, "decoding a certificate");
	return NULL;
}

bool
ccm_emu_key_encode(EVP_PKEY *key, struct ccm_buf *out, struct ccm_error *err)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	unsigned char *der = NULL;
	int len = info != NULL ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : 0;

	PKCS8_PRIV_KEY_INFO_free(info);
	return append_der(out, der, len, err);
}

EVP_PKEY *
ccm_emu_key_decode(struct ccm_span der, struct ccm_error *err)
{
	OSSL_LIB_CTX *ctx = ccm_crypto_context(err);
	const unsigned char *at = der.data;
	EVP_PKEY *key = NULL;

	if (ctx != NULL)
		key = d2i_AutoPrivateKey_ex(NULL, &at, (long)der.len, ctx, CCM_CRYPTO_PROPERTIES);
	if (key == NULL)
		ccm_fail_openssl(err, "decoding a private key");
	return key;
}
