/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fake_pca.h"

struct record records[RECORDS] = {
    {"00000000-0000-4000-8000-000000000001", "Root", ROOT, -1000, 900000, NULL, NULL},
    {"00000000-0000-4000-8000-000000000002", "Sub", ROOT, -900, 800000, NULL, NULL},
    {"00000000-0000-4000-8000-000000000003", "web.example.com", SUB, -800, 700000, NULL, NULL},
    {"00000000-0000-4000-8000-000000000004", "web.example.com", SUB, -700, -600, NULL, NULL},
};

atomic_uint lists, gets, exports, tag_calls;
enum ccm_code failure;
int refusal;
bool wrong_key, cut_pem;
char last_password[64];
struct ccm_span crl_body;
int crl_status = 200;
atomic_uint crl_fetches;
static pthread_mutex_t password_lock = PTHREAD_MUTEX_INITIALIZER;

static bool
is_ca(const struct record *record)
{
	return record <= &records[SUB];
}

static void
add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(extension);
	assert_int_equal(X509_add_ext(cert, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static void
make_record(struct record *record)
{
	X509_NAME *name = X509_NAME_new();

	record->key = EVP_EC_gen("P-256");
	record->cert = X509_new();
	X509_set_version(record->cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(record->cert), 1000 + (record - records));
	X509_gmtime_adj(X509_getm_notBefore(record->cert), record->from);
	X509_gmtime_adj(X509_getm_notAfter(record->cert), record->to);
	X509_NAME_add_entry_by_txt(
	    name, "CN", MBSTRING_UTF8, (const unsigned char *)record->name, -1, -1, 0);
	X509_set_subject_name(record->cert, name);
	X509_NAME_free(name);
	X509_set_issuer_name(record->cert, X509_get_subject_name(records[record->issuer].cert));
	X509_set_pubkey(record->cert, record->key);
	add_extension(
	    record->cert, NID_basic_constraints, is_ca(record) ? "critical,CA:TRUE" : "CA:FALSE");
	if (!is_ca(record))
		add_extension(record->cert, NID_subject_alt_name, "DNS:www.example.com");
	assert_true(X509_sign(record->cert, records[record->issuer].key, EVP_sha256()) > 0);
}

static void
append_record(struct ccm_buf *out, const struct record *record)
{
	long long now = (long long)time(NULL);
	bool root = record->issuer == ROOT && is_ca(record) && record == &records[ROOT];

	ccm_buf_printf(out, NULL,
	    "{\"%s\":\"%s\",\"type\":\"%s\",\"status\":\"%s\",\"issuer_id\":%s%s%s,\"serial_"
	    "number\":"
	    "\"%td\",\"key_algorithm\":\"EC256\",\"gen_mode\":\"GENERATE\",\"not_before\":%lld,"
	    "\"not_after\":%lld,\"distinguished_name\":{\"common_name\":\"%s\"}%s}",
	    is_ca(record) ? "ca_id" : "certificate_id", record->id, root ? "ROOT" : "SUBORDINATE",
	    is_ca(record) ? "ACTIVED" : "ISSUED", root ? "" : "\"",
	    root ? "null" : records[record->issuer].id, root ? "" : "\"", 1000 + (record - records),
	    (now + record->from) * 1000, (now + record->to) * 1000, record->name,
	    root && crl_body.data != NULL
		? ",\"crl_configuration\":{\"enabled\":true,\"crl_dis_point\":"
		  "\"http://obs.example.com/root.crl\"}"
		: "");
}

struct ccm_span
make_crl(const struct record *record, long next)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *now = ASN1_TIME_set(NULL, time(NULL) - 60);
	ASN1_TIME *then = ASN1_TIME_set(NULL, time(NULL) + next);
	unsigned char *der = NULL;
	int len;

	X509_CRL_set_version(crl, X509_CRL_VERSION_2);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(record->cert));
	X509_CRL_set1_lastUpdate(crl, now);
	X509_CRL_set1_nextUpdate(crl, then);
	assert_true(X509_CRL_sign(crl, record->key, EVP_sha256()) > 0);
	len = i2d_X509_CRL(crl, &der);
	assert_true(len > 0);
	ASN1_TIME_free(now);
	ASN1_TIME_free(then);
	X509_CRL_free(crl);
	return CCM_SPAN(der, (size_t)len);
}

static void
answer_list(struct ccm_buf *out, const char *url, bool cas)
{
	const char *at = strstr(url, "name="), *separator = "";
	char name[64] = "";
	unsigned total = 0;
	struct ccm_buf list = {0};

	lists++;
	if (at != NULL)
		sscanf(at, "name=%63[^&]", name);
	for (struct record *record = records; record < records + RECORDS; record++) {
		if (is_ca(record) != cas || strstr(record->name, name) == NULL)
			continue;
		ccm_buf_append_str(&list, separator, NULL);
		append_record(&list, record);
		separator = ",";
		total++;
	}
	ccm_buf_printf(out, NULL, "{\"total\":%u,\"%s\":[%s]}", total,
	    cas ? "certificate_authorities" : "certificates", ccm_buf_str(&list));
	ccm_buf_clear(&list);
}

static void
append_pem(struct ccm_buf *out, const char *name, BIO *bio)
{
	char *text;
	long len = BIO_get_mem_data(bio, &text);

	if (cut_pem && strcmp(name, "certificate") == 0)
		len /= 2;
	ccm_buf_printf(out, NULL, "%s\"%s\":\"", out->len > 1 ? "," : "", name);
	for (long i = 0; i < len; i++)
		ccm_buf_append_str(out, text[i] == '\n' ? "\\r\\n" : (char[]){text[i], '\0'}, NULL);
	ccm_buf_append_str(out, "\"", NULL);
	BIO_free(bio);
}

