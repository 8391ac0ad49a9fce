/* SPDX-License-Identifier: Apache-2.0 */
#include "key/generate.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <string.h>

#include "core/crypto.h"
#include "core/der.h"
#include "p11/curve.h"
#include "p11/token.h"

/* Secret keys */

static CK_RV
secret_length(const struct ccm_p11_scheme *scheme, const struct ccm_p11_own *own,
    const struct ccm_p11_template *template, size_t *len)
{
	const struct ccm_p11_mechanism *mechanism = scheme->mechanism;
	bool aes = own->kind == CCM_P11_OWN_AES;
	CK_ULONG bytes = ccm_p11_own_number(own, CKA_VALUE_LEN), size = aes ? bytes : 8 * bytes;

	*len = bytes;
	if (ccm_p11_template_find(template->attributes, template->count, CKA_VALUE_LEN) == NULL)
		return CKR_TEMPLATE_INCOMPLETE;
	if (bytes > mechanism->max || size < mechanism->min || size > mechanism->max)
		return CKR_KEY_SIZE_RANGE;
	return aes && bytes % 8 != 0 ? CKR_KEY_SIZE_RANGE : CKR_OK;
}

static CK_RV
fill_at_random(size_t len, struct ccm_buf *value)
{
	struct ccm_error err = {0};

	if (!ccm_buf_reserve(value, len, &err) || !ccm_random(value->data, len, &err))
		return ccm_p11_failure("C_GenerateKey", &err);
	value->len = len;
	return CKR_OK;
}

CK_RV
ccm_p11_generate_key(const struct ccm_p11_session *session, const CK_MECHANISM *mechanism,
    const struct ccm_p11_template *template, CK_OBJECT_HANDLE *handle)
{
	enum ccm_p11_kind kind = CCM_P11_OWN_GENERIC;
	struct ccm_p11_scheme scheme;
	struct ccm_p11_own *own = NULL;
	struct ccm_buf value = {.secret = true};
	size_t len;
	CK_RV rv;

	if (mechanism == NULL || handle == NULL)
		return CKR_ARGUMENTS_BAD;
	rv = ccm_p11_scheme_parse(mechanism, CKF_GENERATE, &scheme);
	if (rv != CKR_OK)
		return rv;
	if (mechanism->mechanism == CKM_AES_KEY_GEN)
		kind = CCM_P11_OWN_AES;
	rv = ccm_p11_made_new(kind, template, &own);
	if (rv == CKR_OK)
		rv = secret_length(&scheme, own, template, &len);
	if (rv == CKR_OK)
		rv = fill_at_random(len, &value);
	if (rv == CKR_OK)
		rv = ccm_p11_made_secret(session, own, ccm_buf_span(&value),
		    &(struct ccm_p11_origin){mechanism->mechanism, true, true}, handle);
	else
		ccm_p11_own_unref(own);
	ccm_buf_clear(&value);
	return rv;
}

/* Pairs */

static const struct kinds {
	CK_MECHANISM_TYPE type;
	enum ccm_p11_kind public, private;
} pair_kinds[] = {
    {CKM_RSA_PKCS_KEY_PAIR_GEN, CCM_P11_OWN_PUBLIC_RSA, CCM_P11_OWN_PRIVATE_RSA},
    {CKM_EC_KEY_PAIR_GEN, CCM_P11_OWN_PUBLIC_EC, CCM_P11_OWN_PRIVATE_EC},
    {CKM_EC_EDWARDS_KEY_PAIR_GEN, CCM_P11_OWN_PUBLIC_ED, CCM_P11_OWN_PRIVATE_ED},
};

static const struct kinds *
kinds_of(CK_MECHANISM_TYPE type)
{
	const struct kinds *kinds = pair_kinds;

	while (kinds->type != type)
		kinds++;
	return kinds;
}

/* Two objects on their way. */
struct made {
	const struct ccm_p11_mechanism *mechanism;
	struct ccm_p11_own *public, *private;
	struct ccm_key *key;
};

/* What to make, which the public template says. */
static CK_RV
read_spec(const struct made *made, struct ccm_key_spec *spec)
{
	CK_ULONG bits = ccm_p11_own_number(made->public, CKA_MODULUS_BITS);
	const struct ccm_p11_curve *curve;
	CK_RV rv;

	if (made->mechanism->key_type == CCM_KEY_RSA) {
		if (bits < made->mechanism->min || bits > made->mechanism->max)
			return CKR_KEY_SIZE_RANGE;
		*spec = (struct ccm_key_spec){CCM_KEY_RSA, (unsigned)bits,
		    ccm_p11_own_value(made->public, CKA_PUBLIC_EXPONENT)};
		return ccm_key_spec_check(spec, NULL) ? CKR_OK : CKR_ATTRIBUTE_VALUE_INVALID;
	}
	rv = ccm_p11_own_judge_curve(made->public);
	if (rv != CKR_OK)
		return rv;
	curve = ccm_p11_curve_find(ccm_p11_own_value(made->public, CKA_EC_PARAMS));
	*spec = (struct ccm_key_spec){.type = curve->type};
	spec->bits = curve->type == CCM_KEY_EC ? (unsigned)curve->bits : 0;
	return CKR_OK;
}

