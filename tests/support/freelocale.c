/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>

/*
 * Preloaded, in sanitized builds, into foreign programs after the sanitizer. With libasan 12,
 * `p11tool --list-tokens` by itself, without any module of ours, leaves glibc's setlocale lock with
 * fewer readers than none; libp11-kit's destructor then waits in freelocale() for ever. What a
 * program frees when it ends is of no interest here.
 */
void freelocale(locale_t locale);

void
freelocale(locale_t locale)
{
	(void)locale;
}
