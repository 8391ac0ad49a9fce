/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/scm_domain.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "emu/scm_refusal.h"
#include "emu/subject.h"

enum ccm_emu_name_kind
ccm_emu_name_kind(const char *name)
{
	if (ccm_emu_is_address(name))
		return CCM_EMU_NAME_ADDRESS;
	if (strlen(name) > CCM_EMU_SSL_NAME_MAX || !ccm_emu_is_domain(name))
		return CCM_EMU_NAME_WRONG;
	return name[0] == '*' ? CCM_EMU_NAME_WILDCARD : CCM_EMU_NAME_SINGLE;
}

static bool
add(struct ccm_emu_names *names, const char *name, size_t len, struct ccm_error *err)
{
	if (names->count == CCM_EMU_SSL_NAMES)
		return ccm_emu_scm_refuse(
		    err, CCM_EMU_SCM_DOMAINS, "more than %d names", CCM_EMU_SSL_NAMES);
	names->items[names->count] = ccm_strndup(name, len, err);
	if (names->items[names->count] == NULL)
		return false;
	names->count++;
	return true;
}

bool
ccm_emu_names_add(struct ccm_emu_names *names, const char *name, struct ccm_error *err)
{
	return add(names, name, strlen(name), err);
}

bool
ccm_emu_names_split(struct ccm_emu_names *names, const char *text, struct ccm_error *err)
{
	while (*text != '\0') {
		size_t len = strcspn(text, ";");

		if (len != 0 && !add(names, text, len, err))
			return false;
		text += len + (text[len] == ';');
	}
	return true;
}

bool
ccm_emu_names_join(const struct ccm_emu_names *names, struct ccm_buf *out, struct ccm_error *err)
{
	for (size_t i = 1; i < names->count; i++)
		if (!ccm_buf_printf(out, err, "%s%s", i > 1 ? ";" : "", names->items[i]))
			return false;
	return true;
}

bool
ccm_emu_names_have(const struct ccm_emu_names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcasecmp(names->items[i], name) == 0)
			return true;
	return false;
}

size_t
ccm_emu_names_count(const struct ccm_emu_names *names, enum ccm_emu_name_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < names->count; i++)
		count += ccm_emu_name_kind(names->items[i]) == kind;
	return count;
}

void
ccm_emu_names_clear(struct ccm_emu_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		ccm_free(names->items[i]);
	*names = (struct ccm_emu_names){0};
}

const char *
ccm_emu_names_type(const struct ccm_emu_names *names)
{
	if (names->count > 1)
		return "MULTI_DOMAIN";
	return ccm_emu_names_count(names, CCM_EMU_NAME_WILDCARD) != 0 ? "WILDCARD"
								      : "SINGLE_DOMAIN";
}

/* Products */

static bool
check_forms(const struct ccm_emu_names *names, struct ccm_error *err)
{
	for (size_t i = 0; i < names->count; i++) {
		struct ccm_emu_names before = *names;

		before.count = i;
		if (ccm_emu_name_kind(names->items[i]) == CCM_EMU_NAME_WRONG)
			return ccm_emu_scm_refuse(
			    err, CCM_EMU_SCM_DOMAIN, "%.256s", names->items[i]);
		if (ccm_emu_names_have(&before, names->items[i]))
			return ccm_emu_scm_refuse(
			    err, CCM_EMU_SCM_DUPLICATE_DOMAIN, "%s", names->items[i]);
	}
	return true;
}

/* What the certificate's domain itself has to be. */
static bool
primary_is_wildcard(const struct ccm_emu_product *product)
{
	return strcmp(product->domain_type, "WILDCARD") == 0 ||
	       (product->multi_domain_type != NULL &&
		   strcmp(product->multi_domain_type, "primary_wildcard") == 0);
}

static bool
check_primary(const struct ccm_emu_product *product, const char *domain, struct ccm_error *err)
{
	bool wanted = primary_is_wildcard(product);
	bool is_wildcard = ccm_emu_name_kind(domain) == CCM_EMU_NAME_WILDCARD;

	return wanted == is_wildcard ||
	       ccm_emu_scm_refuse(err, CCM_EMU_SCM_DOMAINS, "%s: the certificate is for a %s name",
		   domain, wanted ? "wildcard" : "single");
}

bool
ccm_emu_product_check(
    const struct ccm_emu_product *product, const struct ccm_emu_names *names, struct ccm_error *err)
{
	int64_t count = (int64_t)names->count;
	int64_t wildcards = (int64_t)ccm_emu_names_count(names, CCM_EMU_NAME_WILDCARD);

	if (!check_forms(names, err) || !check_primary(product, names->items[0], err))
		return false;
	if (count > product->domain_count)
		return ccm_emu_scm_refuse(err, CCM_EMU_SCM_DOMAINS,
		    "%" PRId64 " names, %" PRId64 " were bought", count, product->domain_count);
	if (wildcards > product->wildcard_count ||
	    count - wildcards > product->domain_count - product->wildcard_count)
		return ccm_emu_scm_refuse(err, CCM_EMU_SCM_DOMAINS,
		    "%" PRId64 " wildcard and %" PRId64 " single names; of %" PRId64
		    " bought, %" PRId64 " are for wildcards",
		    wildcards, count - wildcards, product->domain_count, product->wildcard_count);
	return true;
}

bool
ccm_emu_name_covers(const char *name, const char *domain)
{
	const char *dot = strchr(domain, '.');

	if (strcasecmp(name, domain) == 0)
		return true;
	return strncmp(name, "*.", 2) == 0 && dot != NULL && dot != domain &&
	       strcasecmp(name + 1, dot) == 0;
}
