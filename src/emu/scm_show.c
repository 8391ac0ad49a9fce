/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <strings.h>
#include <string.h>

#include "emu/iam.h"
#include "emu/scm.h"
#include "emu/scm_domain.h"

#define LIMIT_DEFAULT 10
#define OFFSET_MAX 100 /* of the reference, though there may be more records than it reaches */
#define VALIDITY_MONTHS 12

static bool
add_time(struct ccm_json *out, const char *name, int64_t ms, struct ccm_error *err)
{
	char text[CCM_EMU_SSL_TIME_SIZE];

	if (ms == CCM_EMU_NONE)
		return ccm_json_add_string(out, name, NULL, err);
	ccm_emu_ssl_time(ms, text);
	return ccm_json_add_string(out, name, text, err);
}

static bool
add_texts(struct ccm_json *out, const char *const pairs[][2], size_t count, struct ccm_error *err)
{
	for (size_t i = 0; i < count; i++)
		if (!ccm_json_add_string(out, pairs[i][0], pairs[i][1], err))
			return false;
	return true;
}

/* What lists and details tell alike. */
static bool
write_common(const struct ccm_emu_ssl *ssl, struct ccm_json *out, struct ccm_error *err)
{
	const char *const texts[][2] = {
	    {"id", ssl->id},
	    {"name", ssl->name},
	    {"domain", ssl->domain},
	    {"sans", ssl->sans},
	    {"type", ssl->type},
	    {"signature_algorithm", ssl->signature_algorithm},
	    {"brand", ssl->brand},
	    {"domain_type", ssl->domain_type},
	    {"status", ssl->status},
	    {"description", ssl->description},
	    {"enterprise_project_id", ssl->enterprise_project_id},
	};

	return add_texts(out, texts, CCM_COUNT(texts), err) &&
	       ccm_json_add_int(out, "validity_period", VALIDITY_MONTHS, err) &&
	       ccm_json_add_int(out, "domain_count", ssl->domain_count, err) &&
	       ccm_json_add_int(out, "wildcard_count", ssl->wildcard_count, err);
}

/* Lists */

struct listing {
	struct ccm_json *list;
	char domain_id[CCM_EMU_IAM_ID_SIZE];
};

static bool
append_listed(void *context, const struct ccm_emu_ssl *ssl, struct ccm_error *err)
{
	struct listing *listing = context;
	struct ccm_json *element = ccm_json_new_object(err);

	if (element != NULL && write_common(ssl, element, err) &&
	    ccm_json_add_bool(element, "deploy_support", ccm_emu_ssl_is_deployable(ssl), err) &&
	    add_time(element, "expire_time", ssl->not_after, err) &&
	    ccm_json_add_string(element, "domain_id", listing->domain_id, err))
		return ccm_json_append_json(listing->list, element, err);
	ccm_json_free(element);
	return false;
}

/* What narrows the list, where a word stands for no narrowing. */
static bool
read_filter(const struct ccm_json *request, const char *name, const char *any, const char **out,
    struct ccm_error *err)
{
	if (!ccm_json_opt_string(request, name, out, err))
		return false;
	if (*out != NULL && any != NULL && strcasecmp(*out, any) == 0)
		*out = NULL;
	return true;
}

static bool
read_query(struct ccm_emu_call *call, struct ccm_emu_ssl_query *query, struct ccm_error *err)
{
	const struct ccm_json *request = call->request;
	const char *direction = "DESC";

	*query = (struct ccm_emu_ssl_query){
	    .now = call->now, .limit = LIMIT_DEFAULT, .sort_key = "certUpdateTime"};
	if (!ccm_json_opt_int(request, "limit", &query->limit, err) ||
	    !ccm_json_opt_int(request, "offset", &query->offset, err) ||
	    !ccm_json_opt_int(request, "expired_days_since", &query->expired_days, err) ||
	    !ccm_json_opt_bool(request, "deploy_support", &query->deployable, err) ||
	    !ccm_json_opt_string(request, "sort_key", &query->sort_key, err) ||
	    !ccm_json_opt_string(request, "sort_dir", &direction, err) ||
	    !read_filter(request, "status", "ALL", &query->status, err) ||
	    !read_filter(request, "content", NULL, &query->content, err) ||
	    !read_filter(
		request, "enterprise_project_id", "all", &query->enterprise_project_id, err))
		return false;
	query->ascending = strcmp(direction, "ASC") == 0;
	return query->offset <= OFFSET_MAX ||
	       ccm_emu_scm_refuse(err, CCM_EMU_SCM_PARAMETER,
		   "offset: %" PRId64 " is not between 0 and %d", query->offset, OFFSET_MAX);
}

static bool
write_list(struct ccm_emu_call *call, const struct ccm_emu_ssl_query *query, struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_emu_state_db(call->emulator->state);
	struct listing listing = {.list = ccm_json_new_array(err)};
	bool ok = listing.list != NULL &&
		  ccm_emu_iam_id("domain", call->session.user->domain, listing.domain_id, err) &&
		  ccm_emu_ssl_list(db, query, append_listed, &listing, err);

	if (ok)
		return ccm_json_add_json(call->answer->json, call->op->items, listing.list, err);
	ccm_json_free(listing.list);
	return false;
}

bool
ccm_emu_list_ssl(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_emu_state_db(call->emulator->state);
	struct ccm_emu_ssl_query query;
	int64_t total;

	call->answer->json = ccm_json_new_object(err);
	if (call->answer->json == NULL || !read_query(call, &query, err))
		return false;
	ccm_emu_ssl_review(call);
	return ccm_emu_ssl_total(db, &query, &total, err) && write_list(call, &query, err) &&
	       ccm_json_add_int(call->answer->json, "total_count", total, err);
}

