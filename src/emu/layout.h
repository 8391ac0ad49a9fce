/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_LAYOUT_H
#define CCM_EMU_LAYOUT_H

/* What an export of a private certificate consists of: the table of ccm-api.md 6. Pure. */

#include "core/mem.h"

enum ccm_emu_part {
	CCM_EMU_PART_CERTIFICATE,
	CCM_EMU_PART_CHAIN,
	CCM_EMU_PART_CERTIFICATE_AND_CHAIN,
	CCM_EMU_PART_KEY,
	CCM_EMU_PART_PKCS12,
	CCM_EMU_PART_JKS,
	CCM_EMU_PART_KEYSTORE_PASSWORD, /* there when the request has none */
	CCM_EMU_PART_ENC_CERTIFICATE,
	CCM_EMU_PART_ENC_KEY,
	CCM_EMU_PART_ENVELOPED_KEY,       /* GM/T 0009 */
	CCM_EMU_PART_SIGNED_AND_ENVELOPED /* GM/T 0010 */
};

struct ccm_emu_piece {
	const char *name; /* of a file or a JSON member; NULL: the end */
	enum ccm_emu_part part;
};

/* What was asked for, of which certificate. */
struct ccm_emu_form {
	bool sm2;
	bool own_key; /* made by PCA */
	bool compressed;
	bool sm_standard; /* of no meaning unless sm2 */
	const char *type; /* upper case */
};

#define CCM_EMU_PIECES_MAX 7
/* The pieces in order; NULL for what the reference leaves undefined. */
const struct ccm_emu_piece *ccm_emu_layout_find(const struct ccm_emu_form *form);

#endif