static void
answer_export(struct ccm_buf *out, const struct record *record, struct ccm_span body)
{
	BIO *cert = BIO_new(BIO_s_mem()), *chain = BIO_new(BIO_s_mem()),
	    *key = BIO_new(BIO_s_mem());
	const char *password = NULL;
	struct ccm_json *request;
	const struct record *at = record;

	exports++;
	ccm_buf_append_str(out, "{", NULL);
	PEM_write_bio_X509(cert, record->cert);
	append_pem(out, "certificate", cert);
	while (at != &records[at->issuer]) {
		at = &records[at->issuer];
		PEM_write_bio_X509(chain, at->cert);
	}
	append_pem(out, "certificate_chain", chain);
	if (!is_ca(record)) {
		request = ccm_json_parse(body, NULL);
		assert_true(ccm_json_string(request, "password", &password, NULL));
		pthread_mutex_lock(&password_lock);
		snprintf(last_password, sizeof(last_password), "%s", password);
		pthread_mutex_unlock(&password_lock);
		if (wrong_key)
			record = &records[OLD];
		PEM_write_bio_PKCS8PrivateKey(key, record->key, EVP_aes_256_cbc(), password,
		    (int)strlen(password), NULL, NULL);
		ccm_json_free(request);
		append_pem(out, "private_key", key);
	} else {
		BIO_free(key);
	}
	ccm_buf_append_str(out, "}", NULL);
}

/* Two of the certificates have tags, told out of order; one of them has an empty value. */
static const char *
tags_of(const struct record *record)
{
	if (record == &records[WEB])
		return "[{\"key\":\"b\",\"value\":\"2\"},{\"key\":\"a=\",\"value\":\"1\"}]";
	return record == &records[OLD] ? "[{\"key\":\"b\",\"value\":\"\"}]" : "[]";
}

/* Whatever is looked for, this finds all that could have it, as a search may. */
static bool
answer_tagged(struct ccm_buf *out, bool cas)
{
	const char *separator = "";

	tag_calls++;
	ccm_buf_printf(out, NULL, "{\"total_count\":%d,\"resources\":[", cas ? 0 : 2);
	for (int i = WEB; !cas && i <= OLD; i++, separator = ",")
		ccm_buf_printf(out, NULL, "%s{\"resource_id\":\"%s\",\"tags\":%s}", separator,
		    records[i].id, tags_of(&records[i]));
	return ccm_buf_append_str(out, "]}", NULL);
}

static bool
perform(struct ccm_http *http, const struct ccm_http_request *request,
    struct ccm_http_response *response, bool *sent, struct ccm_error *err)
{
	bool cas = strstr(request->url, "/private-certificate-authorities") != NULL;

	(void)http;
	*sent = true;
	if (failure != CCM_OK)
		return ccm_fail(err, failure, "the service is down");
	if (refusal != 0) {
		response->status = refusal;
		return ccm_buf_append_str(&response->body,
		    "{\"error_code\":\"PCA.00030009\",\"error_msg\":\"refused\"}", err);
	}
	if (strncmp(request->url, "http://obs.", strlen("http://obs.")) == 0) {
		crl_fetches++;
		response->status = crl_status;
		return ccm_buf_append(&response->body, crl_body.data, crl_body.len, err);
	}
	response->status = 200;
	if (strstr(request->url, "/resource-instances/filter") != NULL)
		return answer_tagged(&response->body, cas);
	for (struct record *record = records; record < records + RECORDS; record++) {
		if (strstr(request->url, record->id) == NULL)
			continue;
		if (is_ca(record) != cas)
			break;
		if (strstr(request->url, "/tags") != NULL) {
			tag_calls++;
			ccm_buf_printf(&response->body, NULL, "{\"tags\":%s}", tags_of(record));
		} else if (strstr(request->url, "/export") != NULL) {
			answer_export(&response->body, record, request->body);
		} else {
			gets++;
			append_record(&response->body, record);
		}
		return true;
	}
	if (strstr(request->url, "?") != NULL) {
		answer_list(&response->body, request->url, cas);
		return true;
	}
	gets++;
	response->status = 404;
	return ccm_buf_append_str(
	    &response->body, "{\"error_code\":\"PCA.00030102\",\"error_msg\":\"not found\"}", err);
}

static void
no_free(struct ccm_http *http)
{
	(void)http;
}

static const struct ccm_http_ops ops = {.perform = perform, .free = no_free};
static struct ccm_http transport = {.ops = &ops};

struct ccm_model *
make_model(const char *extra)
{
	char *text = ccm_format(
	    NULL, "[cloud]\nretries = 0\n[auth]\naccess_key = A\nsecret_key = B\n%s", extra);
	struct ccm_error err = {0};
	struct ccm_config *config = ccm_config_parse("test", ccm_span_of(text), &err);
	struct ccm_model *model;

	assert_string_equal(err.msg, "");
	ccm_free(text);
	model = ccm_model_new(config, &transport, &err);
	assert_non_null(model);
	lists = gets = exports = tag_calls = crl_fetches = 0;
	crl_status = 200;
	failure = CCM_OK;
	refusal = 0;
	wrong_key = cut_pem = false;
	return model;
}

int
make_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < RECORDS; i++)
		make_record(&records[i]);
	return 0;
}

int
free_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < RECORDS; i++) {
		X509_free(records[i].cert);
		EVP_PKEY_free(records[i].key);
	}
	return 0;
}
