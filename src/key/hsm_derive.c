/* SPDX-License-Identifier: Apache-2.0 */
/* ECDH in an HSM, with and without X9.63's key derivation, which is done here. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

#include "core/crypto.h"
#include "key/hsm_key.h"

struct deriving {
	struct ccm_hsm_key *key;
	const struct ccm_hsm_public *peer;
	size_t size; /* of the shared secret: that of the field */
	struct ccm_buf secret;
};

static CK_RV
derive_from(const struct ccm_hsm_session *session, const struct deriving *at,
    const struct ccm_buf *point, CK_OBJECT_HANDLE base, CK_OBJECT_HANDLE *made)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_GENERIC_SECRET;
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_ULONG len = at->size;
	CK_ATTRIBUTE wanted[] = {
	    {CKA_CLASS, &class, sizeof(class)},
	    {CKA_KEY_TYPE, &type, sizeof(type)},
	    {CKA_TOKEN, &no, sizeof(no)},
	    {CKA_PRIVATE, &no, sizeof(no)},
	    {CKA_SENSITIVE, &no, sizeof(no)},
	    {CKA_EXTRACTABLE, &yes, sizeof(yes)},
	    {CKA_VALUE_LEN, &len, sizeof(len)},
	};
	CK_ECDH1_DERIVE_PARAMS params = {
	    .kdf = CKD_NULL, .public_data = point->data, .public_data_len = point->len};
	CK_MECHANISM mechanism = {CKM_ECDH1_DERIVE, &params, sizeof(params)};

	return session->functions->C_DeriveKey(
	    session->handle, &mechanism, base, wanted, CCM_COUNT(wanted), made);
}

/* The peer's point is bare (PKCS#11 2.40 mech s.2.3.8), in DER for some modules. */
static CK_RV
derive_work(struct ccm_hsm_session *session, void *context, struct ccm_error *err)
{
	struct deriving *at = context;
	CK_OBJECT_HANDLE base, made = CK_INVALID_HANDLE;
	CK_RV rv = ccm_hsm_key_handle(session, at->key, &base, err);

	if (rv != CKR_OK)
		return rv;
	rv = derive_from(session, at, &at->peer->point, base, &made);
	if (ccm_hsm_judge(rv) == CCM_HSM_UNLIKED || ccm_hsm_judge(rv) == CCM_HSM_DOUBTFUL)
		rv = derive_from(session, at, &at->peer->wrapped_point, base, &made);
	if (rv != CKR_OK)
		return rv;
	rv = ccm_hsm_read(session, made, CKA_VALUE, &at->secret);
	session->functions->C_DestroyObject(session->handle, made);
	return rv;
}

/* Some modules cut leading zeros, which belong to it. */
static bool
complete(struct deriving *at, struct ccm_buf *out, struct ccm_error *err)
{
	static const unsigned char zeros[80];

	if (at->secret.len == 0 || at->secret.len > at->size || at->size > sizeof(zeros))
		return ccm_fail(err, CCM_CRYPTO,
		    "HSM cluster %s: a shared secret of %zu bytes instead of %zu",
		    at->key->hsm->cluster, at->secret.len, at->size);
	return ccm_buf_append(out, zeros, at->size - at->secret.len, err) &&
	       ccm_buf_append(out, at->secret.data, at->secret.len, err);
}

static bool
shared_secret(struct deriving *at, EVP_PKEY *peer, struct ccm_buf *out, struct ccm_error *err)
{
	const struct ccm_hsm_task task = {"agreeing on a secret", derive_work, at, false};
	struct ccm_hsm_connection *connection = ccm_hsm_connect_guarded(at->key->hsm, err);
	struct ccm_hsm_public public;
	bool ok =
	    connection != NULL && (ccm_hsm_connection_has(connection, CKM_ECDH1_DERIVE) ||
				      ccm_hsm_lacks(err, at->key->hsm, "ECDH (CKM_ECDH1_DERIVE)"));

	ccm_hsm_connection_drop(connection);
	if (!ok || !ccm_hsm_public_from_pkey(peer, &public, err))
		return false;
	at->peer = &public;
	ok = ccm_hsm_run(at->key->hsm, &task, err) && complete(at, out, err);
	ccm_hsm_public_clear(&public);
	return ok;
}

static bool
check_peer(const struct deriving *at, EVP_PKEY *peer, struct ccm_error *err)
{
	EVP_PKEY *own = ccm_key_public(&at->key->base);

	if (at->key->type != CKK_EC)
		return ccm_fail(err, CCM_UNSUPPORTED, "only EC keys agree on secrets");
	return EVP_PKEY_parameters_eq(own, peer) == 1 ||
	       ccm_fail(err, CCM_USAGE, "the peer's key is not on the curve of ours");
}

/* X9.63 KDF (SEC 1 3.6.1), as OpenSSL's key exchange has it. */
static bool
expand(const OSSL_PARAM *params, const struct ccm_buf *shared, struct ccm_buf *out,
    struct ccm_error *err)
{
	const OSSL_PARAM *digest = OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_KDF_DIGEST);
	const OSSL_PARAM *length = OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_KDF_OUTLEN);
	const OSSL_PARAM *ukm = OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_KDF_UKM);
	const char *name = NULL;
	const void *info = "";
	size_t len = 0, info_len = 0;

	if (digest == NULL || OSSL_PARAM_get_utf8_string_ptr(digest, &name) != 1 ||
	    length == NULL || OSSL_PARAM_get_size_t(length, &len) != 1 || len == 0)
		return ccm_fail(err, CCM_USAGE, "X963KDF needs a digest and a length");
	if (ukm != NULL)
		OSSL_PARAM_get_octet_string_ptr(ukm, &info, &info_len);
	const struct ccm_x963_input input = {name, ccm_buf_span(shared), CCM_SPAN(info, info_len)};
	if (!ccm_buf_reserve(out, len, err) || !ccm_x963(&input, out->data + out->len, len, err))
		return false;
	out->data[out->len += len] = '\0';
	return true;
}

bool
ccm_hsm_derive(struct ccm_key *key, EVP_PKEY *peer, const OSSL_PARAM *params, struct ccm_buf *out,
    struct ccm_error *err)
{
	struct deriving at = {.key = (struct ccm_hsm_key *)key, .secret = {.secret = true}};
	const OSSL_PARAM *param =
	    params != NULL ? OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_KDF_TYPE) : NULL;
	struct ccm_buf shared = {.secret = true};
	const char *kdf = "";
	bool ok;

	at.size = (size_t)(ccm_pkey_bits(ccm_key_public(key)) + 7) / 8;
	if (param != NULL)
		OSSL_PARAM_get_utf8_string_ptr(param, &kdf);
	ok = check_peer(&at, peer, err) && shared_secret(&at, peer, &shared, err);
	if (ok && kdf[0] == '\0')
		ok = ccm_buf_append(out, shared.data, shared.len, err);
	else if (ok && strcmp(kdf, OSSL_KDF_NAME_X963KDF) == 0)
		ok = expand(params, &shared, out, err);
	else if (ok)
		ok = ccm_fail(err, CCM_UNSUPPORTED, "key derivation %s", kdf);
	ccm_buf_clear(&shared);
	ccm_buf_clear(&at.secret);
	return ok;
}
