/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_UTF8_H
#define CCM_UTF8_H

/* UTF-8 (RFC 3629), whatever the locale: no overlong forms, no surrogates, up to U+10FFFF. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The character that the text begins with, and its bytes; -1 and one byte when it is none. */
int32_t ccm_utf8_decode(const char *text, size_t *bytes);
bool ccm_utf8_is_valid(const char *text);
/* Characters; a byte that belongs to none counts as one. */
size_t ccm_utf8_count(const char *text);

/* How long the text's beginning is that has at most so many bytes and no piece of a character. */
size_t ccm_utf8_cut(const char *text, size_t most);
/* Each byte that belongs to no character becomes a question mark. */
void ccm_utf8_replace(char *text);
/* Take away what a text that was cut at its buffer's end has of its last character. */
void ccm_utf8_mend(char *text);

#endif
