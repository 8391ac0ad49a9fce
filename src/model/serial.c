/* SPDX-License-Identifier: Apache-2.0 */
#include "model/serial.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const char *
ccm_serial_digits(const char *text)
{
	return text + strspn(text, "0");
}

bool
ccm_serial_same_digits(const char *a, const char *b)
{
	return strcasecmp(ccm_serial_digits(a), ccm_serial_digits(b)) == 0;
}

static bool
copy(char *take_digits, char out[static CCM_SERIAL_ROOM])
{
	int len = take_digits != NULL
		      ? snprintf(out, CCM_SERIAL_ROOM, "%s", ccm_serial_digits(take_digits))
		      : -1;

	OPENSSL_free(take_digits);
	return len >= 0 && len < CCM_SERIAL_ROOM;
}

bool
ccm_serial_write(struct ccm_span der, struct ccm_serial_texts *out)
{
	const unsigned char *at = der.data;
	ASN1_INTEGER *integer = d2i_ASN1_INTEGER(NULL, &at, (long)der.len);
	BIGNUM *number = integer != NULL ? ASN1_INTEGER_to_BN(integer, NULL) : NULL;
	bool ok = number != NULL && copy(BN_bn2dec(number), out->decimal) &&
		  copy(BN_bn2hex(number), out->hex);

	BN_free(number);
	ASN1_INTEGER_free(integer);
	return ok;
}

/* The service writes them in decimal; SCM's pairs and others in hex. */
bool
ccm_serial_equal(const char *text, struct ccm_span der)
{
	struct ccm_serial_texts serial;

	return *text != '\0' && ccm_serial_write(der, &serial) &&
	       (ccm_serial_same_digits(text, serial.decimal) ||
		   ccm_serial_same_digits(text, serial.hex));
}
