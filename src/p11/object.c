/* SPDX-License-Identifier: Apache-2.0 */
#include "p11/object.h"

#include <openssl/evp.h>

#include "model/local.h"
#include "p11/own.h"

/*
 * A handle is a number and a class. Of an item's objects the number is the one that the model gave
 * the item, and the class tells which of them is meant: both stay what they are for the life of the
 * process, so handles survive sessions and forks. The token's own are counted, each class from 0 or
 * 1: no handle is 0.
 */
enum {
	CLASS_MECHANISM,
	CLASS_CERTIFICATE,
	CLASS_PUBLIC,
	CLASS_PRIVATE,
	CLASS_PROFILE,
	CLASS_TRUST,
	CLASS_CRL,
	CLASS_OWN,
	CLASS_EXTENSION
};
#define CLASS_BITS 4
#define CLASS_MASK ((1UL << CLASS_BITS) - 1)

/*
 * PKCS#11 Profiles 3.0 asks a Baseline Provider for functions and attributes, which are all here; a
 * Public Certificates Token for certificates that are found and read without a login, for the
 * CKA_ID of each on its private key, and for its private or its public key to be found by that.
 */
const CK_ULONG ccm_p11_profiles[] = {CKP_PUBLIC_CERTIFICATES_TOKEN, CKP_BASELINE_PROVIDER};
const size_t ccm_p11_profile_count = CCM_COUNT(ccm_p11_profiles);

static unsigned
key_kinds(struct ccm_item *item)
{
	unsigned kinds = 0;

	switch (ccm_item_key_type(item)) {
	case CCM_KEY_RSA:
		kinds = CCM_P11_PUBLIC_RSA | CCM_P11_PRIVATE_RSA;
		break;
	case CCM_KEY_EC:
	case CCM_KEY_SM2: /* on a curve as others, and with mechanisms of its own */
		kinds = CCM_P11_PUBLIC_EC | CCM_P11_PRIVATE_EC;
		break;
	case CCM_KEY_ED25519:
		kinds = CCM_P11_PUBLIC_ED | CCM_P11_PRIVATE_ED;
		break;
	case CCM_KEY_RSA_PSS: /* CKK_RSA would promise more than these may do */
	case CCM_KEY_OTHER:   /* one key of unknown type makes libp11 give up the whole token */
		break;
	}
	return ccm_item_has_key(item) ? kinds : kinds & ~(unsigned)CCM_P11_PRIVATE;
}

unsigned
ccm_p11_object_kinds(struct ccm_item *item, unsigned wanted)
{
	unsigned kinds = ccm_item_kind(item) != CCM_ITEM_KEY ? (unsigned)CCM_P11_CERTIFICATE : 0;

	if ((wanted & CCM_P11_KEY) != 0)
		kinds |= key_kinds(item);
	if (ccm_item_is_trusted(item) || ccm_item_is_distrusted(item))
		kinds |= CCM_P11_TRUST;
	if (ccm_item_is_trusted(item) && ccm_item_trust(item) != CCM_TRUST_YES)
		kinds |= CCM_P11_EXTENSION;
	if (ccm_item_crl_url(item)[0] != '\0')
		kinds |= CCM_P11_CRL;
	return kinds & wanted;
}

static CK_ULONG
class_of(unsigned kind)
{
	static const struct {
		unsigned kinds;
		CK_ULONG class;
	} classes[] = {
	    {CCM_P11_CERTIFICATE, CLASS_CERTIFICATE},
	    {CCM_P11_PUBLIC, CLASS_PUBLIC},
	    {CCM_P11_PRIVATE, CLASS_PRIVATE},
	    {CCM_P11_TRUST, CLASS_TRUST},
	    {CCM_P11_CRL, CLASS_CRL},
	    {CCM_P11_EXTENSION, CLASS_EXTENSION},
	    {CCM_P11_PROFILE, CLASS_PROFILE},
	    {CCM_P11_MECHANISM, CLASS_MECHANISM},
	};

	for (size_t i = 0; i < CCM_COUNT(classes); i++)
		if ((classes[i].kinds & kind) != 0)
			return classes[i].class;
	return CLASS_OWN;
}

static CK_ULONG
number_of(const struct ccm_p11_object *object)
{
	if (object->own != NULL)
		return object->own->number;
	if (object->item != NULL)
		return ccm_item_number(object->item);
	return object->kind == CCM_P11_MECHANISM ? object->number + 1 : object->number;
}

CK_OBJECT_HANDLE
ccm_p11_object_handle(const struct ccm_p11_object *object)
{
	return number_of(object) << CLASS_BITS | class_of(object->kind);
}

static bool
get_numbered(CK_ULONG number, enum ccm_p11_kind kind, size_t count, struct ccm_p11_object *object)
{
	*object = (struct ccm_p11_object){.kind = kind, .number = number};
	return number < count;
}

