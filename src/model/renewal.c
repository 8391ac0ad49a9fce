/* SPDX-License-Identifier: Apache-2.0 */
#include "model/renewal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "core/fd.h"
#include "core/log.h"
#include "store/folder.h"

#define STATE_MAX (1024 * 1024)
#define MINUTE_MS 60000
#define DAY_MS (INT64_C(24) * 60 * MINUTE_MS)
#define SUFFIX ".json"

/* Identity */

/* Issuer, subject and alternative names, each with its length, so that none runs into the next. */
static bool
describe(const struct ccm_cert *cert, struct ccm_buf *out, struct ccm_error *err)
{
	const X509 *x509 = ccm_cert_x509(cert);
	int at = X509_get_ext_by_NID(x509, NID_subject_alt_name, -1);
	const ASN1_OCTET_STRING *names =
	    at >= 0 ? X509_EXTENSION_get_data(X509_get_ext(x509, at)) : NULL;
	const struct ccm_span parts[] = {
	    ccm_cert_issuer(cert),
	    ccm_cert_subject(cert),
	    names != NULL ? CCM_SPAN(ASN1_STRING_get0_data(names), ASN1_STRING_length(names))
			  : CCM_SPAN(NULL, 0),
	};

	for (size_t i = 0; i < CCM_COUNT(parts); i++)
		if (!ccm_buf_printf(out, err, "%zu:", parts[i].len) ||
		    !ccm_buf_append(out, parts[i].data, parts[i].len, err))
			return false;
	return true;
}

bool
ccm_renewal_identity(
    const struct ccm_cert *cert, char out[static CCM_IDENTITY_SIZE], struct ccm_error *err)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct ccm_buf text = {0};
	size_t len;
	bool ok = describe(cert, &text, err) &&
		  ccm_digest("SHA256", ccm_buf_span(&text), digest, &len, err);

	if (ok)
		ccm_hex(digest, (CCM_IDENTITY_SIZE - 1) / 2, out);
	ccm_buf_clear(&text);
	return ok;
}

/* Files */

static bool
read_state(const char *path, struct ccm_json **state, struct ccm_error *err)
{
	const struct ccm_fd_source source = {path, CCM_STORE, STATE_MAX};
	struct ccm_buf text = {0};
	bool ok;

	*state = NULL;
	if (access(path, F_OK) != 0 && errno == ENOENT) {
		*state = ccm_json_new_object(err);
		return *state != NULL;
	}
	ok = ccm_fd_read_file(&source, &text, err);
	if (ok) {
		*state = ccm_json_parse(ccm_buf_span(&text), err);
		ok = *state != NULL || ccm_error_context(err, "%s", path);
	}
	ccm_buf_clear(&text);
	return ok;
}

static bool
write_state(const char *path, const struct ccm_json *state, struct ccm_error *err)
{
	const struct ccm_fd_place place = {AT_FDCWD, path, 0600};
	struct ccm_buf text = {0};
	bool ok = ccm_json_print(state, true, &text, err) &&
		  ccm_fd_replace(&place, ccm_buf_span(&text), NULL, err);

	ccm_buf_clear(&text);
	return ok;
}

static int
take_lock(const char *path, int how, struct ccm_error *err)
{
	char *name = ccm_format(err, "%s.lock", path);
	int fd = -1;

	if (name == NULL)
		return -1;
	fd = ccm_fd_open(AT_FDCWD, name, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
	if (fd < 0)
		ccm_fail_errno(err, CCM_STORE, "cannot open %s", name);
	ccm_free(name);
	if (fd < 0 || flock(fd, how) == 0)
		return fd;
	if (errno == EWOULDBLOCK)
		ccm_fail(err, CCM_CONFLICT, "another process renews it at the moment");
	else
		ccm_fail_errno(err, CCM_STORE, "cannot lock %s", path);
	close(fd);
	return -1;
}

bool
ccm_renewal_open(
    const char *folder, const char *identity, struct ccm_renewal *renewal, struct ccm_error *err)
{
	*renewal = (struct ccm_renewal){.lock = -1};
	if (!ccm_folder_make(folder, err))
		return false;
	renewal->path = ccm_format(err, "%s/%s" SUFFIX, folder, identity);
	if (renewal->path != NULL)
		renewal->lock = take_lock(renewal->path, LOCK_EX | LOCK_NB, err);
	if (renewal->lock >= 0 && read_state(renewal->path, &renewal->state, err))
		return true;
	ccm_renewal_close(renewal);
	return false;
}

bool
ccm_renewal_save(const struct ccm_renewal *renewal, struct ccm_error *err)
{
	return write_state(renewal->path, renewal->state, err);
}

void
ccm_renewal_close(struct ccm_renewal *renewal)
{
	if (renewal->lock >= 0)
		close(renewal->lock);
	ccm_json_free(renewal->state);
	ccm_free(renewal->path);
	*renewal = (struct ccm_renewal){.lock = -1};
}

static bool
is_state(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name), hex = CCM_IDENTITY_SIZE - 1;

	return len == hex + strlen(SUFFIX) && strspn(entry->d_name, "0123456789abcdef") == hex &&
	       strcmp(entry->d_name + hex, SUFFIX) == 0;
}

