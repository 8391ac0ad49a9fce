/* SPDX-License-Identifier: Apache-2.0 */
#include "core/log.h"
#include "model/tags.h"
#include "p11/own.h"

#include <string.h>

/*
 * A search is planned by the attribute table alone: which kinds of object can match at all, and
 * what the model may be told so that it asks the service for no more than is needed. Often nothing
 * is left to ask. What the model then finds is compared attribute by attribute, those first that
 * cost nothing.
 */
struct plan {
	const struct ccm_p11_session *session;
	const CK_ATTRIBUTE *template;
	CK_ULONG count;
	unsigned kinds; /* of enum ccm_p11_kind */
	struct ccm_query query;
	char *label, *status, *ca; /* the query's strings */
	const CK_ATTRIBUTE *tags;
	struct rows *rows; /* by the bit of the kind */
};

/* Of one kind of object: the row of each attribute of the template, found once. */
struct rows {
	const struct ccm_p11_attribute **rows; /* NULL: not looked at yet */
	unsigned sources;                      /* of enum ccm_p11_source, a bit each */
};
#define KINDS 32

static void
plan_clear(struct plan *plan)
{
	ccm_free(plan->label);
	ccm_free(plan->status);
	ccm_free(plan->ca);
	for (size_t i = 0; plan->rows != NULL && i < KINDS; i++)
		ccm_free(plan->rows[i].rows);
	ccm_free(plan->rows);
}

static bool
hint_text(const CK_ATTRIBUTE *wanted, char **text, const char **hint, struct ccm_error *err)
{
	ccm_free(*text);
	*text = ccm_strndup(wanted->pValue, wanted->ulValueLen, err);
	*hint = *text;
	return *text != NULL;
}

static void
hint_category(const CK_ATTRIBUTE *wanted, struct ccm_query *query)
{
	CK_ULONG category;

	memcpy(&category, wanted->pValue, sizeof(category));
	query->kinds = category == CK_CERTIFICATE_CATEGORY_AUTHORITY
			   ? (unsigned)(CCM_ITEM_CA | CCM_ITEM_CHAIN)
			   : (unsigned)(CCM_ITEM_CERTIFICATE | CCM_ITEM_ENCRYPTION);
}

static bool
same_value(const CK_ATTRIBUTE *a, const CK_ATTRIBUTE *b)
{
	return ccm_span_equal(
	    CCM_SPAN(a->pValue, a->ulValueLen), CCM_SPAN(b->pValue, b->ulValueLen));
}

/* Tell the model what this attribute narrows the search to; comparing comes later. */
static bool
plan_hint(struct plan *plan, const CK_ATTRIBUTE *wanted, struct ccm_error *err)
{
	struct ccm_span value = CCM_SPAN(wanted->pValue, wanted->ulValueLen);
	struct ccm_query *query = &plan->query;

	if (value.len == 0 && wanted->type != CKA_CCM_TAGS)
		return true;
	switch (wanted->type) {
	case CKA_ID:
		query->id = value;
		break;
	case CKA_SUBJECT:
		query->subject = value;
		break;
	case CKA_ISSUER:
		query->issuer = value;
		break;
	case CKA_SERIAL_NUMBER:
		query->serial = value;
		break;
	case CKA_VALUE:
		query->certificate = value;
		break;
	case CKA_PUBLIC_KEY_INFO:
		query->public_key = value;
		break;
	case CKA_LABEL:
		return hint_text(wanted, &plan->label, &query->label, err);
	case CKA_CCM_STATUS:
		return hint_text(wanted, &plan->status, &query->status, err);
	case CKA_CCM_ISSUER_ID:
		return hint_text(wanted, &plan->ca, &query->ca, err);
	case CKA_CCM_TAGS:
		if (plan->tags != NULL && !same_value(plan->tags, wanted))
			plan->kinds &= ~(unsigned)CCM_P11_ITEM;
		plan->tags = wanted;
		break;
	case CKA_CERT_SHA1_HASH:
		query->sha1 = value;
		break;
	case CKA_CERTIFICATE_CATEGORY:
		hint_category(wanted, query);
		break;
	}
	return true;
}

