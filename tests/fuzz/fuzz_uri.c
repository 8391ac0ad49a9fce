/* SPDX-License-Identifier: Apache-2.0 */

/*
 * URIs: read, matched against the tokens and items of a small account, shown in messages. What a
 * PIN could be in is never shown, and what is refused leaves nothing.
 */

#include <stdlib.h>
#include <string.h>

#include "../unit/fake_pca.h"
#include "input.h"

static struct ccm_model *model;

static void
forget(void)
{
	ccm_model_unref(model);
	free_records(NULL);
}

static void
prepare(void)
{
	if (model != NULL)
		return;
	setenv("CCM_LOG_FILE", "/dev/null", 0);
	make_records(NULL);
	model =
	    make_model("[token PCA]\nservice = pca\n[token Bare]\nservice = pca\nkeys = none\n");
	INPUT_CLAIM(model != NULL);
	atexit(forget);
}

/* A PIN that can be told from words is in no message, unless the URI has it elsewhere. */
static void
check_message(const char *message, const char *text)
{
	const char *query = strchr(text, '?'), *value;
	char *pin;

	INPUT_CLAIM(message[0] != '\0');
	if (query == NULL || strncmp(query + 1, "pin-value=", 10) != 0)
		return;
	value = query + 1 + 10;
	pin = strndup(value, strcspn(value, "&?"));
	if (strlen(pin) >= 6 && strpbrk(pin, "0123456789") != NULL && strstr(text, pin) == value &&
	    strstr(value + 1, pin) == NULL)
		INPUT_CLAIM(strstr(message, pin) == NULL);
	free(pin);
}

static void
check_refused(const struct ccm_uri *uri, const char *text, const struct ccm_error *err)
{
	static const struct ccm_uri nothing;

	INPUT_CLAIM(memcmp(uri, &nothing, sizeof(nothing)) == 0);
	INPUT_CLAIM(err->code != CCM_OK);
	check_message(err->msg, text);
}

static void
check_found(const struct ccm_uri *uri, const char *text)
{
	struct ccm_error err = {0};
	struct ccm_items items = {0};

	if (ccm_uri_find(model, uri, text, &items, &err)) {
		struct ccm_buf name = {0};
		struct ccm_uri again = {0};

		INPUT_CLAIM(items.count > 0);
		INPUT_CLAIM(ccm_uri_format(items.items[0], uri->type, &name, NULL));
		INPUT_CLAIM(ccm_uri_parse(ccm_buf_str(&name), &again, NULL));
		ccm_uri_clear(&again);
		ccm_buf_clear(&name);
	} else {
		INPUT_CLAIM(items.count == 0 && err.code != CCM_OK);
		check_message(err.msg, text);
	}
	ccm_items_clear(&items);
}

static void
check_reference(const char *text)
{
	struct ccm_buf der = {0};
	char *uri = NULL;

	INPUT_CLAIM(ccm_key_reference_encode(text, &der, NULL));
	if (text[0] != '\0') {
		INPUT_CLAIM(ccm_key_reference_decode(ccm_buf_span(&der), &uri, NULL));
		INPUT_CLAIM(strcmp(uri, text) == 0);
	}
	ccm_free(uri);
	ccm_buf_clear(&der);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ccm_uri uri;
	struct ccm_error err = {0};
	char *text;

	prepare();
	text = malloc(size + 1);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	INPUT_CLAIM(strchr(ccm_uri_show(text).text, '?') == NULL);
	if (ccm_uri_parse(text, &uri, &err))
		check_found(&uri, text);
	else
		check_refused(&uri, text, &err);
	ccm_uri_clear(&uri);
	check_reference(text);
	free(text);
	return 0;
}
