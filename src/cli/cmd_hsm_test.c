/* SPDX-License-Identifier: Apache-2.0 */
/* Is a cluster of use? Keys are made in it, used, checked, timed and deleted again. */
#include "cli/commands.h"
#include "cli/listing.h"
#include "core/clock.h"
#include "core/crypto.h"

#define ID_LEN 16
#define MEASURE_MS 1000

static const struct ccm_option options[] = {
    {.name = "key",
	.apply = ccm_option_text,
	.placeholder = "KIND",
	.help = "of this kind only: rsa2048 to rsa4096, ec256, ec384, ec521, ed25519"},
    {0},
};

static const struct ccm_column columns[] = {
    {"KEY", "key", CCM_CELL_TEXT},
    {"MADE MS", "made_ms", CCM_CELL_TEXT},
    {"SIGNATURES/S", "per_second", CCM_CELL_TEXT},
    {"TROUBLE", "trouble", CCM_CELL_TEXT},
};

static bool
check(struct ccm_key *key, const struct ccm_sign_params *params, struct ccm_span input,
    struct ccm_span signature, struct ccm_error *err)
{
	return ccm_pkey_verify(ccm_key_public(key), params, input, signature, err) ||
	       ccm_fail(err, CCM_CRYPTO, "a signature of the cluster does not verify");
}

/* Whole signatures, one after the other, for about a second; the first and last are verified. */
static bool
measure(struct ccm_key *key, int64_t *per_second, struct ccm_error *err)
{
	struct ccm_sign_params params = {.digest = "SHA256"};
	unsigned char input[32], signature[2048];
	size_t len = sizeof(signature);
	struct ccm_signer *signer;
	int64_t begun_ms, spent_ms = 0, count = 0;
	bool ok;

	params.padding = ccm_key_type(key) == CCM_KEY_RSA ? CCM_PAD_PKCS1 : CCM_PAD_NONE;
	if (ccm_key_type(key) == CCM_KEY_ED25519)
		params.digest = NULL;
	signer = ccm_signer_new(key, &params, err);
	ok = signer != NULL && ccm_random(input, sizeof(input), err);
	begun_ms = ccm_clock_monotonic_ms();
	while (ok && spent_ms < MEASURE_MS) {
		len = sizeof(signature);
		ok = ccm_signer_sign(signer, CCM_SPAN(input, sizeof(input)), signature, &len, err);
		if (ok && count++ == 0)
			ok = check(key, &params, CCM_SPAN(input, sizeof(input)),
			    CCM_SPAN(signature, len), err);
		spent_ms = ccm_clock_monotonic_ms() - begun_ms;
	}
	ok = ok &&
	     check(key, &params, CCM_SPAN(input, sizeof(input)), CCM_SPAN(signature, len), err);
	ccm_signer_free(signer);
	*per_second = ok ? count * 1000 / spent_ms : 0;
	return ok;
}

static bool
try_kind(struct ccm_hsm *hsm, const char *kind, struct ccm_json *row, struct ccm_error *err)
{
	unsigned char id[ID_LEN];
	const struct ccm_hsm_new_key wanted = {kind, CCM_SPAN(id, sizeof(id)), "ccm hsm test"};
	struct ccm_error trouble = {0};
	int64_t begun_ms = ccm_clock_monotonic_ms(), made_ms, per_second = 0;
	struct ccm_key *key;
	bool ok;

	if (!ccm_random(id, sizeof(id), err))
		return false;
	key = ccm_hsm_generate(hsm, &wanted, &trouble);
	made_ms = ccm_clock_monotonic_ms() - begun_ms;
	ok = key != NULL && measure(key, &per_second, &trouble);
	if (key != NULL && !ccm_hsm_delete(hsm, CCM_SPAN(id, sizeof(id)), &trouble))
		ok = false;
	ccm_key_unref(key);
	return ccm_json_add_string(row, "key", kind, err) &&
	       ccm_json_add_bool(row, "works", ok, err) &&
	       (ok ? ccm_json_add_int(row, "made_ms", made_ms, err) &&
			   ccm_json_add_int(row, "per_second", per_second, err)
		   : ccm_json_add_string(row, "trouble", trouble.msg, err));
}

static bool
try_all(struct ccm_hsm *hsm, const char *only, struct ccm_json *tests, bool *works,
    struct ccm_error *err)
{
	static const char *const kinds[] = {"ec256", "rsa2048"};

	*works = true;
	for (size_t i = 0; i < (only != NULL ? 1 : CCM_COUNT(kinds)); i++) {
		struct ccm_json *row = ccm_json_new_object(err);
		bool good = false;

		if (!ccm_json_append_json(tests, row, err) ||
		    !try_kind(hsm, only != NULL ? only : kinds[i], row, err))
			return false;
		ccm_json_as_bool(ccm_json_get(row, "works"), &good);
		*works = *works && good;
	}
	return true;
}

static bool
test(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_rows rows = {"tests", columns, CCM_COUNT(columns), "test"};
	struct ccm_model *model = ccm_tool_model(tool, err);
	const char *id = args->operands[0];
	struct ccm_hsm *hsm = model != NULL ? ccm_model_hsm(model, id, err) : NULL;
	struct ccm_hsm_state state;
	struct ccm_json *document, *tests;
	bool works = false, ok;

	if (hsm == NULL || !ccm_hsm_describe(hsm, &state, err))
		return false;
	document = ccm_json_new_object(err);
	tests = ccm_json_new_array(err);
	ok = document != NULL && ccm_json_add_json(document, "tests", tests, err) &&
	     ccm_json_add_string(document, "cluster_id", id, err) &&
	     try_all(hsm, ccm_args_value(args, "key"), tests, &works, err) &&
	     ccm_rows_print(tool, &rows, document, err);
	if (ok && !works)
		ok =
		    ccm_fail(err, CCM_CRYPTO, "cluster %s is of no use for some kinds of keys", id);
	ccm_json_free(document);
	return ok;
}

const struct ccm_command ccm_command_hsm_test = {
    .name = "hsm test",
    .operands = "ID",
    .summary = "Make keys in an HSM cluster, sign, delete them",
    .details =
	"\nTells how long it takes to make a key, and how many signatures a second it gives,\n"
	"one after the other.\n",
    .options = options,
    .run = test,
};
