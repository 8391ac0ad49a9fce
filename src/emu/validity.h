/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_VALIDITY_H
#define CCM_EMU_VALIDITY_H

#include <stdbool.h>
#include <stdint.h>

/* Periods by the calendar (ccm-api.md 5, `month_length` of 8). Pure. */

enum ccm_emu_period {
	CCM_EMU_PERIOD_YEAR,
	CCM_EMU_PERIOD_MONTH,
	CCM_EMU_PERIOD_DAY,
	CCM_EMU_PERIOD_HOUR
};
bool ccm_emu_period_find(const char *name, enum ccm_emu_period *period); /* "YEAR" and so on */

/*
 * start plus value periods, both in ms. A day that the month reached does not have becomes its
 * last: 31 January and a month is 28 February. False when value is below 1 or beyond max_years.
 */
bool ccm_emu_period_end(
    int64_t start, enum ccm_emu_period period, int64_t value, int64_t max_years, int64_t *end);

#endif
