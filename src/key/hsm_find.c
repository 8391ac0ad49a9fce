/* SPDX-License-Identifier: Apache-2.0 */
/* Where keys are in a token. */
#include <openssl/evp.h>
#include <p11-kit/p11-kit.h>
#include <string.h>

#include "core/crypto.h"
#include "key/hsm_key.h"

static CK_OBJECT_CLASS private_class = CKO_PRIVATE_KEY, public_class = CKO_PUBLIC_KEY;

#define CLASS(class)                               \
	{                                          \
		CKA_CLASS, &(class), sizeof(class) \
	}
#define BYTES(type, span)                             \
	{                                             \
		type, (void *)(span).data, (span).len \
	}

/* The first that fits; CK_INVALID_HANDLE: none. */
static CK_RV
find_first(const struct ccm_hsm_session *session, const CK_ATTRIBUTE *wanted, CK_ULONG wanted_count,
    CK_OBJECT_HANDLE *handle)
{
	CK_ULONG count = 1;
	CK_RV rv = ccm_hsm_find_objects(session, wanted, wanted_count, handle, &count);

	if (rv != CKR_OK || count == 0)
		*handle = CK_INVALID_HANDLE;
	return rv;
}

static CK_RV
find_modulus(
    const struct ccm_hsm_session *session, struct ccm_hsm_public *public, CK_OBJECT_HANDLE *handle)
{
	const CK_ATTRIBUTE wanted[] = {CLASS(private_class),
	    {CKA_KEY_TYPE, &public->type, sizeof(public->type)},
	    BYTES(CKA_MODULUS, public->modulus)};

	return find_first(session, wanted, CCM_COUNT(wanted), handle);
}

static CK_RV
find_point(const struct ccm_hsm_session *session, CK_OBJECT_CLASS *class,
    struct ccm_hsm_public *public, CK_OBJECT_HANDLE *handle)
{
	const CK_ATTRIBUTE wanted[] = {
	    CLASS(*class),
	    {CKA_KEY_TYPE, &public->type, sizeof(public->type)},
	    BYTES(CKA_EC_POINT, public->wrapped_point),
	};
	const CK_ATTRIBUTE bare[] = {wanted[0], wanted[1], BYTES(CKA_EC_POINT, public->point)};
	CK_RV rv = find_first(session, wanted, CCM_COUNT(wanted), handle);

	if (rv == CKR_OK && *handle == CK_INVALID_HANDLE)
		rv = find_first(session, bare, CCM_COUNT(bare), handle);
	return rv;
}

static CK_RV
find_id(const struct ccm_hsm_session *session, CK_OBJECT_CLASS *class, struct ccm_span id,
    CK_OBJECT_HANDLE *handles, CK_ULONG *count)
{
	const CK_ATTRIBUTE wanted[] = {CLASS(*class), BYTES(CKA_ID, id)};

	return ccm_hsm_find_objects(session, wanted, CCM_COUNT(wanted), handles, count);
}

/* Private keys need not tell the point, public keys do: from there on by CKA_ID. */
static CK_RV
find_by_point(
    const struct ccm_hsm_session *session, struct ccm_hsm_public *public, CK_OBJECT_HANDLE *handle)
{
	CK_OBJECT_HANDLE other = CK_INVALID_HANDLE;
	struct ccm_buf id = {0};
	CK_ULONG count = 1;
	CK_RV rv = find_point(session, &public_class, public, &other);

	*handle = CK_INVALID_HANDLE;
	if (rv == CKR_OK && other != CK_INVALID_HANDLE)
		rv = ccm_hsm_read(session, other, CKA_ID, &id);
	if (rv == CKR_OK && id.len != 0) {
		rv = find_id(session, &private_class, ccm_buf_span(&id), handle, &count);
		if (count == 0)
			*handle = CK_INVALID_HANDLE;
	} else if (rv == CKR_OK) {
		rv = find_point(session, &private_class, public, handle);
	}
	ccm_buf_clear(&id);
	return rv;
}

