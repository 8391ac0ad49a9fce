/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_scm.h"

#define OFFSET_MAX 100

const struct fake_ssl fake_ssl[SSL_RECORDS] = {
    [SSL_WEB] = {"scs0000000000001", "web.example.com", "ISSUED", RSA2048, true},
    [SSL_UPLOAD] = {"scs0000000000002", "up.example.com", "UPLOAD", P256, true},
    [SSL_CSR] = {"scs0000000000003", "csr.example.com", "ISSUED", P256, false},
    [SSL_ODD] = {"scs0000000000004", "odd.example.com", "UPLOAD", ED448, true},
    [SSL_PAID] = {"scs0000000000005", "", "PAID", P256, false},
    [SSL_REVOKED] = {"scs0000000000006", "revoked.example.com", "REVOKED", P256, true},
    [SSL_EXPIRED] = {"scs0000000000007", "web.example.com", "EXPIRED", P256, true},
};

struct fake_scm fake_scm;

/* The record at an index of the whole list, which may be one of those made up. */
static struct fake_ssl
record_at(unsigned index, char id[20], char domain[40])
{
	if (index >= fake_scm.more)
		return fake_ssl[index - fake_scm.more];
	snprintf(id, 20, "scs1%0*u", fake_scm.long_ids ? 13 : 12, index);
	snprintf(domain, 40, "more.%u.example.com", index);
	return (struct fake_ssl){id, domain, "UPLOAD", P256, true};
}

static void
append_record(struct ccm_buf *out, const struct fake_ssl *ssl, const char *end_member)
{
	ccm_buf_printf(out, NULL,
	    "{\"id\":\"%s\",\"name\":\"scm-test\",\"domain\":%s%s%s,\"sans\":null,\"status\":\"%"
	    "s\","
	    "\"brand\":\"GEOTRUST\",\"%s\":\"2035-01-01 08:00:00.0\",\"validity_period\":12}",
	    ssl->id, ssl->domain[0] != '\0' ? "\"" : "",
	    ssl->domain[0] != '\0' ? ssl->domain : "null", ssl->domain[0] != '\0' ? "\"" : "",
	    ssl->status, end_member);
}

static void
read_parameter(const char *url, const char *name, char out[64], const char *fallback)
{
	const char *at = strstr(url, name);

	snprintf(out, 64, "%s", fallback);
	if (at != NULL)
		sscanf(at + strlen(name), "%63[^&]", out);
}

static bool
is_wanted(const struct fake_ssl *ssl, const char *content, const char *status)
{
	if (!fake_scm.knows_no_content && strstr(ssl->domain, content) == NULL)
		return false;
	return strcmp(status, "ALL") == 0 || strcmp(status, ssl->status) == 0;
}

static void
answer_list(struct ccm_http_response *response, const char *url)
{
	char content[64], status[64], limit[64], offset[64], id[20], domain[40];
	struct ccm_buf list = {0};
	unsigned long first, room, seen = 0, shown = 0;

	read_parameter(url, "content=", content, "");
	read_parameter(url, "status=", status, "ALL");
	read_parameter(url, "limit=", limit, "10");
	read_parameter(url, "offset=", offset, "0");
	first = strtoul(offset, NULL, 10);
	room = strtoul(limit, NULL, 10);
	if (first > OFFSET_MAX) {
		response->status = 400;
		ccm_buf_append_str(&response->body,
		    "{\"error_code\":\"SCM.0005\",\"error_msg\":\"Incorrect request parameter.\"}",
		    NULL);
		return;
	}
	if (fake_scm.repeats_pages)
		first = 0;
	for (unsigned i = 0; i < fake_scm.more + SSL_RECORDS; i++) {
		struct fake_ssl ssl = record_at(i, id, domain);

		if (!is_wanted(&ssl, content, status) || seen++ < first || shown == room)
			continue;
		ccm_buf_append_str(&list, shown++ != 0 ? "," : "", NULL);
		append_record(&list, &ssl, "expire_time");
	}
	ccm_buf_printf(&response->body, NULL, "{\"total_count\":%lu,\"certificates\":[%s]}", seen,
	    ccm_buf_str(&list));
	ccm_buf_clear(&list);
}

