/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_SCHEMA_H
#define CCM_EMU_SCHEMA_H

/*
 * The tables of the database: one piece for each file that has some, all run at each opening, so
 * every statement in them says IF NOT EXISTS. A table that is there already and has to change
 * takes a new version and a migration (schema.c); a new table takes neither.
 */

#include <stddef.h>

#define CCM_EMU_SCHEMA_VERSION 2

size_t ccm_emu_schema_count(void);
const char *ccm_emu_schema_at(size_t index);

/* What makes a database of this version, not 0 (empty), one of the next. */
const char *ccm_emu_schema_migration(int version);

/* The pieces, each defined where its tables are used. */
extern const char ccm_emu_chain_schema[];
extern const char ccm_emu_resource_schema[];
extern const char ccm_emu_revocation_schema[];
extern const char ccm_emu_state_schema[];
extern const char ccm_emu_agency_schema[];
extern const char ccm_emu_obs_schema[];
extern const char ccm_emu_publication_schema[];
extern const char ccm_emu_tag_schema[];
extern const char ccm_emu_ssl_schema[];

#endif
