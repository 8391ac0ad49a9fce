/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_P11_OWN_H
#define CCM_P11_OWN_H

/*
 * Objects of the application's own: session objects. They belong to the session that made them and
 * end with it; every session of the slot finds them. One is immutable once it has a handle:
 * changing an attribute puts another in its place.
 *
 * A maker goes through new, apply, complete and insert; what fails is given back by unref.
 */

#include "p11/attr.h"

struct ccm_p11_own_value {
	const struct ccm_p11_attribute *attribute;
	struct ccm_buf bytes;
};
struct ccm_p11_own {
	atomic_uint refs;
	CK_SLOT_ID slot_id;
	CK_SESSION_HANDLE session;
	CK_ULONG number; /* of the handle */
	enum ccm_p11_kind kind;
	EVP_PKEY *public_key;     /* of public keys */
	struct ccm_key *key;      /* of private ones */
	struct ccm_p11_own *next; /* of the same session; guarded by the module's lock */
	size_t count;
	struct ccm_p11_own_value values[]; /* each attribute that the table says is given */
};

/* template.c: what a template says, and whether it may. */
const CK_ATTRIBUTE *ccm_p11_template_find(
    const CK_ATTRIBUTE *template, CK_ULONG count, CK_ATTRIBUTE_TYPE type);
/* Does it ask for an object of the token? */
bool ccm_p11_template_wants_token(const CK_ATTRIBUTE *template, CK_ULONG count);
/* The kind of object that class and type of key or certificate ask for. */
CK_RV ccm_p11_template_kind(const CK_ATTRIBUTE *template, CK_ULONG count, enum ccm_p11_kind *kind);
/* May it give all that it gives, by this rule (one of the first four)? Is all there that must be?
 */
CK_RV ccm_p11_template_check(
    enum ccm_p11_kind kind, const CK_ATTRIBUTE *template, CK_ULONG count, enum ccm_p11_rule rule);

/* own.c */
struct ccm_p11_own *ccm_p11_own_new(enum ccm_p11_kind kind, struct ccm_error *err);
struct ccm_p11_own *ccm_p11_own_copy(const struct ccm_p11_own *own, struct ccm_error *err);
struct ccm_p11_own *ccm_p11_own_ref(struct ccm_p11_own *own);
void ccm_p11_own_unref(struct ccm_p11_own *own); /* NULL is allowed */
/* The value of an attribute that the kind has; hidden or not. */
struct ccm_span ccm_p11_own_value(const struct ccm_p11_own *own, CK_ATTRIBUTE_TYPE type);
bool ccm_p11_own_flag(const struct ccm_p11_own *own, CK_ATTRIBUTE_TYPE type);
CK_ULONG ccm_p11_own_number(const struct ccm_p11_own *own, CK_ATTRIBUTE_TYPE type);
bool ccm_p11_own_set(
    struct ccm_p11_own *own, CK_ATTRIBUTE_TYPE type, struct ccm_span value, struct ccm_error *err);
/* All that a checked template gives. */
bool ccm_p11_own_apply(
    struct ccm_p11_own *own, const CK_ATTRIBUTE *template, CK_ULONG count, struct ccm_error *err);

/* own_table.c: those that have a handle */
CK_RV ccm_p11_own_insert(
    const struct ccm_p11_session *session, struct ccm_p11_own *take_own, CK_OBJECT_HANDLE *handle);
/* References to all of a slot. */
struct ccm_p11_owns {
	struct ccm_p11_own **owns;
	size_t count;
};
bool ccm_p11_owns_of(CK_SLOT_ID slot_id, struct ccm_p11_owns *out, struct ccm_error *err);
void ccm_p11_owns_clear(struct ccm_p11_owns *owns);
bool ccm_p11_own_get(CK_SLOT_ID slot_id, CK_ULONG number, struct ccm_p11_object *object);
/* Put it in the place of the one it is a copy of. False: that is not the one there any more. */
bool ccm_p11_own_replace(const struct ccm_p11_own *old, struct ccm_p11_own *take_own);
bool ccm_p11_own_remove(const struct ccm_p11_own *own);

/* own_complete.c, own_private.c: fill in what follows from what was given, and check it. */
CK_RV ccm_p11_own_complete(struct ccm_p11_own *own);
CK_RV ccm_p11_own_complete_private(struct ccm_p11_own *own);
/* What was given must agree with what follows; what was not given is filled in. */
CK_RV ccm_p11_own_agree(
    struct ccm_p11_own *own, CK_ATTRIBUTE_TYPE type, struct ccm_span follows, CK_RV otherwise);
/* A key's curve is one that we do, and of the key's type. */
CK_RV ccm_p11_own_judge_curve(const struct ccm_p11_own *own);

#endif
