/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/seed.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/log.h"
#include "emu/issue.h"

#define BATCH 1000 /* certificates in a transaction */
#define DAY_MS (24 * 3600 * INT64_C(1000))
#define ROOT_DAYS 3650
#define PAST_DAYS 365 /* before which the root was made */
#define ALGORITHM "EC256"
#define HASH "SHA256"
#define COUNT_SETTING "seeds" /* how many have been made */

/* Of that many certificates one is revoked, and one has expired. */
enum { ONE_OF = 50, REVOKED = 20, EXPIRED = 40 };

struct seed {
	struct ccm_emu_state *state;
	int64_t now;
	struct ccm_emu_resource root;
	X509 *root_x509;
	EVP_PKEY *root_key;
	EVP_PKEY *key; /* of all certificates */
	X509 *like;    /* one of them, which all others are made from */
	struct ccm_buf key_der;
};

static bool
set_name(struct ccm_emu_resource *resource, const char *common_name, struct ccm_error *err)
{
	static const char *const parts[CCM_EMU_NAME_PARTS] = {
	    [CCM_EMU_NAME_C] = "DE",
	    [CCM_EMU_NAME_ST] = "Berlin",
	    [CCM_EMU_NAME_L] = "Berlin",
	    [CCM_EMU_NAME_O] = "CCM Emulator",
	    [CCM_EMU_NAME_OU] = "Seeds",
	};

	for (size_t i = 0; i < CCM_EMU_NAME_PARTS; i++) {
		const char *text = i == CCM_EMU_NAME_CN ? common_name : parts[i];

		if (!ccm_emu_set_text(&resource->name[i], text, err))
			return false;
	}
	return true;
}

/* Ids are random elsewhere; here they tell the number, so that tests can do without a list. */
static char *
make_id(enum ccm_emu_resource_kind kind, int64_t number, struct ccm_error *err)
{
	return ccm_format(err, "5eed%04x-0000-4000-8000-%012" PRIx64,
	    kind == CCM_EMU_RESOURCE_CA ? 0xca : 0, (uint64_t)number);
}

static char *
make_serial(int64_t created, int64_t number, struct ccm_error *err)
{
	char date[17];

	ccm_clock_sdk_date(created, date);
	return ccm_format(err, "%.8s%.6s%010" PRId64, date, date + 9, number);
}

/* What both the root and certificates have; the times are whole seconds, as in X.509. */
static bool
describe(struct ccm_emu_resource *resource, const char *common_name, int64_t number, int64_t from,
    struct ccm_error *err)
{
	resource->not_before = resource->create_time = from / 1000 * 1000;
	resource->id = make_id((enum ccm_emu_resource_kind)resource->kind, number, err);
	resource->serial_number = make_serial(from, number, err);
	return resource->id != NULL && resource->serial_number != NULL &&
	       set_name(resource, common_name, err) &&
	       ccm_emu_set_text(&resource->key_algorithm, ALGORITHM, err) &&
	       ccm_emu_set_text(&resource->signature_algorithm, HASH, err) &&
	       ccm_emu_set_text(&resource->enterprise_project_id, "0", err);
}

static void
complete(struct ccm_emu_plan *plan, const struct ccm_emu_resource *resource)
{
	plan->name = resource->name;
	plan->serial = resource->serial_number;
	plan->not_before = resource->not_before;
	plan->not_after = resource->not_after;
	plan->hash = HASH;
}

/* The root */

static bool
make_root(struct seed *seed, struct ccm_emu_resource *root, EVP_PKEY *key, struct ccm_error *err)
{
	struct ccm_emu_plan plan = {
	    .ca = true, .path_length = CCM_EMU_NONE, .key_usages = CCM_EMU_KU_CA};

	root->not_after = (seed->now + ROOT_DAYS * DAY_MS) / 1000 * 1000;
	root->key_usages = CCM_EMU_KU_CA;
	if (key == NULL ||
	    !describe(root, "CCM Seed Root", 1, seed->now - PAST_DAYS * DAY_MS, err) ||
	    !ccm_emu_set_text(&root->status, "ACTIVED", err) ||
	    !ccm_emu_set_text(&root->type, "ROOT", err) ||
	    !ccm_emu_key_encode(key, &root->private_key, err))
		return false;
	complete(&plan, root);
	return ccm_emu_x509_issue(&plan, key, NULL, &root->certificate, err) &&
	       ccm_emu_state_put(seed->state, root, err);
}

