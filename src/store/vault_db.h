/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_VAULT_DB_H
#define CCM_VAULT_DB_H

/* Inside the keystore: what its files share. */

#include "core/fork.h"
#include "store/database.h"
#include "store/seal.h"
#include "store/vault.h"

#define CCM_VAULT_IDENTITY_LEN 16

struct ccm_vault {
	char *dir, *key_path;
	struct ccm_database *database;
	struct ccm_lock lock;  /* of all below */
	unsigned char *master; /* CCM_SEAL_KEY_LEN bytes of secure memory, or NULL */
	unsigned char identity[CCM_VAULT_IDENTITY_LEN]; /* of the keystore that master is of */
};

/* vault.c: do something in a transaction with the keystore's database, made when missing. */
typedef bool (*ccm_vault_action)(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err);
bool ccm_vault_change(
    struct ccm_vault *vault, ccm_vault_action action, void *context, struct ccm_error *err);
/* Do something with it as it is; without a keystore CCM_NOT_FOUND. */
bool ccm_vault_read(
    struct ccm_vault *vault, ccm_vault_action action, void *context, struct ccm_error *err);

/* vault_master.c: the master key, in a secret buffer; one that is locked is CCM_AUTH. A keystore
 * that is there but new gets a master key and a key file; so only in a transaction. */
bool ccm_vault_master(struct ccm_vault *vault, struct ccm_sql_connection *db,
    struct ccm_buf *master, struct ccm_error *err);
bool ccm_vault_master_new(struct ccm_buf *master, struct ccm_error *err);
bool ccm_vault_identity_new(struct ccm_sql_connection *db, struct ccm_error *err);
void ccm_vault_master_keep(
    struct ccm_vault *vault, struct ccm_sql_connection *db, const struct ccm_buf *master);
bool ccm_vault_identity(struct ccm_sql_connection *db,
    unsigned char identity[static CCM_VAULT_IDENTITY_LEN], bool *found, struct ccm_error *err);
/* A new key file, and its row; the file is gone. */
bool ccm_vault_file_hold(struct ccm_vault *vault, struct ccm_sql_connection *db,
    const struct ccm_buf *master, struct ccm_error *err);
bool ccm_vault_file_remove(struct ccm_vault *vault, struct ccm_error *err);
/* The row of a holder: sealed stays empty when there is none. */
struct ccm_vault_lock_row {
	struct ccm_buf sealed;
	int64_t failures, failed_ms;
};
bool ccm_vault_lock_read(struct ccm_sql_connection *db, enum ccm_vault_holder holder,
    struct ccm_vault_lock_row *row, struct ccm_error *err);
bool ccm_vault_lock_write(struct ccm_sql_connection *db, enum ccm_vault_holder holder,
    struct ccm_span sealed, struct ccm_error *err);
bool ccm_vault_lock_drop(
    struct ccm_sql_connection *db, enum ccm_vault_holder holder, struct ccm_error *err);
const char *ccm_vault_holder_name(enum ccm_vault_holder holder); /* "user", ... */
int64_t ccm_vault_lock_wait(enum ccm_vault_holder holder, const struct ccm_vault_lock_row *row);

/* vault_key.c */
bool ccm_vault_key_insert(struct ccm_sql_connection *db, struct ccm_span master,
    const struct ccm_vault_key *key, struct ccm_span pkcs8, struct ccm_error *err);
bool ccm_vault_key_open(struct ccm_span master, const struct ccm_vault_key *key,
    struct ccm_span sealed, struct ccm_buf *out, struct ccm_error *err);

#endif
