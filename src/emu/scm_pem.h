/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_SCM_PEM_H
#define CCM_EMU_SCM_PEM_H

/* PEM that clients send. Every false or NULL means that the text is not what it should be. */

#include <openssl/x509.h>

#include "core/mem.h"

/* Append the text with \n as line ends: those of Windows, and escapes that came escaped twice, are
 * replaced, a last one is added (ccm-api.md 8, json_newlines). */
bool ccm_emu_pem_tidy(const char *text, struct ccm_buf *out, struct ccm_error *err);

#define CCM_EMU_PEM_CERTIFICATES 16
struct ccm_emu_certificates {
	X509 *items[CCM_EMU_PEM_CERTIFICATES];
	size_t count;
};
/* Append those of a tidy text, which holds nothing else. */
bool ccm_emu_pem_read_certificates(struct ccm_span text, struct ccm_emu_certificates *out);
void ccm_emu_certificates_clear(struct ccm_emu_certificates *certificates);

EVP_PKEY *ccm_emu_pem_read_key(struct ccm_span text);     /* NULL for an encrypted one as well */
X509_REQ *ccm_emu_pem_read_request(struct ccm_span text); /* whose signature is right */

#endif