static bool
give_number(struct ccm_p11_own *own, CK_ATTRIBUTE_TYPE type, const EVP_PKEY *pkey, const char *name,
    struct ccm_error *err)
{
	struct ccm_buf number = {.secret = true};
	bool ok = ccm_pkey_number(pkey, name, &number, err) &&
		  ccm_p11_own_set(own, type, ccm_buf_span(&number), err);

	ccm_buf_clear(&number);
	return ok;
}

static bool
append_point(const EVP_PKEY *pkey, struct ccm_buf *out, struct ccm_error *err)
{
	unsigned char *point = NULL;
	size_t len;
	bool ok;

	if (ccm_pkey_type(pkey) == CCM_KEY_ED25519) /* which OpenSSL does not call encoded */
		return ccm_pkey_number(pkey, OSSL_PKEY_PARAM_PUB_KEY, out, err);
	len = EVP_PKEY_get1_encoded_public_key((EVP_PKEY *)pkey, &point);
	ok = len != 0 ? ccm_buf_append(out, point, len, err)
		      : ccm_fail_openssl(err, "the point of a public key");
	OPENSSL_free(point);
	return ok;
}

static bool
give_point(struct ccm_p11_own *own, const EVP_PKEY *pkey, struct ccm_error *err)
{
	struct ccm_buf point = {0}, der = {0};
	bool ok = append_point(pkey, &point, err) &&
		  ccm_der_write(&der, CCM_DER_OCTET_STRING, ccm_buf_span(&point), err) &&
		  ccm_p11_own_set(own, CKA_EC_POINT, ccm_buf_span(&der), err);

	ccm_buf_clear(&point);
	ccm_buf_clear(&der);
	return ok;
}

static bool
fill_public(struct made *made, struct ccm_error *err)
{
	const EVP_PKEY *pkey = ccm_key_public(made->key);

	if (made->mechanism->key_type != CCM_KEY_RSA)
		return give_point(made->public, pkey, err);
	return give_number(made->public, CKA_MODULUS, pkey, OSSL_PKEY_PARAM_RSA_N, err) &&
	       give_number(made->public, CKA_PUBLIC_EXPONENT, pkey, OSSL_PKEY_PARAM_RSA_E, err);
}

