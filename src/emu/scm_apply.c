/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "emu/scm.h"
#include "emu/scm_certificate.h"
#include "emu/scm_issue.h"

/* Applying for what was bought, and withdrawing that. */

static const char *const bought[] = {"PAID", NULL};
static const char *const under_review[] = {"CHECKING", "CHECKING_ORG", "ISSUING", NULL};

static bool
text_is_empty(const struct ccm_json *request, const char *name)
{
	const char *text = "";

	return !ccm_json_opt_string(request, name, &text, NULL) || text[0] == '\0';
}

/* Checks of what was sent against what was bought */

static bool
check_applicant(const struct ccm_json *request, struct ccm_error *err)
{
	static const struct {
		const char *name;
		enum ccm_emu_scm_refusal refusal;
	} needed[] = {
	    {"applicant_name", CCM_EMU_SCM_APPLICANT},
	    {"applicant_phone", CCM_EMU_SCM_PHONE},
	    {"applicant_email", CCM_EMU_SCM_EMAIL},
	};

	for (size_t i = 0; i < CCM_COUNT(needed); i++)
		if (text_is_empty(request, needed[i].name))
			return ccm_emu_scm_refuse(err, needed[i].refusal, "%s", needed[i].name);
	return true;
}

/* OV and EV certificates name a company. */
static bool
check_company(const struct ccm_emu_ssl *ssl, const struct ccm_json *request, struct ccm_error *err)
{
	static const char *const needed[] = {
	    "company_name", "company_province", "company_city", "country"};

	if (strncmp(ssl->type, "DV", 2) == 0)
		return true;
	for (size_t i = 0; i < CCM_COUNT(needed); i++)
		if (text_is_empty(request, needed[i]))
			return ccm_emu_scm_refuse(err, CCM_EMU_SCM_PARAMETER,
			    "%s: is needed for %s", needed[i], ssl->type);
	return true;
}

static bool
check_country(const struct ccm_json *request, struct ccm_error *err)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	const char *country = "DE";

	return ccm_json_opt_string(request, "country", &country, err) &&
	       (strspn(country, letters) == 2 || ccm_emu_scm_refuse(err, CCM_EMU_SCM_PARAMETER,
						     "country: %s is not two letters", country));
}

static bool
check_algorithms(
    const struct ccm_emu_ssl *ssl, const struct ccm_json *request, struct ccm_error *err)
{
	bool geotrust_ov = strcmp(ssl->brand, "GEOTRUST") == 0 && strncmp(ssl->type, "OV", 2) == 0;
	const char *key = "RSA_2048";

	if (!ccm_json_opt_string(request, "key_algorithm", &key, err))
		return false;
	if (!ccm_emu_ssl_knows_algorithm(key))
		return ccm_emu_scm_refuse(
		    err, CCM_EMU_SCM_PARAMETER, "key_algorithm: %s is unknown", key);
	return !geotrust_ov || !text_is_empty(request, "ca_hash_algorithm") ||
	       ccm_emu_scm_refuse(err, CCM_EMU_SCM_PARAMETER,
		   "ca_hash_algorithm: is needed for OV certificates of GEOTRUST");
}

/* Addresses are proved by a file, and nothing else is. */
static bool
check_method(const struct ccm_json *request, const char *domain, struct ccm_error *err)
{
	bool address = ccm_emu_name_kind(domain) == CCM_EMU_NAME_ADDRESS;
	const char *method;

	if (!ccm_json_string(request, "domain_method", &method, err))
		return false;
	return address == (strcmp(method, "File") == 0) ||
	       ccm_emu_scm_refuse(err, CCM_EMU_SCM_PARAMETER, "domain_method: %s for %s", method,
		   address ? "an IP address" : "a domain name");
}

static bool
check_request_names(const X509_REQ *csr, const struct ccm_emu_names *names, struct ccm_error *err)
{
	struct ccm_emu_names found = {0};
	bool ok = ccm_emu_request_names(csr, &found, err);

	if (ok && found.count == 0)
		ok = ccm_emu_scm_refuse(err, CCM_EMU_SCM_CSR_NO_DOMAIN, "no name in it");
	if (ok && !ccm_emu_names_have(&found, names->items[0]))
		ok = ccm_emu_scm_refuse(err, CCM_EMU_SCM_CSR_MISMATCH, "%s is asked for, not %s",
		    names->items[0], found.items[0]);
	ccm_emu_names_clear(&found);
	return ok;
}

/* Tidy the CSR, if there is one, for the application that is kept. */
static bool
take_csr(struct ccm_json *application, const struct ccm_emu_names *names, struct ccm_error *err)
{
	struct ccm_buf pem = {0};
	X509_REQ *csr = NULL;
	const char *text = NULL;
	bool ok;

	if (text_is_empty(application, "csr"))
		return true;
	ok = ccm_json_string(application, "csr", &text, err) && ccm_emu_pem_tidy(text, &pem, err);
	if (ok)
		csr = ccm_emu_pem_read_request(ccm_buf_span(&pem));
	if (ok && csr == NULL)
		ok = ccm_emu_scm_refuse(
		    err, CCM_EMU_SCM_CSR, "csr: is no PKCS #10 request in PEM, or badly signed");
	ok = ok && check_request_names(csr, names, err) &&
	     ccm_json_add_string(application, "csr", ccm_buf_str(&pem), err);
	X509_REQ_free(csr);
	ccm_buf_clear(&pem);
	return ok;
}

