/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/renew.h"

#include <limits.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cert_item.h"
#include "cli/pem.h"
#include "core/clock.h"
#include "core/crypto.h"
#include "core/log.h"
#include "model/local.h"

enum { LEAF, ANCHOR, KEY, FILES };
static const char *const members[FILES] = {[LEAF] = "cert", [ANCHOR] = "anchor", [KEY] = "key"};

static int64_t
number_of(const struct ccm_json *object, const char *field)
{
	int64_t number = 0;

	ccm_json_as_int(ccm_json_get(object, field), &number);
	return number;
}

char *
ccm_renew_folder(struct ccm_tool *tool, struct ccm_error *err)
{
	struct ccm_model *model = ccm_tool_model(tool, err);
	const char *dir = model != NULL ? ccm_model_config(model)->keystore_dir : "";

	if (*dir != '\0')
		return ccm_format(err, "%s/renewal", dir);
	ccm_fail(
	    err, CCM_CONFIG, "no place for states of renewals: set dir in [keystore], or $HOME");
	return NULL;
}

/* Is the new one good? */

static X509_STORE *
make_store(struct ccm_cert *root)
{
	X509_STORE *store = X509_STORE_new();

	if (store != NULL && X509_STORE_add_cert(store, (X509 *)ccm_cert_x509(root)) == 1)
		return store;
	X509_STORE_free(store);
	return NULL;
}

static STACK_OF(X509) * make_stack(struct ccm_cert *const *certs, size_t count)
{
	STACK_OF(X509) *stack = sk_X509_new_null();

	for (size_t i = 0; stack != NULL && i < count; i++)
		sk_X509_push(stack, (X509 *)ccm_cert_x509(certs[i]));
	return stack;
}

static bool
verify_chain(
    const struct ccm_cert *cert, struct ccm_cert *const *chain, size_t count, struct ccm_error *err)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new_ex(ccm_crypto_context(err), CCM_CRYPTO_PROPERTIES);
	X509_STORE *store = count != 0 ? make_store(chain[count - 1]) : NULL;
	STACK_OF(X509) *between = make_stack(chain, count);
	bool ok = false;

	if (ctx != NULL && store != NULL && between != NULL &&
	    X509_STORE_CTX_init(ctx, store, (X509 *)ccm_cert_x509(cert), between) == 1) {
		/* the service's clock may be a little ahead of ours */
		X509_STORE_CTX_set_time(ctx, 0, ccm_clock_now_ms() / 1000 + 300);
		X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_PARTIAL_CHAIN);
		ok = X509_verify_cert(ctx) == 1 ||
		     ccm_fail(err, CCM_PROTOCOL, "the new certificate does not verify: %s",
			 X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
	} else {
		ccm_fail_openssl(err, "verifying the new certificate");
	}
	sk_X509_free(between);
	X509_STORE_free(store);
	X509_STORE_CTX_free(ctx);
	return ok;
}

/* Names, end, chain and, where it can be had, key. */
static bool
check_new(struct ccm_item *old, struct ccm_item *item, struct ccm_error *err)
{
	const struct ccm_cert *before = ccm_item_certificate(old, err);
	const struct ccm_cert *cert = ccm_item_certificate(item, err);
	char was[CCM_IDENTITY_SIZE], is[CCM_IDENTITY_SIZE];
	struct ccm_cert *const *chain;
	struct ccm_key *key;
	size_t count;

	if (before == NULL || cert == NULL || !ccm_item_chain(item, &chain, &count, err) ||
	    !ccm_renewal_identity(before, was, err) || !ccm_renewal_identity(cert, is, err))
		return false;
	if (strcmp(was, is) != 0)
		return ccm_fail(err, CCM_PROTOCOL,
		    "the new certificate has another issuer, subject or alternative names");
	if (ccm_cert_not_after_ms(cert) <= ccm_cert_not_after_ms(before))
		return ccm_fail(
		    err, CCM_PROTOCOL, "the new certificate ends no later than the old");
	if (count == 0)
		return ccm_fail(err, CCM_PROTOCOL, "the new certificate comes without its issuers");
	if (!verify_chain(cert, chain, count, err))
		return false;
	if (!ccm_item_has_key(old))
		return true;
	key = ccm_item_key(item, err); /* which belongs to its certificate, or is none */
	ccm_key_unref(key);
	return key != NULL;
}

/* Files */