/* The private numbers are held where somebody may see them, and nowhere else. */
static bool
fill_secrets(struct made *made, struct ccm_error *err)
{
	static const struct {
		CK_ATTRIBUTE_TYPE type;
		const char *name;
	} numbers[] = {
	    {CKA_PRIVATE_EXPONENT, OSSL_PKEY_PARAM_RSA_D},
	    {CKA_PRIME_1, OSSL_PKEY_PARAM_RSA_FACTOR1},
	    {CKA_PRIME_2, OSSL_PKEY_PARAM_RSA_FACTOR2},
	    {CKA_EXPONENT_1, OSSL_PKEY_PARAM_RSA_EXPONENT1},
	    {CKA_EXPONENT_2, OSSL_PKEY_PARAM_RSA_EXPONENT2},
	    {CKA_COEFFICIENT, OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
	};
	const EVP_PKEY *pkey = ccm_key_soft_pkey(made->key);
	bool ok = true;

	if (ccm_p11_own_flag(made->private, CKA_SENSITIVE) ||
	    !ccm_p11_own_flag(made->private, CKA_EXTRACTABLE))
		return true;
	if (made->mechanism->key_type != CCM_KEY_RSA)
		return give_number(made->private, CKA_VALUE, pkey, OSSL_PKEY_PARAM_PRIV_KEY, err);
	for (size_t i = 0; ok && i < CCM_COUNT(numbers); i++)
		ok = give_number(made->private, numbers[i].type, pkey, numbers[i].name, err);
	return ok;
}

static bool
fill_private(struct made *made, struct ccm_error *err)
{
	static const CK_ATTRIBUTE_TYPE shared[] = {
	    CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_EC_PARAMS, CKA_PUBLIC_KEY_INFO};
	bool ok = true;

	for (size_t i = 0; ok && i < CCM_COUNT(shared); i++)
		ok = ccm_p11_own_set(
		    made->private, shared[i], ccm_p11_own_value(made->public, shared[i]), err);
	made->private->key = ccm_key_ref(made->key);
	return ok && fill_secrets(made, err);
}

static CK_RV
generate(struct made *made)
{
	const struct ccm_p11_origin origin = {made->mechanism->type, true, true};
	struct ccm_key_spec spec;
	struct ccm_error err = {0};
	CK_RV rv = read_spec(made, &spec);

	if (rv != CKR_OK)
		return rv;
	made->key = ccm_key_generate(&spec, &err);
	if (made->key == NULL || !fill_public(made, &err))
		return ccm_p11_failure("C_GenerateKeyPair", &err);
	rv = ccm_p11_own_complete(made->public);
	if (rv == CKR_OK && !fill_private(made, &err))
		rv = ccm_p11_failure("C_GenerateKeyPair", &err);
	if (rv == CKR_OK)
		rv = ccm_p11_made_by(made->public, &origin);
	return rv == CKR_OK ? ccm_p11_made_by(made->private, &origin) : rv;
}

/* Both, or none. */
static CK_RV
insert(
    const struct ccm_p11_session *session, const struct made *made, const struct ccm_p11_pair *pair)
{
	CK_OBJECT_HANDLE public = CK_INVALID_HANDLE, private = CK_INVALID_HANDLE;
	CK_RV rv = ccm_p11_own_insert(session, ccm_p11_own_ref(made->public), &public);

	if (rv != CKR_OK)
		return rv;
	rv = ccm_p11_own_insert(session, ccm_p11_own_ref(made->private), &private);
	if (rv != CKR_OK) {
		ccm_p11_own_remove(made->public);
		return rv;
	}
	*pair->public.handle = public;
	*pair->private.handle = private;
	return CKR_OK;
}

static CK_RV
generate_in_hsm(
    const struct ccm_p11_session *session, const struct made *made, const struct ccm_p11_pair *pair)
{
	struct ccm_key_spec spec;
	CK_RV rv = read_spec(made, &spec);

	return rv == CKR_OK
		   ? ccm_p11_token_generate(session, made->private, made->public, &spec, pair)
		   : rv;
}

static CK_RV
generate_here(const struct ccm_p11_session *session, struct made *made,
    const struct ccm_p11_pair *pair, bool on_token)
{
	CK_RV rv = generate(made);

	if (rv != CKR_OK)
		return rv;
	return on_token ? ccm_p11_token_keep(session, made->private, made->public, pair)
			: insert(session, made, pair);
}

static CK_RV
generate_pair(const struct ccm_p11_session *session, const CK_MECHANISM *mechanism,
    const struct ccm_p11_pair *pair, bool on_token)
{
	struct ccm_p11_scheme scheme;
	struct made made = {0};
	CK_RV rv;

	rv = ccm_p11_scheme_parse(mechanism, CKF_GENERATE_KEY_PAIR, &scheme);
	if (rv != CKR_OK)
		return rv;
	const struct kinds *kinds = kinds_of(mechanism->mechanism);
	made.mechanism = scheme.mechanism;
	rv = ccm_p11_made_new(kinds->public, &pair->public.template, &made.public);
	if (rv == CKR_OK)
		rv = ccm_p11_made_new(kinds->private, &pair->private.template, &made.private);
	if (rv == CKR_OK && on_token && ccm_token_hsm(session->token) != NULL)
		rv = generate_in_hsm(session, &made, pair);
	else if (rv == CKR_OK)
		rv = generate_here(session, &made, pair, on_token);
	ccm_p11_own_unref(made.public);
	ccm_p11_own_unref(made.private);
	ccm_key_unref(made.key);
	return rv;
}

static bool
is_whole(const struct ccm_p11_half *half)
{
	return half->handle != NULL &&
	       (half->template.attributes != NULL || half->template.count == 0);
}

static bool
wants_token(const struct ccm_p11_half *half)
{
	return ccm_p11_template_wants_token(half->template.attributes, half->template.count);
}

/* A pair on the token is one: what the private half's template says counts. */
CK_RV
ccm_p11_generate_pair(const struct ccm_p11_session *session, const CK_MECHANISM *mechanism,
    const struct ccm_p11_pair *pair)
{
	struct ccm_p11_pair rest = *pair;
	CK_RV rv;

	if (mechanism == NULL || !is_whole(&pair->public) || !is_whole(&pair->private))
		return CKR_ARGUMENTS_BAD;
	if (!wants_token(&pair->private) && !wants_token(&pair->public))
		return generate_pair(session, mechanism, pair, false);
	if (!wants_token(&pair->private))
		return CKR_TEMPLATE_INCONSISTENT;
	rv = ccm_p11_token_check_write(session);
	if (rv != CKR_OK)
		return rv;
	rest.public.template.attributes = NULL;
	rv = ccm_p11_template_off_token(&pair->private.template, &rest.private.template);
	if (rv == CKR_OK)
		rv = ccm_p11_template_off_token(&pair->public.template, &rest.public.template);
	if (rv == CKR_OK)
		rv = generate_pair(session, mechanism, &rest, true);
	ccm_p11_template_free(&rest.private.template);
	ccm_p11_template_free(&rest.public.template);
	return rv;
}
