/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_IMPORT_H
#define CCM_EMU_IMPORT_H

/* A CA's certificate that was signed outside of PCA. Pure; what is wrong is refused. */

#include "emu/x509.h"

struct ccm_emu_import {
	X509 *certificate;
	STACK_OF(X509) * chain; /* from its issuer to the root; NULL: not given */
};

/* Read both as PEM that came over the wire; the chain may be NULL. */
bool ccm_emu_import_read(
    const char *certificate, const char *chain, struct ccm_emu_import *out, struct ccm_error *err);
void ccm_emu_import_clear(struct ccm_emu_import *import);

/*
 * Check that the certificate is one of a CA, valid at the time (ms), for this key; and that the
 * chain leads from its issuer to a root, in order and whole.
 */
bool ccm_emu_import_check(
    const struct ccm_emu_import *import, const EVP_PKEY *key, int64_t now, struct ccm_error *err);

/* Make the resource what the certificate says. */
bool ccm_emu_import_apply(
    const struct ccm_emu_import *import, struct ccm_emu_resource *ca, struct ccm_error *err);

#endif
