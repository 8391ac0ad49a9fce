/* SPDX-License-Identifier: Apache-2.0 */
#include "core/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/fd.h"
#include "core/fork.h"
#include "core/mem.h"
#include "core/utf8.h"

static const char *const level_names[] = {"error", "warn", "info", "debug", "trace"};
static const char *const subsystem_names[CCM_LOG_SUBSYSTEMS] = {
    "core", "http", "auth", "store", "key", "model", "p11", "prov", "cli", "emu"};

static _Atomic unsigned char levels[CCM_LOG_SUBSYSTEMS];
static pthread_once_t environment_once = PTHREAD_ONCE_INIT;
static struct ccm_lock file_lock = CCM_LOCK_INIT;
static char file_name[1024]; /* under file_lock; "" is standard error */
static bool level_from_environment, file_from_environment;

static int
find_name(const char *const *names, size_t count, const char *name, size_t len)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(names[i]) == len && strncasecmp(names[i], name, len) == 0)
			return (int)i;
	}
	return -1;
}

static int
find_level(const char *name, size_t len)
{
	return find_name(level_names, CCM_COUNT(level_names), name, len);
}

static void
set_all(int level)
{
	for (size_t i = 0; i < CCM_LOG_SUBSYSTEMS; i++)
		levels[i] = (unsigned char)level;
}

/* One part of a specification: LEVEL or SUBSYSTEM:LEVEL. */
static bool
apply_part(const char *part, size_t len, struct ccm_error *err)
{
	const char *colon = memchr(part, ':', len);
	size_t name_len = colon != NULL ? (size_t)(colon - part) : 0;
	const char *level_name = colon != NULL ? colon + 1 : part;
	int level = find_level(level_name, len - (size_t)(level_name - part));
	int subsystem;

	if (level < 0)
		return ccm_fail(err, CCM_CONFIG,
		    "log level \"%.*s\" is none of error, warn, info, debug, trace", (int)len,
		    part);
	if (colon == NULL) {
		set_all(level);
		return true;
	}
	subsystem = find_name(subsystem_names, CCM_LOG_SUBSYSTEMS, part, name_len);
	if (subsystem < 0)
		return ccm_fail(err, CCM_CONFIG,
		    "log subsystem \"%.*s\" is unknown: CCM_LOG=help lists them", (int)name_len,
		    part);
	levels[subsystem] = (unsigned char)level;
	return true;
}

static bool
apply_spec(const char *spec, struct ccm_error *err)
{
	set_all(CCM_LOG_WARN);
	while (*spec != '\0') {
		size_t len = strcspn(spec, ", ");

		if (len != 0 && !apply_part(spec, len, err))
			return false;
		spec += len + (spec[len] != '\0');
	}
	return true;
}

static void
print_help(void)
{
	fprintf(stderr, "CCM_LOG=LEVEL or SUBSYSTEM:LEVEL, several separated by commas\nlevels:");
	for (size_t i = 0; i < CCM_COUNT(level_names); i++)
		fprintf(stderr, " %s", level_names[i]);
	fprintf(stderr, "\nsubsystems:");
	for (size_t i = 0; i < CCM_LOG_SUBSYSTEMS; i++)
		fprintf(stderr, " %s", subsystem_names[i]);
	fprintf(stderr, "\nCCM_LOG_FILE=FILE appends to a file instead of standard error\n");
}

static bool
set_file(const char *file, struct ccm_error *err)
{
	size_t len = strlen(file);

	if (len >= sizeof(file_name))
		return ccm_fail(err, CCM_CONFIG, "log file name of %zu bytes is too long", len);
	ccm_lock_acquire(&file_lock);
	memcpy(file_name, file, len + 1);
	ccm_lock_release(&file_lock);
	return true;
}

/* Wrong words in the environment must not stop a program: they are reported and passed over. */
static void
read_environment(void)
{
	const char *spec = secure_getenv("CCM_LOG"), *file = secure_getenv("CCM_LOG_FILE");
	struct ccm_error err = {0};

	set_all(CCM_LOG_WARN);
	if (spec != NULL && strcmp(spec, "help") == 0)
		print_help();
	else if (spec != NULL && *spec != '\0')
		level_from_environment = apply_spec(spec, &err);
	if (file != NULL && *file != '\0')
		file_from_environment = set_file(file, &err);
	if (err.code != CCM_OK)
		fprintf(stderr, "ccm: environment: %s\n", err.msg);
}