/* The owner and mode that somebody gave a file stay. */
static bool
rewrite(const struct ccm_json *paths, struct ccm_file *files, struct ccm_error *err)
{
	struct stat st[FILES];
	bool there[FILES], ok = true;

	for (size_t i = 0; ok && i < FILES; i++) {
		const char *path = ccm_json_text(paths, members[i]);

		ccm_free(files[i].path);
		files[i].path = ccm_strdup(path, err);
		ok = files[i].path != NULL;
		there[i] = ok && stat(path, &st[i]) == 0;
		files[i].mode = there[i] ? st[i].st_mode & 0777 : i == KEY ? 0600 : 0644;
	}
	ok = ok && ccm_files_write(files, FILES, true, err);
	for (size_t i = 0; ok && i < FILES; i++)
		if (there[i] && (st[i].st_uid != geteuid() || st[i].st_gid != getegid()) &&
		    chown(files[i].path, st[i].st_uid, st[i].st_gid) != 0)
			ccm_log(WARN, CLI, "%s: the file's owner could not be kept", files[i].path);
	return ok;
}

static bool
write_files(struct ccm_item *item, const struct ccm_json *state, struct ccm_error *err)
{
	const struct ccm_json *list = ccm_json_get(state, "files");
	struct ccm_file files[FILES] = {0};
	bool ok = list == NULL ||
		  (ccm_pem_key_reference(item, &files[KEY].content, err) &&
		      ccm_cert_append(item, &files[LEAF].content, &files[ANCHOR].content, err));

	if (list != NULL && ok)
		for
			ccm_json_each(paths, list)
			{
				ok = ok && rewrite(paths, files, err);
			}
	ccm_files_clear(files, FILES);
	return ok;
}

/* State */

/* Where the private key is. */
static const char *
keeper_of(struct ccm_item *item)
{
	bool had = ccm_item_has_key(item);

	if (ccm_item_is_local(item))
		return "keystore";
	if (ccm_item_cluster_id(item)[0] != '\0')
		return ccm_item_cluster_id(item);
	return had ? "service" : "elsewhere";
}

static bool
note_certificate(struct ccm_json *state, struct ccm_item *item, struct ccm_error *err)
{
	const struct ccm_cert *cert = ccm_item_certificate(item, err);

	return cert != NULL && ccm_json_add_string(state, "key", keeper_of(item), err) &&
	       ccm_json_add_string(state, "name", ccm_item_label(item), err) &&
	       ccm_json_add_string(state, "certificate_id", ccm_item_resource_id(item), err) &&
	       ccm_json_add_string(state, "issuer_id", ccm_item_issuer_id(item), err) &&
	       ccm_json_add_int(state, "not_before", ccm_cert_not_before_ms(cert), err) &&
	       ccm_json_add_int(state, "not_after", ccm_cert_not_after_ms(cert), err);
}

static bool
note_success(struct ccm_renewal *renewal, struct ccm_item *item, struct ccm_error *err)
{
	struct ccm_json *state = renewal->state;
	int64_t now_ms = ccm_clock_now_ms();

	return note_certificate(state, item, err) &&
	       ccm_json_add_string(state, "result", "renewed", err) &&
	       ccm_json_add_string(state, "message", NULL, err) &&
	       ccm_json_add_string(state, "pending", NULL, err) &&
	       ccm_json_add_string(state, "next", NULL, err) &&
	       ccm_json_add_int(state, "failures", 0, err) &&
	       ccm_json_add_int(state, "tried", now_ms, err) &&
	       ccm_json_add_int(state, "renewed", now_ms, err) &&
	       ccm_json_add_int(state, "renewals", number_of(state, "renewals") + 1, err) &&
	       ccm_json_add_bool(state, "reload", true, err) && ccm_renewal_save(renewal, err);
}

static void
note_failure(struct ccm_renewal *renewal, const struct ccm_error *failure)
{
	struct ccm_json *state = renewal->state;
	int64_t failures = number_of(state, "failures") + 1, now_ms = ccm_clock_now_ms();
	struct ccm_error err = {0};

	if (!ccm_json_add_string(state, "result", "failed", &err) ||
	    !ccm_json_add_string(state, "message", failure->msg, &err) ||
	    !ccm_json_add_string(state, "request_id", failure->request_id, &err) ||
	    !ccm_json_add_int(state, "failures", failures, &err) ||
	    !ccm_json_add_int(state, "tried", now_ms, &err) ||
	    !ccm_json_add_int(state, "next", now_ms + ccm_renewal_pause_ms(failures), &err) ||
	    !ccm_renewal_save(renewal, &err))
		ccm_log_failure(CCM_LOG_CLI, "the state of a renewal", &err);
}

