/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_RENEW_H
#define CCM_CLI_RENEW_H

/*
 * Renewing one certificate: same names, usages, issuer; the same key, or for keys that the service
 * makes, and when asked to, a new one. The old certificate stays as it is, and in the files until
 * the new one is found good.
 */

#include "cli/create.h"
#include "cli/file.h"
#include "model/renewal.h"

struct ccm_renew_options {
	struct ccm_renewal_lead lead;
	bool rotate_key;
	bool force; /* due or not */
	int64_t budget;
};

enum ccm_renew_outcome { CCM_RENEWED, CCM_RENEW_NOT_DUE, CCM_RENEW_WAITS, CCM_RENEW_FAILED };

/* Where states of renewals are; to be freed. */
char *ccm_renew_folder(struct ccm_tool *tool, struct ccm_error *err);

/*
 * identity: whose state names the certificate, or NULL for the certificate with this id. A failure
 * is in err, and in the state; the row tells the outcome for people and programs.
 */
struct ccm_renew_target {
	const char *identity, *id;
};
bool ccm_renew(struct ccm_tool *tool, const struct ccm_renew_options *options,
    const struct ccm_renew_target *target, struct ccm_json *row, struct ccm_error *err);

/* An export wrote these files (certificate, anchor, key reference): renewals do, too. What stands
 * in the way is logged. */
void ccm_renew_remember(
    struct ccm_tool *tool, struct ccm_item *item, const struct ccm_file files[static 3]);

/* renew_issue.c: have the next certificate issued, or adopt the one that a broken run left. */
struct ccm_renew_work {
	struct ccm_tool *tool;
	struct ccm_item *old;
	const struct ccm_renew_options *options;
	struct ccm_renewal *renewal;
	const char *folder;
};
bool ccm_renew_issue(
    const struct ccm_renew_work *work, char id[static CCM_ID_SIZE], struct ccm_error *err);
/* What is pending is not waited for any more: the next run begins anew. */
void ccm_renew_give_up(const struct ccm_renew_work *work);

/* renew_request.c: what the service is asked for when it makes the key, and what is wanted when a
 * CSR asks (model/issue.h). */
struct ccm_json *ccm_renew_request(
    const struct ccm_json *record, const struct ccm_cert *cert, struct ccm_error *err);
/* like: what a new key is to be like; NULL: the old one is used. */
struct ccm_json *ccm_renew_intent(
    struct ccm_item *old, const struct ccm_key *like, struct ccm_error *err);

#endif