static bool
read_names(const struct ccm_json *request, struct ccm_emu_names *names, struct ccm_error *err)
{
	const char *domain = "", *sans = "";

	return ccm_json_opt_string(request, "domain", &domain, err) &&
	       ccm_json_opt_string(request, "sans", &sans, err) &&
	       ccm_emu_names_add(names, domain, err) && ccm_emu_names_split(names, sans, err);
}

static bool
check(const struct ccm_emu_ssl *ssl, struct ccm_json *application,
    const struct ccm_emu_names *names, struct ccm_error *err)
{
	const struct ccm_emu_product product = {
	    ssl->domain_type, ssl->multi_domain_type, ssl->domain_count, ssl->wildcard_count};

	return check_applicant(application, err) && check_company(ssl, application, err) &&
	       check_country(application, err) && check_algorithms(ssl, application, err) &&
	       ccm_emu_product_check(&product, names, err) &&
	       check_method(application, names->items[0], err) && take_csr(application, names, err);
}

/* Keeping it */

/* What has to stand in the record that proves the domain: the day, then random letters. */
static bool
set_validation(
    struct ccm_emu_ssl *ssl, const struct ccm_json *application, int64_t now, struct ccm_error *err)
{
	unsigned char random[16];
	char date[17], hex[33];
	const char *method;

	if (!ccm_random(random, sizeof(random), err) ||
	    !ccm_json_string(application, "domain_method", &method, err))
		return false;
	ccm_hex(random, sizeof(random), hex);
	ccm_clock_sdk_date(now, date);
	ccm_free(ssl->validation_token);
	ssl->validation_token = ccm_format(err, "%.8s000000%s", date, hex);
	return ssl->validation_token != NULL &&
	       ccm_emu_ssl_set(&ssl->validation_method, method, err);
}

static bool
fill(struct ccm_emu_call *call, struct ccm_emu_ssl *ssl, struct ccm_json *application,
    const struct ccm_emu_names *names, struct ccm_error *err)
{
	struct ccm_buf text = {0}, sans = {0};
	bool ok = ccm_json_print(application, false, &text, err) &&
		  ccm_emu_names_join(names, &sans, err) &&
		  ccm_emu_ssl_set(&ssl->application, ccm_buf_str(&text), err) &&
		  ccm_emu_ssl_set(&ssl->domain, names->items[0], err) &&
		  ccm_emu_ssl_set(&ssl->sans, names->count > 1 ? ccm_buf_str(&sans) : NULL, err) &&
		  set_validation(ssl, application, call->now, err) &&
		  ccm_emu_ssl_set(&ssl->status, "CHECKING", err);

	ssl->update_time = ssl->apply_time = call->now;
	ssl->due_time = call->now + call->emulator->ssl_review_ms;
	ccm_buf_clear(&sans);
	ccm_buf_clear(&text);
	return ok;
}

static bool
apply(struct ccm_emu_call *call, struct ccm_emu_ssl *ssl, struct ccm_error *err)
{
	struct ccm_json *application = ccm_json_dup(call->request, err);
	struct ccm_emu_names names = {0};
	bool ok = application != NULL && ccm_emu_ssl_find(call, ssl, err) &&
		  ccm_emu_ssl_require(ssl, bought, err) &&
		  ccm_emu_ssl_require_agreement(call, err) &&
		  read_names(application, &names, err) && check(ssl, application, &names, err) &&
		  fill(call, ssl, application, &names, err) &&
		  ccm_emu_ssl_save(ccm_emu_state_db(call->emulator->state), ssl, err);

	ccm_emu_names_clear(&names);
	ccm_json_free(application);
	return ok;
}

static bool
cancel(struct ccm_emu_call *call, struct ccm_emu_ssl *ssl, struct ccm_error *err)
{
	if (!ccm_emu_ssl_find(call, ssl, err) || !ccm_emu_ssl_require(ssl, under_review, err) ||
	    !ccm_emu_ssl_set(&ssl->status, "CANCELCHECKING", err))
		return false;
	ssl->update_time = call->now;
	ssl->due_time = call->now + call->emulator->ssl_review_ms;
	return ccm_emu_ssl_save(ccm_emu_state_db(call->emulator->state), ssl, err);
}

/* The row is read and written as one. */
static bool
change(struct ccm_emu_call *call,
    bool (*by)(struct ccm_emu_call *, struct ccm_emu_ssl *, struct ccm_error *),
    struct ccm_emu_ssl *ssl, struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_emu_state_db(call->emulator->state);

	ccm_emu_ssl_init(ssl);
	call->answer->json = ccm_json_new_object(err);
	return call->answer->json != NULL && ccm_emu_db_begin(db, err) &&
	       ccm_emu_db_end(db, by(call, ssl, err), err);
}

bool
ccm_emu_apply_ssl(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_ssl ssl;
	bool ok = change(call, apply, &ssl, err) &&
		  ccm_json_add_string(call->answer->json, "request_info", "success", err);

	ccm_emu_ssl_clear(&ssl);
	return ok;
}

bool
ccm_emu_cancel_ssl(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_ssl ssl;
	bool ok = change(call, cancel, &ssl, err) &&
		  ccm_json_add_string(call->answer->json, "cert_id", ssl.id, err) &&
		  ccm_json_add_string(call->answer->json, "message", "success", err);

	ccm_emu_ssl_clear(&ssl);
	return ok;
}
