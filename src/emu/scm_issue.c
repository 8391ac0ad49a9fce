/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/scm_issue.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>

#include "core/crypto.h"
#include "core/json.h"
#include "emu/pem.h"
#include "emu/scm_authority.h"
#include "emu/scm_certificate.h"
#include "emu/validity.h"

#define CN_MAX 64 /* RFC 5280 ub-common-name */
#define KEY_ENCIPHERMENT (1 << 2)
#define SERVER_AND_CLIENT 3u /* the first two extended key usages */

/* SCM's names for keys; which there are besides the default is not documented. */
static const struct {
	const char *name, *generated;
} algorithms[] = {
    {"RSA_2048", "RSA2048"},
    {"RSA_4096", "RSA4096"},
    {"EC_P256", "EC256"},
    {"EC_P384", "EC384"},
};

static const char *
find_algorithm(const char *name)
{
	for (size_t i = 0; i < CCM_COUNT(algorithms); i++)
		if (strcmp(algorithms[i].name, name) == 0)
			return algorithms[i].generated;
	return NULL;
}

bool
ccm_emu_ssl_knows_algorithm(const char *name)
{
	return find_algorithm(name) != NULL;
}

/* The key that is certified, and the row's own when we make it. */

static EVP_PKEY *
key_of_request(const char *csr, struct ccm_error *err)
{
	X509_REQ *request = ccm_emu_pem_read_request(ccm_span_of(csr));
	EVP_PKEY *key = request != NULL ? X509_REQ_get_pubkey(request) : NULL;

	X509_REQ_free(request);
	if (key == NULL)
		ccm_fail(err, CCM_INTERNAL, "the CSR that was kept is none");
	return key;
}

