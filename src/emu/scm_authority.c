/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/scm_authority.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>

#define DAY_MS (24 * 3600 * INT64_C(1000))
#define ROOT_DAYS (25 * 365)
#define CA_DAYS (20 * 365)
#define KEY_ALGORITHM "RSA2048"

/* What an authority is kept as and called, and by whom it is when it has to be made. */
struct identity {
	const char *setting, *common_name;
	int64_t path_length, days, now;
	const struct ccm_emu_pair *issuer; /* NULL: itself */
};

static void
clear_pair(struct ccm_emu_pair *pair)
{
	X509_free(pair->x509);
	EVP_PKEY_free(pair->key);
	*pair = (struct ccm_emu_pair){0};
}

void
ccm_emu_authority_clear(struct ccm_emu_authority *authority)
{
	clear_pair(&authority->root);
	clear_pair(&authority->ca);
}

static bool
make(const struct identity *identity, struct ccm_emu_pair *out, struct ccm_buf *der,
    struct ccm_error *err)
{
	const struct ccm_emu_pair *issuer = identity->issuer;
	struct ccm_emu_signer signer = {
	    issuer != NULL ? issuer->x509 : NULL, issuer != NULL ? issuer->key : NULL};
	int64_t now = identity->now;
	char *name[CCM_EMU_NAME_PARTS] = {[CCM_EMU_NAME_CN] = (char *)identity->common_name,
	    [CCM_EMU_NAME_O] = (char *)"ccm-emulator"};
	char serial[24];
	struct ccm_emu_plan plan = {.name = name,
	    .serial = serial,
	    .not_before = now - DAY_MS,
	    .not_after = now + identity->days * DAY_MS,
	    .hash = "SHA256",
	    .ca = true,
	    .path_length = identity->path_length,
	    .key_usages = CCM_EMU_KU_CA};

	snprintf(serial, sizeof(serial), "%" PRId64, now);
	out->key = ccm_emu_x509_generate(KEY_ALGORITHM, err);
	if (out->key == NULL ||
	    !ccm_emu_x509_issue(&plan, out->key, issuer != NULL ? &signer : NULL, der, err))
		return false;
	out->x509 = ccm_emu_x509_decode(ccm_buf_span(der), err);
	return out->x509 != NULL;
}

static bool
keep(struct ccm_emu_state *state, const struct identity *identity, const struct ccm_emu_pair *pair,
    struct ccm_span der, struct ccm_error *err)
{
	char *key_setting = ccm_format(err, "%s_key", identity->setting);
	struct ccm_buf key;
	bool ok;

	ccm_buf_init_secret(&key);
	ok = key_setting != NULL && ccm_emu_key_encode(pair->key, &key, err) &&
	     ccm_emu_state_put_setting(state, key_setting, ccm_buf_span(&key), err) &&
	     ccm_emu_state_put_setting(state, identity->setting, der, err);
	ccm_buf_clear(&key);
	ccm_free(key_setting);
	return ok;
}

static bool
open_pair(struct ccm_emu_state *state, const struct identity *identity, struct ccm_span der,
    struct ccm_emu_pair *out, struct ccm_error *err)
{
	char *key_setting = ccm_format(err, "%s_key", identity->setting);
	struct ccm_buf key;

	ccm_buf_init_secret(&key);
	if (key_setting != NULL && ccm_emu_state_get_setting(state, key_setting, &key, err))
		out->key = ccm_emu_key_decode(ccm_buf_span(&key), err);
	if (out->key != NULL)
		out->x509 = ccm_emu_x509_decode(der, err);
	ccm_buf_clear(&key);
	ccm_free(key_setting);
	return out->x509 != NULL;
}

/* The authority as it is kept, or a new one. */
static bool
load(struct ccm_emu_state *state, const struct identity *identity, struct ccm_emu_pair *out,
    struct ccm_error *err)
{
	struct ccm_buf der = {0};
	bool ok = ccm_emu_state_get_setting(state, identity->setting, &der, err);

	if (ok && der.len != 0)
		ok = open_pair(state, identity, ccm_buf_span(&der), out, err);
	else
		ok = ok && make(identity, out, &der, err) &&
		     keep(state, identity, out, ccm_buf_span(&der), err);
	ccm_buf_clear(&der);
	return ok;
}

bool
ccm_emu_authority_load(struct ccm_emu_state *state, const char *brand, int64_t now,
    struct ccm_emu_authority *out, struct ccm_error *err)
{
	const struct identity root = {
	    "ssl_root", "ccm-emulator SSL Root", CCM_EMU_NONE, ROOT_DAYS, now, NULL};
	char *setting = ccm_format(err, "ssl_ca_%s", brand);
	char *name = ccm_format(err, "ccm-emulator SSL CA for %s", brand);
	const struct identity ca = {setting, name, 0, CA_DAYS, now, &out->root};
	bool ok;

	*out = (struct ccm_emu_authority){0};
	ok = setting != NULL && name != NULL && load(state, &root, &out->root, err) &&
	     load(state, &ca, &out->ca, err);
	ccm_free(name);
	ccm_free(setting);
	if (!ok)
		ccm_emu_authority_clear(out);
	return ok;
}
