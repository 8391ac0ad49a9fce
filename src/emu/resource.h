/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_RESOURCE_H
#define CCM_EMU_RESOURCE_H

/*
 * A CA or a certificate as the emulator keeps it, and how it lies in the database: the table of
 * columns and the SQL that names them all. state.c runs that SQL.
 */

#include <stddef.h>
#include <stdint.h>

#include "emu/column.h"

#define CCM_EMU_PATH_UNLIMITED 7 /* how the service shows that a CA has no path length */

enum ccm_emu_resource_kind { CCM_EMU_RESOURCE_CA, CCM_EMU_RESOURCE_CERTIFICATE };

/* The parts of a distinguished name, in the order in which certificates carry them. */
enum ccm_emu_name_part {
	CCM_EMU_NAME_CN,
	CCM_EMU_NAME_C,
	CCM_EMU_NAME_ST,
	CCM_EMU_NAME_L,
	CCM_EMU_NAME_O,
	CCM_EMU_NAME_OU,
	CCM_EMU_NAME_PARTS
};

/* A CA or a certificate: one row. Text is NULL and numbers are CCM_EMU_NONE when there is nothing.
 */
struct ccm_emu_resource {
	int64_t kind;
	char *id;
	char *type; /* of a CA: ROOT or SUBORDINATE */
	char *status;
	char *issuer_id;
	char *issuer_name;
	char *key_algorithm;
	char *signature_algorithm;
	char *serial_number;
	char *name[CCM_EMU_NAME_PARTS];
	char *enterprise_project_id;
	char *cluster_id;
	char *hsm_project;
	char *gen_mode; /* CSR: the key is not ours; NULL is GENERATE */
	char *order_id; /* of a bought CA */
	char *enc_serial_number;
	int64_t path_length;
	int64_t key_usages;
	int64_t charging_mode;
	int64_t create_time;
	int64_t not_before;
	int64_t not_after;
	int64_t delete_time;        /* when a DELETED CA goes for good */
	struct ccm_buf certificate; /* DER */
	struct ccm_buf private_key; /* DER, PKCS #8; secret, like the other one */
	struct ccm_buf chain;       /* of what was signed outside: DER, one behind the other */
	/* The second half of an SM2 pair: what others encrypt to. */
	struct ccm_buf enc_certificate;    /* DER */
	struct ccm_buf enc_private_key;    /* DER, PKCS #8 */
	struct ccm_buf hsm_ca_certificate; /* DER */
};

void ccm_emu_resource_init(struct ccm_emu_resource *resource, enum ccm_emu_resource_kind kind);
void ccm_emu_resource_clear(struct ccm_emu_resource *resource);
/* Replace a text by a copy. */
bool ccm_emu_set_text(char **to, const char *text, struct ccm_error *err);

size_t ccm_emu_column_count(void);
const struct ccm_emu_column *ccm_emu_column_at(size_t index);
const struct ccm_emu_column *ccm_emu_column_find(const char *name); /* NULL when there is none */

/* The value of a column as a parameter, borrowed. */
struct ccm_emu_param ccm_emu_column_param(
    const struct ccm_emu_resource *resource, const struct ccm_emu_column *column);
/* Copy a row that has all columns in order into out, which ccm_emu_resource_clear frees. */
bool ccm_emu_resource_read(
    const struct ccm_emu_row *row, struct ccm_emu_resource *out, struct ccm_error *err);

/* SQL: what lists show and quotas count. A CA made from a CSR is known to its owner alone. */
#define CCM_EMU_RESOURCE_LISTED "(kind = 1 OR gen_mode IS NOT 'CSR')"

/*
 * Statements. Those that write a row bind the columns in order, so ?1 is the kind and ?2 the id;
 * the quota is one behind the last column. Those that read bind the time to ?1.
 */
bool ccm_emu_sql_add(struct ccm_buf *sql, struct ccm_error *err);
bool ccm_emu_sql_put(struct ccm_buf *sql, struct ccm_error *err); /* without a quota */
bool ccm_emu_sql_activate(struct ccm_buf *sql, struct ccm_error *err);
bool ccm_emu_sql_get(struct ccm_buf *sql, struct ccm_error *err); /* ?2 kind, ?3 id */
/* ?2 kind, ?3 part of the name, ?4 status, ?5 type, ?6 limit, ?7 offset; the blobs stay empty */
bool ccm_emu_sql_list(
    const char *sort_key, bool ascending, struct ccm_buf *sql, struct ccm_error *err);
bool ccm_emu_sql_total(struct ccm_buf *sql, struct ccm_error *err); /* as the list, to ?5 */

#endif
