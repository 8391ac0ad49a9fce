/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/characters.h"

#include <openssl/asn1.h>
#include <string.h>

const char *
ccm_emu_character_find_wrong(const char *text, ccm_emu_character_rule rule, int what, int *len)
{
	size_t left = strlen(text);

	while (left > 0) {
		unsigned long character;
		int size = UTF8_getc((const unsigned char *)text, (int)left, &character);

		*len = size > 0 ? size : 0;
		if (size <= 0 || !rule(character, what))
			return text;
		text += size;
		left -= (size_t)size;
	}
	return NULL;
}
