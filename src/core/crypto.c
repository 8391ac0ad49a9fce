/* SPDX-License-Identifier: Apache-2.0 */
#include "core/crypto.h"

#include <openssl/asn1.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

static pthread_once_t context_once = PTHREAD_ONCE_INIT;
static OSSL_LIB_CTX *context; /* lives as long as the process: nothing of ours runs at exit */
static _Thread_local unsigned network_depth;

static void
make_context(void)
{
	OSSL_LIB_CTX *made = OSSL_LIB_CTX_new();

	if (made != NULL && OSSL_PROVIDER_load(made, "default") != NULL)
		context = made;
	else
		OSSL_LIB_CTX_free(made);
}

OSSL_LIB_CTX *
ccm_crypto_context(struct ccm_error *err)
{
	pthread_once(&context_once, make_context);
	if (context == NULL)
		ccm_fail_openssl(err, "no private OpenSSL context with the default provider");
	return context;
}

bool
ccm_crypto_error(struct ccm_error *err, const char *where, const char *fmt, ...)
{
	unsigned long cause = ERR_get_error();
	char text[512], reason[256] = "no reason given";
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (cause != 0)
		ERR_error_string_n(cause, reason, sizeof(reason));
	ERR_clear_error();
	return ccm_error_set(err, CCM_CRYPTO, where, "%s: %s", text, reason);
}

bool
ccm_network_enter(struct ccm_network_scope *scope, struct ccm_error *err)
{
	OSSL_LIB_CTX *ctx;

	if (network_depth != 0)
		return ccm_fail(
		    err, CCM_UNSUPPORTED, "entered again from our own connection to the service");
	ctx = ccm_crypto_context(err);
	if (ctx == NULL)
		return false;
	scope->previous = OSSL_LIB_CTX_set0_default(ctx);
	network_depth++;
	return true;
}

void
ccm_network_leave(struct ccm_network_scope *scope)
{
	network_depth--;
	OSSL_LIB_CTX_set0_default(scope->previous);
}

bool
ccm_network_active(void)
{
	return network_depth != 0;
}

bool
ccm_random(void *out, size_t len, struct ccm_error *err)
{
	OSSL_LIB_CTX *ctx = ccm_crypto_context(err);

	if (ctx == NULL)
		return false;
	if (RAND_priv_bytes_ex(ctx, out, len, 0) != 1)
		return ccm_fail_openssl(err, "no random bytes");
	return true;
}

bool
ccm_random_password(size_t len, struct ccm_buf *out, struct ccm_error *err)
{
	static const char alphabet[64 + 1] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
	unsigned char *letters;

	if (!ccm_buf_reserve(out, len, err))
		return false;
	letters = out->data + out->len;
	if (!ccm_random(letters, len, err))
		return false;
	for (size_t i = 0; i < len; i++)
		letters[i] = (unsigned char)alphabet[letters[i] % 64];
	letters[len] = '\0';
	out->len += len;
	return true;
}

bool
ccm_digest(const char *name, struct ccm_span in, unsigned char *out, size_t *out_len,
    struct ccm_error *err)
{
	OSSL_LIB_CTX *ctx = ccm_crypto_context(err);

	if (ctx == NULL)
		return false;
	if (EVP_Q_digest(ctx, name, CCM_CRYPTO_PROPERTIES, in.data, in.len, out, out_len) != 1)
		return ccm_fail_openssl(err, "digest %s", name);
	return true;
}

bool
ccm_hmac(
    const struct ccm_hmac_input *input, unsigned char *out, size_t *out_len, struct ccm_error *err)
{
	OSSL_LIB_CTX *ctx = ccm_crypto_context(err);

	if (ctx == NULL)
		return false;
	if (EVP_Q_mac(ctx, "HMAC", CCM_CRYPTO_PROPERTIES, input->digest, NULL, input->key.data,
		input->key.len, input->text.data, input->text.len, out, EVP_MAX_MD_SIZE,
		out_len) == NULL)
		return ccm_fail_openssl(err, "HMAC with %s", input->digest);
	return true;
}

static bool
derive(const char *name, const OSSL_PARAM *params, unsigned char *out, size_t out_len,
    struct ccm_error *err)
{
	OSSL_LIB_CTX *ctx = ccm_crypto_context(err);
	EVP_KDF *kdf = ctx != NULL ? EVP_KDF_fetch(ctx, name, CCM_CRYPTO_PROPERTIES) : NULL;
	EVP_KDF_CTX *kctx = EVP_KDF_CTX_new(kdf);
	bool ok = kctx != NULL && EVP_KDF_derive(kctx, out, out_len, params) == 1;

	if (!ok && ctx != NULL)
		ccm_fail_openssl(err, "%s", name);
	EVP_KDF_CTX_free(kctx);
	EVP_KDF_free(kdf);
	return ok;
}

bool
ccm_hkdf(
    const struct ccm_hkdf_input *input, unsigned char *out, size_t out_len, struct ccm_error *err)
{
	struct ccm_span key = input->key, salt = input->salt, info = input->info;
	const OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)input->digest, 0),
	    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key.data, key.len),
	    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt.data, salt.len),
	    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info.data, info.len),
	    OSSL_PARAM_construct_end(),
	};

	return derive("HKDF", params, out, out_len, err);
}

bool
ccm_x963(
    const struct ccm_x963_input *input, unsigned char *out, size_t out_len, struct ccm_error *err)
{
	struct ccm_span secret = input->secret, info = input->info;
	const OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)input->digest, 0),
	    OSSL_PARAM_construct_octet_string(
		OSSL_KDF_PARAM_SECRET, (void *)secret.data, secret.len),
	    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info.data, info.len),
	    OSSL_PARAM_construct_end(),
	};

	return derive("X963KDF", params, out, out_len, err);
}

bool
ccm_pbkdf2(
    const struct ccm_pbkdf2_input *input, unsigned char *out, size_t out_len, struct ccm_error *err)
{
	struct ccm_span password = input->password, salt = input->salt;
	unsigned iterations = input->iterations;
	const OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)input->digest, 0),
	    OSSL_PARAM_construct_octet_string(
		OSSL_KDF_PARAM_PASSWORD, (void *)password.data, password.len),
	    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt.data, salt.len),
	    OSSL_PARAM_construct_uint(OSSL_KDF_PARAM_ITER, &iterations),
	    OSSL_PARAM_construct_end(),
	};

	return derive("PBKDF2", params, out, out_len, err);
}

/* OpenSSL wants to be told how much memory is too much: twice what the cost needs is not. */
bool
ccm_scrypt(
    const struct ccm_scrypt_input *input, unsigned char *out, size_t out_len, struct ccm_error *err)
{
	OSSL_LIB_CTX *ctx = ccm_crypto_context(err);
	uint64_t n = (uint64_t)1 << input->log2_n;
	const char *password = input->password.len != 0 ? (const char *)input->password.data : "";

	if (ctx == NULL)
		return false;
	if (EVP_PBE_scrypt_ex(password, input->password.len, input->salt.data, input->salt.len, n,
		input->r, input->p, 256 * n * input->r * (input->p + 1), out, out_len, ctx,
		CCM_CRYPTO_PROPERTIES) != 1)
		return ccm_fail_openssl(err, "scrypt");
	return true;
}

bool
ccm_asn1_time_ms(const ASN1_TIME *time, int64_t *ms)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm) != 1)
		return false;
	*ms = (int64_t)timegm(&tm) * 1000;
	return true;
}
