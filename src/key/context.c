/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An engine that the application has made the default for a kind of key takes over every context
 * of such a key by its number, in each library context, ours too: so does libp11's, which calls us.
 */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>

#include "core/crypto.h"
#include "key/key.h"

EVP_PKEY_CTX *
ccm_pkey_context(const char *algorithm, struct ccm_error *err)
{
	/* names that engines, which go by numbers, are not asked for */
	static const struct {
		const char *name, *oid;
	} oids[] = {
	    {"RSA", "1.2.840.113549.1.1.1"},
	    {"EC", "1.2.840.10045.2.1"},
	};
	OSSL_LIB_CTX *context = ccm_crypto_context(err);
	const char *name = algorithm;
	EVP_PKEY_CTX *ctx = NULL;

	for (size_t i = 0; i < CCM_COUNT(oids); i++)
		if (strcmp(oids[i].name, algorithm) == 0)
			name = oids[i].oid;
	if (context != NULL)
		ctx = EVP_PKEY_CTX_new_from_name(context, name, CCM_CRYPTO_PROPERTIES);
	if (ctx == NULL)
		ccm_fail_openssl(err, "context for %s keys", algorithm);
	return ctx;
}

/* What the text commands of such a context are called; of ciphers the second. */
static const struct command {
	const char *param, *sign, *cipher;
} commands[] = {
    {OSSL_SIGNATURE_PARAM_PAD_MODE, "rsa_padding_mode", "rsa_padding_mode"},
    {OSSL_SIGNATURE_PARAM_DIGEST, "digest", "rsa_oaep_md"},
    {OSSL_SIGNATURE_PARAM_MGF1_DIGEST, "rsa_mgf1_md", "rsa_mgf1_md"},
    {OSSL_SIGNATURE_PARAM_PSS_SALTLEN, "rsa_pss_saltlen", NULL},
    {OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL, NULL, "rsa_oaep_label"},
};

static bool
command_text(const OSSL_PARAM *param, struct ccm_buf *out)
{
	const void *bytes;
	const char *text;
	size_t len;
	int number;
	bool ok = true;

	if (OSSL_PARAM_get_utf8_string_ptr(param, &text) == 1)
		return ccm_buf_append_str(out, text, NULL);
	if (OSSL_PARAM_get_int(param, &number) == 1)
		return ccm_buf_printf(out, NULL, "%d", number);
	if (OSSL_PARAM_get_octet_string_ptr(param, &bytes, &len) != 1)
		return false;
	for (size_t i = 0; ok && i < len; i++)
		ok = ccm_buf_printf(out, NULL, "%02x", ((const unsigned char *)bytes)[i]);
	return ok;
}

static bool
command(EVP_PKEY_CTX *ctx, const OSSL_PARAM *param, bool cipher)
{
	struct ccm_buf text = {0};
	const char *name = NULL;
	bool ok;

	for (size_t i = 0; i < CCM_COUNT(commands); i++)
		if (strcmp(commands[i].param, param->key) == 0)
			name = cipher ? commands[i].cipher : commands[i].sign;
	ok = name != NULL && command_text(param, &text) &&
	     EVP_PKEY_CTX_ctrl_str(ctx, name, ccm_buf_str(&text)) > 0;
	ccm_buf_clear(&text);
	return ok;
}

static bool
set(EVP_PKEY_CTX *ctx, const OSSL_PARAM *params, bool cipher)
{
	bool ok;

	ERR_set_mark();
	ok = EVP_PKEY_CTX_set_params(ctx, params) == 1;
	if (ok) {
		ERR_clear_last_mark();
		return true;
	}
	for (ok = true; ok && params->key != NULL; params++)
		ok = command(ctx, params, cipher);
	if (ok)
		ERR_pop_to_mark();
	else
		ERR_clear_last_mark();
	return ok;
}

bool
ccm_pkey_context_set(EVP_PKEY_CTX *ctx, const OSSL_PARAM *params)
{
	return params == NULL || params->key == NULL || set(ctx, params, false);
}

bool
ccm_pkey_context_set_cipher(EVP_PKEY_CTX *ctx, const OSSL_PARAM *params)
{
	return params == NULL || params->key == NULL || set(ctx, params, true);
}
