/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_ISSUE_WISH_H
#define CCM_ISSUE_WISH_H

/* A certificate that a program wants for a key of its own, as it can say it: texts and dates. */

#include "model/issue.h"

/* Empty spans were not said. */
struct ccm_issue_wish {
	struct ccm_span issuer;  /* name or id of a CA that the token shows */
	struct ccm_span subject; /* DER Name; else label is the common name */
	struct ccm_span label;
	struct ccm_span from, until; /* YYYYMMDD; now, and a year */
	struct ccm_span names;       /* lines of TYPE:VALUE, as the service has the types */
	struct ccm_span usages;      /* of RFC 5280 4.2.1.3, by commas */
	struct ccm_span purposes;    /* serverAuth, ..., by commas */
};

/* Have it issued, or adopt what an interrupted call had issued; the certificate, referenced.
 * CCM_USAGE says what is wrong with a wish. */
struct ccm_item *ccm_issue_wish_grant(
    struct ccm_item *key, const struct ccm_issue_wish *wish, struct ccm_error *err);

#endif