/* Details */

static bool
write_application(const struct ccm_json *application, struct ccm_json *out, struct ccm_error *err)
{
	static const char *const members[][2] = {
	    {"country", "application_info.country"},
	    {"company_name", "application_info.company_name"},
	    {"company_province", "application_info.company_province"},
	    {"company_city", "application_info.company_city"},
	    {"applicant_name", "application_info.applicant_name"},
	    {"applicant_phone", "application_info.applicant_phone"},
	    {"applicant_email", "application_info.applicant_email"},
	    {"contact_name", "application_info.contact_name"},
	    {"contact_phone", "application_info.contact_phone"},
	    {"contact_email", "application_info.contact_email"},
	};

	for (size_t i = 0; i < CCM_COUNT(members); i++) {
		const char *text = NULL;

		if (!ccm_json_opt_string(application, members[i][0], &text, err) ||
		    !ccm_json_add_string(out, members[i][1], text, err))
			return false;
	}
	return true;
}

/* The methods by which one proves a domain, and the record that each looks for. */
static const struct method {
	const char *sent, *shown, *record_type, *record_prefix, *record_suffix;
} methods[] = {
    {"DNS", "DNS", "TXT", "_dnsauth.", ""},
    {"File", "FILE", "FILE", "", "/.well-known/pki-validation/fileauth.txt"},
    {"Email", "EMAIL", "EMAIL", "admin@", ""},
};

static const struct method *
find_method(const char *sent)
{
	for (size_t i = 0; sent != NULL && i < CCM_COUNT(methods); i++)
		if (strcasecmp(methods[i].sent, sent) == 0)
			return &methods[i];
	return NULL;
}

static bool
append_record(
    struct ccm_json *list, const struct ccm_emu_ssl *ssl, const char *domain, struct ccm_error *err)
{
	const struct method *method = find_method(ssl->validation_method);
	const char *host = strncmp(domain, "*.", 2) == 0 ? domain + 2 : domain;
	char *name = ccm_format(err, "%s%s%s", method->record_prefix, host, method->record_suffix);
	const char *const texts[][2] = {
	    {"record_name", name},
	    {"record_type", method->record_type},
	    {"record_value", ssl->validation_token},
	    {"domain", domain},
	};
	struct ccm_json *record = name != NULL ? ccm_json_new_object(err) : NULL;
	bool ok = record != NULL && add_texts(record, texts, CCM_COUNT(texts), err);

	ccm_free(name);
	if (ok)
		return ccm_json_append_json(list, record, err);
	ccm_json_free(record);
	return false;
}

static bool
write_validation(const struct ccm_emu_ssl *ssl, struct ccm_json *out, struct ccm_error *err)
{
	struct ccm_json *list = ccm_json_new_array(err);
	struct ccm_emu_names names = {0};
	bool ok = list != NULL;

	if (ok && find_method(ssl->validation_method) != NULL)
		ok = ccm_emu_names_add(&names, ssl->domain, err) &&
		     ccm_emu_names_split(&names, ssl->sans != NULL ? ssl->sans : "", err);
	for (size_t i = 0; ok && i < names.count; i++)
		ok = append_record(list, ssl, names.items[i], err);
	ccm_emu_names_clear(&names);
	if (ok)
		return ccm_json_add_json(out, "authentification", list, err);
	ccm_json_free(list);
	return false;
}

static bool
write_details(const struct ccm_emu_ssl *ssl, struct ccm_json *out, struct ccm_error *err)
{
	const struct method *method = find_method(ssl->validation_method);
	const char *const texts[][2] = {
	    {"order_id", ssl->order_id},
	    {"push_support", ccm_emu_ssl_is_deployable(ssl) ? "ON" : "OFF"},
	    {"revoke_reason", ssl->revoke_reason},
	    {"validation_method", method != NULL ? method->shown : NULL},
	    {"multi_domain_type", ssl->multi_domain_type},
	    {"fingerprint", ssl->fingerprint},
	};

	return write_common(ssl, out, err) && add_texts(out, texts, CCM_COUNT(texts), err) &&
	       add_time(out, "issue_time", ssl->issue_time, err) &&
	       add_time(out, "not_before", ssl->not_before, err) &&
	       add_time(out, "not_after", ssl->not_after, err) &&
	       ccm_json_add_bool(out, "shared", false, err) && write_validation(ssl, out, err);
}

static bool
write_details_of(struct ccm_emu_call *call, const struct ccm_emu_ssl *ssl, struct ccm_error *err)
{
	struct ccm_json *application = NULL, *out = call->answer->json;
	bool ok = write_details(ssl, out, err);

	if (ok && ssl->application != NULL) {
		application = ccm_json_parse(ccm_span_of(ssl->application), err);
		ok = application != NULL && write_application(application, out, err);
	}
	ccm_json_free(application);
	return ok;
}

bool
ccm_emu_get_ssl(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_ssl ssl;
	bool ok;

	ccm_emu_ssl_init(&ssl);
	call->answer->json = ccm_json_new_object(err);
	ccm_emu_ssl_review(call);
	ok = call->answer->json != NULL && ccm_emu_ssl_find(call, &ssl, err) &&
	     write_details_of(call, &ssl, err);
	ccm_emu_ssl_clear(&ssl);
	return ok;
}
