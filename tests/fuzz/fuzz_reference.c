/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Files with key references, as the provider's decoder reads them, block for block; and the same
 * bytes as the DER inside of one. What it takes has a URI in it, and what it refuses a reason.
 */

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/fake_pca.h"
#include "input.h"
#include "prov/reference.h"

struct ccm_model *__wrap_ccm_model_get(const char *config_path, struct ccm_error *err);

static struct ccm_model *model;

struct ccm_model *
__wrap_ccm_model_get(const char *config_path, struct ccm_error *err)
{
	(void)config_path;
	(void)err;
	return ccm_model_ref(model);
}

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
	setenv("CCM_LOG", "trace", 0);
	setenv("CCM_LOG_FILE", "/dev/null", 0);
	make_records(NULL);
	model = make_model("[token PCA]\nservice = pca\n");
	INPUT_CLAIM(model != NULL);
	atexit(forget);
}

/* As BIO_gets: up to a line's end, and a NUL behind. */
static int
read_line(OSSL_CORE_BIO *bio, char *buf, int size)
{
	struct input *input = (struct input *)bio;
	int len = 0;

	while (len < size - 1 && input->left > 0) {
		buf[len] = (char)input_byte(input);
		if (buf[len++] == '\n')
			break;
	}
	buf[len] = '\0';
	return len;
}

static void
check_uri(char *uri)
{
	INPUT_CLAIM(uri != NULL && uri[0] != '\0');
	ccm_free(uri);
}

static void
check_file(const struct ccm_prov *prov, struct input input)
{
	bool more = true;

	while (more) {
		struct ccm_buf der = {0};
		struct ccm_error err = {0};
		size_t left = input.left;
		char *uri = NULL;
		bool ok = ccm_prov_reference_read(prov, (OSSL_CORE_BIO *)&input, &der, &more, &err);

		INPUT_CLAIM(ok == (err.code == CCM_OK));
		INPUT_CLAIM(ok || err.msg[0] != '\0');
		INPUT_CLAIM(!more || input.left < left);
		if (ok && der.len > 0) {
			INPUT_CLAIM(ccm_key_reference_decode(ccm_buf_span(&der), &uri, NULL));
			check_uri(uri);
		}
		ccm_buf_clear(&der);
		if (!ok)
			break;
	}
}

typedef bool decoder(struct ccm_span der, char **uri, struct ccm_error *err);

static void
check_der(decoder *decode, struct ccm_span der)
{
	struct ccm_error err = {0};
	char *uri = NULL;

	if (decode(der, &uri, &err))
		check_uri(uri);
	else
		INPUT_CLAIM(uri == NULL && err.code != CCM_OK && err.msg[0] != '\0');
}

/* The same bytes as a whole block: base64 that is right, which a mutation hardly ever is. */
static void
check_armoured(const struct ccm_prov *prov, const char *label, struct ccm_span der)
{
	size_t room = der.len / 3 * 4 + 5;
	unsigned char *base64 = malloc(room);
	char *text = malloc(room + 128);
	int len;

	EVP_EncodeBlock(base64, der.data, (int)der.len);
	len = snprintf(
	    text, room + 128, "-----BEGIN %s-----\n%s\n-----END %s-----\n", label, base64, label);
	check_file(prov, (struct input){(const uint8_t *)text, (size_t)len});
	free(text);
	free(base64);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ccm_prov prov = {.bio_gets = read_line};
	struct ccm_span der = CCM_SPAN(data, size);

	prepare();
	check_file(&prov, (struct input){data, size});
	check_der(ccm_key_reference_decode, der);
	check_der(ccm_foreign_reference_decode, der);
	if (size < 4096) {
		check_armoured(&prov, CCM_KEY_REFERENCE_LABEL, der);
		check_armoured(&prov, CCM_FOREIGN_REFERENCE_LABEL, der);
	}
	return 0;
}
