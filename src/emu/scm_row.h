/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_SCM_ROW_H
#define CCM_EMU_SCM_ROW_H

/*
 * An SSL certificate as the emulator keeps it: one row. Texts are NULL and numbers CCM_EMU_NONE
 * when there is nothing. PEM is kept with \n.
 */

#include "emu/column.h"

struct ccm_emu_ssl {
	char *id, *status;
	char *order_id, *name, *type, *brand, *description, *enterprise_project_id;
	char *domain_type, *multi_domain_type, *domain, *sans;
	int64_t domain_count, wildcard_count;
	char *application; /* JSON: what was asked for last */
	char *validation_method, *validation_token;
	int64_t apply_time, due_time; /* of the review that is under way */
	char *signature_algorithm, *fingerprint, *revoke_reason;
	int64_t issue_time, not_before, not_after;
	int64_t gm; /* 1: SM2 */
	int64_t update_time;
	struct ccm_buf certificate, chain, private_key;
	struct ccm_buf enc_certificate, enc_private_key; /* SM2's second pair */
};

extern const struct ccm_emu_columns ccm_emu_ssl_columns;

void ccm_emu_ssl_init(struct ccm_emu_ssl *ssl);
void ccm_emu_ssl_clear(struct ccm_emu_ssl *ssl);

/* Replace *to by a copy; a NULL text leaves nothing there. */
bool ccm_emu_ssl_set(char **to, const char *text, struct ccm_error *err);

/* "2021-05-27 16:46:25.0": the time as SCM writes it, by the clock of Beijing. */
#define CCM_EMU_SSL_TIME_SIZE 24
void ccm_emu_ssl_time(int64_t ms, char out[static CCM_EMU_SSL_TIME_SIZE]);

#endif