static bool
visit_file(const char *folder, const char *name, ccm_renewal_visit visit, void *context,
    struct ccm_error *err)
{
	char *path = ccm_format(err, "%s/%s", folder, name);
	char identity[CCM_IDENTITY_SIZE];
	struct ccm_error failure = {0};
	struct ccm_json *state = NULL;
	bool ok = path != NULL;

	snprintf(identity, sizeof(identity), "%s", name);
	if (ok && read_state(path, &state, &failure))
		ok = visit(context, identity, state, err);
	else if (ok)
		ccm_log(WARN, STORE, "a renewal's state is passed over: %s", failure.msg);
	ccm_json_free(state);
	ccm_free(path);
	return ok;
}

bool
ccm_renewal_each(const char *folder, ccm_renewal_visit visit, void *context, struct ccm_error *err)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	bool ok = true;

	if (dir == NULL)
		return errno == ENOENT || ccm_fail_errno(err, CCM_STORE, "cannot read %s", folder);
	while (ok && (entry = readdir(dir)) != NULL)
		if (is_state(entry))
			ok = visit_file(folder, entry->d_name, visit, context, err);
	closedir(dir);
	return ok;
}

/* Times */

static const struct {
	char unit;
	int64_t ms;
} units[] = {{'m', MINUTE_MS}, {'h', 60 * MINUTE_MS}, {'d', DAY_MS}, {'w', 7 * DAY_MS}};

static bool
parse_number(const char *text, const char **rest, int64_t *number)
{
	char *end;

	*number = strtol(text, &end, 10);
	*rest = end;
	return *text >= '0' && *text <= '9' && *number > 0 && *number < 100000;
}

static bool
parse_lead(const char *text, struct ccm_renewal_lead *lead)
{
	const char *rest;
	int64_t first, second;

	*lead = (struct ccm_renewal_lead){0};
	if (!parse_number(text, &rest, &first))
		return false;
	if (*rest == '/') {
		lead->numerator = first;
		return parse_number(rest + 1, &rest, &second) && *rest == '\0' &&
		       (lead->denominator = second) > first;
	}
	for (size_t i = 0; i < CCM_COUNT(units); i++)
		if (rest[0] == units[i].unit && rest[1] == '\0')
			lead->ms = first * units[i].ms;
	return lead->ms != 0;
}

bool
ccm_renewal_lead_parse(const char *text, struct ccm_renewal_lead *lead, struct ccm_error *err)
{
	return parse_lead(text, lead) ||
	       ccm_fail(err, CCM_USAGE,
		   "\"%s\" is neither a time such as 30d, 12h, nor a part such as 1/3", text);
}

int64_t
ccm_renewal_due_ms(const struct ccm_renewal_lead *lead, int64_t not_before_ms, int64_t not_after_ms)
{
	int64_t whole = not_after_ms - not_before_ms;

	if (lead->ms != 0)
		return not_after_ms - lead->ms;
	return not_after_ms - whole / lead->denominator * lead->numerator;
}

int64_t
ccm_renewal_pause_ms(int64_t failures)
{
	int64_t pause_ms = 15 * MINUTE_MS;
	unsigned char chance = 0;

	for (int64_t i = 1; i < failures && pause_ms < DAY_MS; i++)
		pause_ms *= 2;
	pause_ms = pause_ms < DAY_MS ? pause_ms : DAY_MS;
	ccm_random(&chance, sizeof(chance), NULL);
	return pause_ms - pause_ms / 10 * chance / 255;
}

/* Budget */

static bool
spend(const char *path, int64_t budget, struct ccm_error *err)
{
	int64_t today = ccm_clock_now_ms() / DAY_MS, day = 0, issued = 0;
	struct ccm_json *state = NULL;
	bool ok = read_state(path, &state, err) && ccm_json_opt_int(state, "day", &day, err) &&
		  ccm_json_opt_int(state, "issued", &issued, err);

	if (day != today)
		issued = 0;
	if (ok && issued >= budget)
		ok = ccm_fail(err, CCM_CONFLICT,
		    "%lld certificates were issued today, which is the budget of a day",
		    (long long)issued);
	ok = ok && ccm_json_add_int(state, "day", today, err) &&
	     ccm_json_add_int(state, "issued", issued + 1, err) && write_state(path, state, err);
	ccm_json_free(state);
	return ok;
}

bool
ccm_renewal_spend(const char *folder, int64_t budget, struct ccm_error *err)
{
	char *path = ccm_format(err, "%s/budget" SUFFIX, folder);
	int lock = path != NULL ? take_lock(path, LOCK_EX, err) : -1;
	bool ok = lock >= 0 && spend(path, budget, err);

	if (lock >= 0)
		close(lock);
	ccm_free(path);
	return ok;
}
