/* SPDX-License-Identifier: Apache-2.0 */
#include "model/uri.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/config.h"
#include "core/der.h"
#include "model/identity.h"

#define SCHEME "ccm:"
#define PKCS11_SCHEME "pkcs11:"
#define ID_LEN CCM_ITEM_ID_LEN
#define SERIAL_MAX 64 /* bytes; RFC 5280 4.1.2.2 allows 20 */

struct attribute {
	const char *name;
	bool in_query;
	bool (*set)(const struct attribute *attribute, struct ccm_buf *value, struct ccm_uri *uri,
	    struct ccm_error *err);
	size_t member; /* offset of the char * that set_text and set_secret fill */
	bool ours;     /* not of RFC 7512 */
};

static bool
set_text(const struct attribute *attribute, struct ccm_buf *value, struct ccm_uri *uri,
    struct ccm_error *err)
{
	char **member = (char **)((char *)uri + attribute->member);

	*member = ccm_buf_steal(value, err);
	return *member != NULL;
}

static bool
set_secret(const struct attribute *attribute, struct ccm_buf *value, struct ccm_uri *uri,
    struct ccm_error *err)
{
	char **member = (char **)((char *)uri + attribute->member);

	*member = ccm_secret_dup(ccm_buf_str(value), err);
	return *member != NULL;
}

static bool
set_nothing(const struct attribute *attribute, struct ccm_buf *value, struct ccm_uri *uri,
    struct ccm_error *err)
{
	(void)attribute, (void)value, (void)uri, (void)err;
	return true;
}

/* 8-4-4-4-12 hex digits. */
static bool
parse_uuid(struct ccm_span text, unsigned char out[static ID_LEN])
{
	char digits[2 * ID_LEN + 1] = {0};
	size_t count = 0;

	if (text.len != 36)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash != (text.data[i] == '-'))
			return false;
		if (!dash)
			digits[count++] = (char)text.data[i];
	}
	return ccm_unhex(digits, out, ID_LEN);
}

static bool
set_id(const struct attribute *attribute, struct ccm_buf *value, struct ccm_uri *uri,
    struct ccm_error *err)
{
	unsigned char uuid[ID_LEN];

	(void)attribute;
	if (value->len == 0)
		return ccm_fail(err, CCM_USAGE, "id is empty");
	if (parse_uuid(ccm_buf_span(value), uuid)) {
		memcpy(value->data, uuid, ID_LEN);
		value->len = ID_LEN;
	}
	size_t len = value->len;
	uri->id = (unsigned char *)ccm_buf_steal(value, err);
	uri->id_len = uri->id != NULL ? len : 0;
	return uri->id != NULL;
}

static bool
set_type(const struct attribute *attribute, struct ccm_buf *value, struct ccm_uri *uri,
    struct ccm_error *err)
{
	static const struct {
		const char *name;
		enum ccm_uri_type type;
	} types[] = {{"cert", CCM_URI_CERT}, {"public", CCM_URI_PUBLIC},
	    {"private", CCM_URI_PRIVATE}, {"data", CCM_URI_NONE}, {"secret-key", CCM_URI_NONE}};

	(void)attribute;
	for (size_t i = 0; i < CCM_COUNT(types); i++) {
		if (strcmp(ccm_buf_str(value), types[i].name) == 0) {
			uri->type = types[i].type;
			return true;
		}
	}
	return ccm_fail(
	    err, CCM_USAGE, "type %s is none of cert, public, private", ccm_buf_str(value));
}

/* Take the colons out of hex; false when what is left is not digits alone. */
static bool
bare_hex(const char *text, struct ccm_buf *digits, struct ccm_error *err)
{
	for (; *text != '\0'; text++) {
		if (*text == ':')
			continue;
		if (!isxdigit((unsigned char)*text) || !ccm_buf_append(digits, text, 1, err))
			return false;
	}
	return true;
}

static bool
set_fingerprint(const struct attribute *attribute, struct ccm_buf *value, struct ccm_uri *uri,
    struct ccm_error *err)
{
	struct ccm_buf digits = {0};
	bool ok =
	    bare_hex(ccm_buf_str(value), &digits, err) && (digits.len == 40 || digits.len == 64);

