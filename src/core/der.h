/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_DER_H
#define CCM_DER_H

/*
 * The little DER (X.690) that we read and write by hand: elements with one tag byte and a definite
 * length in its shortest form. Reading never copies; a span moves forward over what was read.
 */

#include "core/mem.h"

enum ccm_der_tag {
	CCM_DER_INTEGER = 0x02,
	CCM_DER_BIT_STRING = 0x03,
	CCM_DER_OCTET_STRING = 0x04,
	CCM_DER_OID = 0x06,
	CCM_DER_UTF8_STRING = 0x0c,
	CCM_DER_VISIBLE_STRING = 0x1a,
	CCM_DER_SEQUENCE = 0x30,
	CCM_DER_CONTEXT = 0xa0 /* | number: [number] EXPLICIT */
};

/* Does the next element have this tag? */
bool ccm_der_is(struct ccm_span in, unsigned tag);
/* Take the next element, which must have this tag: its content, or all of it with tag and length.
 */
bool ccm_der_read(struct ccm_span *in, unsigned tag, struct ccm_span *content);
bool ccm_der_read_element(struct ccm_span *in, unsigned tag, struct ccm_span *element);
/* Take an INTEGER that is not negative: its magnitude without leading zeros, empty for zero. */
bool ccm_der_read_unsigned(struct ccm_span *in, struct ccm_span *magnitude);

/* Append an element; of a magnitude, the INTEGER with a sign byte where it's needed. */
bool ccm_der_write(
    struct ccm_buf *out, unsigned tag, struct ccm_span content, struct ccm_error *err);
bool ccm_der_write_unsigned(struct ccm_buf *out, struct ccm_span magnitude, struct ccm_error *err);

#endif
