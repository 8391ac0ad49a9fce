/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_PEM_H
#define CCM_PEM_H

/*
 * The blocks of a PEM text (RFC 7468), as services and people really write them: lines may end in
 * LF, CR LF or the two characters \n, the last one may be missing, text may stand around the
 * blocks. A block itself has to be whole: one without its END line, with a character that isn't
 * base64 or with nothing in it is CCM_PROTOCOL, and the error names the block and its line.
 */

#include "core/mem.h"

struct ccm_pem {
	struct ccm_buf text;
	size_t at;    /* where to go on reading */
	size_t line;  /* ends of lines before that */
	size_t count; /* blocks taken */
};

struct ccm_pem_block {
	char label[64]; /* "CERTIFICATE"; empty: no block is left */
	struct ccm_buf
	    header; /* lines of RFC 1421, such as Proc-Type of an encrypted key; or empty */
	struct ccm_buf der;
	size_t number, line; /* counted from 1 */
};

/* With secret the text, and each block's header and content, live in the secure heap. */
bool ccm_pem_open(struct ccm_pem *pem, struct ccm_span text, bool secret, struct ccm_error *err);
void ccm_pem_close(struct ccm_pem *pem);
/* Take the next block, or one with an empty label at the end; the block is cleared first. */
bool ccm_pem_next(struct ccm_pem *pem, struct ccm_pem_block *block, struct ccm_error *err);
void ccm_pem_block_clear(struct ccm_pem_block *block);

#endif
