/* SPDX-License-Identifier: Apache-2.0 */
#include "model/issue_wish.h"

#include <openssl/x509.h>
#include <string.h>

#include "core/clock.h"
#include "model/identity.h"
#include "model/token.h"

#define DAY_MS 86400000LL

static bool
add_text(struct ccm_json *object, const char *field, struct ccm_span text, struct ccm_error *err)
{
	char *copy = ccm_strndup((const char *)text.data, text.len, err);
	bool ok = copy != NULL && strlen(copy) == text.len;

	if (copy != NULL && !ok)
		ccm_fail(err, CCM_USAGE, "%s: a text with a NUL in it", field);
	ok = ok && ccm_json_add_string(object, field, copy, err);
	ccm_free(copy);
	return ok;
}

/* The subject */

static bool
add_part(struct ccm_json *intent, const X509_NAME_ENTRY *entry, struct ccm_error *err)
{
	static const struct {
		int nid;
		const char *field;
	} parts[] = {
	    {NID_countryName, "distinguished_name.country"},
	    {NID_stateOrProvinceName, "distinguished_name.state"},
	    {NID_localityName, "distinguished_name.locality"},
	    {NID_organizationName, "distinguished_name.organization"},
	    {NID_organizationalUnitName, "distinguished_name.organizational_unit"},
	    {NID_commonName, "distinguished_name.common_name"},
	};
	int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
	unsigned char *text = NULL;
	bool ok = false;

	for (size_t i = 0; i < CCM_COUNT(parts); i++) {
		int len;

		if (parts[i].nid != nid || ccm_json_get(intent, parts[i].field) != NULL)
			continue;
		len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
		ok = len > 0 && add_text(intent, parts[i].field, CCM_SPAN(text, (size_t)len), err);
		OPENSSL_free(text);
		return ok || ccm_fail(err, CCM_USAGE, "the subject has an empty part");
	}
	return ccm_fail(err, CCM_USAGE, "the subject has a part \"%s\" too many", OBJ_nid2sn(nid));
}

static bool
add_subject(struct ccm_json *intent, struct ccm_span der, struct ccm_error *err)
{
	const unsigned char *at = der.data;
	X509_NAME *name = d2i_X509_NAME(NULL, &at, (long)der.len);
	bool ok = name != NULL && at == der.data + der.len;

	if (!ok)
		ccm_fail(err, CCM_USAGE, "the subject is no DER of a name");
	for (int i = 0; ok && i < X509_NAME_entry_count(name); i++)
		ok = add_part(intent, X509_NAME_get_entry(name, i), err);
	X509_NAME_free(name);
	return ok;
}

static bool
add_name(struct ccm_json *intent, const struct ccm_issue_wish *wish, struct ccm_error *err)
{
	bool ok = wish->subject.len != 0
		      ? add_subject(intent, wish->subject, err)
		      : add_text(intent, "distinguished_name.common_name", wish->label, err);
	const char *name = "";

	if (ok)
		ccm_json_as_string(ccm_json_get(intent, "distinguished_name.common_name"), &name);
	return ok && (name[0] != '\0' || ccm_fail(err, CCM_USAGE,
					     "no common name: neither subject nor label has one"));
}

/* Dates */

static bool
read_date(struct ccm_span text, int64_t *ms, struct ccm_error *err)
{
	char copy[9] = "";

	if (text.len == 8)
		memcpy(copy, text.data, 8);
	return ccm_clock_parse_day(copy, ms) ||
	       ccm_fail(err, CCM_USAGE, "\"%.*s\" is no date YYYYMMDD", (int)text.len,
		   (const char *)text.data);
}

