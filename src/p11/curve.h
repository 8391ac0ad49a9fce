/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_P11_CURVE_H
#define CCM_P11_CURVE_H

/* The curves of keys that are the application's own, as CKA_EC_PARAMS names them. */

#include <stdbool.h>

#include "key/key.h"

struct ccm_p11_curve {
	const char *name; /* OpenSSL's */
	enum ccm_key_type type;
	size_t bits;
	struct ccm_span params; /* DER: an OID, or the name as PrintableString */
};

/* NULL: none that we do. */
const struct ccm_p11_curve *ccm_p11_curve_find(struct ccm_span params);

#endif