/* Made once for a database. */
static bool
add_root(struct seed *seed, struct ccm_error *err)
{
	EVP_PKEY *key = ccm_emu_x509_generate(ALGORITHM, err);
	struct ccm_emu_resource root;
	bool ok;

	ccm_emu_resource_init(&root, CCM_EMU_RESOURCE_CA);
	ok = make_root(seed, &root, key, err);
	ccm_emu_resource_clear(&root);
	EVP_PKEY_free(key);
	return ok;
}

static bool
find_root(struct seed *seed, struct ccm_error *err)
{
	char *id = make_id(CCM_EMU_RESOURCE_CA, 1, err);
	bool ok =
	    id != NULL && ccm_emu_state_get(seed->state, CCM_EMU_RESOURCE_CA, id, &seed->root, err);

	if (ok && seed->root.id == NULL)
		ok = add_root(seed, err) &&
		     ccm_emu_state_get(seed->state, CCM_EMU_RESOURCE_CA, id, &seed->root, err);
	ccm_free(id);
	if (ok)
		seed->root_x509 = ccm_emu_x509_decode(ccm_buf_span(&seed->root.certificate), err);
	if (seed->root_x509 != NULL)
		seed->root_key = ccm_emu_key_decode(ccm_buf_span(&seed->root.private_key), err);
	return seed->root_key != NULL;
}

/* Certificates */

/* Ends are spread over two years, and in an order of their own. */
static void
set_end(struct seed *seed, struct ccm_emu_resource *certificate, int64_t number)
{
	int64_t days = number % ONE_OF == EXPIRED ? -1 - number % 30 : 1 + number * 7919 % 730;

	certificate->not_after = (seed->now + days * DAY_MS) / 1000 * 1000 + number % 86400 * 1000;
	if (days < 0)
		certificate->not_after -= DAY_MS;
}

static bool
sign(struct seed *seed, struct ccm_emu_resource *certificate, struct ccm_error *err)
{
	const struct ccm_emu_san san = {CCM_EMU_SAN_DNS, certificate->name[CCM_EMU_NAME_CN]};
	const struct ccm_emu_signer signer = {seed->root_x509, seed->root_key};
	struct ccm_emu_plan plan = {.key_usages = CCM_EMU_KU_DIGITAL_SIGNATURE,
	    .extended_key_usages = CCM_EMU_EKU_SERVER_AUTH,
	    .sans = &san,
	    .san_count = 1};

	certificate->key_usages = CCM_EMU_KU_DIGITAL_SIGNATURE;
	complete(&plan, certificate);
	if (seed->like != NULL)
		return ccm_emu_x509_reissue(
		    seed->like, &plan, seed->root_key, &certificate->certificate, err);
	if (!ccm_emu_x509_issue(&plan, seed->key, &signer, &certificate->certificate, err))
		return false;
	seed->like = ccm_emu_x509_decode(ccm_buf_span(&certificate->certificate), err);
	return seed->like != NULL;
}

static bool
note_revocation(
    struct seed *seed, const struct ccm_emu_resource *certificate, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(certificate->issuer_id),
	    CCM_EMU_TEXT(certificate->serial_number), CCM_EMU_NUMBER(seed->now), CCM_EMU_NUMBER(0),
	    CCM_EMU_NUMBER(certificate->not_after)};

	return ccm_emu_db_run(ccm_emu_state_db(seed->state),
	    CCM_EMU_SQL("INSERT INTO revocation (issuer_id, serial_number, time, reason, not_after)"
			" VALUES (?1, ?2, ?3, ?4, ?5)",
		params),
	    NULL, err);
}

