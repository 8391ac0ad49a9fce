/* SPDX-License-Identifier: Apache-2.0 */
#include "prov/reference.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "core/crypto.h"
#include "core/log.h"
#include "model/uri.h"

#define BEGIN "-----BEGIN "
#define END "-----END "

/*
 * Append the next line, however long, with its end. False at the end of the file. The file may hold
 * somebody's private key: what is passed over leaves no copy.
 */
static bool
read_line(
    const struct ccm_prov *prov, OSSL_CORE_BIO *in, struct ccm_buf *line, struct ccm_error *err)
{
	char piece[256];
	bool ok = true, ended = false;

	while (ok && !ended) {
		int len = prov->bio_gets(in, piece, sizeof(piece));

		if (len <= 0)
			break;
		ended = piece[len - 1] == '\n';
		if (line->len < CCM_PROV_MAX_REFERENCE)
			ok = ccm_buf_append(line, piece, (size_t)len, err);
	}
	OPENSSL_cleanse(piece, sizeof(piece));
	return ok && line->len > 0;
}

static bool
starts_with(const struct ccm_buf *line, const char *text)
{
	return strncmp(ccm_buf_str(line), text, strlen(text)) == 0;
}

enum label { NOBODYS, FOREIGN, OURS };

static enum label
label_of(const struct ccm_buf *line)
{
	if (starts_with(line, BEGIN CCM_KEY_REFERENCE_LABEL "-----"))
		return OURS;
	return starts_with(line, BEGIN CCM_FOREIGN_REFERENCE_LABEL "-----") ? FOREIGN : NOBODYS;
}

struct block {
	enum label label;
	struct ccm_buf base64; /* the text, if the label is a reference's */
	bool ended;            /* has its END line, so that more may follow */
};

/* Read one PEM block, of whatever label. */
static bool
read_block(
    const struct ccm_prov *prov, OSSL_CORE_BIO *in, struct block *block, struct ccm_error *err)
{
	struct ccm_buf line;
	bool inside = false;

	ccm_buf_init_secret(&line);
	while (!block->ended && read_line(prov, in, &line, err)) {
		block->ended = inside && starts_with(&line, END);
		if (block->label != NOBODYS && !block->ended &&
		    block->base64.len < CCM_PROV_MAX_REFERENCE)
			ccm_buf_append(&block->base64, line.data, line.len, err);
		if (starts_with(&line, BEGIN)) {
			inside = true;
			block->label = label_of(&line);
		}
		line.len = 0;
	}
	ccm_buf_clear(&line);
	return err->code == CCM_OK && (block->label != OURS || block->ended ||
					  ccm_fail(err, CCM_USAGE, "has no END line"));
}

static bool
decode_base64(const struct ccm_buf *text, struct ccm_buf *der, struct ccm_error *err)
{
	EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
	int len = 0, rest = 0;
	bool ok;

	if (ctx == NULL || !ccm_buf_reserve(der, text->len, err)) {
		EVP_ENCODE_CTX_free(ctx);
		return ccm_fail_nomem(err);
	}
	EVP_DecodeInit(ctx);
	ok = EVP_DecodeUpdate(ctx, der->data, &len, text->data, (int)text->len) >= 0 &&
	     EVP_DecodeFinal(ctx, der->data + len, &rest) >= 0;
	EVP_ENCODE_CTX_free(ctx);
	der->len = ok ? (size_t)(len + rest) : 0;
	return ok || ccm_fail(err, CCM_USAGE, "is not base64");
}

/* What is broken is refused here, where it is known to be ours. */
static bool
check_reference(const struct ccm_buf *base64, struct ccm_buf *der, struct ccm_error *err)
{
	char *uri = NULL;
	bool ok = decode_base64(base64, der, err) &&
		  ccm_key_reference_decode(ccm_buf_span(der), &uri, err);

	ccm_free(uri);
	return ok;
}

static bool
is_of_our_tokens(const struct ccm_prov *prov, const char *text, struct ccm_error *err)
{
	struct ccm_uri uri = {0};
	struct ccm_model *model = NULL;
	bool ours;

	if (ccm_uri_parse(text, &uri, err))
		model = ccm_prov_model(prov, err);
	ours = model != NULL && ccm_uri_check_token(model, &uri, text, err);
	ccm_model_unref(model);
	ccm_uri_clear(&uri);
	return ours;
}

/* As one of ours, where its URI names a token of ours. Everything else is another provider's to
 * understand: nothing of it is an error. */
static void
adopt_reference(const struct ccm_prov *prov, const struct ccm_buf *base64, struct ccm_buf *der)
{
	struct ccm_buf foreign = {0};
	struct ccm_error err = {0};
	char *uri = NULL;

	if (!ccm_network_active() && decode_base64(base64, &foreign, &err) &&
	    ccm_foreign_reference_decode(ccm_buf_span(&foreign), &uri, &err) &&
	    is_of_our_tokens(prov, uri, &err))
		ccm_key_reference_encode(uri, der, &err);
	if (err.code != CCM_OK)
		ccm_log(DEBUG, PROV, "passed over: %s", err.msg);
	ccm_buf_clear(&foreign);
	ccm_free(uri);
}

bool
ccm_prov_reference_read(const struct ccm_prov *prov, OSSL_CORE_BIO *in, struct ccm_buf *der,
    bool *more, struct ccm_error *err)
{
	struct block block = {.label = NOBODYS};
	bool ok = read_block(prov, in, &block, err);

	if (ok && block.label == OURS && block.base64.len > 0)
		ok = check_reference(&block.base64, der, err);
	else if (ok && block.label == FOREIGN)
		adopt_reference(prov, &block.base64, der);
	*more = block.ended;
	ccm_buf_clear(&block.base64);
	return ok;
}