/* One renewal */

static bool
is_waiting(const struct ccm_json *state)
{
	int64_t next_ms = number_of(state, "next"), now_ms = ccm_clock_now_ms();

	/* a clock that went back is no reason to wait for longer than ever */
	return next_ms > now_ms && next_ms - now_ms <= INT64_C(24) * 3600 * 1000;
}

static bool
renew_item(struct ccm_tool *tool, struct ccm_renew_work *work, enum ccm_renew_outcome *outcome,
    struct ccm_error *err)
{
	const struct ccm_renew_options *options = work->options;
	struct ccm_json *state = work->renewal->state;
	bool pending = ccm_json_get(state, "pending") != NULL;
	bool left = ccm_json_get(state, "pending.issued") != NULL;
	struct ccm_item *item;
	char id[CCM_ID_SIZE];
	bool ok;

	*outcome = CCM_RENEW_NOT_DUE;
	if (!options->force && !pending &&
	    ccm_renewal_due_ms(&options->lead, ccm_item_not_before_ms(work->old),
		ccm_item_not_after_ms(work->old)) > ccm_clock_now_ms())
		return true;
	*outcome = CCM_RENEW_WAITS;
	if (!options->force && is_waiting(state))
		return true;
	*outcome = CCM_RENEW_FAILED;
	if (!ccm_renew_issue(work, id, err))
		return false;
	item = ccm_cert_item(tool, id, err);
	ok = item != NULL && check_new(work->old, item, err);
	/* what an earlier run left and is no good now, or gone, will not be better the next time */
	if (!ok && left && (err->code == CCM_NOT_FOUND || err->code == CCM_PROTOCOL))
		ccm_renew_give_up(work);
	ok = ok && write_files(item, state, err) && note_success(work->renewal, item, err);
	ccm_item_unref(item);
	*outcome = ok ? CCM_RENEWED : CCM_RENEW_FAILED;
	return ok || ccm_error_context(err, "new certificate %s", id);
}

static struct ccm_item *
find_old(struct ccm_tool *tool, const char *id, struct ccm_error *err)
{
	struct ccm_item *item = ccm_cert_item(tool, id, err);

	if (item != NULL && strcmp(ccm_token_service(ccm_item_token(item)), "PCA") == 0)
		return item;
	if (item != NULL)
		ccm_fail(
		    err, CCM_UNSUPPORTED, "SSL certificates of SCM are bought, not renewed here");
	ccm_item_unref(item);
	return NULL;
}

static bool
tell(struct ccm_json *row, const struct ccm_json *state, enum ccm_renew_outcome outcome,
    const struct ccm_error *failure, struct ccm_error *err)
{
	static const char *const outcomes[] = {[CCM_RENEWED] = "renewed",
	    [CCM_RENEW_NOT_DUE] = "not due",
	    [CCM_RENEW_WAITS] = "waits after a failure",
	    [CCM_RENEW_FAILED] = "failed"};

	return ccm_json_add_string(row, "name", ccm_json_text(state, "name"), err) &&
	       ccm_json_add_string(row, "outcome", outcomes[outcome], err) &&
	       ccm_json_add_string(
		   row, "certificate_id", ccm_json_text(state, "certificate_id"), err) &&
	       ccm_json_add_int(row, "not_after", number_of(state, "not_after"), err) &&
	       (failure->code == CCM_OK || ccm_json_add_string(row, "message", failure->msg, err));
}

/* The state names the certificate, unless the caller does, or nobody has yet. */
static bool
renew_held(
    struct ccm_tool *tool, struct ccm_renew_work *work, struct ccm_json *row, struct ccm_error *err)
{
	enum ccm_renew_outcome outcome = CCM_RENEW_FAILED;
	struct ccm_error failure = {0};
	bool ok = renew_item(tool, work, &outcome, &failure);

	if (outcome == CCM_RENEW_NOT_DUE && !note_certificate(work->renewal->state, work->old, err))
		return false;
	if (outcome == CCM_RENEW_FAILED)
		note_failure(work->renewal, &failure);
	if (!tell(row, work->renewal->state, outcome, &failure, err))
		return false;
	if (!ok && err != NULL)
		*err = failure;
	return ok;
}

static bool
renew_state(
    struct ccm_tool *tool, struct ccm_renew_work *work, struct ccm_json *row, struct ccm_error *err)
{
	struct ccm_json *state = work->renewal->state;
	struct ccm_error failure = {0};
	bool ok;

