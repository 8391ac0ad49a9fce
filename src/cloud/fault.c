/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/fault.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/mem.h"

enum { RETRY = 1, LOGIN = 2, RIGHT = 4 };

/* The first row that fits counts; a code that ends in * stands for all that begin so. */
static const struct {
	const char *code;
	enum ccm_code kind;
	unsigned flags;
} codes[] = {
    /* PCA, the documented family and the one seen live */
    {"PCA.00030102", CCM_NOT_FOUND, 0},
    {"PCA.00030103", CCM_NOT_FOUND, 0},
    {"PCA.10010002", CCM_NOT_FOUND, 0},
    {"PCA.10010071", CCM_CONFLICT, 0},
    {"PCA.10010072", CCM_CONFLICT, 0},
    {"PCA.10010105", CCM_USAGE, 0},
    {"PCA.00010001", CCM_AUTH, LOGIN},
    {"PCA.00010004", CCM_DENIED, RIGHT},
    {"PCA.0001*", CCM_DENIED, 0},
    {"PCA.00000101", CCM_DENIED, 0},
    {"PCA.0002*", CCM_USAGE, 0},
    {"PCA.00030301", CCM_USAGE, 0},
    {"PCA.0003*", CCM_CONFLICT, 0},
    {"PCA.00000006", CCM_UNAVAILABLE, 0},
    {"PCA.0000000*", CCM_UNAVAILABLE, RETRY},
    /* SCM: missing */
    {"SCM.0069", CCM_NOT_FOUND, 0},
    {"SCM.0094", CCM_NOT_FOUND, 0},
    {"SCM.0103", CCM_NOT_FOUND, 0},
    {"SCM.0301", CCM_NOT_FOUND, 0},
    {"SCM.0506", CCM_NOT_FOUND, 0},
    {"SCM.0707", CCM_NOT_FOUND, 0},
    /* SCM: who one is, what one may */
    {"SCM.0002", CCM_AUTH, 0},
    {"SCM.0092", CCM_AUTH, LOGIN},
    {"SCM.0093", CCM_AUTH, LOGIN},
    {"SCM.1000", CCM_AUTH, LOGIN},
    {"SCM.0001", CCM_DENIED, 0},
    {"SCM.0003", CCM_DENIED, 0},
    {"SCM.0044", CCM_DENIED, 0},
    {"SCM.0202", CCM_DENIED, 0},
    {"SCM.0212", CCM_DENIED, 0},
    {"SCM.0222", CCM_DENIED, 0},
    {"SCM.0322", CCM_DENIED, 0},
    {"SCM.1019", CCM_DENIED, RIGHT},
    {"SCM.10*", CCM_DENIED, 0},
    {"SCM.4002", CCM_DENIED, RIGHT},
    /* SCM: state, quota, order, deployment */
    {"SCM.0010", CCM_CONFLICT, 0},
    {"SCM.0011", CCM_CONFLICT, 0},
    {"SCM.0016", CCM_CONFLICT, 0},
    {"SCM.0025", CCM_CONFLICT, 0},
    {"SCM.0039", CCM_CONFLICT, 0},
    {"SCM.0040", CCM_CONFLICT, 0},
    {"SCM.0059", CCM_CONFLICT, 0},
    {"SCM.0064", CCM_CONFLICT, 0},
    {"SCM.0066", CCM_CONFLICT, 0},
    {"SCM.0074", CCM_CONFLICT, 0},
    {"SCM.0225", CCM_CONFLICT, 0},
    {"SCM.0302", CCM_CONFLICT, 0},
    {"SCM.0508", CCM_CONFLICT, 0},
    {"SCM.0101", CCM_CONFLICT, 0},
    {"SCM.0102", CCM_CONFLICT, 0},
    {"SCM.0105", CCM_CONFLICT, 0},
    {"SCM.0106", CCM_CONFLICT, 0},
    /* SCM: what it cannot do, pushing among it; a second try costs money and changes nothing */
    {"SCM.0030", CCM_UNSUPPORTED, 0},
    {"SCM.0076", CCM_UNSUPPORTED, 0},
    {"SCM.0204", CCM_UNSUPPORTED, 0},
    {"SCM.0224", CCM_UNSUPPORTED, 0},
    {"SCM.0401", CCM_UNSUPPORTED, 0},
    {"SCM.0026", CCM_UNAVAILABLE, 0},
    {"SCM.0028", CCM_UNAVAILABLE, 0},
    {"SCM.0201", CCM_UNAVAILABLE, 0},
    {"SCM.0203", CCM_UNAVAILABLE, 0},
    {"SCM.0211", CCM_UNAVAILABLE, 0},
    {"SCM.0213", CCM_UNAVAILABLE, 0},
    {"SCM.0221", CCM_UNAVAILABLE, 0},
    {"SCM.0223", CCM_UNAVAILABLE, 0},
    /* SCM: a fault of its own with status 400, callers' errors with status 500 */
    {"SCM.0095", CCM_UNAVAILABLE, RETRY},
    {"SCM.0013", CCM_USAGE, 0},
    {"SCM.0071", CCM_USAGE, 0},
    {"SCM.0099", CCM_USAGE, 0},
    /* bills */
    {"CBC.30000067", CCM_NOT_FOUND, 0},
    /* the gateway; 0201 means this or that, which the status tells */
    {"APIGW.0101", CCM_CONFIG, 0},
    {"APIGW.0103", CCM_UNAVAILABLE, 0},
    {"APIGW.0104", CCM_UNAVAILABLE, 0},
    {"APIGW.0105", CCM_UNAVAILABLE, 0},
    {"APIGW.0106", CCM_UNAVAILABLE, 0},
    {"APIGW.0301", CCM_AUTH, LOGIN},
    {"APIGW.0303", CCM_AUTH, 0},
    {"APIGW.0305", CCM_AUTH, LOGIN},
    {"APIGW.0307", CCM_AUTH, LOGIN},
    {"APIGW.0302", CCM_DENIED, RIGHT},
    {"APIGW.0308", CCM_THROTTLED, RETRY},
    {"APIGW.03*", CCM_DENIED, 0},
    {"APIGW.04*", CCM_DENIED, 0},
    {"APIGW.05*", CCM_CONFLICT, 0},
    {"APIGW.06*", CCM_UNAVAILABLE, RETRY},
    {"APIGW.08*", CCM_DENIED, 0},
};

