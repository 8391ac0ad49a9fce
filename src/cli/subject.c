/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/subject.h"

#include <string.h>

#include "cli/create.h"

#define FALLBACK_KEY "RSA4096"
#define FALLBACK_HASH "SHA256"

const struct ccm_choice ccm_choices_key[] = {
    {"rsa2048", "RSA2048"},
    {"rsa4096", "RSA4096"},
    {"ec256", "EC256"},
    {"ec384", "EC384"},
    {"sm2", "SM2"},
    {0},
};

const struct ccm_choice ccm_choices_ca_type[] = {
    {"root", "ROOT"},
    {"subordinate", "SUBORDINATE"},
    {0},
};

const struct ccm_choice ccm_choices_hash[] = {
    {"sha256", "SHA256"},
    {"sha384", "SHA384"},
    {"sha512", "SHA512"},
    {"sm3", "SM3"},
    {0},
};

static const struct ccm_option parts[] = {
    CCM_OPTIONS_SUBJECT(""),
};

bool
ccm_subject_inherit(struct ccm_json *request, const struct ccm_json *issuer, struct ccm_error *err)
{
	for (size_t i = 0; i < CCM_COUNT(parts); i++) {
		const char *text = NULL;

		if (issuer != NULL)
			ccm_json_as_string(ccm_json_get(issuer, parts[i].field), &text);
		if (!ccm_request_default(request, parts[i].field, text, err))
			return false;
	}
	return true;
}

bool
ccm_subject_check(const struct ccm_json *request, struct ccm_error *err)
{
	struct ccm_buf missing = {0};
	bool ok = true;

	for (size_t i = 0; i < CCM_COUNT(parts) && ok; i++)
		if (ccm_json_get(request, parts[i].field) == NULL)
			ok = ccm_buf_printf(
			    &missing, err, "%s--%s", missing.len != 0 ? ", " : "", parts[i].name);
	if (ok && missing.len != 0)
		ok = ccm_fail(
		    err, CCM_USAGE, "a CA has a whole name: missing %s", ccm_buf_str(&missing));
	ccm_buf_clear(&missing);
	return ok;
}

/* The CA's value of the field, if the request may have it too. */
static const char *
usable(const struct ccm_json *ca, const char *field, const struct ccm_choice *choices)
{
	const struct ccm_choice *choice;
	const char *text = "";

	ccm_json_as_string(ccm_json_get(ca, field), &text);
	choice = ccm_choice_find(choices, text);
	return choice != NULL ? choice->wire : NULL;
}

bool
ccm_hash_default(struct ccm_json *request, const struct ccm_json *ca, struct ccm_error *err)
{
	const char *hash = ca != NULL ? usable(ca, "signature_algorithm", ccm_choices_hash) : NULL;
	const char *key = "";

	/* a root signs itself: SM2 goes with SM3 (GB/T 32918) */
	if (ca == NULL)
		ccm_json_as_string(ccm_json_get(request, "key_algorithm"), &key);
	if (hash == NULL)
		hash = strcmp(key, "SM2") == 0 ? "SM3" : FALLBACK_HASH;
	return ccm_request_default(request, "signature_algorithm", hash, err);
}

bool
ccm_key_default(struct ccm_json *request, const struct ccm_json *ca, struct ccm_error *err)
{
	const char *key = ca != NULL ? usable(ca, "key_algorithm", ccm_choices_key) : FALLBACK_KEY;

	if (key == NULL && ccm_json_get(request, "key_algorithm") == NULL)
		return ccm_fail(err, CCM_USAGE,
		    "--key is needed: the CA's own kind of key is none that can be asked for");
	return ccm_request_default(request, "key_algorithm", key, err);
}

bool
ccm_validity_default(struct ccm_json *request, const char *period, struct ccm_error *err)
{
	static const struct ccm_option validity = {.field = "validity"};

	return ccm_json_get(request, "validity") != NULL ||
	       ccm_option_period(&validity, period, request, err);
}