	work->old = find_old(tool, ccm_json_text(state, "certificate_id"), &failure);
	if (work->old == NULL) {
		note_failure(work->renewal, &failure);
		if (tell(row, state, CCM_RENEW_FAILED, &failure, err) && err != NULL)
			*err = failure;
		return false;
	}
	ok = renew_held(tool, work, row, err);
	ccm_item_unref(work->old);
	return ok;
}

/* By id: its identity's state may know a later one already. */
static bool
renew_by_id(struct ccm_tool *tool, struct ccm_renew_work *work, const char *id,
    struct ccm_json *row, struct ccm_error *err)
{
	char identity[CCM_IDENTITY_SIZE];
	struct ccm_item *item = find_old(tool, id, err);
	const struct ccm_cert *cert = item != NULL ? ccm_item_certificate(item, err) : NULL;
	bool ok = cert != NULL && ccm_renewal_identity(cert, identity, err) &&
		  ccm_renewal_open(work->folder, identity, work->renewal, err);

	if (ok) {
		if (number_of(work->renewal->state, "not_after") <= ccm_cert_not_after_ms(cert))
			ok = note_certificate(work->renewal->state, item, err);
		ok = ok && renew_state(tool, work, row, err);
		ccm_renewal_close(work->renewal);
	}
	ccm_item_unref(item);
	return ok;
}

bool
ccm_renew(struct ccm_tool *tool, const struct ccm_renew_options *options,
    const struct ccm_renew_target *target, struct ccm_json *row, struct ccm_error *err)
{
	struct ccm_renewal renewal;
	char *folder = ccm_renew_folder(tool, err);
	struct ccm_renew_work work = {tool, NULL, options, &renewal, folder};
	bool ok = folder != NULL;

	if (ok && target->identity == NULL)
		ok = renew_by_id(tool, &work, target->id, row, err);
	else if (ok && (ok = ccm_renewal_open(folder, target->identity, &renewal, err))) {
		ok = renew_state(tool, &work, row, err);
		ccm_renewal_close(&renewal);
	}
	ccm_free(folder);
	return ok;
}

/* Exports */

static bool
same_files(const struct ccm_json *a, const struct ccm_json *b)
{
	return strcmp(ccm_json_text(a, members[KEY]), ccm_json_text(b, members[KEY])) == 0;
}

static bool
add_files(struct ccm_json *state, const struct ccm_file *files, struct ccm_error *err)
{
	const struct ccm_json *known = ccm_json_get(state, "files");
	struct ccm_json *list = ccm_json_new_array(err), *made = ccm_json_new_object(err);
	bool ok = list != NULL && made != NULL;

	for (size_t i = 0; ok && i < FILES; i++) {
		char path[PATH_MAX];

		ok = realpath(files[i].path, path) != NULL
			 ? ccm_json_add_string(made, members[i], path, err)
			 : ccm_fail_errno(err, CCM_STORE, "%s", files[i].path);
	}
	if (ok && known != NULL)
		for
			ccm_json_each(paths, known)
			{
				ok = ok &&
				     (same_files(paths, made) ||
					 ccm_json_append_json(list, ccm_json_dup(paths, err), err));
			}
	if (!ok) {
		ccm_json_free(list);
		ccm_json_free(made);
		return false;
	}
	return ccm_json_append_json(list, made, err) &&
	       ccm_json_add_json(state, "files", list, err);
}

void
ccm_renew_remember(
    struct ccm_tool *tool, struct ccm_item *item, const struct ccm_file files[static 3])
{
	struct ccm_error err = {0};
	char identity[CCM_IDENTITY_SIZE], *folder = ccm_renew_folder(tool, &err);
	const struct ccm_cert *cert = ccm_item_certificate(item, &err);
	struct ccm_renewal renewal;
	bool ok = folder != NULL && cert != NULL && ccm_renewal_identity(cert, identity, &err) &&
		  ccm_renewal_open(folder, identity, &renewal, &err);

	if (ok) {
		ok = note_certificate(renewal.state, item, &err) &&
		     add_files(renewal.state, files, &err) && ccm_renewal_save(&renewal, &err);
		ccm_renewal_close(&renewal);
	}
	if (!ok)
		ccm_log(INFO, CLI, "%s: what was written is not renewed by `ccm renew`: %s",
		    ccm_item_label(item), err.msg);
	ccm_free(folder);
}
