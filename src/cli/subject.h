/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_SUBJECT_H
#define CCM_CLI_SUBJECT_H

/* What commands that make CAs and certificates have in common: names, keys, hashes. */

#include "cli/option.h"

extern const struct ccm_choice ccm_choices_key[], ccm_choices_hash[], ccm_choices_ca_type[];

/* The five rows of a distinguished name beside the common name. */
#define CCM_OPTIONS_SUBJECT(rest)                                                \
	{.name = "country",                                                      \
	    .apply = ccm_option_text,                                            \
	    .placeholder = "CC",                                                 \
	    .field = "distinguished_name.country",                               \
	    .help = "country code of two letters (C)" rest},                     \
	    {.name = "state",                                                    \
		.apply = ccm_option_text,                                        \
		.placeholder = "TEXT",                                           \
		.field = "distinguished_name.state",                             \
		.help = "state or province (ST)" rest},                          \
	    {.name = "locality",                                                 \
		.apply = ccm_option_text,                                        \
		.placeholder = "TEXT",                                           \
		.field = "distinguished_name.locality",                          \
		.help = "locality or region (L)" rest},                          \
	    {.name = "organization",                                             \
		.apply = ccm_option_text,                                        \
		.placeholder = "TEXT",                                           \
		.field = "distinguished_name.organization",                      \
		.help = "organization (O)" rest},                                \
	{                                                                        \
		.name = "unit", .apply = ccm_option_text, .placeholder = "TEXT", \
		.field = "distinguished_name.organizational_unit",               \
		.help = "organizational unit (OU)" rest                          \
	}

/* Rows of what an issuer decides about a CA. */
#define CCM_OPTION_CA_HASH                                                               \
	{                                                                                \
		.name = "hash", .apply = ccm_option_choice, .choices = ccm_choices_hash, \
		.field = "signature_algorithm",                                          \
		.help = "hash that the issuer signs with; the issuer's own, or sha256"   \
	}
#define CCM_OPTION_PATH_LENGTH                                                            \
	{                                                                                 \
		.name = "path-length", .apply = ccm_option_integer, .placeholder = "N",   \
		.field = "path_length",                                                   \
		.help = "how many CAs may stand below each other under this one (0 to 6)" \
	}

/* Parts of the request's name that are missing are taken from the issuer's, if there is one. */
bool ccm_subject_inherit(
    struct ccm_json *request, const struct ccm_json *issuer, struct ccm_error *err);
/* CCM_USAGE naming the option of each part that is missing; a CA needs all of them. */
bool ccm_subject_check(const struct ccm_json *request, struct ccm_error *err);

/*
 * Key and hash default to the CA's, sent explicitly as the service's practice advises, and to
 * rsa4096 and sha256 when ca is NULL. A kind of key that cannot be asked for is no default.
 */
bool ccm_key_default(struct ccm_json *request, const struct ccm_json *ca, struct ccm_error *err);
bool ccm_hash_default(struct ccm_json *request, const struct ccm_json *ca, struct ccm_error *err);
/* Validity, unless the request has one: "10y". */
bool ccm_validity_default(struct ccm_json *request, const char *period, struct ccm_error *err);

#endif