/* The last day counts whole. */
static bool
add_validity(struct ccm_json *intent, const struct ccm_issue_wish *wish, struct ccm_error *err)
{
	int64_t from_ms = ccm_clock_now_ms(), until_ms = 0, days;
	bool dated = wish->from.len != 0;

	if (dated && (!read_date(wish->from, &from_ms, err) ||
			 !ccm_json_add_int(intent, "validity.start_from", from_ms, err)))
		return false;
	if (wish->until.len == 0)
		return ccm_json_add_string(intent, "validity.type", "YEAR", err) &&
		       ccm_json_add_int(intent, "validity.value", 1, err);
	if (!read_date(wish->until, &until_ms, err))
		return false;
	days = (until_ms + DAY_MS - from_ms) / DAY_MS;
	if (days < 1)
		return ccm_fail(err, CCM_USAGE, "the certificate would end before it begins");
	return ccm_json_add_string(intent, "validity.type", "DAY", err) &&
	       ccm_json_add_int(intent, "validity.value", days, err);
}

/* Lists */

static struct ccm_span
next_part(struct ccm_span *rest, char separator)
{
	const unsigned char *end = memchr(rest->data, separator, rest->len);
	size_t len = end != NULL ? (size_t)(end - rest->data) : rest->len;
	struct ccm_span part = CCM_SPAN(rest->data, len);

	*rest = end != NULL ? CCM_SPAN(end + 1, rest->len - len - 1) : CCM_SPAN(NULL, 0);
	return part;
}

static bool
append_name(struct ccm_json *names, struct ccm_span line, struct ccm_error *err)
{
	struct ccm_json *name = ccm_json_new_object(err);
	struct ccm_span value = line, type = next_part(&value, ':');
	bool ok = name != NULL && add_text(name, "type", type, err) &&
		  add_text(name, "value", value, err);

	if (!ok) {
		ccm_json_free(name);
		return false;
	}
	return ccm_json_append_json(names, name, err);
}

static bool
add_names(struct ccm_json *intent, struct ccm_span lines, struct ccm_error *err)
{
	struct ccm_json *names = lines.len != 0 ? ccm_json_new_array(err) : NULL;
	bool ok = lines.len == 0 || names != NULL;

	while (ok && lines.len != 0)
		ok = append_name(names, next_part(&lines, '\n'), err);
	if (ok && names != NULL)
		return ccm_json_add_json(intent, "subject_alternative_names", names, err);
	ccm_json_free(names);
	return ok;
}

static bool
add_usages(struct ccm_json *intent, struct ccm_span list, struct ccm_error *err)
{
	struct ccm_json *usages = list.len != 0 ? ccm_json_new_array(err) : NULL;
	bool ok = list.len == 0 || usages != NULL;

	while (ok && list.len != 0) {
		struct ccm_span part = next_part(&list, ',');
		char *text = ccm_strndup((const char *)part.data, part.len, err);

		ok = text != NULL && ccm_json_append_string(usages, text, err);
		ccm_free(text);
	}
	if (ok && usages != NULL)
		return ccm_json_add_json(intent, "key_usages", usages, err);
	ccm_json_free(usages);
	return ok;
}

static bool
add_purpose(struct ccm_json *intent, struct ccm_span purpose, struct ccm_error *err)
{
	static const struct {
		const char *purpose, *field;
	} rows[] = {
	    {"serverAuth", "extended_key_usage.server_auth"},
	    {"clientAuth", "extended_key_usage.client_auth"},
	    {"codeSigning", "extended_key_usage.code_signing"},
	    {"emailProtection", "extended_key_usage.email_protection"},
	    {"timeStamping", "extended_key_usage.time_stamping"},
	    {"smartCardLogon", "extended_key_usage.smart_card_logon"},
	};

	for (size_t i = 0; i < CCM_COUNT(rows); i++)
		if (ccm_span_equal(purpose, ccm_span_of(rows[i].purpose)))
			return ccm_json_add_bool(intent, rows[i].field, true, err);
	return ccm_fail(err, CCM_USAGE, "\"%.*s\" is no extended key usage that PCA knows",
	    (int)purpose.len, (const char *)purpose.data);
}

/* The issuer */

