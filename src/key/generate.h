/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_GENERATE_H
#define CCM_GENERATE_H

/* New keys. */

#include "key/key.h"

/* What to make: RSA of 2048 to 4096 bits, EC of 256, 384 or 521, Ed25519 and SM2 (bits: 0). */
struct ccm_key_spec {
	enum ccm_key_type type;
	unsigned bits;
	struct ccm_span exponent; /* RSA's public one, big-endian; empty: 65537 */
};

/* Is there such a key? Else CCM_USAGE says why not. */
bool ccm_key_spec_check(const struct ccm_key_spec *spec, struct ccm_error *err);

/* A new soft key. Slow for RSA: no lock is to be held. */
struct ccm_key *ccm_key_generate(const struct ccm_key_spec *spec, struct ccm_error *err);

#endif
