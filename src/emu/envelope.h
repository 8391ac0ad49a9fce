/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_ENVELOPE_H
#define CCM_EMU_ENVELOPE_H

/*
 * How the encryption key of an SM2 pair travels: under a random SM4 key, which only the signing key
 * can open. Both envelopes hold the private value alone, 32 bytes, in SM4-ECB without padding;
 * GM/T 0010 leaves the content open, and so do the key centres that use it for this purpose.
 */

#include <openssl/types.h>

#include "core/mem.h"

struct ccm_emu_envelope {
	EVP_PKEY *key;   /* an SM2 pair: what travels */
	X509 *recipient; /* the signing certificate */
	X509 *signer;    /* for the second form: who vouches for it */
	EVP_PKEY *signer_key;
};

/* Append the DER of an SM2EnvelopedKey (GM/T 0009-2012 7.4). */
bool ccm_emu_envelope_key(
    const struct ccm_emu_envelope *envelope, struct ccm_buf *out, struct ccm_error *err);
/* Append a ContentInfo with SignedAndEnvelopedData (GM/T 0010-2012 10), signed with SM3 and SM2. */
bool ccm_emu_envelope_signed(
    const struct ccm_emu_envelope *envelope, struct ccm_buf *out, struct ccm_error *err);

#endif
