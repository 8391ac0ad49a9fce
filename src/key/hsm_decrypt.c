/* SPDX-License-Identifier: Apache-2.0 */
/* Decrypting in an HSM, for the parameters that OpenSSL has for it. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <string.h>

#include "core/crypto.h"
#include "key/hsm_key.h"
#include "key/rsa_padding.h"

#define SIZE_MAX_BYTES 2048
#define TLS_PADDING 7 /* RSA_PKCS1_WITH_TLS_PADDING, which has no public name */

struct decrypting {
	struct ccm_hsm_key *key;
	struct ccm_span input;
	int padding;
	EVP_MD *md, *mgf1_md; /* of OAEP */
	struct ccm_span label;
	unsigned version, alt_version; /* of TLS */
	CK_MECHANISM_TYPE type;        /* that the module undoes the padding with */
	CK_RSA_PKCS_OAEP_PARAMS oaep;
	bool has_own, has_raw;

	bool unpadded; /* by the module */
	bool refused;  /* by the module, for its padding */
	unsigned char out[SIZE_MAX_BYTES];
	CK_ULONG out_len;
};

/* What is asked for */

static const struct {
	const char *name;
	int padding;
} paddings[] = {
    {OSSL_PKEY_RSA_PAD_MODE_PKCSV15, RSA_PKCS1_PADDING},
    {OSSL_PKEY_RSA_PAD_MODE_OAEP, RSA_PKCS1_OAEP_PADDING},
    {"oeap", RSA_PKCS1_OAEP_PADDING}, /* as OpenSSL spells it, too */
    {OSSL_PKEY_RSA_PAD_MODE_NONE, RSA_NO_PADDING},
};

static bool
read_padding(const OSSL_PARAM *params, int *padding, struct ccm_error *err)
{
	const OSSL_PARAM *param = OSSL_PARAM_locate_const(params, OSSL_ASYM_CIPHER_PARAM_PAD_MODE);
	const char *name = NULL;

	*padding = RSA_PKCS1_PADDING;
	if (param == NULL || OSSL_PARAM_get_int(param, padding) == 1)
		return true;
	if (OSSL_PARAM_get_utf8_string_ptr(param, &name) == 1)
		for (size_t i = 0; i < CCM_COUNT(paddings); i++)
			if (strcmp(paddings[i].name, name) == 0) {
				*padding = paddings[i].padding;
				return true;
			}
	return ccm_fail(err, CCM_UNSUPPORTED, "RSA padding %s", name != NULL ? name : "");
}

static const char *
text_of(const OSSL_PARAM *params, const char *key, const char *fallback)
{
	const OSSL_PARAM *param = OSSL_PARAM_locate_const(params, key);
	const char *text = NULL;

	return param != NULL && OSSL_PARAM_get_utf8_string_ptr(param, &text) == 1 ? text : fallback;
}

static bool
read_oaep(struct decrypting *at, const OSSL_PARAM *params, struct ccm_error *err)
{
	const OSSL_PARAM *label =
	    OSSL_PARAM_locate_const(params, OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL);
	const char *digest = text_of(params, OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST, "SHA1");
	const void *bytes = NULL;
	size_t len = 0;

	if (label != NULL && OSSL_PARAM_get_octet_string_ptr(label, &bytes, &len) == 1)
		at->label = CCM_SPAN(bytes, len);
	at->md = ccm_hsm_digest(digest, err);
	if (at->md != NULL)
		at->mgf1_md = ccm_hsm_digest(
		    text_of(params, OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST, digest), err);
	return at->mgf1_md != NULL;
}

static bool
read_tls(struct decrypting *at, const OSSL_PARAM *params, struct ccm_error *err)
{
	const OSSL_PARAM *version =
	    OSSL_PARAM_locate_const(params, OSSL_ASYM_CIPHER_PARAM_TLS_CLIENT_VERSION);
	const OSSL_PARAM *alternative =
	    OSSL_PARAM_locate_const(params, OSSL_ASYM_CIPHER_PARAM_TLS_NEGOTIATED_VERSION);

	if (version == NULL || OSSL_PARAM_get_uint(version, &at->version) != 1)
		return ccm_fail(err, CCM_USAGE, "TLS padding without a version of TLS");
	return alternative == NULL || OSSL_PARAM_get_uint(alternative, &at->alt_version) == 1;
}

