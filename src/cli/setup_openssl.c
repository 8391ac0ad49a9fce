/* SPDX-License-Identifier: Apache-2.0 */
/*
 * openssl.cnf (config(5)): openssl_conf names a section, whose `providers` names one, which names
 * one for each provider. Sections and keys that are there are used, those that are missing are put
 * in: nothing is changed, nothing is taken away.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/setup_text.h"

#define NAME_MAX_LEN 64
#define INSERTIONS 5
#define LINES_SIZE 256
#define OURS "ccm = ccm_sect\n"

struct insertion {
	size_t at; /* offset in the file */
	char text[LINES_SIZE];
};

struct conf {
	struct ccm_span text;
	struct insertion insertions[INSERTIONS]; /* in any order */
	size_t count;
};

/* A line without comment and blanks around it. */
static struct ccm_span
trimmed(const char *line, size_t len)
{
	const char *comment = memchr(line, '#', len);
	size_t begin = 0;

	len = comment != NULL ? (size_t)(comment - line) : len;
	while (begin < len && isspace((unsigned char)line[begin]))
		begin++;
	while (len > begin && isspace((unsigned char)line[len - 1]))
		len--;
	return CCM_SPAN(line + begin, len - begin);
}

/* "[ name ]" */
static bool
is_header(struct ccm_span line, char name[static NAME_MAX_LEN])
{
	struct ccm_span inner;

	if (line.len < 2 || line.data[0] != '[' || line.data[line.len - 1] != ']')
		return false;
	inner = trimmed((const char *)line.data + 1, line.len - 2);
	snprintf(name, NAME_MAX_LEN, "%.*s", (int)inner.len, (const char *)inner.data);
	return true;
}

/* "key = value" of this key. */
static bool
has_key(struct ccm_span line, const char *key, char value[static NAME_MAX_LEN])
{
	const char *text = (const char *)line.data;
	const char *equals = line.len != 0 ? memchr(text, '=', line.len) : NULL;
	struct ccm_span name, rest;

	if (equals == NULL)
		return false;
	name = trimmed(text, (size_t)(equals - text));
	rest = trimmed(equals + 1, line.len - (size_t)(equals + 1 - text));
	if (!ccm_span_equal(name, ccm_span_of(key)))
		return false;
	snprintf(value, NAME_MAX_LEN, "%.*s", (int)rest.len, (const char *)rest.data);
	return true;
}

/* Where something is: 0 stands for nowhere, as offsets are of what follows a line. */
struct place {
	size_t header; /* behind the section's header */
	size_t key;    /* behind the key's line: the last one counts */
	char value[NAME_MAX_LEN];
};

/* Section NULL is what stands before the first header. */
static struct place
look(const struct conf *conf, const char *section, const char *key)
{
	const char *text = (const char *)conf->text.data;
	bool inside = section == NULL;
	struct place place = {0};

	for (size_t at = 0, next; at < conf->text.len; at = next) {
		const char *newline = memchr(text + at, '\n', conf->text.len - at);
		size_t len = newline != NULL ? (size_t)(newline - text) - at : conf->text.len - at;
		struct ccm_span line = trimmed(text + at, len);
		char name[NAME_MAX_LEN];

		next = at + len + (newline != NULL);
		if (is_header(line, name)) {
			inside = section != NULL && strcmp(name, section) == 0;
			if (inside)
				place.header = next;
		} else if (inside && has_key(line, key, name)) {
			place.key = next;
			memcpy(place.value, name, sizeof(name));
		}
	}
	return place;
}

static char *
insert(struct conf *conf, size_t at)
{
	struct insertion *insertion = &conf->insertions[conf->count++];

	insertion->at = at;
	return insertion->text;
}

struct want {
	const char *key;
	const char *fallback; /* the section that it names from now on, if it names none */
	const char *more;     /* lines that follow it then, or "" */
};

/* The section that a key names; when there is none, it is put in. */
static struct place
name_section(struct conf *conf, const char *section, const struct want *want)
{
	struct place place = look(conf, section, want->key);
	size_t at = section == NULL ? 0 : place.header;

	if (place.key != 0)
		return place;
	snprintf(place.value, sizeof(place.value), "%s", want->fallback);
	if (section == NULL || at != 0)
		snprintf(insert(conf, at), LINES_SIZE, "%s = %s\n%s", want->key, want->fallback,
		    want->more);
	else
		snprintf(insert(conf, conf->text.len), LINES_SIZE, "\n[%s]\n%s = %s\n%s", section,
		    want->key, want->fallback, want->more);
	return place;
}

/* Insertions at one place stay in the order in which they came. */
static bool
compose(const struct conf *conf, struct ccm_buf *out, struct ccm_error *err)
{
	size_t done = 0;
	bool used[INSERTIONS] = {false};

	for (size_t n = 0; n < conf->count; n++) {
		size_t best = INSERTIONS;

		for (size_t i = 0; i < conf->count; i++)
			if (!used[i] && (best == INSERTIONS ||
					    conf->insertions[i].at < conf->insertions[best].at))
				best = i;
		used[best] = true;
		if (!ccm_buf_append(
			out, conf->text.data + done, conf->insertions[best].at - done, err) ||
		    !ccm_buf_append_str(out, conf->insertions[best].text, err))
			return false;
		done = conf->insertions[best].at;
	}
	return ccm_buf_append(out, conf->text.data + done, conf->text.len - done, err);
}

/* Once one provider is activated, the default one has to be, too. */
static void
activate_default(struct conf *conf, const char *section)
{
	struct place active = look(conf, section, "activate");

	if (active.key != 0)
		return;
	if (active.header != 0)
		snprintf(insert(conf, active.header), LINES_SIZE, "activate = 1\n");
	else
		snprintf(
		    insert(conf, conf->text.len), LINES_SIZE, "\n[%s]\nactivate = 1\n", section);
}

static const struct want openssl_conf = {"openssl_conf", "openssl_init", ""};
static const struct want provider_list = {"providers", "provider_sect", ""};
static const struct want default_provider = {"default", "default_sect", OURS};

/* False: there is nothing to do. */
static bool
plan(struct conf *conf)
{
	struct place init = name_section(conf, NULL, &openssl_conf);
	struct place list = name_section(conf, init.value, &provider_list);
	struct place fallback;

	if (look(conf, list.value, "ccm").key != 0)
		return false;
	fallback = name_section(conf, list.value, &default_provider);
	if (fallback.key != 0) /* it comes first */
		snprintf(insert(conf, fallback.key), LINES_SIZE, OURS);
	activate_default(conf, fallback.value);
	return true;
}

bool
ccm_setup_openssl(const struct ccm_setup_site *site, struct ccm_span before, struct ccm_buf *after,
    struct ccm_error *err)
{
	struct ccm_buf lines = {0};
	struct conf conf = {0};
	bool ok;

	ok = ccm_buf_append(&lines, before.data, before.len, err) &&
	     (before.len == 0 || before.data[before.len - 1] == '\n' ||
		 ccm_buf_append(&lines, "\n", 1, err));
	conf.text = ccm_buf_span(&lines);
	if (ok && plan(&conf))
		ok = compose(&conf, after, err) &&
		     ccm_buf_append_str(after, "\n[ccm_sect]\nactivate = 1\n", err) &&
		     (site->by_name || ccm_buf_printf(after, err, "module = %s\n", site->module));
	else if (ok)
		ok = ccm_buf_append(after, before.data, before.len, err);
	ccm_buf_clear(&lines);
	return ok;
}
