/* SPDX-License-Identifier: Apache-2.0 */
#include "core/utf8.h"

#include <string.h>

/* How many bytes a character has that begins with this one; 0: none does. */
static size_t
length_of(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc0)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf8 ? 4 : 0;
}

int32_t
ccm_utf8_decode(const char *text, size_t *bytes)
{
	static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *at = (const unsigned char *)text;
	size_t len = length_of(at[0]);
	int32_t code = len < 2 ? at[0] : at[0] & (0x7f >> len);

	*bytes = 1;
	for (size_t i = 1; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return -1;
		code = code << 6 | (at[i] & 0x3f);
	}
	if (len == 0 || code < least[len] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return -1;
	*bytes = len;
	return code;
}

bool
ccm_utf8_is_valid(const char *text)
{
	size_t bytes;

	for (; *text != '\0'; text += bytes)
		if (ccm_utf8_decode(text, &bytes) < 0)
			return false;
	return true;
}

size_t
ccm_utf8_count(const char *text)
{
	size_t count = 0, bytes;

	for (; *text != '\0'; text += bytes) {
		ccm_utf8_decode(text, &bytes);
		count++;
	}
	return count;
}

size_t
ccm_utf8_cut(const char *text, size_t most)
{
	size_t len = 0, bytes;

	for (; text[len] != '\0'; len += bytes) {
		ccm_utf8_decode(text + len, &bytes);
		if (len + bytes > most)
			break;
	}
	return len;
}

void
ccm_utf8_mend(char *text)
{
	size_t len = strlen(text), at = len;

	while (at > 0 && len - at < 3 && ((unsigned char)text[at - 1] & 0xc0) == 0x80)
		at--;
	if (at > 0 && length_of((unsigned char)text[at - 1]) > len - at + 1)
		text[at - 1] = '\0';
}

void
ccm_utf8_replace(char *text)
{
	size_t bytes;

	for (; *text != '\0'; text += bytes)
		if (ccm_utf8_decode(text, &bytes) < 0)
			*text = '?';
}