static bool
get_of_item(struct ccm_token *token, CK_ULONG number, CK_ULONG class, struct ccm_p11_object *object)
{
	struct ccm_item *item = ccm_token_item(token, number);
	unsigned kinds;

	if (item != NULL && ccm_item_kind(item) == CCM_ITEM_KEY && !ccm_local_exists(item)) {
		ccm_item_unref(item);
		item = NULL;
	}
	if (item == NULL)
		return false;
	kinds = ccm_p11_object_kinds(
	    item, class == CLASS_CERTIFICATE ? (unsigned)CCM_P11_CERTIFICATE : CCM_P11_ITEM);
	for (unsigned kind = 1; kind <= kinds; kind <<= 1)
		if ((kinds & kind) != 0 && class_of(kind) == class)
			*object = (struct ccm_p11_object){.kind = kind, .item = item};
	if (object->item == NULL)
		ccm_item_unref(item);
	return object->item != NULL;
}

bool
ccm_p11_object_get(
    const struct ccm_p11_session *session, CK_OBJECT_HANDLE handle, struct ccm_p11_object *object)
{
	CK_ULONG number = handle >> CLASS_BITS, class = handle & CLASS_MASK;

	*object = (struct ccm_p11_object){0};
	switch (class) {
	case CLASS_MECHANISM:
		return get_numbered(number - 1, CCM_P11_MECHANISM, ccm_p11_mechanism_count, object);
	case CLASS_PROFILE:
		return get_numbered(number, CCM_P11_PROFILE, ccm_p11_profile_count, object);
	case CLASS_OWN:
		return ccm_p11_own_get(session->slot_id, number, object);
	case CLASS_PRIVATE:
		if (!ccm_p11_shows_private(session->slot_id))
			return false;
		/* fallthrough */
	default:
		return get_of_item(session->token, number, class, object);
	}
}

struct ccm_item *
ccm_p11_object_item(const struct ccm_p11_session *session, CK_OBJECT_HANDLE handle)
{
	CK_ULONG class = handle & CLASS_MASK;

	if (class == CLASS_MECHANISM || class == CLASS_PROFILE || class == CLASS_OWN)
		return NULL;
	return ccm_token_item(session->token, handle >> CLASS_BITS);
}

void
ccm_p11_object_clear(struct ccm_p11_object *object)
{
	ccm_item_unref(object->item);
	ccm_p11_own_unref(object->own);
	*object = (struct ccm_p11_object){0};
}

bool
ccm_p11_object_unique_id(
    const struct ccm_p11_object *object, struct ccm_buf *out, struct ccm_error *err)
{
	char id[2 * CCM_P11_ID_SIZE + 1] = "";

	if (object->item == NULL)
		return ccm_buf_printf(
		    out, err, "%lu-%lu", number_of(object), class_of(object->kind));
	ccm_hex(ccm_item_identity(object->item).data, CCM_P11_ID_SIZE, id);
	return ccm_buf_printf(out, err, "%s-%s%lu", id,
	    ccm_item_kind(object->item) == CCM_ITEM_ENCRYPTION ? "e" : "", class_of(object->kind));
}

bool
ccm_p11_object_is_key(const struct ccm_p11_object *object)
{
	return (object->kind & (CCM_P11_KEY | CCM_P11_OWN_KEY)) != 0;
}

enum ccm_key_type
ccm_p11_object_key_type(const struct ccm_p11_object *object)
{
	if (object->item != NULL)
		return ccm_item_key_type(object->item);
	if (object->own == NULL)
		return CCM_KEY_OTHER;
	return object->own->key != NULL ? ccm_key_type(object->own->key)
					: ccm_pkey_type(object->own->public_key);
}

/* Keys of one kind of object may be for different mechanisms (SM2 is on a curve as ECDSA is), and
 * those of an SM2 pair for different uses. */
bool
ccm_p11_item_permits(struct ccm_item *item, CK_ATTRIBUTE_TYPE use)
{
	bool signs = use == CKA_SIGN || use == CKA_VERIFY;

	return (signs ? ccm_item_signs(item) : ccm_item_decrypts(item) || use == CKA_DERIVE) &&
	       ccm_p11_mechanisms_allow(ccm_item_key_type(item), use);
}

bool
ccm_p11_object_permits(const struct ccm_p11_object *object, CK_ATTRIBUTE_TYPE use)
{
	const struct ccm_p11_attribute *row = ccm_p11_attribute_find(use, object->kind);

	if (row == NULL)
		return false;
	switch (row->source) {
	case CCM_P11_CONSTANT:
		return row->constant != CK_FALSE;
	case CCM_P11_GIVEN:
		return ccm_p11_own_flag(object->own, use);
	case CCM_P11_LISTED:
		return ccm_p11_item_permits(object->item, use);
	default:
		return false;
	}
}

EVP_PKEY *
ccm_p11_object_public_key(const struct ccm_p11_object *object, struct ccm_error *err)
{
	EVP_PKEY *pkey = NULL;

	if (object->own != NULL)
		pkey = object->own->public_key;
	else
		pkey = ccm_item_public_key(object->item, err);
	if (pkey == NULL) {
		ccm_fail(err, CCM_UNSUPPORTED, "a kind of key that we do not know");
		return NULL;
	}
	EVP_PKEY_up_ref(pkey);
	return pkey;
}

struct ccm_key *
ccm_p11_object_key(const struct ccm_p11_object *object, struct ccm_error *err)
{
	if (object->item != NULL)
		return ccm_item_key(object->item, err);
	if (object->own->key != NULL)
		return ccm_key_ref(object->own->key);
	ccm_fail(err, CCM_UNSUPPORTED, "a kind of key that we do not know");
	return NULL;
}
