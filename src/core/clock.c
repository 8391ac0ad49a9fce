/* SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static _Atomic int64_t clock_offset;

static int64_t
read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
ccm_clock_now_ms(void)
{
	return read_clock(CLOCK_REALTIME) + clock_offset;
}

int64_t
ccm_clock_monotonic_ms(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

void
ccm_clock_set_offset_ms(int64_t offset)
{
	clock_offset = offset;
}

static void
format(int64_t ms, const char *fmt, char *out, size_t size)
{
	int64_t floor = ms >= 0 || ms % 1000 == 0 ? ms / 1000 : ms / 1000 - 1;
	time_t seconds = (time_t)floor;
	struct tm tm = {0};

	/* a year of more than four digits would not fit; such times are nonsense from a service */
	if (gmtime_r(&seconds, &tm) == NULL || tm.tm_year > 9999 - 1900 || tm.tm_year < -1900)
		snprintf(out, size, "-");
	else
		strftime(out, size, fmt, &tm);
}

void
ccm_clock_sdk_date(int64_t ms, char out[static 17])
{
	format(ms, "%Y%m%dT%H%M%SZ", out, 17);
}

void
ccm_clock_human(int64_t ms, char out[static 20])
{
	format(ms, "%Y-%m-%d %H:%M:%S", out, 20);
}

void
ccm_clock_iso8601(int64_t ms, char out[static 28])
{
	char seconds[20];
	int64_t fraction = ((ms % 1000) + 1000) % 1000;

	format(ms, "%Y-%m-%dT%H:%M:%S", seconds, sizeof(seconds));
	snprintf(out, 28, "%s.%03" PRId64 "000Z", seconds, fraction);
}

/* The rest of the text behind what fmt describes, NULL when it does not fit. */
static const char *
parse(const char *text, const char *fmt, int64_t *ms)
{
	struct tm tm = {0};
	const char *rest = strptime(text, fmt, &tm);

	if (rest != NULL)
		*ms = (int64_t)timegm(&tm) * 1000;
	return rest;
}

bool
ccm_clock_parse_sdk_date(const char *text, int64_t *ms)
{
	const char *rest;

	if (strlen(text) != 16)
		return false;
	rest = parse(text, "%Y%m%dT%H%M%SZ", ms);
	return rest != NULL && *rest == '\0';
}

bool
ccm_clock_parse_iso8601(const char *text, int64_t *ms)
{
	const char *rest = parse(text, "%Y-%m-%dT%H:%M:%S", ms);
	int scale = 100;

	if (rest == NULL)
		return false;
	if (*rest == '.') {
		for (rest++; *rest >= '0' && *rest <= '9'; rest++) {
			*ms += (*rest - '0') * scale;
			scale /= 10;
		}
	}
	return strcmp(rest, "Z") == 0 || *rest == '\0';
}
