/* SPDX-License-Identifier: Apache-2.0 */
#include "p11/object.h"

/*
 * A handle is the number that the model gave the item, and which of the item's objects is meant.
 * Both stay what they are for the life of the process, so handles survive sessions and forks. The
 * profile belongs to no item: number 0.
 */
enum { CLASS_CERTIFICATE = 1, CLASS_PUBLIC, CLASS_PRIVATE, CLASS_PROFILE };

unsigned
ccm_p11_object_kinds(const struct ccm_item *item)
{
	unsigned kinds = 0;

	if (item == NULL)
		return CCM_P11_PROFILE;
	switch (ccm_item_key_type(item)) {
	case CCM_KEY_RSA:
		kinds = CCM_P11_PUBLIC_RSA | CCM_P11_PRIVATE_RSA;
		break;
	case CCM_KEY_EC:
		kinds = CCM_P11_PUBLIC_EC | CCM_P11_PRIVATE_EC;
		break;
	case CCM_KEY_OTHER: /* one key of unknown type makes libp11 give up the whole token */
		break;
	}
	if (!ccm_item_has_key(item))
		kinds &= ~(unsigned)CCM_P11_PRIVATE;
	return kinds | CCM_P11_CERTIFICATE;
}

static CK_ULONG
class_of(unsigned kind)
{
	if ((kind & CCM_P11_CERTIFICATE) != 0)
		return CLASS_CERTIFICATE;
	if ((kind & CCM_P11_PUBLIC) != 0)
		return CLASS_PUBLIC;
	return (kind & CCM_P11_PRIVATE) != 0 ? CLASS_PRIVATE : CLASS_PROFILE;
}

CK_OBJECT_HANDLE
ccm_p11_object_handle(const struct ccm_p11_object *object)
{
	CK_ULONG number = object->item != NULL ? ccm_item_number(object->item) : 0;

	return number << CCM_P11_CLASS_BITS | class_of(object->kind);
}

bool
ccm_p11_object_get(struct ccm_token *token, CK_OBJECT_HANDLE handle, struct ccm_p11_object *object)
{
	CK_ULONG number = handle >> CCM_P11_CLASS_BITS, class = handle & CCM_P11_CLASS_MASK;
	unsigned kinds;

	*object = (struct ccm_p11_object){0};
	if (number != 0) {
		object->item = ccm_token_item(token, number);
		if (object->item == NULL)
			return false;
	}
	kinds = ccm_p11_object_kinds(object->item);
	for (unsigned kind = 1; kind <= kinds; kind <<= 1)
		if ((kinds & kind) != 0 && class_of(kind) == class)
			object->kind = kind;
	if (object->kind == 0)
		ccm_p11_object_clear(object);
	return object->kind != 0;
}

void
ccm_p11_object_clear(struct ccm_p11_object *object)
{
	ccm_item_unref(object->item);
	*object = (struct ccm_p11_object){0};
}
