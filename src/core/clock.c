/* SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SCM_ZONE_MS (8 * 3600 * 1000)

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

/* False for years that don't have four digits: nonsense from a service. */
static bool
break_down(int64_t ms, struct tm *tm)
{
	time_t seconds = (time_t)(ms >= 0 || ms % 1000 == 0 ? ms / 1000 : ms / 1000 - 1);

	return gmtime_r(&seconds, tm) != NULL && tm->tm_year <= 9999 - 1900 && tm->tm_year >= -900;
}

void
ccm_clock_sdk_date(int64_t ms, char out[static 17])
{
	struct tm tm;

	if (!break_down(ms, &tm) || strftime(out, 17, "%Y%m%dT%H%M%SZ", &tm) == 0)
		memcpy(out, "-", 2);
}

void
ccm_clock_human(int64_t ms, char out[static 20])
{
	struct tm tm;

	if (!break_down(ms, &tm) || strftime(out, 20, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		memcpy(out, "-", 2);
}

void
ccm_clock_iso8601(int64_t ms, char out[static 28])
{
	unsigned fraction = (unsigned)(((ms % 1000) + 1000) % 1000);
	struct tm tm;

	if (!break_down(ms, &tm) || strftime(out, 28, "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		memcpy(out, "-", 2);
	else
		snprintf(out + 19, 9, ".%03u000Z", fraction % 1000);
}

/* The rest of the text behind what fmt describes, NULL when it does not fit. */
static const char *
parse(const char *text, const char *fmt, int64_t *ms)
{
	struct tm tm = {0};
	const char *rest = strptime(text, fmt, &tm);
	int day = tm.tm_mday;

	if (rest == NULL)
		return NULL;
	*ms = (int64_t)timegm(&tm) * 1000;
	return tm.tm_mday == day ? rest : NULL; /* no month has more days than it has */
}

bool
ccm_clock_parse_day(const char *text, int64_t *ms)
{
	return strlen(text) == 8 && strspn(text, "0123456789") == 8 &&
	       parse(text, "%Y%m%d", ms) != NULL;
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

/* The same with decimals of a second behind it. */
static const char *
parse_with_fraction(const char *text, const char *fmt, int64_t *ms)
{
	const char *rest = parse(text, fmt, ms);
	int scale = 100;

	if (rest == NULL || *rest != '.')
		return rest;
	for (rest++; *rest >= '0' && *rest <= '9'; rest++) {
		*ms += (*rest - '0') * scale;
		scale /= 10;
	}
	return rest;
}

bool
ccm_clock_parse_iso8601(const char *text, int64_t *ms)
{
	const char *rest = parse_with_fraction(text, "%Y-%m-%dT%H:%M:%S", ms);

	return rest != NULL && (strcmp(rest, "Z") == 0 || *rest == '\0');
}

bool
ccm_clock_parse_scm(const char *text, int64_t *ms)
{
	const char *rest = parse_with_fraction(text, "%Y-%m-%d %H:%M:%S", ms);

	if (rest == NULL || *rest != '\0')
		return false;
	*ms -= SCM_ZONE_MS;
	return true;
}

/* HTTP: English names, which strptime() knows in the C locale only */

struct date {
	int year, day, hour, minute, second, end; /* end: of what was read, 0 when not all was */
	char month[4];
};

static int
month_number(const char *name)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const char *at = strlen(name) == 3 ? strstr(names, name) : NULL;

	return at != NULL && (at - names) % 3 == 0 ? (int)(at - names) / 3 : -1;
}

/* Each fills the date as far as the text has its form. */

static void
scan_fixed(const char *text, struct date *date)
{
	sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &date->day, date->month,
	    &date->year, &date->hour, &date->minute, &date->second, &date->end);
}

/* Two digits of the year: those of the century that has begun or will be near. */
static void
scan_rfc850(const char *text, struct date *date)
{
	sscanf(text, "%*9[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n", &date->day, date->month,
	    &date->year, &date->hour, &date->minute, &date->second, &date->end);
	date->year += date->year < 70 ? 2000 : 1900;
}

static void
scan_asctime(const char *text, struct date *date)
{
	sscanf(text, "%*3[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d%n", date->month, &date->day,
	    &date->hour, &date->minute, &date->second, &date->year, &date->end);
}

bool
ccm_clock_parse_http(const char *text, int64_t *ms)
{
	static void (*const forms[])(const char *, struct date *) = {
	    scan_fixed, scan_rfc850, scan_asctime};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct date date = {0};
		int month;

		forms[i](text, &date);
		month = month_number(date.month);
		if (date.end == 0 || text[date.end] != '\0' || month < 0)
			continue;
		*ms = (int64_t)timegm(&(struct tm){.tm_year = date.year - 1900,
			  .tm_mon = month,
			  .tm_mday = date.day,
			  .tm_hour = date.hour,
			  .tm_min = date.minute,
			  .tm_sec = date.second}) *
		      1000;
		return true;
	}
	return false;
}
