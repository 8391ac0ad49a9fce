/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/tls.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <time.h>

#include "core/fd.h"
#include "emu/pem.h"
#include "emu/x509.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))
#define CA_DAYS (20 * 365)
#define SERVER_DAYS 397
#define FILE_MAX (1024 * 1024)

/* A CA and its key, or a server's. */
struct pair {
	struct ccm_buf certificate; /* DER */
	struct ccm_buf key_der;
	EVP_PKEY *key;
};

static void
clear(struct pair *pair)
{
	ccm_buf_clear(&pair->certificate);
	ccm_buf_clear(&pair->key_der);
	EVP_PKEY_free(pair->key);
}

/*
 * These are checked by the clock of whoever connects, so the clock offset of the emulated service
 * does not count; a day's grace forgives clients that are a bit behind.
 */
static bool
issue(struct ccm_emu_plan *plan, int64_t days, const struct ccm_emu_signer *signer,
    struct pair *out, struct ccm_error *err)
{
	char serial[21];

	snprintf(serial, sizeof(serial), "%lld", (long long)time(NULL));
	plan->serial = serial;
	plan->not_before = (int64_t)time(NULL) * 1000 - DAY_MS;
	plan->not_after = plan->not_before + (days + 1) * DAY_MS;
	plan->hash = "SHA256";
	out->key = ccm_emu_x509_generate("EC256", err);
	return out->key != NULL &&
	       ccm_emu_x509_issue(plan, out->key, signer, &out->certificate, err);
}

static bool
make_ca(struct ccm_emu_state *state, struct pair *out, struct ccm_error *err)
{
	char *name[CCM_EMU_NAME_PARTS] = {[CCM_EMU_NAME_CN] = (char *)"ccm-emulator TLS CA"};
	struct ccm_emu_plan plan = {
	    .name = name, .ca = true, .path_length = 0, .key_usages = CCM_EMU_KU_CA};

	return issue(&plan, CA_DAYS, NULL, out, err) &&
	       ccm_emu_key_encode(out->key, &out->key_der, err) &&
	       ccm_emu_state_put_setting(state, "tls_ca_key", ccm_buf_span(&out->key_der), err) &&
	       ccm_emu_state_put_setting(state, "tls_ca", ccm_buf_span(&out->certificate), err);
}

static bool
load_ca(struct ccm_emu_state *state, struct pair *out, struct ccm_error *err)
{
	if (!ccm_emu_state_get_setting(state, "tls_ca", &out->certificate, err) ||
	    !ccm_emu_state_get_setting(state, "tls_ca_key", &out->key_der, err))
		return false;
	if (out->certificate.len == 0)
		return make_ca(state, out, err);
	out->key = ccm_emu_key_decode(ccm_buf_span(&out->key_der), err);
	return out->key != NULL;
}

static bool
make_server(const struct pair *ca, struct pair *out, struct ccm_error *err)
{
	static const struct ccm_emu_san sans[] = {
	    {CCM_EMU_SAN_DNS, "localhost"}, {CCM_EMU_SAN_IP, "127.0.0.1"}, {CCM_EMU_SAN_IP, "::1"}};
	char *name[CCM_EMU_NAME_PARTS] = {[CCM_EMU_NAME_CN] = (char *)"ccm-emulator"};
	struct ccm_emu_plan plan = {.name = name,
	    .key_usages = CCM_EMU_KU_DIGITAL_SIGNATURE,
	    .extended_key_usages = CCM_EMU_EKU_SERVER_AUTH,
	    .sans = sans,
	    .san_count = CCM_COUNT(sans)};
	X509 *issuer = ccm_emu_x509_decode(ccm_buf_span(&ca->certificate), err);
	struct ccm_emu_signer signer = {issuer, ca->key};
	bool ok = issuer != NULL && issue(&plan, SERVER_DAYS, &signer, out, err);

	X509_free(issuer);
	return ok;
}

static bool
read_file(const char *path, struct ccm_buf *out, struct ccm_error *err)
{
	return ccm_fd_read_file(&(struct ccm_fd_source){path, CCM_TLS, FILE_MAX}, out, err);
}

static bool
write_server(const struct pair *ca, struct ccm_emu_tls *out, struct ccm_error *err)
{
	struct pair server = {.key_der = {.secret = true}};
	bool ok =
	    make_server(ca, &server, err) &&
	    ccm_emu_pem_certificate(ccm_buf_span(&server.certificate), &out->certificate, err) &&
	    ccm_emu_pem_key(server.key, NULL, &out->key, err);

	clear(&server);
	return ok;
}

bool
ccm_emu_tls_prepare(struct ccm_emu_state *state, const char *certificate_file, const char *key_file,
    struct ccm_emu_tls *out, struct ccm_error *err)
{
	struct pair ca = {.key_der = {.secret = true}};
	bool ok;

	ccm_buf_init_secret(&out->key);
	ok = load_ca(state, &ca, err) &&
	     ccm_emu_pem_certificate(ccm_buf_span(&ca.certificate), &out->ca, err);
	if (ok && certificate_file != NULL)
		ok = read_file(certificate_file, &out->certificate, err) &&
		     read_file(key_file, &out->key, err);
	else if (ok)
		ok = write_server(&ca, out, err);
	clear(&ca);
	return ok;
}

void
ccm_emu_tls_clear(struct ccm_emu_tls *tls)
{
	ccm_buf_clear(&tls->ca);
	ccm_buf_clear(&tls->certificate);
	ccm_buf_clear(&tls->key);
}
