/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/characters.h"

#include "core/utf8.h"

const char *
ccm_emu_character_find_wrong(const char *text, ccm_emu_character_rule rule, int what, int *len)
{
	size_t bytes;

	for (; *text != '\0'; text += bytes) {
		int32_t character = ccm_utf8_decode(text, &bytes);

		*len = character >= 0 ? (int)bytes : 0;
		if (character < 0 || !rule((unsigned long)character, what))
			return text;
	}
	return NULL;
}
