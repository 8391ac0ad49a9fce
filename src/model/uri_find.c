/* SPDX-License-Identifier: Apache-2.0 */
/* URIs against the model: what one selects, and the one that names an item. */
#include <string.h>

#include "core/log.h"
#include "model/uri.h"

static bool
matches(const char *wanted, const char *have)
{
	return wanted == NULL || strcmp(wanted, have) == 0;
}

bool
ccm_uri_matches_token(const struct ccm_uri *uri, const struct ccm_token *token)
{
	return uri->type != CCM_URI_NONE && matches(uri->token, ccm_token_label(token)) &&
	       matches(uri->manufacturer, CCM_MANUFACTURER) &&
	       matches(uri->library_manufacturer, CCM_MANUFACTURER) &&
	       matches(uri->model, ccm_token_model_name(token)) &&
	       matches(uri->serial, ccm_token_serial(token));
}

/* Who names an SM2 pair means the certificate that signs; the other is asked for by what it has for
 * itself. */
static unsigned
kinds_of(const struct ccm_uri *uri)
{
	bool exact = uri->id != NULL || uri->certificate_serial_len != 0 ||
		     uri->fingerprint_len != 0 || uri->search_fingerprint.data != NULL;

	return exact ? 0 : CCM_ITEM_ANY & ~(unsigned)CCM_ITEM_ENCRYPTION;
}

struct ccm_query
ccm_uri_query(const struct ccm_uri *uri)
{
	struct ccm_span fingerprint = CCM_SPAN(uri->fingerprint, uri->fingerprint_len);
	struct ccm_query query = {
	    .kinds = kinds_of(uri),
	    .id = CCM_SPAN(uri->id, uri->id_len),
	    .label = uri->object,
	    .subject = uri->search_subject,
	    .issuer = uri->search_issuer,
	    .serial = CCM_SPAN(uri->certificate_serial, uri->certificate_serial_len),
	    .ca = uri->ca != NULL ? uri->ca : uri->issuer,
	    .status = uri->status,
	    .fingerprint = {uri->search_digest, uri->search_fingerprint},
	    .san = uri->san,
	    .with_key = uri->type == CCM_URI_PRIVATE,
	    .keys = uri->search_keys,
	};

	if (fingerprint.len == 20)
		query.sha1 = fingerprint;
	if (fingerprint.len == 32)
		query.sha256 = fingerprint;
	return query;
}

/* RFC 7512 2.3 pk11-pchar, as far as it needs no encoding. */
static bool
append_text(struct ccm_buf *out, const char *text, struct ccm_error *err)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~:[]@!$'()*+,=&";

	for (; *text != '\0'; text++) {
		bool ok = strchr(plain, *text) != NULL
			      ? ccm_buf_append(out, text, 1, err)
			      : ccm_buf_printf(out, err, "%%%02X", (unsigned char)*text);
		if (!ok)
			return false;
	}
	return true;
}

static bool
append_id(struct ccm_buf *out, struct ccm_span id, struct ccm_error *err)
{
	for (size_t i = 0; i < id.len; i++)
		if (!ccm_buf_printf(out, err, "%%%02X", id.data[i]))
			return false;
	return true;
}

bool
ccm_uri_format(
    const struct ccm_item *item, enum ccm_uri_type type, struct ccm_buf *out, struct ccm_error *err)
{
	static const char *const types[] = {
	    [CCM_URI_ANY] = "",
	    [CCM_URI_CERT] = ";type=cert",
	    [CCM_URI_PUBLIC] = ";type=public",
	    [CCM_URI_PRIVATE] = ";type=private",
	    [CCM_URI_NONE] = ";type=data",
	};
	const char *label = ccm_item_label(item);

	if (!ccm_buf_append_str(out, "ccm:token=", err) ||
	    !append_text(out, ccm_token_label(ccm_item_token(item)), err) ||
	    !ccm_buf_append_str(out, ";id=", err) || !append_id(out, ccm_item_id(item), err))
		return false;
	if (label[0] != '\0' &&
	    (!ccm_buf_append_str(out, ";object=", err) || !append_text(out, label, err)))
		return false;
	return ccm_buf_append_str(out, types[type], err);
}

/* Move what was found behind what there is. */
static bool
move_items(struct ccm_items *out, struct ccm_items *found, struct ccm_error *err)
{
	size_t moved = 0;

	while (moved < found->count &&
	       ccm_grow_array(&out->items, out->count, sizeof(*out->items), err)) {
		out->items[out->count++] = ccm_item_ref(found->items[moved]);
		moved++;
	}
	bool ok = moved == found->count;
	ccm_items_clear(found);
	return ok;
}

static bool
nothing_found(const struct ccm_uri *uri, const char *text, size_t asked, struct ccm_error *err)
{
	struct ccm_uri_shown shown = ccm_uri_show(text);

	if (asked > 0)
		return ccm_fail(err, CCM_NOT_FOUND, "nothing matches URI %s", shown.text);
	return ccm_fail(err, CCM_NOT_FOUND, "no token matches URI %s%s", shown.text,
	    uri->serial != NULL ? "; the serial of a certificate needs its issuer or ca beside it"
				: "");
}

/* A name or id is looked for in one token after the other, as they are configured, until it is
 * found; whatever else a URI says goes for all. Behind a token without keys another may have them.
 */
static bool
is_settled(const struct ccm_uri *uri, const struct ccm_token *token, const struct ccm_items *found)
{
	bool certificates = uri->type == CCM_URI_CERT || uri->type == CCM_URI_PUBLIC;

	return found->count > 0 && (uri->object != NULL || uri->id != NULL) &&
	       (certificates || ccm_token_has_keys(token));
}

static bool
find_in(struct ccm_token *token, const struct ccm_uri *uri, struct ccm_items *out, bool *settled,
    struct ccm_error *err)
{
	struct ccm_query query = ccm_uri_query(uri);
	struct ccm_items found = {0};

	if (!ccm_token_find(token, &query, &found, err))
		return false;
	*settled = is_settled(uri, token, &found);
	return move_items(out, &found, err);
}

bool
ccm_uri_check_token(
    struct ccm_model *model, const struct ccm_uri *uri, const char *text, struct ccm_error *err)
{
	for (size_t i = 0; i < ccm_model_token_count(model); i++)
		if (ccm_uri_matches_token(uri, ccm_model_token(model, i)))
			return true;
	return nothing_found(uri, text, 0, err);
}

bool
ccm_uri_find(struct ccm_model *model, const struct ccm_uri *uri, const char *text,
    struct ccm_items *out, struct ccm_error *err)
{
	struct ccm_error first = {0};
	bool settled = false;
	size_t asked = 0;

	*out = (struct ccm_items){0};
	for (size_t i = 0; i < ccm_model_token_count(model) && !settled; i++) {
		struct ccm_token *token = ccm_model_token(model, i);
		struct ccm_error failure = {0};

		if (!ccm_uri_matches_token(uri, token))
			continue;
		asked++;
		if (find_in(token, uri, out, &settled, &failure))
			continue;
		ccm_log(DEBUG, MODEL, "%s", failure.msg);
		if (first.code == CCM_OK)
			first = failure;
	}
	if (out->count > 0)
		return true;
	if (first.code == CCM_OK)
		return nothing_found(uri, text, asked, err);
	if (err != NULL && err->code == CCM_OK)
		*err = first;
	return false;
}