static EVP_PKEY *
make_key(struct ccm_emu_ssl *ssl, const struct ccm_json *application, struct ccm_error *err)
{
	const char *name = "RSA_2048", *generated;
	EVP_PKEY *key;

	if (!ccm_json_opt_string(application, "key_algorithm", &name, err))
		return NULL;
	generated = find_algorithm(name);
	key = ccm_emu_x509_generate(generated != NULL ? generated : name, err);
	ccm_buf_clear(&ssl->private_key);
	if (key != NULL && ccm_emu_pem_key(key, NULL, &ssl->private_key, err))
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

static EVP_PKEY *
certified_key(struct ccm_emu_ssl *ssl, const struct ccm_json *application, struct ccm_error *err)
{
	const char *csr = NULL;

	if (!ccm_json_opt_string(application, "csr", &csr, err))
		return NULL;
	return csr != NULL ? key_of_request(csr, err) : make_key(ssl, application, err);
}

/* What the certificate says */

/* Only organizations that were looked at stand in it: OV and EV. */
static bool
read_subject(const struct ccm_emu_ssl *ssl, const struct ccm_json *application,
    const char *name[CCM_EMU_NAME_PARTS], struct ccm_error *err)
{
	static const char *const members[CCM_EMU_NAME_PARTS] = {
	    [CCM_EMU_NAME_C] = "country",
	    [CCM_EMU_NAME_ST] = "company_province",
	    [CCM_EMU_NAME_L] = "company_city",
	    [CCM_EMU_NAME_O] = "company_name",
	    [CCM_EMU_NAME_OU] = "company_unit",
	};
	bool organization = strncmp(ssl->type, "DV", 2) != 0;

	for (size_t i = 0; i < CCM_EMU_NAME_PARTS; i++)
		if (organization && members[i] != NULL &&
		    !ccm_json_opt_string(application, members[i], &name[i], err))
			return false;
	if (strlen(ssl->domain) <= CN_MAX)
		name[CCM_EMU_NAME_CN] = ssl->domain;
	return true;
}

static void
fill_sans(const struct ccm_emu_names *names, struct ccm_emu_san sans[CCM_EMU_SSL_NAMES])
{
	for (size_t i = 0; i < names->count; i++) {
		bool address = ccm_emu_name_kind(names->items[i]) == CCM_EMU_NAME_ADDRESS;

		sans[i].type = address ? CCM_EMU_SAN_IP : CCM_EMU_SAN_DNS;
		sans[i].value = names->items[i];
	}
}

static char *
make_serial(struct ccm_error *err)
{
	uint64_t random[2];

	if (!ccm_random(random, sizeof(random), err))
		return NULL;
	return ccm_format(err, "1%018" PRIu64 "%018" PRIu64,
	    random[0] % UINT64_C(1000000000000000000), random[1] % UINT64_C(1000000000000000000));
}

static bool
sign(const struct ccm_emu_plan *plan, EVP_PKEY *key, struct ccm_emu_authority *authority,
    struct ccm_emu_ssl *ssl, struct ccm_error *err)
{
	struct ccm_emu_signer signer = {authority->ca.x509, authority->ca.key};
	struct ccm_emu_certificates all = {
	    .items = {NULL, authority->ca.x509, authority->root.x509}, .count = 3};
	struct ccm_buf der = {0};
	bool ok = ccm_emu_x509_issue(plan, key, &signer, &der, err);

	if (ok)
		all.items[0] = ccm_emu_x509_decode(ccm_buf_span(&der), err);
	ok = all.items[0] != NULL && ccm_emu_ssl_take_certificates(ssl, &all, err);
	X509_free(all.items[0]);
	ccm_buf_clear(&der);
	return ok;
}

/* What one certificate is made of. */
struct job {
	struct ccm_emu_ssl *ssl;
	const struct ccm_json *application;
	struct ccm_emu_authority authority;
	EVP_PKEY *key;
	int64_t now;
};

static bool
plan_times(struct ccm_emu_plan *plan, int64_t now)
{
	plan->not_before = now / 1000 * 1000;
	return ccm_emu_period_end(plan->not_before, CCM_EMU_PERIOD_YEAR, 1, 1, &plan->not_after);
}

static bool
issue_for(struct job *job, const struct ccm_emu_names *names, struct ccm_error *err)
{
	const char *name[CCM_EMU_NAME_PARTS] = {0};
	struct ccm_emu_san sans[CCM_EMU_SSL_NAMES];
	char *serial = make_serial(err);
	bool rsa = EVP_PKEY_is_a(job->key, "RSA") == 1;
	struct ccm_emu_plan plan = {.name = (char *const *)name,
	    .serial = serial,
	    .hash = "SHA256",
	    .key_usages = CCM_EMU_KU_DIGITAL_SIGNATURE | (rsa ? KEY_ENCIPHERMENT : 0),
	    .extended_key_usages = SERVER_AND_CLIENT,
	    .sans = sans,
	    .san_count = names->count};
	bool ok = serial != NULL && plan_times(&plan, job->now) &&
		  read_subject(job->ssl, job->application, name, err);

	fill_sans(names, sans);
	ok = ok && sign(&plan, job->key, &job->authority, job->ssl, err);
	ccm_free(serial);
	return ok;
}

static bool
issue(struct job *job, struct ccm_error *err)
{
	const char *sans = job->ssl->sans != NULL ? job->ssl->sans : "";
	struct ccm_emu_names names = {0};
	bool ok = ccm_emu_names_add(&names, job->ssl->domain, err) &&
		  ccm_emu_names_split(&names, sans, err) && issue_for(job, &names, err);

	ccm_emu_names_clear(&names);
	return ok;
}

bool
ccm_emu_ssl_issue(
    struct ccm_emu_state *state, struct ccm_emu_ssl *ssl, int64_t now, struct ccm_error *err)
{
	struct ccm_json *application = ccm_json_parse(ccm_span_of(ssl->application), err);
	struct job job = {.ssl = ssl, .application = application, .now = now};

	if (application != NULL &&
	    ccm_emu_authority_load(state, ssl->brand, now, &job.authority, err))
		job.key = certified_key(ssl, application, err);
	bool ok = job.key != NULL && issue(&job, err);

	ssl->issue_time = now;
	EVP_PKEY_free(job.key);
	ccm_emu_authority_clear(&job.authority);
	ccm_json_free(application);
	return ok;
}
