/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_RENEWAL_H
#define CCM_RENEWAL_H

/*
 * What is remembered of certificates that are renewed here: a small file for each identity (issuer,
 * subject and alternative names, which all of its certificates share). It says which certificate is
 * the current one, which files it was written to, how the last renewal went and when the next try
 * may be, and before anything is issued that it is about to be.
 */

#include "core/json.h"
#include "model/cert.h"

#define CCM_IDENTITY_SIZE 33

/* Hex of what stays the same from one certificate to the next. */
bool ccm_renewal_identity(
    const struct ccm_cert *cert, char out[static CCM_IDENTITY_SIZE], struct ccm_error *err);

/*
 * One identity, held by this process alone until it is closed; another one that holds it is
 * CCM_CONFLICT. The state is an object, empty when there was none:
 *   name, certificate_id, issuer_id, not_before, not_after
 *   key         where it is: "service", "keystore", "elsewhere", or the id of a cluster
 *   files       of {cert, anchor, key}: paths that are written anew
 *   result      "renewed" or "failed"; message, request_id of a failure
 *   tried, renewed, next   milliseconds since 1970; next: not before then
 *   failures    in a row; renewals: in all
 *   reload      whether who uses it has yet to be told
 *   pending     while a certificate is being issued: begun, old (its id), and issued, once that is
 *               known
 */
struct ccm_renewal {
	char *path;
	int lock;
	struct ccm_json *state;
};
bool ccm_renewal_open(
    const char *folder, const char *identity, struct ccm_renewal *renewal, struct ccm_error *err);
bool ccm_renewal_save(const struct ccm_renewal *renewal, struct ccm_error *err);
void ccm_renewal_close(struct ccm_renewal *renewal);

/* Every identity's state, unlocked; one that cannot be read is passed over with a warning. No
 * folder: none. */
typedef bool (*ccm_renewal_visit)(
    void *context, const char *identity, const struct ccm_json *state, struct ccm_error *err);
bool ccm_renewal_each(
    const char *folder, ccm_renewal_visit visit, void *context, struct ccm_error *err);

/* How long before the end: a time, or a part of the whole time that the certificate is valid. */
struct ccm_renewal_lead {
	int64_t ms; /* or, when it is 0: */
	int64_t numerator, denominator;
};
/* "30d", "12h", "1/3". */
bool ccm_renewal_lead_parse(const char *text, struct ccm_renewal_lead *lead, struct ccm_error *err);
/* When it is due: milliseconds since 1970. */
int64_t ccm_renewal_due_ms(
    const struct ccm_renewal_lead *lead, int64_t not_before_ms, int64_t not_after_ms);

/* How long to wait after so many failures in a row: from a quarter of an hour on, twice as long
 * each time, a day at most, a tenth of it by chance. */
int64_t ccm_renewal_pause_ms(int64_t failures);

/* Note that one more is issued today (UTC); CCM_CONFLICT when the day's budget is used up. */
bool ccm_renewal_spend(const char *folder, int64_t budget, struct ccm_error *err);

#endif
