/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "core/clock.h"
#include "core/utf8.h"

#define WIDEST 96 /* of what is wrapped */

/* Controls, and the invisible ones that reorder what is around them (Unicode bidi). */
static bool
is_steering(int32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
	       (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

bool
ccm_text_clean(const char *text, bool keep_newlines, struct ccm_buf *out, struct ccm_error *err)
{
	size_t bytes;

	for (const char *at = text; *at != '\0'; at += bytes) {
		int32_t code = ccm_utf8_decode(at, &bytes);
		bool keep = !is_steering(code) || (keep_newlines && code == '\n');

		if (!(keep ? ccm_buf_append(out, at, bytes, err)
			   : ccm_buf_append_str(out, "?", err)))
			return false;
	}
	return true;
}

bool
ccm_text_wrap(
    const char *text, size_t column, size_t indent, struct ccm_buf *out, struct ccm_error *err)
{
	while (*text != '\0') {
		size_t len = strcspn(text, " "), gap = column != 0 ? 1 : indent;

		if (column != 0 && column + 1 + len > WIDEST) {
			if (!ccm_buf_append_str(out, "\n", err))
				return false;
			column = 0;
			gap = indent;
		}
		if (!ccm_buf_printf(out, err, "%*s%.*s", (int)gap, "", (int)len, text))
			return false;
		column += gap + len;
		text += len;
		text += *text == ' ';
	}
	return true;
}

size_t
ccm_text_width(const char *text)
{
	size_t width = 0, bytes;

	for (const char *at = text; *at != '\0'; at += bytes) {
		int32_t code = ccm_utf8_decode(at, &bytes);
		int columns = code < 0 ? 1 : wcwidth((wchar_t)code);

		width += columns > 0 ? (size_t)columns : 0;
	}
	return width;
}

void
ccm_relative_time(int64_t ms, char out[static 32])
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {
	    {"day", 24 * 3600 * 1000},
	    {"hour", 3600 * 1000},
	    {"minute", 60 * 1000},
	    {"second", 1000},
	};
	int64_t distance = ms - ccm_clock_now_ms(), count = llabs(distance);
	size_t unit = 0;

	/* two of a unit at least: "36 hours" says more than "1 day" */
	while (unit + 1 < CCM_COUNT(units) && count < 2 * units[unit].ms)
		unit++;
	count /= units[unit].ms;
	snprintf(out, 32, "%s%" PRId64 " %s%s%s", distance >= 0 ? "in " : "", count,
	    units[unit].name, count == 1 ? "" : "s", distance >= 0 ? "" : " ago");
}
