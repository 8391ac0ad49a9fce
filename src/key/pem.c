/* SPDX-License-Identifier: Apache-2.0 */
#include "key/pem.h"

#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

#define DASHES "-----"
#define BEGIN DASHES "BEGIN "
#define END DASHES "END "
#define BASE64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/* The character at *at, where \r and \n written out as two characters count as one. */
static char
next_char(struct ccm_span text, size_t *at)
{
	char c = (char)text.data[(*at)++];

	if (c != '\\' || *at == text.len || strchr("rn", text.data[*at]) == NULL)
		return c;
	return text.data[(*at)++] == 'r' ? '\r' : '\n';
}

/* One LF for each end of line. A NUL has no place in PEM, and no backslash either. */
static bool
normalise(struct ccm_span text, struct ccm_buf *out, struct ccm_error *err)
{
	bool after_cr = false;

	if (text.len > INT_MAX)
		return ccm_fail(err, CCM_PROTOCOL, "a PEM text of %zu bytes is too long", text.len);
	if (!ccm_buf_reserve(out, text.len, err))
		return false;
	for (size_t at = 0; at < text.len;) {
		char c = next_char(text, &at);
		bool second = c == '\n' && after_cr;

		after_cr = c == '\r';
		if (!second)
			out->data[out->len++] = (unsigned char)(after_cr || c == '\0' ? '\n' : c);
	}
	out->data[out->len] = '\0';
	return true;
}

bool
ccm_pem_open(struct ccm_pem *pem, struct ccm_span text, bool secret, struct ccm_error *err)
{
	*pem = (struct ccm_pem){.text = {.secret = secret}};
	return normalise(text, &pem->text, err);
}

void
ccm_pem_close(struct ccm_pem *pem)
{
	ccm_buf_clear(&pem->text);
	*pem = (struct ccm_pem){0};
}

void
ccm_pem_block_clear(struct ccm_pem_block *block)
{
	ccm_buf_clear(&block->header);
	ccm_buf_clear(&block->der);
	*block = (struct ccm_pem_block){0};
}

static bool
block_fail(const struct ccm_pem_block *block, const char *reason, struct ccm_error *err)
{
	return ccm_fail(err, CCM_PROTOCOL, "PEM block %zu (%s, line %zu) %s", block->number,
	    block->label[0] != '\0' ? block->label : "no label", block->line, reason);
}

/* Go on to place, counting lines. */
static void
advance(struct ccm_pem *pem, const char *place)
{
	const char *text = ccm_buf_str(&pem->text) + pem->at;

	pem->at += (size_t)(place - text);
	while ((text = memchr(text, '\n', (size_t)(place - text))) != NULL) {
		text++;
		pem->line++;
	}
}

/* The label between BEGIN and the dashes that end the line; *text is moved behind them. */
static bool
read_label(const char **text, struct ccm_pem_block *block, struct ccm_error *err)
{
	size_t len = strcspn(*text, "-\n");

	if (strncmp(*text + len, DASHES, strlen(DASHES)) != 0)
		return block_fail(block, "has a damaged BEGIN line", err);
	if (len == 0 || len >= sizeof(block->label))
		return block_fail(block, "has no label, or one that is too long", err);
	memcpy(block->label, *text, len);
	block->label[len] = '\0';
	*text += len + strlen(DASHES);
	return true;
}

/* *body up to its END line; *text is moved behind that. */
static bool
read_body(const char **text, const struct ccm_pem_block *block, struct ccm_span *body,
    struct ccm_error *err)
{
	const char *end = strstr(*text, DASHES);
	size_t label_len = strlen(block->label);

	if (end == NULL || strncmp(end, END, strlen(END)) != 0)
		return block_fail(block, "is cut off: it has no END line", err);
	*body = CCM_SPAN(*text, end - *text);
	end += strlen(END);
	if (strncmp(end, block->label, label_len) != 0 ||
	    strncmp(end + label_len, DASHES, strlen(DASHES)) != 0)
		return block_fail(block, "has an END line that does not match", err);
	*text = end + label_len + strlen(DASHES);
	return true;
}

/* RFC 1421 4.4: header lines have a colon, and a blank line ends them. */
static bool
split_header(struct ccm_span *body, struct ccm_pem_block *block, struct ccm_error *err)
{
	static const char blank_line[] = "\n\n";

	while (body->len > 0 && body->data[0] == '\n')
		*body = CCM_SPAN(body->data + 1, body->len - 1);
	if (memchr(body->data, ':', body->len) == NULL)
		return true;
	const unsigned char *end = memmem(body->data, body->len, blank_line, 2);
	if (end == NULL)
		return block_fail(block, "has a header without an end", err);
	size_t len = (size_t)(end - body->data) + 1;
	if (!ccm_buf_append(&block->header, body->data, len, err))
		return false;
	*body = CCM_SPAN(body->data + len, body->len - len);
	return true;
}

/* The base64 characters alone, with the padding taken off; false when others stand among them. */
static bool
strip(struct ccm_span body, struct ccm_buf *digits, size_t *padding)
{
	*padding = 0;
	for (size_t i = 0; i < body.len; i++) {
		unsigned char c = body.data[i];

		if (c == '\n' || c == ' ' || c == '\t')
			continue;
		if (c == '=')
			++*padding;
		else if (*padding > 0 || strchr(BASE64, c) == NULL)
			return false;
		digits->data[digits->len++] = c;
	}
	return digits->len % 4 == 0 && *padding <= 2;
}

static bool
decode(struct ccm_span body, struct ccm_pem_block *block, struct ccm_error *err)
{
	struct ccm_buf digits = {.secret = block->der.secret};
	size_t padding;
	bool ok = ccm_buf_reserve(&digits, body.len, err) &&
		  ccm_buf_reserve(&block->der, body.len / 4 * 3 + 3, err);

	if (ok && !strip(body, &digits, &padding))
		ok = block_fail(block, "is not base64", err);
	if (ok && digits.len == 0)
		ok = block_fail(block, "is empty", err);
	if (ok) {
		/* cannot fail after strip() */
		int len = EVP_DecodeBlock(block->der.data, digits.data, (int)digits.len);

		block->der.len = (size_t)len - padding;
		block->der.data[block->der.len] = '\0';
	}
	ccm_buf_clear(&digits);
	return ok;
}

bool
ccm_pem_next(struct ccm_pem *pem, struct ccm_pem_block *block, struct ccm_error *err)
{
	const char *text = strstr(ccm_buf_str(&pem->text) + pem->at, BEGIN);
	struct ccm_span body = {0};

	ccm_pem_block_clear(block);
	block->header.secret = block->der.secret = pem->text.secret;
	if (text == NULL)
		return true;
	advance(pem, text);
	block->number = ++pem->count;
	block->line = pem->line + 1;
	text += strlen(BEGIN);
	if (!read_label(&text, block, err) || !read_body(&text, block, &body, err) ||
	    !split_header(&body, block, err) || !decode(body, block, err))
		return false;
	advance(pem, text);
	return true;
}
