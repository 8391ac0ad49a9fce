/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_ENVELOPE_H
#define CCM_ENVELOPE_H

/* How the key of an SM2 encryption certificate travels: SM2EnvelopedKey of GM/T 0009-2012 7.4. */

#include "key/key.h"

/*
 * The soft key in an envelope's DER, opened with the signature key that it was made out to. What is
 * not such an envelope, or does not hold together, is CCM_PROTOCOL; what that key does not open is
 * CCM_CRYPTO.
 */
struct ccm_key *ccm_envelope_open(
    struct ccm_span der, struct ccm_key *signature_key, struct ccm_error *err);

#endif
