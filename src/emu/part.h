/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_PART_H
#define CCM_EMU_PART_H

/* The parts of an export, made of a certificate and its key. */

#include <openssl/types.h>

#include "emu/layout.h"
#include "emu/resource.h"

struct ccm_emu_material {
	const struct ccm_emu_resource *certificate;
	EVP_PKEY *key;     /* NULL: not ours */
	EVP_PKEY *enc_key; /* of an SM2 pair, else NULL */
	X509 *issuer;      /* who signs an envelope, else NULL */
	EVP_PKEY *issuer_key;
	struct ccm_buf chain;           /* PEM */
	const char *password;           /* NULL: keys go out open */
	struct ccm_buf random_password; /* of keystores, which always have one */
	int64_t now;
};
void ccm_emu_material_clear(struct ccm_emu_material *material);

/* Append a part: PEM with \n, keystores as they are, envelopes in base64. */
bool ccm_emu_part_write(enum ccm_emu_part part, const struct ccm_emu_material *material,
    struct ccm_buf *out, struct ccm_error *err);

#endif
