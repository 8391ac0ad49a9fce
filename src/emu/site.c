/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/site.h"

#include <strings.h>

#define CA_QUOTA 100
#define CERTIFICATE_QUOTA 100000

void
ccm_emu_site_init(struct ccm_emu_site *site)
{
	*site = (struct ccm_emu_site){.ca_quota = CA_QUOTA, .certificate_quota = CERTIFICATE_QUOTA};
}

void
ccm_emu_site_clear(struct ccm_emu_site *site)
{
	ccm_free(site->hsm_clusters);
	ccm_free(site->frozen);
	ccm_emu_site_init(site);
}

static bool
append(const char ***list, size_t *count, const char *text, struct ccm_error *err)
{
	if (!ccm_grow_array(list, *count, sizeof(**list), err))
		return false;
	(*list)[(*count)++] = text;
	return true;
}

static bool
contains(const char *const *list, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (text != NULL && strcasecmp(list[i], text) == 0)
			return true;
	return false;
}

bool
ccm_emu_site_add_hsm_cluster(struct ccm_emu_site *site, const char *id, struct ccm_error *err)
{
	return append(&site->hsm_clusters, &site->hsm_cluster_count, id, err);
}

bool
ccm_emu_site_add_frozen(struct ccm_emu_site *site, const char *name, struct ccm_error *err)
{
	return append(&site->frozen, &site->frozen_count, name, err);
}

bool
ccm_emu_site_has_hsm_cluster(const struct ccm_emu_site *site, const char *id)
{
	return site->hsm_cluster_count == 0 ||
	       contains(site->hsm_clusters, site->hsm_cluster_count, id);
}

bool
ccm_emu_site_is_frozen(const struct ccm_emu_site *site, const char *id, const char *name)
{
	return contains(site->frozen, site->frozen_count, id) ||
	       contains(site->frozen, site->frozen_count, name);
}
