/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_SERIAL_H
#define CCM_SERIAL_H

/* Serial numbers of certificates: DER INTEGER, and as services write them, decimal or in hex. */

#include "core/mem.h"

#define CCM_SERIAL_ROOM 128

/* Without zeros in front. False for what is no INTEGER, or longer than any. */
struct ccm_serial_texts {
	char decimal[CCM_SERIAL_ROOM], hex[CCM_SERIAL_ROOM];
};
bool ccm_serial_write(struct ccm_span der, struct ccm_serial_texts *out);

/* The digits that count, and whether they are the same ones. */
const char *ccm_serial_digits(const char *text);
bool ccm_serial_same_digits(const char *a, const char *b);

/* The certificate's serial number is the one that the service writes as text. */
bool ccm_serial_equal(const char *text, struct ccm_span der);

#endif