/* No item has these, so nobody need be asked. */
static bool
is_hopeless(const CK_ATTRIBUTE *wanted)
{
	bool text = wanted->type == CKA_LABEL || wanted->type == CKA_CCM_STATUS ||
		    wanted->type == CKA_CCM_ISSUER_ID;

	if (wanted->type == CKA_ID)
		return wanted->ulValueLen == 0;
	return text && wanted->ulValueLen != 0 &&
	       memchr(wanted->pValue, '\0', wanted->ulValueLen) != NULL;
}

/* Mechanism objects are only for who names their class (2.40 s.4.13). */
static bool
asks_for_mechanisms(const struct plan *plan)
{
	return ccm_p11_template_find(plan->template, plan->count, CKA_CLASS) != NULL;
}

/* Is there an attribute that only an export tells of those kinds? */
static bool
takes_certificate(const struct plan *plan, unsigned kinds)
{
	for (unsigned kind = 1; kind <= kinds; kind <<= 1)
		for (CK_ULONG i = 0; (kinds & kind) != 0 && i < plan->count; i++)
			if (ccm_p11_attribute_find(plan->template[i].type, kind)->source ==
			    CCM_P11_EXPORTED)
				return true;
	return false;
}

/* The kinds of object that only CAs have. */
static unsigned
of_cas(const struct plan *plan)
{
	unsigned kinds = CCM_P11_CRL | CCM_P11_EXTENSION;

	return ccm_token_shows_revoked(plan->session->token) ? kinds : kinds | CCM_P11_TRUST;
}

static bool
plan_make(struct plan *plan, struct ccm_error *err)
{
	unsigned items;

	plan->kinds = CCM_P11_ANY;
	if (!asks_for_mechanisms(plan))
		plan->kinds &= ~(unsigned)CCM_P11_MECHANISM;
	if (!ccm_token_has_keys(plan->session->token) ||
	    !ccm_p11_shows_private(plan->session->slot_id))
		plan->kinds &= ~(unsigned)CCM_P11_PRIVATE;
	for (CK_ULONG i = 0; i < plan->count; i++) {
		const CK_ATTRIBUTE *wanted = &plan->template[i];

		plan->kinds &= is_hopeless(wanted) ? 0 : ccm_p11_attribute_kinds(wanted);
		if (plan->kinds == 0)
			return true;
	}
	for (CK_ULONG i = 0; i < plan->count; i++)
		if (!plan_hint(plan, &plan->template[i], err))
			return false;
	plan->rows = ccm_alloc_array(KINDS, sizeof(*plan->rows), err);
	if (plan->rows == NULL)
		return false;
	items = plan->kinds & CCM_P11_ITEM;
	plan->query.certificates = takes_certificate(plan, items);
	plan->query.with_key = (items & ~(unsigned)CCM_P11_PRIVATE) == 0;
	if ((items & ~of_cas(plan)) == 0)
		plan->query.kinds = CCM_ITEM_CA;
	plan->query.keys = (items & CCM_P11_KEY) != 0;
	return true;
}

static const struct rows *
rows_of(const struct plan *plan, enum ccm_p11_kind kind, struct ccm_error *err)
{
	struct rows *rows = &plan->rows[__builtin_ctz(kind)];

	if (rows->rows != NULL)
		return rows;
	rows->rows = ccm_alloc_array(plan->count + 1, sizeof(*rows->rows), err);
	for (CK_ULONG i = 0; rows->rows != NULL && i < plan->count; i++) {
		rows->rows[i] = ccm_p11_attribute_find(plan->template[i].type, kind);
		rows->sources |= 1U << rows->rows[i]->source;
	}
	return rows->rows != NULL ? rows : NULL;
}

/* Compare the attributes of one price. False without err set: one differs. */
static bool
matches(const struct plan *plan, const struct ccm_p11_object *object, enum ccm_p11_source source,
    struct ccm_error *err)
{
	const struct rows *rows = rows_of(plan, object->kind, err);
	struct ccm_buf value = {0};
	bool same = rows != NULL;