static void
append_pem(struct ccm_buf *out, const char *name, BIO *bio)
{
	char *text;
	long len = BIO_get_mem_data(bio, &text);

	if (fake_scm.cut_pem && strcmp(name, "certificate") == 0)
		len /= 2;
	ccm_buf_printf(out, NULL, "%s\"%s\":\"", out->len > 1 ? "," : "", name);
	for (long i = 0; i < len; i++)
		ccm_buf_append_str(out, text[i] == '\n' ? "\\n" : (char[]){text[i], '\0'}, NULL);
	ccm_buf_append_str(out, "\"", NULL);
	BIO_free(bio);
}

static void
answer_export(struct ccm_buf *out, const struct fake_ssl *ssl)
{
	X509 *x509 = test_x509(&(struct test_recipe){.name = ssl->domain, .kind = ssl->kind});
	BIO *cert = BIO_new(BIO_s_mem()), *key = BIO_new(BIO_s_mem());
	enum test_kind kind = fake_scm.wrong_key ? P384 : ssl->kind;

	assert_non_null(x509);
	PEM_write_bio_X509(cert, x509);
	PEM_write_bio_PKCS8PrivateKey(key, test_keys[kind].pkey, NULL, NULL, 0, NULL, NULL);
	ccm_buf_append_str(out, "{", NULL);
	append_pem(out, "certificate", cert);
	if (ssl->has_key)
		append_pem(out, "private_key", key);
	else
		BIO_free(key);
	ccm_buf_append_str(out, "}", NULL);
	X509_free(x509);
}

static bool
answer_one(const char *url, struct ccm_http_response *response, struct ccm_error *err)
{
	char id[20], domain[40];

	for (unsigned i = 0; i < fake_scm.more + SSL_RECORDS; i++) {
		struct fake_ssl ssl = record_at(i, id, domain);

		if (strstr(url, ssl.id) == NULL)
			continue;
		if (strstr(url, "/export") == NULL) {
			fake_scm.gets++;
			append_record(&response->body, &ssl, "not_after");
			return true;
		}
		fake_scm.exports++;
		if (fake_scm.export_failure != CCM_OK)
			return ccm_fail(err, fake_scm.export_failure, "no export");
		answer_export(&response->body, &ssl);
		return true;
	}
	fake_scm.gets++;
	response->status = 404;
	return ccm_buf_append_str(&response->body,
	    "{\"error_code\":\"SCM.0094\",\"error_msg\":\"Resource not found.\"}", err);
}

static bool
perform(struct ccm_http *http, const struct ccm_http_request *request,
    struct ccm_http_response *response, bool *sent, struct ccm_error *err)
{
	const char *path = strstr(request->url, "/v3/scm/certificates");

	(void)http;
	*sent = true;
	if (fake_scm.failure != CCM_OK)
		return ccm_fail(err, fake_scm.failure, "the service is down");
	response->status = 200;
	if (path == NULL) {
		fake_scm.pca++;
		return ccm_buf_append_str(&response->body,
		    "{\"total\":0,\"certificates\":[],\"certificate_authorities\":[]}", err);
	}
	if (path[strlen("/v3/scm/certificates")] == '/')
		return answer_one(path, response, err);
	fake_scm.lists++;
	answer_list(response, path);
	return true;
}

static void
no_free(struct ccm_http *http)
{
	(void)http;
}

static const struct ccm_http_ops ops = {.perform = perform, .free = no_free};
static struct ccm_http transport = {.ops = &ops};

struct ccm_model *
fake_scm_model(const char *extra)
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
	memset(&fake_scm, 0, sizeof(fake_scm));
	return model;
}
