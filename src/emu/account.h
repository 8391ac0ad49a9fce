/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_ACCOUNT_H
#define CCM_EMU_ACCOUNT_H

/*
 * Who there is: users with their roles, access keys, projects, as the command line names them.
 * Access keys belong to the first user. Safe for many threads once the service runs.
 */

#include <pthread.h>
#include <stdint.h>

#include "ccm/error.h"

/* The roles of IAM that we know, by the names that tokens carry. */
enum ccm_emu_role {
	CCM_EMU_SECU_ADMIN = 1, /* Security Administrator: what the agency calls want */
	CCM_EMU_TE_ADMIN = 2,   /* Tenant Administrator */
	CCM_EMU_TE_AGENCY = 4,  /* Agent Operator */
	CCM_EMU_READONLY = 8,   /* Tenant Guest */
};
struct ccm_emu_role_row {
	const char *name; /* NULL ends the table */
	unsigned role;
};
extern const struct ccm_emu_role_row ccm_emu_roles[];

struct ccm_emu_user {
	char *name, *password, *domain;
	unsigned roles; /* of enum ccm_emu_role */
};

struct ccm_emu_access_key {
	char *id, *secret;
	char *security_token; /* of a temporary key, else NULL */
	int64_t lifetime_ms;  /* of a temporary one, 0: no end */
	int64_t expires;      /* ms; CCM_EMU_NEVER */
	unsigned failures;    /* in a row, under lock, like the next */
	int64_t locked_until; /* ms */
};
#define CCM_EMU_NEVER INT64_MAX

struct ccm_emu_state;

struct ccm_emu_account {
	struct ccm_emu_state *state;      /* borrowed: it knows the tokens */
	struct ccm_emu_access_key **keys; /* each stays where it is; the array under lock */
	size_t key_count;
	struct ccm_emu_user *users;
	size_t user_count;
	char **projects; /* names */
	size_t project_count;
	pthread_mutex_t lock;
};

void ccm_emu_account_init(struct ccm_emu_account *account);
void ccm_emu_account_clear(struct ccm_emu_account *account);

/* "AK:SK" */
bool ccm_emu_account_add_key(
    struct ccm_emu_account *account, const char *text, struct ccm_error *err);
/* "AK:SK:TOKEN[:SECONDS]" */
bool ccm_emu_account_add_temporary_key(
    struct ccm_emu_account *account, const char *text, struct ccm_error *err);
/* "NAME:PASSWORD:DOMAIN[:ROLE,..]"; without roles all but readonly. */
bool ccm_emu_account_add_user(
    struct ccm_emu_account *account, const char *text, struct ccm_error *err);
bool ccm_emu_account_add_project(
    struct ccm_emu_account *account, const char *name, struct ccm_error *err);

/* The service begins: what has a lifetime ends so long after now. */
void ccm_emu_account_begin(struct ccm_emu_account *account, int64_t now);
/* A temporary key of random values that ends then; NULL with err set. */
const struct ccm_emu_access_key *ccm_emu_account_make_key(
    struct ccm_emu_account *account, int64_t expires, struct ccm_error *err);

/* NULL when there is none. */
struct ccm_emu_access_key *ccm_emu_account_find_key(
    struct ccm_emu_account *account, const char *id);
const struct ccm_emu_user *ccm_emu_account_find_user(
    const struct ccm_emu_account *account, const char *domain, const char *name);

/* The id of a thing of IAM: 32 hex digits that depend on its kind and name only. */
#define CCM_EMU_IAM_ID_SIZE 33
bool ccm_emu_iam_id(const char *kind, const char *name, char out[static CCM_EMU_IAM_ID_SIZE],
    struct ccm_error *err);

#endif
