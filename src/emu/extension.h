/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_EXTENSION_H
#define CCM_EMU_EXTENSION_H

#include <openssl/x509v3.h>

#include "emu/x509.h"

/*
 * Add the plan's extensions, in the order of x509.h. The certificate has its public key already;
 * the issuer may be the certificate itself. False leaves the reason in OpenSSL's error queue.
 */
bool ccm_emu_extensions_add(X509 *x509, const struct ccm_emu_plan *plan, const X509 *issuer);
/* Replace the alternative names by the plan's. */
bool ccm_emu_extensions_rename(X509 *x509, const struct ccm_emu_plan *plan);

/*
 * What names an issuer's key in what it signs: the key id that its certificate has, else the one
 * that RFC 5280 proposes. To be freed; NULL leaves the reason in OpenSSL's error queue.
 */
AUTHORITY_KEYID *ccm_emu_extension_authority(const X509 *issuer);

#endif
