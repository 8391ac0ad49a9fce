/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_CHARACTERS_H
#define CCM_EMU_CHARACTERS_H

/* Which characters a text may have. */

#include <stdbool.h>

typedef bool (*ccm_emu_character_rule)(unsigned long character, int what);

/*
 * The first character of a UTF-8 text that breaks the rule, *len bytes long (0: no UTF-8 begins
 * there), or NULL. The rule is asked with what, whatever that means to it.
 */
const char *ccm_emu_character_find_wrong(
    const char *text, ccm_emu_character_rule rule, int what, int *len);

#endif
