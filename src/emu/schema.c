/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/schema.h"

#include "core/mem.h"

static const char *const pieces[] = {
    ccm_emu_resource_schema,
    ccm_emu_chain_schema,
    ccm_emu_revocation_schema,
    ccm_emu_state_schema,
    ccm_emu_agency_schema,
    ccm_emu_obs_schema,
    ccm_emu_publication_schema,
    ccm_emu_tag_schema,
    ccm_emu_ssl_schema,
};

static const char *const migrations[CCM_EMU_SCHEMA_VERSION] = {
    [1] = "ALTER TABLE resource ADD COLUMN gen_mode TEXT;"
	  "ALTER TABLE resource ADD COLUMN hsm_project TEXT;"
	  "ALTER TABLE resource ADD COLUMN order_id TEXT;"
	  "ALTER TABLE resource ADD COLUMN enc_serial_number TEXT;"
	  "ALTER TABLE resource ADD COLUMN charging_mode INTEGER NOT NULL DEFAULT 1;"
	  "ALTER TABLE resource ADD COLUMN delete_time INTEGER;"
	  "ALTER TABLE resource ADD COLUMN hsm_ca_certificate BLOB;"
	  "ALTER TABLE resource ADD COLUMN chain BLOB;"
	  "ALTER TABLE resource ADD COLUMN enc_certificate BLOB;"
	  "ALTER TABLE resource ADD COLUMN enc_private_key BLOB;",
};

size_t
ccm_emu_schema_count(void)
{
	return CCM_COUNT(pieces);
}

const char *
ccm_emu_schema_at(size_t index)
{
	return pieces[index];
}

const char *
ccm_emu_schema_migration(int version)
{
	return migrations[version];
}