static bool
read_params(struct decrypting *at, const OSSL_PARAM *params, struct ccm_error *err)
{
	static const OSSL_PARAM none[] = {OSSL_PARAM_END};

	params = params != NULL ? params : none;
	if (!read_padding(params, &at->padding, err))
		return false;
	switch (at->padding) {
	case RSA_PKCS1_OAEP_PADDING:
		return read_oaep(at, params, err);
	case TLS_PADDING:
		return read_tls(at, params, err);
	case RSA_PKCS1_PADDING:
	case RSA_NO_PADDING:
		return true;
	default:
		return ccm_fail(err, CCM_UNSUPPORTED, "RSA padding %d", at->padding);
	}
}

/* How the module can do it */

static bool
choose(struct decrypting *at, const struct ccm_hsm_connection *connection, struct ccm_error *err)
{
	bool oaep = at->padding == RSA_PKCS1_OAEP_PADDING;

	at->type = oaep ? CKM_RSA_PKCS_OAEP : CKM_RSA_PKCS;
	at->has_raw = ccm_hsm_connection_has(connection, CKM_RSA_X_509);
	at->has_own = at->padding != RSA_NO_PADDING && ccm_hsm_connection_has(connection, at->type);
	if (oaep) {
		at->has_own = at->has_own && ccm_hsm_hash_of(at->md, &at->oaep.hashAlg) &&
			      ccm_hsm_mgf_of(at->mgf1_md, &at->oaep.mgf);
		at->oaep.source = CKZ_DATA_SPECIFIED;
		at->oaep.pSourceData = (void *)at->label.data;
		at->oaep.ulSourceDataLen = at->label.len;
	}
	return at->has_own || at->has_raw ||
	       ccm_hsm_lacks(err, at->key->hsm,
		   oaep ? "RSA OAEP (CKM_RSA_PKCS_OAEP)" : "RSA decryption (CKM_RSA_PKCS)");
}

static CK_RV
decrypt_by(const struct ccm_hsm_session *session, struct decrypting *at, CK_MECHANISM_TYPE type,
    struct ccm_error *err)
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_OBJECT_HANDLE handle;
	CK_RV rv = ccm_hsm_key_handle(session, at->key, &handle, err);

	if (type == CKM_RSA_PKCS_OAEP) {
		mechanism.pParameter = &at->oaep;
		mechanism.ulParameterLen = sizeof(at->oaep);
	}
	if (rv == CKR_OK)
		rv = session->functions->C_DecryptInit(session->handle, &mechanism, handle);
	if (rv == CKR_OK && at->key->authenticates_always)
		rv = ccm_hsm_login_again(session);
	at->unpadded = type != CKM_RSA_X_509;
	at->out_len = sizeof(at->out);
	return rv == CKR_OK
		   ? session->functions->C_Decrypt(session->handle, (unsigned char *)at->input.data,
			 at->input.len, at->out, &at->out_len)
		   : rv;
}

/*
 * PKCS#1 v1.5 rather raw: then the padding is undone here, and nobody learns what it held. A module
 * that undoes it says so when it is wrong; that is made a message that nobody can tell from others.
 */
static CK_RV
decrypt_work(struct ccm_hsm_session *session, void *context, struct ccm_error *err)
{
	struct decrypting *at = context;
	bool raw_first = at->has_raw && at->padding != RSA_PKCS1_OAEP_PADDING;
	bool both = at->has_raw && at->has_own;
	CK_MECHANISM_TYPE first = raw_first || !at->has_own ? CKM_RSA_X_509 : at->type;
	CK_RV rv = decrypt_by(session, at, first, err);

	if (both && (ccm_hsm_judge(rv) == CCM_HSM_UNLIKED || rv == CKR_KEY_FUNCTION_NOT_PERMITTED))
		rv = decrypt_by(session, at, first == at->type ? CKM_RSA_X_509 : at->type, err);
	if (at->unpadded && at->padding != RSA_PKCS1_OAEP_PADDING && rv != CKR_OK &&
	    (ccm_hsm_judge(rv) == CCM_HSM_FINAL || ccm_hsm_judge(rv) == CCM_HSM_DOUBTFUL) &&
	    rv != CKR_HOST_MEMORY && rv != CKR_DEVICE_MEMORY) {
		at->out_len = 0;
		at->refused = true;
		rv = CKR_OK;
	}
	return rv;
}

/* What came back */

static unsigned char secret[32];
static bool secret_made;
static pthread_once_t secret_once = PTHREAD_ONCE_INIT;

static void
make_secret(void)
{
	secret_made = ccm_random(secret, sizeof(secret), NULL);
}

