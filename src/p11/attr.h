/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_P11_ATTR_H
#define CCM_P11_ATTR_H

/* The attributes of all objects: one table, by which they are found, read and documented. */

#include "p11/object.h"

enum ccm_p11_form { CCM_P11_BOOL, CCM_P11_ULONG, CCM_P11_ULONGS, CCM_P11_DATE, CCM_P11_BYTES };

/* Where a value comes from; the order is that of the price. */
enum ccm_p11_source {
	CCM_P11_CONSTANT,  /* the same for all objects of the kind */
	CCM_P11_LISTED,    /* known since the item was listed */
	CCM_P11_ASKED,     /* tags: needs a call of its own */
	CCM_P11_EXPORTED,  /* needs the certificate */
	CCM_P11_SENSITIVE, /* exists, and is never shown nor searched by */
	CCM_P11_GIVEN,     /* of the application's own objects: by template, or as it follows */
};

/* Who may give an attribute of an object of the application's own, and when. */
enum ccm_p11_rule {
	CCM_P11_CREATE = 1 << 0,   /* C_CreateObject */
	CCM_P11_GENERATE = 1 << 1, /* C_GenerateKey and Pair, C_UnwrapKey, C_DeriveKey */
	CCM_P11_COPY = 1 << 2,     /* C_CopyObject */
	CCM_P11_SET = 1 << 3,      /* C_SetAttributeValue */
	CCM_P11_CREATE_MUST = 1 << 4,
	CCM_P11_GENERATE_MUST = 1 << 5, /* the first two of them only */
	CCM_P11_ONLY_TRUE = 1 << 6,     /* copying and setting never make it false */
	CCM_P11_ONLY_FALSE = 1 << 7,    /* or true */
	CCM_P11_SECRET = 1 << 8, /* not shown if the object is sensitive or not extractable */
};

struct ccm_p11_attribute {
	CK_ATTRIBUTE_TYPE type;
	const char *name;
	unsigned kinds; /* of enum ccm_p11_kind: the objects that have it */
	enum ccm_p11_form form;
	enum ccm_p11_source source;
	/* of a constant number or Boolean; what one that nobody gives is; bytes are empty */
	CK_ULONG constant;
	/* Append the value's bytes to out; certificate is NULL unless the source needs it. */
	bool (*get)(const struct ccm_p11_object *object, const struct ccm_cert *certificate,
	    struct ccm_buf *out, struct ccm_error *err);
	unsigned rules; /* of enum ccm_p11_rule */
};

/* All rows, for tests and documents. Some attributes have rows for different kinds of object. */
const struct ccm_p11_attribute *ccm_p11_attributes(size_t *count);
/* The row for an attribute of an object of that kind; NULL when it has no such attribute. */
const struct ccm_p11_attribute *ccm_p11_attribute_find(
    CK_ATTRIBUTE_TYPE type, enum ccm_p11_kind kind);
/* What every object of the kind shows, or shows unless told otherwise. */
struct ccm_span ccm_p11_attribute_constant(const struct ccm_p11_attribute *attribute);
/* Is it never shown of this object? */
bool ccm_p11_attribute_is_hidden(
    const struct ccm_p11_attribute *attribute, const struct ccm_p11_object *object);
/* Can an attribute of this form have so many bytes? */
bool ccm_p11_form_admits(enum ccm_p11_form form, CK_ULONG len);
/* The value of an attribute that is not hidden, in place of what out held. */
bool ccm_p11_attribute_value(const struct ccm_p11_attribute *attribute,
    const struct ccm_p11_object *object, struct ccm_buf *out, struct ccm_error *err);
/* The kinds of object that could have this value, told without looking at any. */
unsigned ccm_p11_attribute_kinds(const CK_ATTRIBUTE *wanted);
/* C_GetAttributeValue, after the checks of its arguments (PKCS#11 2.40 s.5.7.5). */
CK_RV ccm_p11_attributes_read(
    const struct ccm_p11_object *object, CK_ATTRIBUTE *template, CK_ULONG count);
/* ahead.c: these are about to be read of one of the objects that were found last. */
void ccm_p11_read_ahead(struct ccm_p11_session *session, CK_OBJECT_HANDLE handle,
    const struct ccm_p11_object *object, const CK_ATTRIBUTE *template, CK_ULONG count);
/* The bytes of all that the object shows. */
CK_RV ccm_p11_attributes_size(const struct ccm_p11_object *object, CK_ULONG *size);

#endif