	(void)attribute;
	if (ok) {
		uri->fingerprint_len = digits.len / 2;
		ok = ccm_unhex(ccm_buf_str(&digits), uri->fingerprint, uri->fingerprint_len);
	}
	ccm_buf_clear(&digits);
	return ok || ccm_fail(err, CCM_USAGE, "fingerprint %s is neither 40 nor 64 hex digits",
			 ccm_buf_str(value));
}

#define MEMBER(name) offsetof(struct ccm_uri, name)

static const struct attribute attributes[] = {
    {"token", false, set_text, MEMBER(token)},
    {"manufacturer", false, set_text, MEMBER(manufacturer)},
    {"model", false, set_text, MEMBER(model)},
    {"serial", false, set_text, MEMBER(serial)},
    {"object", false, set_text, MEMBER(object)},
    {"id", false, set_id, 0},
    {"type", false, set_type, 0},
    {"ca", false, set_text, MEMBER(ca), true},
    {"issuer", false, set_text, MEMBER(issuer), true},
    {"fingerprint", false, set_fingerprint, 0, true},
    {"san", false, set_text, MEMBER(san), true},
    {"status", false, set_text, MEMBER(status), true},
    {"slot-id", false, set_nothing, 0},
    {"slot-description", false, set_nothing, 0},
    {"slot-manufacturer", false, set_nothing, 0},
    {"library-manufacturer", false, set_text, MEMBER(library_manufacturer)},
    {"library-description", false, set_nothing, 0},
    {"library-version", false, set_nothing, 0},
    {"pin-value", true, set_secret, MEMBER(pin_value)},
    {"pin-source", true, set_text, MEMBER(pin_source)},
    {"module-name", true, set_nothing, 0},
    {"module-path", true, set_nothing, 0},
};

static const struct attribute *
find_attribute(const char *name)
{
	for (size_t i = 0; i < CCM_COUNT(attributes); i++)
		if (strcmp(name, attributes[i].name) == 0)
			return &attributes[i];
	return NULL;
}

struct parser {
	struct ccm_uri *uri;
	bool standard; /* RFC 7512 and no more */
	bool seen[CCM_COUNT(attributes)];
};

static bool
is_known(const struct parser *parser, const struct attribute *attribute)
{
	return !(attribute->ours && parser->standard);
}