static bool
fill(struct seed *seed, struct ccm_emu_resource *certificate, int64_t number, struct ccm_error *err)
{
	/* the first is the oldest */
	int64_t created = seed->now - 40 * DAY_MS - (CCM_EMU_SEED_MAX - number) * 1000;
	bool revoked = number % ONE_OF == REVOKED;
	char name[64];

	snprintf(name, sizeof(name), "seed-%06" PRId64 ".example.com", number);
	set_end(seed, certificate, number);
	return describe(certificate, name, number, created, err) &&
	       ccm_emu_set_text(&certificate->status, revoked ? "REVOKED" : "ISSUED", err) &&
	       ccm_emu_set_text(&certificate->issuer_id, seed->root.id, err) &&
	       ccm_emu_set_text(&certificate->issuer_name, seed->root.name[CCM_EMU_NAME_CN], err) &&
	       ccm_buf_append(
		   &certificate->private_key, seed->key_der.data, seed->key_der.len, err) &&
	       sign(seed, certificate, err) && ccm_emu_state_put(seed->state, certificate, err) &&
	       (!revoked || note_revocation(seed, certificate, err));
}

/* With the batch, so that a crash in between makes none of it twice. */
static bool
note_last(struct seed *seed, int64_t last, struct ccm_error *err)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, last);
	return ccm_emu_state_put_setting(seed->state, COUNT_SETTING, ccm_span_of(text), err);
}

static bool
add_batch(struct seed *seed, int64_t first, int64_t last, struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_emu_state_db(seed->state);
	bool ok = true;

	/* nobody else is there yet who would have to wait for the transaction's end */
	if (!ccm_emu_db_begin(db, err))
		return false;
	for (int64_t number = first; ok && number <= last; number++) {
		struct ccm_emu_resource certificate;

		ccm_emu_resource_init(&certificate, CCM_EMU_RESOURCE_CERTIFICATE);
		ok = fill(seed, &certificate, number, err);
		ccm_emu_resource_clear(&certificate);
	}
	return ccm_emu_db_end(db, ok && note_last(seed, last, err), err);
}

/* By number: what is deleted does not come back, and what was made by hand does not count. */
static bool
find_last(struct seed *seed, int64_t *last, struct ccm_error *err)
{
	struct ccm_buf text = {0};
	bool ok = ccm_emu_state_get_setting(seed->state, COUNT_SETTING, &text, err);

	*last = ok && text.len != 0 ? strtoll(ccm_buf_str(&text), NULL, 10) : 0;
	ccm_buf_clear(&text);
	return ok;
}

/* The program keeps signals for its end, which may be now. */
static bool
is_interrupted(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 &&
	       (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1);
}

static bool
add_certificates(struct seed *seed, int64_t count, struct ccm_error *err)
{
	int64_t last = 0;
	bool ok = find_last(seed, &last, err);

	if (ok && last < count) {
		seed->key = ccm_emu_x509_generate(ALGORITHM, err);
		ok = seed->key != NULL && ccm_emu_key_encode(seed->key, &seed->key_der, err);
	}
	while (ok && last < count) {
		int64_t first = last + 1;

		last = count - last < BATCH ? count : last + BATCH;
		ok = add_batch(seed, first, last, err);
		if (ok && is_interrupted())
			ok = ccm_fail(err, CCM_CANCELLED, "interrupted");
		ccm_log(INFO, EMU, "seeded %" PRId64 " of %" PRId64, last, count);
	}
	return ok;
}

bool
ccm_emu_seed(struct ccm_emu_state *state, int64_t count, struct ccm_error *err)
{
	struct seed seed = {.state = state, .now = ccm_clock_now_ms()};
	bool ok;

	ccm_buf_init_secret(&seed.key_der);
	ok = find_root(&seed, err) && add_certificates(&seed, count, err);
	ccm_emu_resource_clear(&seed.root);
	X509_free(seed.root_x509);
	X509_free(seed.like);
	EVP_PKEY_free(seed.root_key);
	EVP_PKEY_free(seed.key);
	ccm_buf_clear(&seed.key_der);
	return ok;
}