static const struct {
	int status;
	enum ccm_code kind;
	unsigned flags;
} statuses[] = {
    {401, CCM_AUTH, LOGIN},
    {402, CCM_DENIED, 0},
    {403, CCM_DENIED, RIGHT},
    {404, CCM_NOT_FOUND, 0},
    {407, CCM_CONFIG, 0},
    {408, CCM_UNAVAILABLE, RETRY},
    {409, CCM_CONFLICT, 0},
    {410, CCM_NOT_FOUND, 0},
    {412, CCM_CONFLICT, 0},
    {423, CCM_CONFLICT, 0},
    {429, CCM_THROTTLED, RETRY},
    {500, CCM_UNAVAILABLE, RETRY},
    {502, CCM_UNAVAILABLE, RETRY},
    {503, CCM_UNAVAILABLE, RETRY},
    {504, CCM_UNAVAILABLE, RETRY},
};

static bool
fits(const char *pattern, const char *code)
{
	size_t len = strlen(pattern);

	if (pattern[len - 1] == '*')
		return strncmp(pattern, code, len - 1) == 0;
	return strcmp(pattern, code) == 0;
}

static struct ccm_fault
fault_of(enum ccm_code kind, unsigned flags)
{
	return (struct ccm_fault){
	    .code = kind,
	    .retryable = (flags & RETRY) != 0,
	    .token_refused = (flags & LOGIN) != 0,
	    .permission = (flags & RIGHT) != 0,
	};
}

static struct ccm_fault
classify_status(int status)
{
	for (size_t i = 0; i < CCM_COUNT(statuses); i++) {
		if (statuses[i].status == status)
			return fault_of(statuses[i].kind, statuses[i].flags);
	}
	if (status >= 500)
		return fault_of(CCM_UNAVAILABLE, 0);
	return fault_of(status >= 400 ? CCM_USAGE : CCM_PROTOCOL, 0);
}

struct ccm_fault
ccm_fault_classify(const char *code, int status)
{
	char name[32];

	if (code == NULL || *code == '\0')
		return classify_status(status);
	/* newer gateways say APIG. where older ones say APIGW. */
	if (strncmp(code, "APIG.", 5) == 0) {
		snprintf(name, sizeof(name), "APIGW.%s", code + 5);
		code = name;
	}
	for (size_t i = 0; i < CCM_COUNT(codes); i++) {
		if (fits(codes[i].code, code))
			return fault_of(codes[i].kind, codes[i].flags);
	}
	return classify_status(status);
}

int64_t
ccm_fault_window_ms(const char *text)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {{"second", 1000}, {"minute", 60000}, {"hour", 3600000}, {"day", 86400000}};
	const char *at = strstr(text, "time:");
	char *end;
	long count;

	if (at == NULL)
		return 0;
	count = strtol(at + 5, &end, 10);
	if (end == at + 5 || count <= 0 || count > 1000)
		return 0;
	end += strspn(end, " ");
	for (size_t i = 0; i < CCM_COUNT(units); i++) {
		if (strncmp(end, units[i].name, strlen(units[i].name)) == 0)
			return count * units[i].ms;
	}
	return 0;
}

int64_t
ccm_fault_retry_after_ms(const char *value, int64_t now_ms)
{
	char *end;
	long seconds = strtol(value, &end, 10);
	int64_t at;

	if (end != value && *end == '\0')
		return seconds > 0 && seconds < 86400 * 365 ? (int64_t)seconds * 1000 : 0;
	return ccm_clock_parse_http(value, &at) && at > now_ms ? at - now_ms : 0;
}