static bool
unknown_attribute(
    const struct parser *parser, const char *name, bool in_query, struct ccm_error *err)
{
	const char *known[CCM_COUNT(attributes)];
	size_t count = 0;

	for (size_t i = 0; i < CCM_COUNT(attributes); i++)
		if (attributes[i].in_query == in_query && is_known(parser, &attributes[i]))
			known[count++] = attributes[i].name;
	const char *nearest = ccm_config_nearest(name, known, count);
	return ccm_fail(err, CCM_USAGE, "unknown %s attribute %s%s%s%s",
	    in_query ? "query" : "path", name, nearest != NULL ? "; did you mean " : "",
	    nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
}

/* RFC 3986 2.1. Text never holds a NUL, only an id may. */
static bool
decode(struct ccm_span in, bool binary, struct ccm_buf *out, struct ccm_error *err)
{
	if (!ccm_buf_reserve(out, in.len, err))
		return false;
	for (size_t i = 0; i < in.len; i++) {
		unsigned char c = in.data[i];
		char hex[3] = {0};

		if (c < 0x20 || c == 0x7f)
			return ccm_fail(err, CCM_USAGE, "control character 0x%02x", c);
		if (c == '%') {
			if (in.len - i < 3)
				return ccm_fail(
				    err, CCM_USAGE, "percent sign without two hex digits");
			memcpy(hex, in.data + i + 1, 2);
			if (!ccm_unhex(hex, &c, 1))
				return ccm_fail(
				    err, CCM_USAGE, "percent sign without two hex digits");
			i += 2;
		}
		if (c == '\0' && !binary)
			return ccm_fail(err, CCM_USAGE, "NUL in a text");
		out->data[out->len++] = c;
	}
	out->data[out->len] = '\0';
	return true;
}

static bool
set_attribute(struct parser *parser, const struct attribute *attribute, struct ccm_span value,
    struct ccm_error *err)
{
	struct ccm_buf decoded = {.secret = attribute->set == set_secret};
	bool *seen = &parser->seen[attribute - attributes];

	if (*seen)
		return ccm_fail(err, CCM_USAGE, "attribute %s is given twice", attribute->name);
	*seen = true;
	bool ok = (decode(value, attribute->set == set_id, &decoded, err) ||
		      ccm_error_context(err, "attribute %s", attribute->name)) &&
		  attribute->set(attribute, &decoded, parser->uri, err);
	ccm_buf_clear(&decoded);
	return ok;
}

/* name=value of a path or query. */
static bool
parse_attribute(struct parser *parser, struct ccm_span part, bool in_query, struct ccm_error *err)
{
	const unsigned char *equals = memchr(part.data, '=', part.len);
	size_t name_len = equals != NULL ? (size_t)(equals - part.data) : part.len;
	char name[64];

	snprintf(name, sizeof(name), "%.*s",
	    (int)(name_len < sizeof(name) ? name_len : sizeof(name)), (const char *)part.data);
	if (equals == NULL)
		return ccm_fail(err, CCM_USAGE, "attribute %s has no value", name);
	const struct attribute *attribute = find_attribute(name);
	if (attribute == NULL || !is_known(parser, attribute))
		return unknown_attribute(parser, name, in_query, err);
	if (attribute->in_query != in_query)
		return ccm_fail(err, CCM_USAGE, "attribute %s belongs %s", name,
		    in_query ? "before the question mark"
			     : "into the query, after a question mark");
	struct ccm_span value = CCM_SPAN(equals + 1, part.data + part.len - equals - 1);
	return set_attribute(parser, attribute, value, err);
}

static bool
is_scm_id(struct ccm_span text)
{
	return text.len == ID_LEN && ccm_id_is_scm(text.data);
}

/* The name or id of the short form. */
static bool
parse_name(struct parser *parser, struct ccm_span name, struct ccm_error *err)
{
	unsigned char uuid[ID_LEN];
	bool is_id = parse_uuid(name, uuid) || is_scm_id(name);

	return set_attribute(parser, find_attribute(is_id ? "id" : "object"), name, err);
}

/* Take the part before the separator; empty parts are passed over by the callers. */
static struct ccm_span
next_part(struct ccm_span *rest, char separator)
{
	const unsigned char *end = memchr(rest->data, separator, rest->len);
	size_t len = end != NULL ? (size_t)(end - rest->data) : rest->len;
	struct ccm_span part = CCM_SPAN(rest->data, len);

	len += end != NULL;
	*rest = CCM_SPAN(rest->data + len, rest->len - len);
	return part;
}

static bool
parse_parts(
    struct parser *parser, struct ccm_span path, struct ccm_span query, struct ccm_error *err)
{
	struct ccm_span first = path, part = next_part(&first, ';');

	if (part.len > 0 && memchr(part.data, '=', part.len) == NULL && !parser->standard) {
		if (!parse_name(parser, part, err))
			return false;
		path = first;
	}
	while (path.len > 0) {
		part = next_part(&path, ';');
		if (part.len > 0 && !parse_attribute(parser, part, false, err))
			return false;
	}
	while (query.len > 0) {
		part = next_part(&query, '&');
		if (part.len > 0 && !parse_attribute(parser, part, true, err))
			return false;
	}
	return true;
}

/* Decimal digits to a big-endian number that fills out. */
static bool
decimal_number(const char *digits, unsigned char out[static SERIAL_MAX])
{
	memset(out, 0, SERIAL_MAX);
	for (; *digits != '\0'; digits++) {
		unsigned carry = (unsigned)(*digits - '0');

		if (!isdigit((unsigned char)*digits))
			return false;
		for (size_t i = SERIAL_MAX; i-- > 0; carry >>= 8) {
			carry += out[i] * 10u;
			out[i] = (unsigned char)carry;
		}
		if (carry != 0)
			return false;
	}
	return true;
}

static bool
hex_number(const char *text, unsigned char out[static SERIAL_MAX])
{
	struct ccm_buf digits = {0};
	char padded[2 * SERIAL_MAX + 1];
	bool ok = bare_hex(text, &digits, NULL) && digits.len > 0 && digits.len <= 2 * SERIAL_MAX;

	if (ok) {
		memset(padded, '0', sizeof(padded));
		memcpy(padded + 2 * SERIAL_MAX - digits.len, digits.data, digits.len + 1);
		ok = ccm_unhex(padded, out, SERIAL_MAX);
	}
	ccm_buf_clear(&digits);
	return ok;
}

static bool
certificate_serial(struct ccm_uri *uri, struct ccm_error *err)
{
	const char *text = uri->serial;
	unsigned char number[SERIAL_MAX];
	struct ccm_buf der = {0};
	bool ok;

	if (strncasecmp(text, "0x", 2) == 0)
		ok = hex_number(text + 2, number);
	else if (strchr(text, ':') != NULL)
		ok = hex_number(text, number);
	else
		ok = text[0] != '\0' && decimal_number(text, number);
	if (!ok)
		return ccm_fail(err, CCM_USAGE,
		    "serial %s is neither decimal nor hex with 0x or colons, or longer than %d "
		    "bytes",
		    text, SERIAL_MAX);
	if (!ccm_der_write_unsigned(&der, CCM_SPAN(number, sizeof(number)), err))
		return false;
	uri->certificate_serial_len = der.len;
	uri->certificate_serial = (unsigned char *)ccm_buf_steal(&der, err);
	ccm_free(uri->serial);
	uri->serial = NULL;
	return uri->certificate_serial != NULL;
}

/* What attributes mean together. */
static bool
finish(struct ccm_uri *uri, struct ccm_error *err)
{
	if (uri->ca != NULL && uri->issuer != NULL)
		return ccm_fail(err, CCM_USAGE, "ca and issuer both name the issuing CA");
	/* RFC 7512 2.4 */
	if (uri->pin_value != NULL && uri->pin_source != NULL)
		return ccm_fail(err, CCM_USAGE, "pin-value and pin-source exclude each other");
	if (uri->serial != NULL && (uri->ca != NULL || uri->issuer != NULL))
		return certificate_serial(uri, err);
	return true;
}

static bool
has_scheme(const char *text, const char *scheme)
{
	return strncasecmp(text, scheme, strlen(scheme)) == 0;
}

bool
ccm_uri_is_ours(const char *text)
{
	return has_scheme(text, SCHEME);
}

struct ccm_uri_shown
ccm_uri_show(const char *text)
{
	static const char *const risky[] = {"?", "pin-value", "pin_value", "pinvalue", "pin="};
	struct ccm_uri_shown shown;
	size_t len = strlen(text);

	for (size_t i = 0; i < CCM_COUNT(risky); i++) {
		const char *found = strcasestr(text, risky[i]);

		if (found != NULL && (size_t)(found - text) < len)
			len = (size_t)(found - text);
	}
	bool cut = text[len] != '\0' && text[len] != '?';
	snprintf(shown.text, sizeof(shown.text), "%.*s%s", (int)(len < 240 ? len : 240), text,
	    cut || len > 240 ? "..." : "");
	return shown;
}

bool
ccm_uri_parse(const char *text, struct ccm_uri *out, struct ccm_error *err)
{
	struct parser parser = {.uri = out};

	*out = (struct ccm_uri){0};
	parser.standard = has_scheme(text, PKCS11_SCHEME);
	if (!parser.standard && !ccm_uri_is_ours(text))
		return ccm_fail(err, CCM_USAGE,
		    "URI %s does not start with " SCHEME " or " PKCS11_SCHEME,
		    ccm_uri_show(text).text);
	const char *path = text + strlen(parser.standard ? PKCS11_SCHEME : SCHEME);
	if (!parser.standard && strncmp(path, "//", 2) == 0)
		path += 2;
	size_t path_len = strcspn(path, "?");
	const char *query = path + path_len + (path[path_len] == '?');
	if (parse_parts(&parser, CCM_SPAN(path, path_len), ccm_span_of(query), err) &&
	    finish(out, err))
		return true;
	ccm_uri_clear(out);
	return ccm_error_context(err, "URI %s", ccm_uri_show(text).text);
}

void
ccm_uri_clear(struct ccm_uri *uri)
{
	for (size_t i = 0; i < CCM_COUNT(attributes); i++)
		if (attributes[i].set == set_text)
			ccm_free(*(char **)((char *)uri + attributes[i].member));
	ccm_secret_free_str(uri->pin_value);
	ccm_free(uri->id);
	ccm_free(uri->certificate_serial);
	*uri = (struct ccm_uri){0};
}
