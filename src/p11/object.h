/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_P11_OBJECT_H
#define CCM_P11_OBJECT_H

/*
 * Objects of all origins behind one handle: those that an item of the model stands for, those of
 * the token itself (profiles, mechanisms), and the application's own (session objects, own.h).
 */

#include "p11/p11.h"

enum ccm_p11_kind { /* a bit each: the columns of the attribute table */
	CCM_P11_CERTIFICATE = 1 << 0,
	CCM_P11_PUBLIC_RSA = 1 << 1,
	CCM_P11_PUBLIC_EC = 1 << 2,
	CCM_P11_PRIVATE_RSA = 1 << 3,
	CCM_P11_PRIVATE_EC = 1 << 4,
	CCM_P11_TRUST = 1 << 5,
	CCM_P11_PROFILE = 1 << 6,
	CCM_P11_MECHANISM = 1 << 7,
	CCM_P11_OWN_DATA = 1 << 8,
	CCM_P11_OWN_CERTIFICATE = 1 << 9,
	CCM_P11_OWN_PUBLIC_RSA = 1 << 10,
	CCM_P11_OWN_PUBLIC_EC = 1 << 11,
	CCM_P11_OWN_PUBLIC_ED = 1 << 12,
	CCM_P11_OWN_PRIVATE_RSA = 1 << 13,
	CCM_P11_OWN_PRIVATE_EC = 1 << 14,
	CCM_P11_OWN_PRIVATE_ED = 1 << 15,
	CCM_P11_OWN_GENERIC = 1 << 16,
	CCM_P11_OWN_AES = 1 << 17,
	CCM_P11_CRL = 1 << 18,
	CCM_P11_PUBLIC_ED = 1 << 19,
	CCM_P11_PRIVATE_ED = 1 << 20,
	CCM_P11_EXTENSION = 1 << 21, /* p11-kit's: what an anchor is for */
};
#define CCM_P11_PUBLIC (CCM_P11_PUBLIC_RSA | CCM_P11_PUBLIC_EC | CCM_P11_PUBLIC_ED)
#define CCM_P11_PRIVATE (CCM_P11_PRIVATE_RSA | CCM_P11_PRIVATE_EC | CCM_P11_PRIVATE_ED)
#define CCM_P11_KEY (CCM_P11_PUBLIC | CCM_P11_PRIVATE)
#define CCM_P11_ITEM \
	(CCM_P11_CERTIFICATE | CCM_P11_KEY | CCM_P11_TRUST | CCM_P11_CRL | CCM_P11_EXTENSION)
#define CCM_P11_TOKEN (CCM_P11_ITEM | CCM_P11_PROFILE) /* what is stored on the token */
#define CCM_P11_OWN_PUBLIC (CCM_P11_OWN_PUBLIC_RSA | CCM_P11_OWN_PUBLIC_EC | CCM_P11_OWN_PUBLIC_ED)
#define CCM_P11_OWN_PRIVATE \
	(CCM_P11_OWN_PRIVATE_RSA | CCM_P11_OWN_PRIVATE_EC | CCM_P11_OWN_PRIVATE_ED)
#define CCM_P11_OWN_SECRET (CCM_P11_OWN_GENERIC | CCM_P11_OWN_AES)
#define CCM_P11_OWN_KEY (CCM_P11_OWN_PUBLIC | CCM_P11_OWN_PRIVATE | CCM_P11_OWN_SECRET)
#define CCM_P11_OWN (CCM_P11_OWN_DATA | CCM_P11_OWN_CERTIFICATE | CCM_P11_OWN_KEY)
#define CCM_P11_ANY (CCM_P11_TOKEN | CCM_P11_MECHANISM | CCM_P11_OWN)
#define CCM_P11_ID_SIZE 16 /* of what the model knows an item by */

struct ccm_p11_own;
struct ccm_p11_object {
	enum ccm_p11_kind kind;
	struct ccm_item *item;   /* of which it is a reference; NULL for others */
	struct ccm_p11_own *own; /* likewise */
	CK_ULONG number;         /* of the profile or mechanism */
};

/* The profiles that we hold to, each an object (PKCS#11 Profiles 3.0). */
extern const CK_ULONG ccm_p11_profiles[];
extern const size_t ccm_p11_profile_count;

/* Those of the wanted kinds of object that an item shows. Only keys may take an export to tell. */
unsigned ccm_p11_object_kinds(struct ccm_item *item, unsigned wanted);
CK_OBJECT_HANDLE ccm_p11_object_handle(const struct ccm_p11_object *object);
bool ccm_p11_object_get(
    const struct ccm_p11_session *session, CK_OBJECT_HANDLE handle, struct ccm_p11_object *object);
/* The item that it stands for, referenced, or NULL; nothing is asked. */
struct ccm_item *ccm_p11_object_item(
    const struct ccm_p11_session *session, CK_OBJECT_HANDLE handle);
void ccm_p11_object_clear(struct ccm_p11_object *object);
/* Text that no other object of the token has (3.0 s.4.4.1). */
bool ccm_p11_object_unique_id(
    const struct ccm_p11_object *object, struct ccm_buf *out, struct ccm_error *err);

/* Keys, wherever they come from. */
bool ccm_p11_object_is_key(const struct ccm_p11_object *object);
enum ccm_key_type ccm_p11_object_key_type(const struct ccm_p11_object *object);
/* May it be used so (CKA_SIGN, CKA_DECRYPT, ...)? The second of the token's objects. */
bool ccm_p11_item_permits(struct ccm_item *item, CK_ATTRIBUTE_TYPE use);
bool ccm_p11_object_permits(const struct ccm_p11_object *object, CK_ATTRIBUTE_TYPE use);
/* References to a key's halves, fetched if need be. */
EVP_PKEY *ccm_p11_object_public_key(const struct ccm_p11_object *object, struct ccm_error *err);
struct ccm_key *ccm_p11_object_key(const struct ccm_p11_object *object, struct ccm_error *err);

#endif
