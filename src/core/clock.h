/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLOCK_H
#define CCM_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Wall clock, milliseconds since 1970 UTC, plus the offset set below. */
int64_t ccm_clock_now_ms(void);
/* Monotonic clock in milliseconds, for deadlines; not moved by the offset. */
int64_t ccm_clock_monotonic_ms(void);
/* Shift the wall clock of this process: tests, and the emulator's --clock-offset. */
void ccm_clock_set_offset_ms(int64_t offset);

/* "20240229T235959Z" of a time: the form of X-Sdk-Date. */
void ccm_clock_sdk_date(int64_t ms, char out[static 17]);
bool ccm_clock_parse_sdk_date(const char *text, int64_t *ms);
/* "20240229": the beginning of that day. */
bool ccm_clock_parse_day(const char *text, int64_t *ms);
/* "2020-01-04T09:05:22.701000Z" of a time: the form of IAM; parsing takes any number of decimals.
 */
void ccm_clock_iso8601(int64_t ms, char out[static 28]);
bool ccm_clock_parse_iso8601(const char *text, int64_t *ms);
/*
 * "2021-05-27 16:46:25.0", the form of SCM, which names no zone: read as UTC+8, that of the
 * service's examples (spec/ccm-api.md 8 time_formats). An hour more or less is not to be relied on.
 */
bool ccm_clock_parse_scm(const char *text, int64_t *ms);
/* "Sun, 06 Nov 1994 08:49:37 GMT" and the two older forms of RFC 9110 5.6.7, whatever the locale.
 */
bool ccm_clock_parse_http(const char *text, int64_t *ms);
/* "2026-11-24 03:13:04" UTC: the form for people. */
void ccm_clock_human(int64_t ms, char out[static 20]);

#endif
