/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/validity.h"

#include <string.h>
#include <time.h>

#include "core/mem.h"

static const char *const names[] = {"YEAR", "MONTH", "DAY", "HOUR"};

bool
ccm_emu_period_find(const char *name, enum ccm_emu_period *period)
{
	for (size_t i = 0; i < CCM_COUNT(names); i++) {
		if (strcmp(names[i], name) == 0) {
			*period = (enum ccm_emu_period)i;
			return true;
		}
	}
	return false;
}

static int
days_of_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month] + (month == 1 && leap ? 1 : 0);
}

static int64_t
add_months(int64_t start, int64_t months)
{
	time_t seconds = (time_t)(start / 1000);
	struct tm tm;
	int64_t month;
	int last;

	gmtime_r(&seconds, &tm);
	month = tm.tm_mon + months;
	tm.tm_year += (int)(month / 12);
	tm.tm_mon = (int)(month % 12);
	last = days_of_month(tm.tm_year + 1900, tm.tm_mon);
	if (tm.tm_mday > last)
		tm.tm_mday = last;
	return (int64_t)timegm(&tm) * 1000;
}

bool
ccm_emu_period_end(
    int64_t start, enum ccm_emu_period period, int64_t value, int64_t max_years, int64_t *end)
{
	static const int64_t hour = 3600 * 1000;
	int64_t most = max_years * 366 * 24; /* in hours: keeps what follows from overflowing */

	if (value < 1 || value > most)
		return false;
	switch (period) {
	case CCM_EMU_PERIOD_YEAR:
		*end = add_months(start, value * 12);
		break;
	case CCM_EMU_PERIOD_MONTH:
		*end = add_months(start, value);
		break;
	case CCM_EMU_PERIOD_DAY:
		*end = start + value * 24 * hour;
		break;
	case CCM_EMU_PERIOD_HOUR:
		*end = start + value * hour;
		break;
	}
	return *end <= add_months(start, max_years * 12);
}