/* The seed for what is given instead of a refusal: the same for the same cipher text. */
static bool
make_seed(const struct decrypting *at, unsigned char *seed, size_t *len, struct ccm_error *err)
{
	const struct ccm_hmac_input input = {
	    .digest = "SHA256", .key = CCM_SPAN(secret, sizeof(secret)), .text = at->input};

	pthread_once(&secret_once, make_secret);
	if (!secret_made)
		return ccm_fail(err, CCM_CRYPTO, "no random bytes");
	return ccm_hmac(&input, seed, len, err);
}

/*
 * The module has undone PKCS#1 v1.5: put back a padding around its message, or none around a
 * refusal, so that both go on in the same way.
 */
static void
pad_again(struct decrypting *at, size_t size)
{
	unsigned char message[SIZE_MAX_BYTES];
	size_t len = at->out_len;

	memcpy(message, at->out, len);
	memset(at->out, 0xff, size);
	at->out[0] = 0;
	at->out[1] = at->refused ? 0 : 2;
	at->out[size - len - 1] = 0;
	memcpy(at->out + size - len, message, len);
	at->out_len = size;
	OPENSSL_cleanse(message, sizeof(message));
}

/* Some modules cut leading zeros of what is a number to them. */
static void
fill_up(struct decrypting *at, size_t size)
{
	size_t missing = at->out_len < size ? size - at->out_len : 0;

	memmove(at->out + missing, at->out, at->out_len);
	memset(at->out, 0, missing);
	at->out_len += missing;
}

static bool
finish(struct decrypting *at, struct ccm_buf *out, struct ccm_error *err)
{
	const struct ccm_rsa_oaep oaep = {at->md, at->mgf1_md, at->label};
	size_t size = ccm_pkey_signature_size(ccm_key_public(&at->key->base)), seed_len;
	struct ccm_span padded;
	unsigned char seed[EVP_MAX_MD_SIZE];

	if (!at->unpadded)
		fill_up(at, size);
	if (at->out_len > size || (at->unpadded && at->out_len + 11 > size))
		return ccm_fail(err, CCM_CRYPTO, "HSM cluster %s: %lu bytes came of decrypting",
		    at->key->hsm->cluster, at->out_len);
	if (at->padding == RSA_NO_PADDING || (at->unpadded && at->type == CKM_RSA_PKCS_OAEP))
		return ccm_buf_append(out, at->out, at->out_len, err);
	if (at->unpadded)
		pad_again(at, size);
	padded = CCM_SPAN(at->out, at->out_len);
	if (at->padding == RSA_PKCS1_OAEP_PADDING)
		return ccm_rsa_unpad_oaep(&oaep, padded, out, err);
	if (at->padding == TLS_PADDING)
		return ccm_rsa_unpad_tls(padded, at->version, at->alt_version, out, err);
	return make_seed(at, seed, &seed_len, err) &&
	       ccm_rsa_unpad_pkcs1(padded, CCM_SPAN(seed, seed_len), out, err);
}

static bool
prepare(struct decrypting *at, struct ccm_error *err)
{
	struct ccm_hsm_connection *connection;
	size_t size = ccm_pkey_signature_size(ccm_key_public(&at->key->base));
	bool ok;

	if (at->key->type != CKK_RSA)
		return ccm_fail(err, CCM_UNSUPPORTED, "only RSA keys decrypt");
	if (at->input.len != size || size > sizeof(at->out))
		return ccm_fail(err, CCM_USAGE, "%zu bytes to decrypt with an RSA key of %zu bits",
		    at->input.len, size * 8);
	connection = ccm_hsm_connect_guarded(at->key->hsm, err);
	ok = connection != NULL && choose(at, connection, err);
	ccm_hsm_connection_drop(connection);
	return ok;
}

bool
ccm_hsm_decrypt(struct ccm_key *key, const OSSL_PARAM *params, struct ccm_span input,
    struct ccm_buf *out, struct ccm_error *err)
{
	struct decrypting at = {.key = (struct ccm_hsm_key *)key, .input = input};
	const struct ccm_hsm_task task = {"decrypting", decrypt_work, &at, false};
	bool ok = read_params(&at, params, err) && prepare(&at, err) &&
		  ccm_hsm_run(at.key->hsm, &task, err) && finish(&at, out, err);

	EVP_MD_free(at.md);
	EVP_MD_free(at.mgf1_md);
	OPENSSL_cleanse(at.out, sizeof(at.out));
	return ok;
}
