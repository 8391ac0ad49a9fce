/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_P11_OBJECT_H
#define CCM_P11_OBJECT_H

#include "p11/p11.h"

/* object.c: an item of the model seen as one of the objects it stands for */
enum ccm_p11_kind { /* a bit each: the columns of the attribute table */
	CCM_P11_CERTIFICATE = 1,
	CCM_P11_PUBLIC_RSA = 2,
	CCM_P11_PUBLIC_EC = 4,
	CCM_P11_PRIVATE_RSA = 8,
	CCM_P11_PRIVATE_EC = 16,
	CCM_P11_PROFILE = 32,
};
#define CCM_P11_PUBLIC (CCM_P11_PUBLIC_RSA | CCM_P11_PUBLIC_EC)
#define CCM_P11_PRIVATE (CCM_P11_PRIVATE_RSA | CCM_P11_PRIVATE_EC)
#define CCM_P11_KEY (CCM_P11_PUBLIC | CCM_P11_PRIVATE)
#define CCM_P11_ITEM (CCM_P11_CERTIFICATE | CCM_P11_KEY)
#define CCM_P11_ANY (CCM_P11_ITEM | CCM_P11_PROFILE)
#define CCM_P11_ID_SIZE 16 /* of every CKA_ID */
struct ccm_p11_object {
	enum ccm_p11_kind kind;
	struct ccm_item *item; /* NULL for the profile */
};
/* The low bits of a handle tell which of an item's objects it is. */
#define CCM_P11_CLASS_BITS 3
#define CCM_P11_CLASS_MASK ((1UL << CCM_P11_CLASS_BITS) - 1)
/* The kinds of object that an item (NULL: the token itself) shows. */
unsigned ccm_p11_object_kinds(const struct ccm_item *item);
CK_OBJECT_HANDLE ccm_p11_object_handle(const struct ccm_p11_object *object);
bool ccm_p11_object_get(
    struct ccm_token *token, CK_OBJECT_HANDLE handle, struct ccm_p11_object *object);
void ccm_p11_object_clear(struct ccm_p11_object *object);

#endif
