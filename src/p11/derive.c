/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "core/crypto.h"
#include "core/der.h"
#include "p11/keygen.h"

#define LENGTH_MAX 65536 /* bytes of X9.63's key derivation: more is a mistake */

/* ECDH (2.40 mechanisms s.2.3.8), and the secret key that comes of it. */
struct deriving {
	struct ccm_p11_scheme scheme;
	struct ccm_key *key;
	size_t len; /* of the secret key */
	struct ccm_p11_origin origin;
};

static size_t
field_size(const struct deriving *at)
{
	return ((size_t)ccm_pkey_bits(ccm_key_public(at->key)) + 7) / 8;
}

static CK_RV
choose_length(struct deriving *at, const struct ccm_p11_own *own)
{
	bool expands = at->scheme.digest != NULL;
	size_t size = expands ? LENGTH_MAX : field_size(at);

	at->len = ccm_p11_own_number(own, CKA_VALUE_LEN);
	if (at->len == 0 && expands)
		return CKR_TEMPLATE_INCOMPLETE;
	if (at->len == 0 && own->kind == CCM_P11_OWN_AES)
		at->len = size < 32 ? size / 8 * 8 : 32; /* the longest that there is */
	else if (at->len == 0)
		at->len = size;
	return at->len <= size ? CKR_OK : CKR_KEY_SIZE_RANGE;
}

/* The point is bare, or a DER OCTET STRING. Bare ones may look like the other, not vice versa. */
static EVP_PKEY *
read_peer(const struct deriving *at)
{
	EVP_PKEY *ours = ccm_key_public(at->key);
	struct ccm_span rest = at->scheme.peer, inner;
	EVP_PKEY *peer = ccm_pkey_peer(ours, rest, NULL);

	if (peer == NULL && ccm_der_read(&rest, CCM_DER_OCTET_STRING, &inner) && rest.len == 0)
		peer = ccm_pkey_peer(ours, inner, NULL);
	return peer;
}

static bool
agree(struct deriving *at, EVP_PKEY *peer, struct ccm_buf *secret, struct ccm_error *err)
{
	const struct ccm_p11_scheme *scheme = &at->scheme;
	OSSL_PARAM params[5], *next = params;

	if (scheme->digest == NULL)
		return ccm_key_derive(at->key, peer, NULL, secret, err);
	*next++ = OSSL_PARAM_construct_utf8_string(
	    OSSL_EXCHANGE_PARAM_KDF_TYPE, (char *)OSSL_KDF_NAME_X963KDF, 0);
	*next++ = OSSL_PARAM_construct_utf8_string(
	    OSSL_EXCHANGE_PARAM_KDF_DIGEST, (char *)scheme->digest->name, 0);
	*next++ = OSSL_PARAM_construct_size_t(OSSL_EXCHANGE_PARAM_KDF_OUTLEN, &at->len);
	if (scheme->data.len != 0)
		*next++ = OSSL_PARAM_construct_octet_string(OSSL_EXCHANGE_PARAM_KDF_UKM,
		    (unsigned char *)scheme->data.data, scheme->data.len);
	*next = OSSL_PARAM_construct_end();
	return ccm_key_derive(at->key, peer, params, secret, err);
}

static CK_RV
derive(const struct ccm_p11_session *session, struct deriving *at, struct ccm_p11_own *take_own,
    CK_OBJECT_HANDLE *handle)
{
	struct ccm_buf secret = {.secret = true};
	struct ccm_error err = {0};
	EVP_PKEY *peer = NULL;
	CK_RV rv = choose_length(at, take_own);

	if (rv == CKR_OK) {
		peer = read_peer(at);
		rv = peer != NULL ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
	}
	if (rv == CKR_OK && !agree(at, peer, &secret, &err))
		rv = ccm_p11_failure("C_DeriveKey", &err);
	if (rv == CKR_OK) /* what is too much is at the beginning */
		rv = ccm_p11_made_secret(session, take_own,
		    CCM_SPAN(secret.data + secret.len - at->len, at->len), &at->origin, handle);
	else
		ccm_p11_own_unref(take_own);
	EVP_PKEY_free(peer);
	ccm_buf_clear(&secret);
	return rv == CKR_ATTRIBUTE_VALUE_INVALID ? CKR_KEY_SIZE_RANGE : rv;
}

/* The account's keys were seen by the service; one's own have their story. */
static CK_RV
find_base(const struct ccm_p11_session *session, CK_OBJECT_HANDLE handle, struct deriving *at)
{
	struct ccm_p11_object object;
	struct ccm_error err = {0};
	CK_RV rv = ccm_p11_operation_find_key(session, handle, CKA_DERIVE, &at->scheme, &object);

	if (rv != CKR_OK)
		return rv;
	at->origin = (struct ccm_p11_origin){.generated_by = CK_UNAVAILABLE_INFORMATION};
	if (object.own != NULL) {
		at->origin.always_sensitive = ccm_p11_own_flag(object.own, CKA_ALWAYS_SENSITIVE);
		at->origin.never_extractable = ccm_p11_own_flag(object.own, CKA_NEVER_EXTRACTABLE);
	}
	at->key = ccm_p11_object_key(&object, &err);
	ccm_p11_object_clear(&object);
	if (at->key == NULL)
		return ccm_p11_failure("fetching a private key", &err);
	return ccm_p11_scheme_check_key(
	    &at->scheme, ccm_key_type(at->key), (size_t)ccm_pkey_bits(ccm_key_public(at->key)));
}

CK_RV
ccm_p11_derive(const struct ccm_p11_session *session, const CK_MECHANISM *mechanism,
    CK_OBJECT_HANDLE base, const struct ccm_p11_template *template, CK_OBJECT_HANDLE *handle)
{
	struct deriving at = {0};
	struct ccm_p11_own *own = NULL;
	enum ccm_p11_kind kind;
	CK_RV rv;

	if (mechanism == NULL || handle == NULL)
		return CKR_ARGUMENTS_BAD;
	rv = ccm_p11_scheme_parse(mechanism, CKF_DERIVE, &at.scheme);
	if (rv == CKR_OK)
		rv = find_base(session, base, &at);
	if (rv == CKR_OK)
		rv = ccm_p11_made_secret_kind(template, false, &kind);
	if (rv == CKR_OK)
		rv = ccm_p11_made_new(kind, template, &own);
	if (rv == CKR_OK)
		rv = derive(session, &at, own, handle);
	ccm_key_unref(at.key);
	return rv;
}