	if (same && (rows->sources & 1U << source) == 0)
		return true;
	for (CK_ULONG i = 0; same && i < plan->count; i++) {
		const CK_ATTRIBUTE *wanted = &plan->template[i];
		const struct ccm_p11_attribute *row = rows->rows[i];

		if (row->source == source)
			same = !ccm_p11_attribute_is_hidden(row, object) &&
			       ccm_p11_attribute_value(row, object, &value, err) &&
			       ccm_span_equal(ccm_buf_span(&value),
				   CCM_SPAN(wanted->pValue, wanted->ulValueLen));
	}
	ccm_buf_clear(&value);
	return same;
}

/* An object that cannot be read is passed over; a service that cannot be reached ends the search.
 */
static bool
consider(const struct plan *plan, const struct ccm_p11_object *object, struct ccm_p11_find *find,
    struct ccm_error *err)
{
	struct ccm_error own = {0};

	if (!matches(plan, object, CCM_P11_GIVEN, &own) ||
	    !matches(plan, object, CCM_P11_LISTED, &own) ||
	    !matches(plan, object, CCM_P11_EXPORTED, &own)) {
		if (own.code == CCM_OK)
			return true;
		if (ccm_code_is_outage(own.code) || own.code == CCM_NOMEM) {
			*err = own;
			return false;
		}
		ccm_log(WARN, P11, "left out of a search: %s", own.msg);
		return true;
	}
	if (!ccm_grow_array(&find->handles, find->count, sizeof(*find->handles), err))
		return false;
	find->handles[find->count++] = ccm_p11_object_handle(object);
	return true;
}

static bool
consider_item(const struct plan *plan, struct ccm_item *item, struct ccm_p11_find *find,
    struct ccm_error *err)
{
	unsigned kinds = ccm_p11_object_kinds(item, plan->kinds);

	for (unsigned kind = 1; kind <= kinds; kind <<= 1) {
		struct ccm_p11_object object = {.kind = kind, .item = item};

		if ((kinds & kind) != 0 && !consider(plan, &object, find, err))
			return false;
	}
	return true;
}

static bool
search_items(const struct plan *plan, struct ccm_p11_find *find, struct ccm_error *err)
{
	struct ccm_items items = {0};
	struct ccm_tagged *tagged = NULL;
	bool ok;

	if ((plan->kinds & CCM_P11_ITEM) == 0)
		return true;
	if (plan->tags != NULL) {
		tagged = ccm_token_tagged(plan->session->token,
		    CCM_SPAN(plan->tags->pValue, plan->tags->ulValueLen), err);
		if (tagged == NULL)
			return false;
	}
	ok = ccm_token_find(plan->session->token, &plan->query, &items, err);
	for (size_t i = 0; ok && i < items.count; i++)
		if (tagged == NULL || ccm_tagged_has(tagged, items.items[i]))
			ok = consider_item(plan, items.items[i], find, err);
	ccm_items_clear(&items);
	ccm_tagged_free(tagged);
	return ok;
}

static bool
search_owns(const struct plan *plan, struct ccm_p11_find *find, struct ccm_error *err)
{
	struct ccm_p11_owns owns = {0};
	bool ok = true;

	if ((plan->kinds & CCM_P11_OWN) != 0)
		ok = ccm_p11_owns_of(plan->session->slot_id, &owns, err);
	for (size_t i = 0; ok && i < owns.count; i++) {
		struct ccm_p11_object object = {.kind = owns.owns[i]->kind, .own = owns.owns[i]};

		ok = (plan->kinds & object.kind) == 0 || consider(plan, &object, find, err);
	}
	ccm_p11_owns_clear(&owns);
	return ok;
}

static bool
search_numbered(const struct plan *plan, enum ccm_p11_kind kind, size_t count,
    struct ccm_p11_find *find, struct ccm_error *err)
{
	struct ccm_p11_object object = {.kind = kind};
	bool ok = true;

