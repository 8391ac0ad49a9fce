/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/diagnose.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cloud/credentials.h"
#include "core/clock.h"
#include "core/log.h"

#define CANONICAL_MARK "canonicalRequest:"
#define SHOWN_MAX 120
#define FIRST_HEADER_LINE 3

struct line {
	const char *text;
	int len;
};

static struct line
line_at(const char *text, char separator)
{
	const char *end = strchr(text, separator);

	return (struct line){text, (int)(end != NULL ? (size_t)(end - text) : strlen(text))};
}

static bool
lines_equal(struct line a, struct line b)
{
	return a.len == b.len && memcmp(a.text, b.text, (size_t)a.len) == 0;
}

static unsigned
count_lines(const char *text)
{
	unsigned count = 1;

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

/* A header line whose value must not be shown. */
static bool
is_secret(struct line line)
{
	char name[40];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(line.text, ":|\n"), line.text);
	return ccm_log_name_is_secret(name);
}

static void
name_part(unsigned index, unsigned count, struct line ours, char out[static 80])
{
	static const char *const names[FIRST_HEADER_LINE] = {"method", "path", "query"};

	if (index < FIRST_HEADER_LINE)
		snprintf(out, 80, "%s", names[index]);
	else if (index == count - 1)
		snprintf(out, 80, "hash of the body");
	else if (index == count - 2)
		snprintf(out, 80, "list of signed headers");
	else
		snprintf(out, 80, "header %.*s", (int)strcspn(ours.text, ":\n"), ours.text);
}

static int
shown(struct line line)
{
	return line.len < SHOWN_MAX ? line.len : SHOWN_MAX;
}

bool
ccm_diagnose_signature(
    const char *text, const char *canonical_request, const char *access_key, char *out, size_t size)
{
	const char *theirs = strstr(text, CANONICAL_MARK), *ours = canonical_request;
	unsigned count, index = 0;
	struct line their_line, our_line;
	char part[80];

	out[0] = '\0';
	if (theirs == NULL || ours == NULL)
		return false;
	theirs += strlen(CANONICAL_MARK);
	count = count_lines(ours);
	for (;; index++) {
		their_line = line_at(theirs, '|');
		our_line = line_at(ours, '\n');
		if (!lines_equal(their_line, our_line))
			break;
		if (index == count - 1) {
			snprintf(out, size,
			    "the service read just what was signed, so the secret key of access "
			    "key "
			    "%s is probably wrong",
			    access_key);
			return true;
		}
		theirs += their_line.len + (theirs[their_line.len] == '|');
		ours += our_line.len + 1;
	}
	name_part(index, count, our_line, part);
	if (is_secret(our_line) || is_secret(their_line))
		snprintf(out, size, "the service read another %s than was signed", part);
	else
		snprintf(out, size,
		    "the service read another %s than was signed: \"%.*s\" instead of \"%.*s\"",
		    part, shown(their_line), their_line.text, shown(our_line), our_line.text);
	return true;
}

static bool
time_after(const char *text, const char *mark, int64_t *ms)
{
	const char *at = strstr(text, mark);
	char date[17];

	if (at == NULL)
		return false;
	snprintf(date, sizeof(date), "%s", at + strlen(mark));
	return ccm_clock_parse_sdk_date(date, ms);
}

bool
ccm_diagnose_clock(const char *text, char *out, size_t size)
{
	int64_t ours, theirs, seconds;

	out[0] = '\0';
	if (!time_after(text, "signature time:", &ours) ||
	    !time_after(text, "server time:", &theirs))
		return false;
	seconds = (ours > theirs ? ours - theirs : theirs - ours) / 1000;
	snprintf(out, size,
	    "the clock of this machine is %" PRId64 " min %" PRId64 " s %s the service's",
	    seconds / 60, seconds % 60, ours > theirs ? "ahead of" : "behind");
	return true;
}

static const char *
shown_key(const struct ccm_credentials *credentials)
{
	return credentials->access_key != NULL ? credentials->access_key : "-";
}

bool
ccm_diagnose_credentials(
    const char *text, const struct ccm_credentials *credentials, char *out, size_t size)
{
	const char *key = shown_key(credentials);

	out[0] = '\0';
	if (credentials->token != NULL)
		snprintf(out, size,
		    "the token has lapsed, was withdrawn, or is for another region: a new one is "
		    "needed");
	else if (strstr(text, "reach the limit") != NULL)
		snprintf(out, size,
		    "access key %s is locked for 5 minutes, because more than 5 signatures in a "
		    "row were wrong: check its secret key before the next try",
		    key);
	else if (strstr(text, "not exist") != NULL)
		snprintf(out, size,
		    "access key %s was deleted, or belongs to another cloud: are region and "
		    "endpoints right?",
		    key);
	else if (credentials->security_token != NULL)
		snprintf(out, size,
		    "access key %s is a temporary one: when its security token has lapsed, or is "
		    "another key's, new keys are needed",
		    key);
	else if (strcasestr(text, "security token") != NULL ||
		 strcasestr(text, "security-token") != NULL)
		snprintf(out, size, "access key %s is a temporary one and needs its security_token",
		    key);
	return out[0] != '\0';
}

bool
ccm_diagnose_scope(
    const char *text, const struct ccm_credentials *credentials, char *out, size_t size)
{
	const char *project = credentials->project_id, *domain = credentials->domain_id;
	bool about = strcasestr(text, "project") != NULL || strcasestr(text, "domain") != NULL;

	out[0] = '\0';
	if (!about || (project == NULL && domain == NULL))
		return false;
	snprintf(out, size,
	    "the request was for the%s%s%s%s%s: project_id, project_name, domain_id and scope in "
	    "[auth] say so",
	    project != NULL ? " project " : "", project != NULL ? project : "",
	    project != NULL && domain != NULL ? " and the" : "", domain != NULL ? " account " : "",
	    domain != NULL ? domain : "");
	return true;
}
