/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_SEAL_H
#define CCM_SEAL_H

/*
 * The sealed forms of what is secret at rest. Pure but for random numbers.
 *
 *	sealed by a key     1 | nonce (12) | cipher text | tag (16)
 *	sealed by a secret  1 | log2 N | r | p | salt (16) | sealed by the key that scrypt makes
 *
 * The cipher is AES-256-GCM, the key derivation scrypt (RFC 7914). What the bytes are for (purpose)
 * and everything in front of the nonce is associated data: sealed bytes that were moved to another
 * place, or whose cost was changed, don't open.
 */

#include "core/mem.h"

#define CCM_SEAL_KEY_LEN 32

/* scrypt's cost: about 0.1 s and 32 MiB for a PIN that is typed often, 128 MiB for a backup. */
struct ccm_seal_cost {
	unsigned log2_n, r, p;
};
extern const struct ccm_seal_cost ccm_seal_cost_pin, ccm_seal_cost_backup;

/* Append plain, sealed, to out. */
bool ccm_seal(struct ccm_span key, struct ccm_span purpose, struct ccm_span plain,
    struct ccm_buf *out, struct ccm_error *err);
/*
 * Append to out, which is made secret, what was sealed. CCM_STORE: the bytes are damaged, were
 * sealed by another key, or for another purpose.
 */
bool ccm_unseal(struct ccm_span key, struct ccm_span purpose, struct ccm_span sealed,
    struct ccm_buf *out, struct ccm_error *err);

/* The same by a PIN or passphrase. A wrong one is CCM_DENIED, which damage can't be told from. */
struct ccm_seal_secret {
	struct ccm_span secret;
	const struct ccm_seal_cost *cost; /* to seal with; what is sealed says its own */
};
bool ccm_seal_by_secret(const struct ccm_seal_secret *by, struct ccm_span purpose,
    struct ccm_span plain, struct ccm_buf *out, struct ccm_error *err);
bool ccm_unseal_by_secret(struct ccm_span secret, struct ccm_span purpose, struct ccm_span sealed,
    struct ccm_buf *out, struct ccm_error *err);

#endif