static CK_RV
find_by_public(const struct ccm_hsm_session *session, EVP_PKEY *pkey, CK_OBJECT_HANDLE *handle,
    struct ccm_error *err)
{
	struct ccm_hsm_public public;
	CK_RV rv;

	if (!ccm_hsm_public_from_pkey(pkey, &public, err))
		return CKR_FUNCTION_FAILED;
	rv = public.type == CKK_RSA ? find_modulus(session, &public, handle)
				    : find_by_point(session, &public, handle);
	ccm_hsm_public_clear(&public);
	return rv;
}

static CK_RV
find_by_id(const struct ccm_hsm_session *session, struct ccm_span id, CK_OBJECT_HANDLE *handle,
    struct ccm_error *err)
{
	CK_OBJECT_HANDLE found[2];
	CK_ULONG count = CCM_COUNT(found);
	CK_RV rv = find_id(session, &private_class, id, found, &count);

	*handle = rv == CKR_OK && count != 0 ? found[0] : CK_INVALID_HANDLE;
	if (rv != CKR_OK || count < 2)
		return rv;
	ccm_fail(err, CCM_CONFLICT, "HSM cluster %s: more than one private key has this CKA_ID",
	    session->hsm->cluster);
	return CKR_FUNCTION_FAILED;
}

/* Whoever logged out hides the keys, which is not the same as there being none. */
static CK_RV
nothing_found(const struct ccm_hsm_session *session, struct ccm_error *err)
{
	CK_SESSION_INFO info;
	CK_RV rv = session->functions->C_GetSessionInfo(session->handle, &info);

	if (rv != CKR_OK)
		return rv;
	if ((session->connection->token.flags & CKF_LOGIN_REQUIRED) != 0 &&
	    info.state != CKS_RO_USER_FUNCTIONS && info.state != CKS_RW_USER_FUNCTIONS)
		return CKR_USER_NOT_LOGGED_IN;
	ccm_fail(err, CCM_NOT_FOUND, "HSM cluster %s: the private key is not in token \"%.*s\"",
	    session->hsm->cluster,
	    (int)p11_kit_space_strlen(
		session->connection->token.label, sizeof(session->connection->token.label)),
	    session->connection->token.label);
	return CKR_OBJECT_HANDLE_INVALID;
}

static CK_RV
describe(const struct ccm_hsm_session *session, struct ccm_hsm_place *place)
{
	struct ccm_buf value = {0};
	CK_RV rv = ccm_hsm_read(session, place->handle, CKA_KEY_TYPE, &value);

	if (rv == CKR_OK && value.len == sizeof(place->type))
		memcpy(&place->type, value.data, sizeof(place->type));
	if (rv == CKR_OK)
		rv = ccm_hsm_read(session, place->handle, CKA_ALWAYS_AUTHENTICATE, &value);
	place->authenticates_always = rv == CKR_OK && value.len == 1 && value.data[0] == CK_TRUE;
	ccm_buf_clear(&value);
	return rv == CKR_OK ? ccm_hsm_read(session, place->handle, CKA_ID, &place->id) : rv;
}

CK_RV
ccm_hsm_locate(const struct ccm_hsm_session *session, const struct ccm_hsm_search *search,
    struct ccm_hsm_place *place, struct ccm_error *err)
{
	CK_RV rv = CKR_OK;

	place->handle = CK_INVALID_HANDLE;
	place->by_id_alone = false;
	if (search->public_key != NULL)
		rv = find_by_public(session, search->public_key, &place->handle, err);
	if (rv == CKR_OK && place->handle == CK_INVALID_HANDLE && search->id.len != 0) {
		place->by_id_alone = true;
		rv = find_by_id(session, search->id, &place->handle, err);
	}
	if (rv != CKR_OK)
		return rv;
	return place->handle != CK_INVALID_HANDLE ? describe(session, place)
						  : nothing_found(session, err);
}