static struct ccm_item *
find_ca(struct ccm_token *token, const char *text, struct ccm_error *err)
{
	unsigned char id[CCM_ITEM_ID_LEN];
	const struct ccm_query by_name = {.kinds = CCM_ITEM_CA, .label = text};
	const struct ccm_query by_id = {.kinds = CCM_ITEM_CA, .id = CCM_SPAN(id, sizeof(id))};
	struct ccm_items found;
	struct ccm_item *ca = NULL;

	if (!ccm_token_find(token, &by_name, &found, err))
		return NULL;
	if (found.count == 0 && (!ccm_item_id_from_resource(text, id, err) ||
				    !ccm_token_find(token, &by_id, &found, err)))
		return NULL;
	for (size_t i = 0; ca == NULL && i < found.count; i++)
		if (ccm_status_is_active(ccm_item_status(found.items[i])))
			ca = ccm_item_ref(found.items[i]);
	if (ca == NULL && found.count != 0)
		ccm_fail(err, CCM_CONFLICT, "CA %s is %s: it issues nothing", text,
		    ccm_item_status(found.items[0]));
	else if (ca == NULL)
		ccm_fail(
		    err, CCM_USAGE, "there is no CA %s in token %s", text, ccm_token_label(token));
	ccm_items_clear(&found);
	return ca;
}

static bool
add_issuer(
    struct ccm_json *intent, struct ccm_token *token, struct ccm_span issuer, struct ccm_error *err)
{
	char *text = ccm_strndup((const char *)issuer.data, issuer.len, err);
	struct ccm_item *ca = text != NULL ? find_ca(token, text, err) : NULL;
	bool ok =
	    ca != NULL && ccm_json_add_string(intent, "issuer_id", ccm_item_resource_id(ca), err);

	ccm_item_unref(ca);
	ccm_free(text);
	return ok;
}

static struct ccm_json *
make_intent(struct ccm_token *token, const struct ccm_issue_wish *wish, struct ccm_error *err)
{
	struct ccm_json *intent = ccm_json_new_object(err);
	struct ccm_span purposes = wish->purposes;
	bool ok = intent != NULL && add_name(intent, wish, err) &&
		  add_validity(intent, wish, err) && add_names(intent, wish->names, err) &&
		  add_usages(intent, wish->usages, err);

	while (ok && purposes.len != 0)
		ok = add_purpose(intent, next_part(&purposes, ','), err);
	if (ok && add_issuer(intent, token, wish->issuer, err))
		return intent;
	ccm_json_free(intent);
	return NULL;
}

/* Granting */

static struct ccm_item *
find_issued(struct ccm_token *token, const char *resource, struct ccm_error *err)
{
	unsigned char id[CCM_ITEM_ID_LEN];
	const struct ccm_query query = {
	    .kinds = CCM_ITEM_CERTIFICATE, .id = CCM_SPAN(id, sizeof(id))};
	struct ccm_items found = {0};
	struct ccm_item *item = NULL;

	if (!ccm_item_id_from_resource(resource, id, err) ||
	    !ccm_token_find(token, &query, &found, err))
		return NULL;
	if (found.count != 0)
		item = ccm_item_ref(found.items[0]);
	else
		ccm_fail(err, CCM_NOT_FOUND,
		    "certificate %s was issued, and is none that token %s shows", resource,
		    ccm_token_label(token));
	ccm_items_clear(&found);
	return item;
}

struct ccm_item *
ccm_issue_wish_grant(struct ccm_item *key, const struct ccm_issue_wish *wish, struct ccm_error *err)
{
	struct ccm_json *intent = make_intent(key->token, wish, err);
	const struct ccm_issue issue = {.intent = intent};
	struct ccm_issued issued;
	struct ccm_item *item = NULL;

	if (intent != NULL && ccm_issue_for_key(key, &issue, &issued, err)) {
		ccm_model_expire(key->token->model);
		item = find_issued(key->token, issued.id, err);
		if (!ccm_issued_told(key->token->model, &issued, err)) {
			ccm_item_unref(item);
			item = NULL;
		}
	}
	ccm_json_free(intent);
	return item;
}
