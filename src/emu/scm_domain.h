/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_SCM_DOMAIN_H
#define CCM_EMU_SCM_DOMAIN_H

/* The names that an SSL certificate is for, and what each product allows. Pure. */

#include <stdint.h>

#include "core/mem.h"

#define CCM_EMU_SSL_NAMES 100 /* most that a certificate may have */
#define CCM_EMU_SSL_NAME_MAX 253

enum ccm_emu_name_kind {
	CCM_EMU_NAME_WRONG,
	CCM_EMU_NAME_SINGLE,
	CCM_EMU_NAME_WILDCARD,
	CCM_EMU_NAME_ADDRESS
};
enum ccm_emu_name_kind ccm_emu_name_kind(const char *name);

/* Names, the first of which is the certificate's domain. All zero is a valid, empty list. */
struct ccm_emu_names {
	char *items[CCM_EMU_SSL_NAMES];
	size_t count;
};
/* Append the name, or those of a text that separates them by semicolons. More are an error. */
bool ccm_emu_names_add(struct ccm_emu_names *names, const char *name, struct ccm_error *err);
bool ccm_emu_names_split(struct ccm_emu_names *names, const char *text, struct ccm_error *err);
/* Append all but the first, separated by semicolons. */
bool ccm_emu_names_join(
    const struct ccm_emu_names *names, struct ccm_buf *out, struct ccm_error *err);
bool ccm_emu_names_have(const struct ccm_emu_names *names, const char *name); /* in any case */
size_t ccm_emu_names_count(const struct ccm_emu_names *names, enum ccm_emu_name_kind kind);
void ccm_emu_names_clear(struct ccm_emu_names *names);

/* SINGLE_DOMAIN, WILDCARD or MULTI_DOMAIN: the product that fits the names. */
const char *ccm_emu_names_type(const struct ccm_emu_names *names);

/* The product that was bought. */
struct ccm_emu_product {
	const char *domain_type;
	const char *multi_domain_type;        /* primary_single, primary_wildcard, or NULL */
	int64_t domain_count, wildcard_count; /* all names; those of them that may be wildcards */
};
/* Refused with SCM's code unless every name is well formed, none stands twice, and they fit. */
bool ccm_emu_product_check(const struct ccm_emu_product *product, const struct ccm_emu_names *names,
    struct ccm_error *err);

/* Does the name on a certificate cover this domain: itself, or a label in the wildcard's place? */
bool ccm_emu_name_covers(const char *name, const char *domain);

#endif