/* ccm_hsm_find */

struct finding {
	const struct ccm_hsm_search *search;
	struct ccm_hsm_place place;
	EVP_PKEY *pkey; /* read, when it was not given */
	uint64_t connection;
};

/* From the private key itself if it tells, else from the public key beside it. */
static EVP_PKEY *
read_public(
    const struct ccm_hsm_session *session, const struct ccm_hsm_place *place, struct ccm_error *err)
{
	EVP_PKEY *pkey = ccm_hsm_public_read(session, place->handle, place->type, NULL);
	CK_OBJECT_HANDLE other = CK_INVALID_HANDLE;
	CK_ULONG count = 1;

	if (pkey != NULL)
		return pkey;
	if (find_id(session, &public_class, ccm_buf_span(&place->id), &other, &count) == CKR_OK &&
	    count != 0)
		return ccm_hsm_public_read(session, other, place->type, err);
	ccm_fail(err, CCM_NOT_FOUND,
	    "HSM cluster %s: the private key is there, but no public key beside it",
	    session->hsm->cluster);
	return NULL;
}

static CK_RV
find_work(struct ccm_hsm_session *session, void *context, struct ccm_error *err)
{
	struct finding *finding = context;
	CK_RV rv = ccm_hsm_locate(session, finding->search, &finding->place, err);

	finding->connection = session->connection->number;
	if (rv == CKR_OK && finding->search->public_key == NULL) {
		EVP_PKEY_free(finding->pkey);
		finding->pkey = read_public(session, &finding->place, err);
		rv = finding->pkey != NULL ? CKR_OK : CKR_FUNCTION_FAILED;
	}
	return rv;
}

/* Does the key sign what the public half verifies? */
static bool
is_proven(struct ccm_key *key, struct ccm_error *err)
{
	struct ccm_sign_params params = {.digest = "SHA256"};
	unsigned char digest[32], signature[2048];
	size_t len = sizeof(signature);
	struct ccm_signer *signer;
	bool ok;

	if (!ccm_random(digest, sizeof(digest), err))
		return false;
	params.padding = ccm_key_type(key) == CCM_KEY_RSA ? CCM_PAD_PKCS1 : CCM_PAD_NONE;
	params.digest = EVP_PKEY_is_a(ccm_key_public(key), "ED25519") ? NULL : params.digest;
	signer = ccm_signer_new(key, &params, err);
	ok = signer != NULL &&
	     ccm_signer_sign(signer, CCM_SPAN(digest, sizeof(digest)), signature, &len, err) &&
	     (ccm_pkey_verify(ccm_key_public(key), &params, CCM_SPAN(digest, sizeof(digest)),
		  CCM_SPAN(signature, len), err) ||
		 ccm_fail(err, CCM_NOT_FOUND,
		     "the key of this CKA_ID in the HSM belongs to another certificate"));
	ccm_signer_free(signer);
	return ok;
}

struct ccm_key *
ccm_hsm_find(struct ccm_hsm *hsm, const struct ccm_hsm_search *search, struct ccm_error *err)
{
	struct finding finding = {.search = search};
	const struct ccm_hsm_task task = {"looking for a key", find_work, &finding, false};
	struct ccm_key *key = NULL;

	if (ccm_hsm_run(hsm, &task, err))
		key = ccm_hsm_key_new(hsm,
		    search->public_key != NULL ? search->public_key : finding.pkey, &finding.place,
		    err);
	if (key != NULL)
		((struct ccm_hsm_key *)key)->connection = finding.connection;
	if (key != NULL && finding.place.by_id_alone && search->public_key != NULL &&
	    !is_proven(key, err)) {
		ccm_key_unref(key);
		key = NULL;
	}
	ccm_buf_clear(&finding.place.id);
	EVP_PKEY_free(finding.pkey);
	return key;
}