bool
ccm_log_enabled(enum ccm_log_level level, enum ccm_log_subsystem subsystem)
{
	pthread_once(&environment_once, read_environment);
	return level <= levels[subsystem];
}

bool
ccm_log_configure(const char *spec, const char *file, struct ccm_error *err)
{
	pthread_once(&environment_once, read_environment);
	if (spec != NULL && *spec != '\0' && !level_from_environment && !apply_spec(spec, err))
		return false;
	if (file != NULL && *file != '\0' && !file_from_environment)
		return set_file(file, err);
	return true;
}

/* A line is one write(2), so lines of several processes don't mix. */
static void
emit(const char *line, size_t len)
{
	char name[sizeof(file_name)];
	int fd = STDERR_FILENO;

	ccm_lock_acquire(&file_lock);
	memcpy(name, file_name, sizeof(name));
	ccm_lock_release(&file_lock);
	if (name[0] != '\0')
		fd = ccm_fd_open(AT_FDCWD, name, O_WRONLY | O_APPEND | O_CREAT, 0600);
	/* where it cannot be kept it is said at least */
	ccm_fd_write_all(fd >= 0 ? fd : STDERR_FILENO, CCM_SPAN(line, len));
	if (fd >= 0 && fd != STDERR_FILENO)
		close(fd);
}

void
ccm_log_write(enum ccm_log_level level, enum ccm_log_subsystem subsystem, const char *fmt, ...)
{
	char line[4096], now[28];
	int saved_errno = errno, head;
	size_t len;
	va_list args;

	ccm_clock_iso8601(ccm_clock_now_ms(), now);
	head = snprintf(line, sizeof(line), "%.23sZ ccm[%d] %s %s: ", now, (int)getpid(),
	    level_names[level], subsystem_names[subsystem]);
	va_start(args, fmt);
	vsnprintf(line + head, sizeof(line) - (size_t)head - 1, fmt, args);
	va_end(args);
	ccm_utf8_mend(line);
	len = strlen(line);
	/* what the service says may hold anything; a line stays a line */
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)line[i] < ' ')
			line[i] = ' ';
	}
	line[len] = '\n';
	emit(line, len + 1);
	errno = saved_errno;
}

void
ccm_log_failure(enum ccm_log_subsystem subsystem, const char *what, const struct ccm_error *err)
{
	char id[sizeof(err->request_id) + 16] = "";

	if (!ccm_log_enabled(CCM_LOG_ERROR, subsystem))
		return;
	if (err->request_id[0] != '\0')
		snprintf(id, sizeof(id), ", request %s", err->request_id);
	ccm_log_write(CCM_LOG_ERROR, subsystem, "%s: %s (%s%s)", what, err->msg,
	    ccm_code_name(err->code), id);
	if (err->where != NULL && ccm_log_enabled(CCM_LOG_DEBUG, subsystem))
		ccm_log_write(CCM_LOG_DEBUG, subsystem, "%s: born at %s", what, err->where);
}

/* Redaction */

bool
ccm_log_name_is_secret(const char *name)
{
	static const char *const secrets[] = {"password", "private_key", "enc_private_key",
	    "enc_sm2_enveloped_key", "signed_and_enveloped_data", "secret_key", "security_token",
	    "token", "pin", "secret", "securitytoken", "passcode", "authorization", "x-auth-token",
	    "x-subject-token", "x-security-token", "cookie", "set-cookie", "id_token"};

	for (size_t i = 0; i < CCM_COUNT(secrets); i++) {
		if (strcasecmp(name, secrets[i]) == 0)
			return true;
	}
	return false;
}

const char *
ccm_log_header_value(const char *name, const char *value, char scratch[static 48])
{
	if (!ccm_log_name_is_secret(name))
		return value;
	snprintf(scratch, 48, "(%zu characters not shown)", strlen(value));
	return scratch;
}
