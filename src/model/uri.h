/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_URI_H
#define CCM_URI_H

/*
 * Parsing of `ccm:` URIs: RFC 7512 attributes, the short forms `ccm:NAME` and `ccm:UUID`, and the
 * extra path attributes ca, issuer, serial, fingerprint, san, status (design chapter 4). Pure.
 */

#include "model/model.h"

enum ccm_uri_type { CCM_URI_ANY, CCM_URI_CERT, CCM_URI_PUBLIC, CCM_URI_PRIVATE };

struct ccm_uri {
	char *token, *manufacturer, *model, *serial; /* of the token; NULL: any */
	char *object;                                /* label */
	unsigned char *id;
	size_t id_len;
	enum ccm_uri_type type;
	char *ca, *status;
	char *issuer;                      /* common name of the issuing CA */
	unsigned char *certificate_serial; /* DER INTEGER */
	size_t certificate_serial_len;
	unsigned char fingerprint[32];
	size_t fingerprint_len; /* 20 SHA-1, 32 SHA-256, 0 none */
	char *san;
	char *pin_value, *pin_source; /* pin_value is secret */
	/* Not of the text: what a search of the store adds to the query. Borrowed, DER Names. */
	struct ccm_span search_subject, search_issuer;
};

/* True when text has the scheme ccm: (any case). */
bool ccm_uri_is_ours(const char *text);
/* Errors name the URI, the attribute and the reason. Clear works on a half-made one too. */
bool ccm_uri_parse(const char *text, struct ccm_uri *out, struct ccm_error *err);
void ccm_uri_clear(struct ccm_uri *uri);

/* Does the URI select this token? And the item query it makes, search members included; the query
 * borrows from uri. */
bool ccm_uri_matches_token(const struct ccm_uri *uri, const struct ccm_token *token);
struct ccm_query ccm_uri_query(const struct ccm_uri *uri);

/* The URI that names exactly this item (`ccm:token=PCA;id=%..;object=web.example.com;type=..`). */
bool ccm_uri_format(const struct ccm_item *item, enum ccm_uri_type type, struct ccm_buf *out,
    struct ccm_error *err);

/*
 * All items of all tokens that a URI selects. None: CCM_NOT_FOUND naming the URI. A token that
 * cannot be asked fails the call only when no other token has a match.
 */
bool ccm_uri_find(struct ccm_model *model, const struct ccm_uri *uri, const char *text,
    struct ccm_items *out, struct ccm_error *err);

/* Key references: PEM label, and DER SEQUENCE { version INTEGER (1), uri UTF8String }. */
#define CCM_KEY_REFERENCE_LABEL "CCM KEY REFERENCE"
bool ccm_key_reference_encode(const char *uri, struct ccm_buf *der, struct ccm_error *err);
/* *uri is to be freed. */
bool ccm_key_reference_decode(struct ccm_span der, char **uri, struct ccm_error *err);

#endif
