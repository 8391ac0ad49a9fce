/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_DIAGNOSE_H
#define CCM_DIAGNOSE_H

/* What the gateway's words about a refused signature mean (spec/huawei-auth.md 1.4). Pure. */

#include <stdbool.h>
#include <stddef.h>

/*
 * "verify aksk signature fail, canonicalRequest:GET|/v1/...": compare what the gateway read with
 * the canonical request that was signed and name the first part that differs, or the secret key
 * when none does. False, and out "", when the text is not of this kind. Never shows a secret.
 */
bool ccm_diagnose_signature(const char *text, const char *canonical_request, const char *access_key,
    char *out, size_t size);

/*
 * "signature expired, signature time:20211217T064303Z,server time:20211217T065804Z": by how much
 * this machine's clock is ahead or behind. False, and out "", when the text is not of this kind.
 */
bool ccm_diagnose_clock(const char *text, char *out, size_t size);

/*
 * What the refusal says of the credentials themselves: a key that is locked or not there, a
 * security token or token that has lapsed. False, and out "", when it says nothing that is known.
 */
struct ccm_credentials;
bool ccm_diagnose_credentials(
    const char *text, const struct ccm_credentials *credentials, char *out, size_t size);

/*
 * A refusal (403) that is about the account or project that the request was for: which these were,
 * and where they are set. False, and out "", when it is about something else.
 */
bool ccm_diagnose_scope(
    const char *text, const struct ccm_credentials *credentials, char *out, size_t size);

#endif
