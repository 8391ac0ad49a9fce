/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_URI_H
#define CCM_URI_H

/*
 * `ccm:` URIs (design chapter 4): RFC 7512 with a few attributes more.
 *
 *   ccm:                       everything
 *   ccm:NAME, ccm://NAME       by common name; ccm:UUID or ccm:scs0123456789012 by id
 *   ccm:NAME;type=cert?...     attributes may follow, as after ccm:object=NAME
 *
 * Path attributes, separated by `;`: token, manufacturer, model, serial, object, id, type; slot-*
 * and library-description, library-version (accepted, they narrow nothing), library-manufacturer;
 * of ours ca (id or common name of the issuing CA), issuer (its common name), fingerprint (SHA-1 or
 * SHA-256 in hex), san (DNS name or IP address), status. id is the percent-encoded bytes, or a
 * UUID.
 *
 * serial is the token's, as in RFC 7512, unless ca or issuer stands beside it: then it is the
 * certificate's, decimal as the service shows it, or hex with 0x or colons.
 *
 * The scheme pkcs11: has RFC 7512's attributes alone, and no short form.
 *
 * Query attributes, separated by `&`: pin-value, pin-source; module-name and module-path are
 * ignored. An attribute that is unknown or given twice is an error.
 */

#include "model/model.h"

/* CCM_URI_NONE: data or secret-key, which are right but nothing that we have. */
enum ccm_uri_type { CCM_URI_ANY, CCM_URI_CERT, CCM_URI_PUBLIC, CCM_URI_PRIVATE, CCM_URI_NONE };

struct ccm_uri {
	char *token, *manufacturer, *model, *serial; /* of the token; NULL: any */
	char *library_manufacturer;
	char *object; /* label */
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
	/* Not of the text: what a search of the store adds to the query. Borrowed. */
	struct ccm_span search_subject, search_issuer; /* DER Names */
	struct ccm_span search_fingerprint;            /* of key or certificate ... */
	const char *search_digest;                     /* ... made with this */
	bool search_keys;                              /* only keys are of interest */
};

/* True when text has the scheme ccm: (any case), which nobody else has. */
bool ccm_uri_is_ours(const char *text);
/* Errors name the URI (without its query), the attribute and the reason; then out is all zero. */
bool ccm_uri_parse(const char *text, struct ccm_uri *out, struct ccm_error *err);
void ccm_uri_clear(struct ccm_uri *uri);

/* Does the URI select this token? And the item query it makes, search members included; the query
 * borrows from uri. */
bool ccm_uri_matches_token(const struct ccm_uri *uri, const struct ccm_token *token);
struct ccm_query ccm_uri_query(const struct ccm_uri *uri);

/* The URI that names exactly this item (`ccm:token=PCA;id=%..;object=web.example.com;type=..`). */
bool ccm_uri_format(const struct ccm_item *item, enum ccm_uri_type type, struct ccm_buf *out,
    struct ccm_error *err);

/* Does it select any token of the model? False: CCM_NOT_FOUND naming the URI. Asks nobody. */
bool ccm_uri_check_token(
    struct ccm_model *model, const struct ccm_uri *uri, const char *text, struct ccm_error *err);

/*
 * All items of all tokens that a URI selects. None: CCM_NOT_FOUND naming the URI. A token that
 * cannot be asked fails the call only when no other token has a match.
 */
bool ccm_uri_find(struct ccm_model *model, const struct ccm_uri *uri, const char *text,
    struct ccm_items *out, struct ccm_error *err);

/* The text without its query and whatever else could hold a PIN, for messages. */
struct ccm_uri_shown {
	char text[256];
};
struct ccm_uri_shown ccm_uri_show(const char *text);

/* Key references: PEM label, and DER SEQUENCE { version INTEGER (1), uri UTF8String }. */
#define CCM_KEY_REFERENCE_LABEL "CCM KEY REFERENCE"
bool ccm_key_reference_encode(const char *uri, struct ccm_buf *der, struct ccm_error *err);
/* *uri is to be freed. */
bool ccm_key_reference_decode(struct ccm_span der, char **uri, struct ccm_error *err);

/* The same of pkcs11-provider: PEM label, and DER SEQUENCE { description VisibleString, uri
 * UTF8String }. Only the description that its version 1.0 has is read. */
#define CCM_FOREIGN_REFERENCE_LABEL "PKCS#11 PROVIDER URI"
bool ccm_foreign_reference_decode(struct ccm_span der, char **uri, struct ccm_error *err);

#endif