	for (; ok && (plan->kinds & kind) != 0 && object.number < count; object.number++)
		ok = consider(plan, &object, find, err);
	return ok;
}

/* Profiles come last: clients of before 3.0 that list all objects don't know what they are. */
static bool
plan_run(const struct plan *plan, struct ccm_p11_find *find, struct ccm_error *err)
{
	return search_items(plan, find, err) && search_owns(plan, find, err) &&
	       search_numbered(plan, CCM_P11_MECHANISM, ccm_p11_mechanism_count, find, err) &&
	       search_numbered(plan, CCM_P11_PROFILE, ccm_p11_profile_count, find, err);
}

static bool
template_is_sound(const CK_ATTRIBUTE *template, CK_ULONG count)
{
	if (template == NULL)
		return count == 0;
	for (CK_ULONG i = 0; i < count; i++)
		if (template[i].pValue == NULL && template[i].ulValueLen != 0)
			return false;
	return true;
}

CK_RV
ccm_p11_find_init(struct ccm_p11_session *session, const CK_ATTRIBUTE *template, CK_ULONG count)
{
	struct plan plan = {.session = session, .template = template, .count = count};
	struct ccm_p11_find *find = &session->find;
	struct ccm_error err = {0};

	if (find->active)
		return CKR_OPERATION_ACTIVE;
	if (!template_is_sound(template, count))
		return CKR_ARGUMENTS_BAD;
	ccm_p11_find_clear(find);
	find->active = plan_make(&plan, &err) && plan_run(&plan, find, &err);
	plan_clear(&plan);
	if (find->active)
		return CKR_OK;
	ccm_p11_find_clear(find);
	return ccm_p11_failure("searching a token", &err);
}

CK_RV
ccm_p11_find_next(
    struct ccm_p11_session *session, CK_OBJECT_HANDLE *handles, CK_ULONG room, CK_ULONG *count)
{
	struct ccm_p11_find *find = &session->find;
	size_t n = find->count - find->next;

	if (!find->active)
		return CKR_OPERATION_NOT_INITIALIZED;
	if (count == NULL || (handles == NULL && room != 0))
		return CKR_ARGUMENTS_BAD;
	if (n > room)
		n = room;
	if (n != 0)
		memcpy(handles, find->handles + find->next, n * sizeof(*handles));
	find->next += n;
	*count = n;
	return CKR_OK;
}

CK_RV
ccm_p11_find_final(struct ccm_p11_session *session)
{
	if (!session->find.active)
		return CKR_OPERATION_NOT_INITIALIZED;
	session->find.active = false; /* what was found may be read now */
	return CKR_OK;
}

void
ccm_p11_find_clear(struct ccm_p11_find *find)
{
	ccm_free(find->handles);
	*find = (struct ccm_p11_find){0};
}

CK_RV
ccm_p11_object_read(struct ccm_p11_session *session, CK_OBJECT_HANDLE handle,
    CK_ATTRIBUTE *template, CK_ULONG count)
{
	struct ccm_p11_object object;
	CK_RV rv;

	if (template == NULL && count != 0)
		return CKR_ARGUMENTS_BAD;
	if (!ccm_p11_object_get(session, handle, &object))
		return CKR_OBJECT_HANDLE_INVALID;
	ccm_p11_read_ahead(session, handle, &object, template, count);
	rv = ccm_p11_attributes_read(&object, template, count);
	ccm_p11_object_clear(&object);
	return rv;
}

CK_RV
ccm_p11_object_size(struct ccm_p11_session *session, CK_OBJECT_HANDLE handle, CK_ULONG *size)
{
	struct ccm_p11_object object;
	CK_RV rv;

	if (size == NULL)
		return CKR_ARGUMENTS_BAD;
	if (!ccm_p11_object_get(session, handle, &object))
		return CKR_OBJECT_HANDLE_INVALID;
	rv = ccm_p11_attributes_size(&object, size);
	ccm_p11_object_clear(&object);
	return rv;
}
