/* SPDX-License-Identifier: Apache-2.0 */
#include "p11/curve.h"

#define DER(bytes)                                                \
	{                                                         \
		(const unsigned char *)(bytes), sizeof(bytes) - 1 \
	}

/* Ed25519 has two spellings (3.0 mechanisms s.2.3.10: curveName, or the OID of RFC 8410). */
static const struct ccm_p11_curve curves[] = {
    {"P-256", CCM_KEY_EC, 256, DER("\x06\x08\x2A\x86\x48\xCE\x3D\x03\x01\x07")},
    {"P-384", CCM_KEY_EC, 384, DER("\x06\x05\x2B\x81\x04\x00\x22")},
    {"P-521", CCM_KEY_EC, 521, DER("\x06\x05\x2B\x81\x04\x00\x23")},
    {"SM2", CCM_KEY_SM2, 256, DER("\x06\x08\x2A\x81\x1C\xCF\x55\x01\x82\x2D")},
    {"ED25519", CCM_KEY_ED25519, 255,
	DER("\x13\x0C"
	    "edwards25519")},
    {"ED25519", CCM_KEY_ED25519, 255, DER("\x06\x03\x2B\x65\x70")},
};

const struct ccm_p11_curve *
ccm_p11_curve_find(struct ccm_span params)
{
	for (size_t i = 0; i < CCM_COUNT(curves); i++)
		if (ccm_span_equal(curves[i].params, params))
			return &curves[i];
	return NULL;
}
