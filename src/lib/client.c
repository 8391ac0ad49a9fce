/* SPDX-License-Identifier: Apache-2.0 */
#include "ccm/client.h"

#include <openssl/crypto.h>
#include <string.h>

#include "cloud/client.h"

struct ccm_connection {
	struct ccm_config *config;
	struct ccm_client *client;
};

struct ccm_connection *
ccm_connect(const char *config_file, struct ccm_error *err)
{
	struct ccm_connection *connection = ccm_alloc(sizeof(*connection), err);

	if (connection == NULL)
		return NULL;
	connection->config = ccm_config_load(config_file, err);
	if (connection->config != NULL)
		connection->client = ccm_client_new(connection->config, err);
	if (connection->client != NULL)
		return connection;
	ccm_disconnect(connection);
	return NULL;
}

void
ccm_disconnect(struct ccm_connection *connection)
{
	if (connection == NULL)
		return;
	ccm_client_free(connection->client);
	ccm_config_free(connection->config);
	ccm_free(connection);
}

static const struct ccm_operation *
find_operation(const char *id, struct ccm_error *err)
{
	const struct ccm_operation *op = id != NULL ? ccm_operation_find(id) : NULL;

	if (op == NULL)
		ccm_fail(err, CCM_USAGE, "unknown operation \"%s\"", id != NULL ? id : "");
	return op;
}

/* *out stays NULL for no request. */
static bool
parse_request(const char *text, struct ccm_json **out, struct ccm_error *err)
{
	struct ccm_error cause = {0};

	*out = NULL;
	if (text == NULL)
		return true;
	*out = ccm_json_parse(ccm_span_of(text), &cause);
	if (*out != NULL)
		return true;
	return ccm_fail(err, CCM_USAGE, "request: %s", cause.msg);
}

/* An answer may hold a key: no pieces of it stay where the text grew out of. */
static char *
print(const struct ccm_json *json, struct ccm_error *err)
{
	struct ccm_buf text;
	char *copy = NULL;

	ccm_buf_init_secret(&text);
	if (json == NULL || ccm_json_print(json, false, &text, err))
		copy = ccm_strdup(ccm_buf_str(&text), err);
	ccm_buf_clear(&text);
	return copy;
}

bool
ccm_call(struct ccm_connection *connection, const char *operation, const char *request,
    char **answer, struct ccm_error *err)
{
	const struct ccm_operation *op = find_operation(operation, err);
	struct ccm_json *json = NULL, *result = NULL;
	bool ok;

	if (answer != NULL)
		*answer = NULL;
	ok = op != NULL && parse_request(request, &json, err) &&
	     ccm_client_call(connection->client, op, json, &result, err);
	/* there is one beside CCM_PARTIAL, too */
	if (answer != NULL && (ok || result != NULL)) {
		*answer = print(result, err);
		ok = ok && *answer != NULL;
	}
	ccm_json_free(result);
	ccm_json_free(json);
	return ok;
}

/* Bytes that are to be given to ccm_content_clear. */
static bool
copy_archive(const struct ccm_download *from, struct ccm_content *content, struct ccm_error *err)
{
	content->data = ccm_alloc(from->archive.len + 1, err);
	if (content->data == NULL)
		return false;
	memcpy(content->data, from->archive.data, from->archive.len);
	content->size = from->archive.len;
	content->archive = true;
	if (from->name != NULL)
		content->name = ccm_strdup(from->name, err);
	return from->name == NULL || content->name != NULL;
}

static bool
fill_content(const struct ccm_download *from, struct ccm_content *content, struct ccm_error *err)
{
	if (from->archive.len != 0)
		return copy_archive(from, content, err);
	content->data = print(from->json, err);
	content->size = content->data != NULL ? strlen(content->data) : 0;
	return content->data != NULL;
}

bool
ccm_fetch(struct ccm_connection *connection, const char *operation, const char *request,
    struct ccm_content *content, struct ccm_error *err)
{
	const struct ccm_operation *op = find_operation(operation, err);
	struct ccm_download download = {0};
	struct ccm_json *json = NULL;
	bool ok;

	*content = (struct ccm_content){0};
	ok = op != NULL && parse_request(request, &json, err) &&
	     ccm_client_download(connection->client, op, json, &download, err) &&
	     fill_content(&download, content, err);
	if (!ok)
		ccm_content_clear(content);
	ccm_download_clear(&download);
	ccm_json_free(json);
	return ok;
}

void
ccm_content_clear(struct ccm_content *content)
{
	if (content->data != NULL)
		OPENSSL_cleanse(content->data, content->size);
	ccm_free(content->data);
	ccm_free(content->name);
	*content = (struct ccm_content){0};
}

static bool
visit_element(void *context, const struct ccm_json *element, struct ccm_error *err)
{
	const struct ccm_text_visitor *visitor = context;
	char *text = print(element, err);
	bool more = text != NULL && visitor->visit(visitor->context, text);

	ccm_text_free(text);
	return more;
}

bool
ccm_list(struct ccm_connection *connection, const char *operation, const char *request,
    struct ccm_text_visitor visitor, struct ccm_error *err)
{
	const struct ccm_operation *op = find_operation(operation, err);
	struct ccm_json *json = NULL;
	bool ok;

	if (op == NULL || !parse_request(request, &json, err))
		return false;
	ok = op->items != NULL
		 ? ccm_client_each(connection->client, op, json,
		       (struct ccm_visitor){.visit = visit_element, .context = &visitor}, err)
		 : ccm_fail(err, CCM_USAGE, "%s does not list anything", op->id);
	ccm_json_free(json);
	return ok;
}

void
ccm_text_free(char *text)
{
	if (text != NULL)
		OPENSSL_cleanse(text, strlen(text));
	ccm_free(text);
}

const char *
ccm_operation_id(size_t index)
{
	return index < ccm_operation_count() ? ccm_operation_at(index)->id : NULL;
}

const char *
ccm_operation_summary(size_t index)
{
	return index < ccm_operation_count() ? ccm_operation_at(index)->summary : NULL;
}

const char *
ccm_version(void)
{
	return CCM_VERSION;
}
