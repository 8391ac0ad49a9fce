/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/obs_service.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "emu/obs.h"
#include "emu/publish.h"

enum failure { NONE, ACCESS_DENIED, INTERNAL_ERROR, BAD_URI, METHOD, NO_BUCKET, NO_KEY };

static const struct {
	int status;
	const char *code, *message;
} failures[] = {
    [NONE] = {200, "", ""},
    [ACCESS_DENIED] = {403, "AccessDenied", "Access Denied"},
    [INTERNAL_ERROR] = {500, "InternalError",
	"We encountered an internal error. Please try again."},
    [BAD_URI] = {400, "InvalidURI", "Couldn't parse the specified URI."},
    [METHOD] = {405, "MethodNotAllowed",
	"The specified method is not allowed against this resource."},
    [NO_BUCKET] = {404, "NoSuchBucket", "The specified bucket does not exist"},
    [NO_KEY] = {404, "NoSuchKey", "The specified key does not exist."},
};

/* Errors */

static bool
append_escaped(struct ccm_buf *out, const char *text, struct ccm_error *err)
{
	static const struct {
		char character;
		const char *entity;
	} entities[] = {
	    {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&apos;"}};

	for (; *text != '\0'; text++) {
		const char *entity = NULL;

		for (size_t i = 0; i < CCM_COUNT(entities); i++)
			if (entities[i].character == *text)
				entity = entities[i].entity;
		if (entity != NULL ? !ccm_buf_append_str(out, entity, err)
				   : !ccm_buf_append(out, text, 1, err))
			return false;
	}
	return true;
}

static bool
write_failure(
    struct ccm_emu_answer *answer, enum failure failure, const char *path, struct ccm_error *err)
{
	answer->content_type = "application/xml";
	return ccm_buf_printf(&answer->body, err,
		   "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
		   "<Error><Code>%s</Code><Message>%s</Message><RequestId>%s</RequestId>"
		   "<Resource>",
		   failures[failure].code, failures[failure].message, answer->request_id) &&
	       append_escaped(&answer->body, path, err) &&
	       ccm_buf_append_str(&answer->body, "</Resource></Error>", err);
}

/* Reading */

struct target {
	char *bucket;
	const char *key; /* "" when there is none */
};

static bool
split(const char *path, struct target *out, struct ccm_error *err)
{
	size_t len;

	path += path[0] == '/';
	len = strcspn(path, "/");
	out->key = path + len + (path[len] == '/');
	out->bucket = ccm_strndup(path, len, err);
	return out->bucket != NULL;
}

/* The object may be a CRL that is due. */
static bool
refresh(struct ccm_emu *emulator, const struct target *target, struct ccm_error *err)
{
	static const char suffix[] = ".crl";
	size_t len = strlen(target->key), cut = strlen(suffix);
	char *name;
	bool ok;

	if (len <= cut || strcmp(target->key + len - cut, suffix) != 0)
		return true;
	name = ccm_strndup(target->key, len - cut, err);
	ok = name != NULL &&
	     ccm_emu_publish(emulator, target->bucket, name, ccm_clock_now_ms(), err);
	ccm_free(name);
	return ok;
}

static bool
read_object(struct ccm_emu *emulator, const struct target *target, struct ccm_emu_answer *answer,
    enum failure *failure, struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_emu_state_db(emulator->state);
	enum ccm_emu_bucket_access access;

	if (!ccm_emu_obs_find_bucket(db, target->bucket, &access, err))
		return false;
	*failure = access == CCM_EMU_BUCKET_MISSING ? NO_BUCKET : ACCESS_DENIED;
	if (access != CCM_EMU_BUCKET_PUBLIC || target->key[0] == '\0')
		return true;
	if (!refresh(emulator, target, err) ||
	    !ccm_emu_obs_get(db, target->bucket, target->key, &answer->body, err))
		return false;
	*failure = answer->body.len != 0 ? NONE : NO_KEY;
	return true;
}

static enum failure
serve(struct ccm_emu *emulator, struct ccm_emu_request *request, struct ccm_emu_answer *answer)
{
	struct target target = {0};
	struct ccm_error err = {0};
	enum failure failure = ACCESS_DENIED;

	if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0)
		return METHOD;
	if (!ccm_emu_request_parse(request, &err))
		return BAD_URI;
	if (strcmp(request->path, "/") == 0)
		return ACCESS_DENIED;
	if (!split(request->path, &target, &err) ||
	    !read_object(emulator, &target, answer, &failure, &err)) {
		ccm_log_failure(CCM_LOG_EMU, "reading an object", &err);
		failure = INTERNAL_ERROR;
	}
	ccm_free(target.bucket);
	return failure;
}

void
ccm_emu_obs_exchange(
    struct ccm_emu *emulator, struct ccm_emu_request *request, struct ccm_emu_answer *answer)
{
	struct ccm_error err = {0};
	enum failure failure = INTERNAL_ERROR;

	if (ccm_emu_answer_init(answer, &err))
		failure = serve(emulator, request, answer);
	answer->status = failures[failure].status;
	answer->content_type =
	    emulator->obs.crl_pem ? "application/x-pem-file" : "application/pkix-crl";
	if (failure != NONE) {
		ccm_buf_clear(&answer->body);
		snprintf(
		    answer->error_code, sizeof(answer->error_code), "%s", failures[failure].code);
		if (!write_failure(answer, failure,
			request->path != NULL ? request->path : request->target, &err))
			ccm_log_failure(CCM_LOG_EMU, "writing an error", &err);
	}
	ccm_emu_write_log(emulator, "obs_get", request, answer);
}
