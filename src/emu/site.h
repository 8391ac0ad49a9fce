/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_SITE_H
#define CCM_EMU_SITE_H

/* What the site has and the account may, by the command line; and what of it is frozen. */

#include <stdint.h>

#include "core/mem.h"

struct ccm_emu_site {
	int64_t ca_quota, certificate_quota;
	bool mainland;             /* a site of the Chinese mainland: SM2 and SM3 are there */
	const char **hsm_clusters; /* the texts are borrowed; none: any will do */
	size_t hsm_cluster_count;
	const char **frozen; /* ids and common names */
	size_t frozen_count;
};

void ccm_emu_site_init(struct ccm_emu_site *site);
void ccm_emu_site_clear(struct ccm_emu_site *site);

bool ccm_emu_site_add_hsm_cluster(struct ccm_emu_site *site, const char *id, struct ccm_error *err);
bool ccm_emu_site_add_frozen(struct ccm_emu_site *site, const char *name, struct ccm_error *err);

bool ccm_emu_site_has_hsm_cluster(const struct ccm_emu_site *site, const char *id);
/* True when one of the two is frozen. */
bool ccm_emu_site_is_frozen(const struct ccm_emu_site *site, const char *id, const char *name);

#endif
