/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_P11_KEYGEN_H
#define CCM_P11_KEYGEN_H

/* Keys that a mechanism makes: generated, unwrapped, derived. All are session objects. */

#include "p11/own.h"

/* generate.c */
struct ccm_p11_half {
	struct ccm_p11_template template;
	CK_OBJECT_HANDLE *handle;
};
struct ccm_p11_pair {
	struct ccm_p11_half public, private;
};
CK_RV ccm_p11_generate_key(const struct ccm_p11_session *session, const CK_MECHANISM *mechanism,
    const struct ccm_p11_template *template, CK_OBJECT_HANDLE *handle);
CK_RV ccm_p11_generate_pair(const struct ccm_p11_session *session, const CK_MECHANISM *mechanism,
    const struct ccm_p11_pair *pair);

/* wrap.c */
struct ccm_p11_wrapping {
	const CK_MECHANISM *mechanism;
	CK_OBJECT_HANDLE by, key;
};
CK_RV ccm_p11_wrap(const struct ccm_p11_session *session, const struct ccm_p11_wrapping *wrapping,
    CK_BYTE *out, CK_ULONG *out_len);
CK_RV ccm_p11_unwrap(const struct ccm_p11_session *session, const struct ccm_p11_wrapping *wrapping,
    struct ccm_span wrapped, const struct ccm_p11_template *template, CK_OBJECT_HANDLE *handle);

/* derive.c */
CK_RV ccm_p11_derive(const struct ccm_p11_session *session, const CK_MECHANISM *mechanism,
    CK_OBJECT_HANDLE base, const struct ccm_p11_template *template, CK_OBJECT_HANDLE *handle);

/* made.c: one of a kind, with what a checked template gives; to be finished, then inserted. */
CK_RV ccm_p11_made_new(
    enum ccm_p11_kind kind, const struct ccm_p11_template *template, struct ccm_p11_own **own);
/* The kind of secret key that a template asks for; without a type, and if one is not needed, a
 * generic one. */
CK_RV ccm_p11_made_secret_kind(
    const struct ccm_p11_template *template, bool needed, enum ccm_p11_kind *kind);
/* How it came to be. */
struct ccm_p11_origin {
	CK_MECHANISM_TYPE generated_by;           /* CK_UNAVAILABLE_INFORMATION: it was not */
	bool always_sensitive, never_extractable; /* where it comes from */
};
CK_RV ccm_p11_made_by(struct ccm_p11_own *own, const struct ccm_p11_origin *origin);
/* The value of a secret key, what follows from it, and its handle. Takes own, in any case. */
CK_RV ccm_p11_made_secret(const struct ccm_p11_session *session, struct ccm_p11_own *take_own,
    struct ccm_span value, const struct ccm_p11_origin *origin, CK_OBJECT_HANDLE *handle);

#endif
