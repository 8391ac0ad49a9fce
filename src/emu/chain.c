/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/chain.h"

#include "emu/pem.h"
#include "emu/schema.h"

/* A certificate outlives the CA that issued it, and is exported with its chain all the same. */
const char ccm_emu_chain_schema[] =
    "CREATE TABLE IF NOT EXISTS gone_ca ("
    " id TEXT PRIMARY KEY COLLATE NOCASE, issuer_id TEXT, certificate BLOB NOT NULL, chain BLOB);"
    "CREATE TRIGGER IF NOT EXISTS gone_ca_keep AFTER DELETE ON resource"
    " WHEN OLD.kind = 0 AND OLD.certificate IS NOT NULL BEGIN"
    " INSERT OR REPLACE INTO gone_ca (id, issuer_id, certificate, chain)"
    " VALUES (OLD.id, OLD.issuer_id, OLD.certificate, OLD.chain); END;";

/* A step on the way up. */
struct link {
	char *issuer_id;            /* of the next, NULL at the end */
	struct ccm_buf certificate; /* DER */
	struct ccm_buf chain;       /* DER, one behind the other */
};

static void
clear(struct link *link)
{
	ccm_free(link->issuer_id);
	ccm_buf_clear(&link->certificate);
	ccm_buf_clear(&link->chain);
	*link = (struct link){0};
}

static bool
append_blob(const struct ccm_emu_row *row, int column, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_span blob = ccm_emu_row_blob(row, column);

	return ccm_buf_append(out, blob.data, blob.len, err);
}

static bool
read_link(void *context, const struct ccm_emu_row *row, struct ccm_error *err)
{
	const char *issuer_id = ccm_emu_row_text(row, 0);
	struct link *link = context;

	if (issuer_id != NULL && (link->issuer_id = ccm_strdup(issuer_id, err)) == NULL)
		return false;
	return append_blob(row, 1, &link->certificate, err) &&
	       append_blob(row, 2, &link->chain, err);
}

/* The CA of this id; an empty certificate when there never was one. */
static bool
load(struct ccm_emu_state *state, const char *id, struct link *out, struct ccm_error *err)
{
	const struct ccm_emu_param params[] = {CCM_EMU_TEXT(id)};

	*out = (struct link){0};
	return ccm_emu_db_visit(ccm_emu_state_db(state),
	    CCM_EMU_SQL(
		"SELECT issuer_id, certificate, chain FROM resource WHERE kind = 0 AND id = ?1"
		" UNION ALL SELECT issuer_id, certificate, chain FROM gone_ca WHERE id = ?1",
		params),
	    read_link, out, err);
}

bool
ccm_emu_chain_write(struct ccm_emu_state *state, const struct ccm_emu_resource *resource,
    struct ccm_buf *pem, struct ccm_error *err)
{
	const char *id = resource->issuer_id;
	struct link at = {0};
	bool ok = ccm_emu_pem_certificates(ccm_buf_span(&resource->chain), pem, err);

	while (ok && id != NULL) {
		struct link next;

		ok = load(state, id, &next, err);
		clear(&at);
		at = next;
		id = at.issuer_id;
		ok = ok && ccm_emu_pem_certificates(ccm_buf_span(&at.certificate), pem, err) &&
		     ccm_emu_pem_certificates(ccm_buf_span(&at.chain), pem, err);
	}
	clear(&at);
	return ok;
}
