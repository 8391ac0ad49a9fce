/* SPDX-License-Identifier: Apache-2.0 */
#include "store/seal.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include "core/crypto.h"

#define FORMAT 1
#define NONCE_LEN 12
#define TAG_LEN 16
#define SALT_LEN 16
#define COST_LEN (1 + 3 + SALT_LEN)

/* What is sealed says its cost: one that would keep the machine busy for minutes is damage. */
#define LOG2_N_MAX 20
#define R_MAX 16
#define P_MAX 16

const struct ccm_seal_cost ccm_seal_cost_pin = {15, 8, 1};
const struct ccm_seal_cost ccm_seal_cost_backup = {17, 8, 1};

/* What it takes to open. */
struct seal {
	struct ccm_span key, purpose;
};

/* One pass of the cipher, either way. */
struct pass {
	EVP_CIPHER *cipher;
	EVP_CIPHER_CTX *ctx;
};

static void
end_pass(struct pass *pass)
{
	EVP_CIPHER_CTX_free(pass->ctx);
	EVP_CIPHER_free(pass->cipher);
}

/* With the associated data taken in: all of it, one after the other. */
static bool
begin_pass(struct pass *pass, bool sealing, struct ccm_span key, const unsigned char *nonce)
{
	OSSL_LIB_CTX *context = ccm_crypto_context(NULL);

	*pass = (struct pass){0};
	if (context == NULL || key.len != CCM_SEAL_KEY_LEN)
		return false;
	pass->cipher = EVP_CIPHER_fetch(context, "AES-256-GCM", CCM_CRYPTO_PROPERTIES);
	pass->ctx = EVP_CIPHER_CTX_new();
	return pass->cipher != NULL && pass->ctx != NULL &&
	       EVP_CipherInit_ex2(pass->ctx, pass->cipher, key.data, nonce, sealing, NULL) == 1;
}

static bool
take_in(struct pass *pass, struct ccm_span bytes)
{
	int len;

	return bytes.len == 0 ||
	       EVP_CipherUpdate(pass->ctx, NULL, &len, bytes.data, (int)bytes.len) == 1;
}

static bool
transform(struct pass *pass, struct ccm_span in, unsigned char *out)
{
	int len = 0, more = 0;

	return (in.len == 0 || EVP_CipherUpdate(pass->ctx, out, &len, in.data, (int)in.len) == 1) &&
	       EVP_CipherFinal_ex(pass->ctx, out + len, &more) == 1 && len + more == (int)in.len;
}

static bool
is_small(struct ccm_span span)
{
	return span.len < (1 << 30);
}

/* Behind what out holds from `at` on, which is associated data. */
static bool
seal_behind(const struct seal *seal, struct ccm_span plain, struct ccm_buf *out, size_t at,
    struct ccm_error *err)
{
	struct ccm_span before;
	unsigned char *nonce, *text;
	struct pass pass;
	bool ok;

	if (!is_small(plain) || !ccm_buf_reserve(out, 1 + NONCE_LEN + plain.len + TAG_LEN, err))
		return ccm_fail(err, CCM_INTERNAL, "too much to be sealed");
	out->data[out->len++] = FORMAT;
	before = CCM_SPAN(out->data + at, out->len - at);
	nonce = out->data + out->len;
	text = nonce + NONCE_LEN;
	if (!ccm_random(nonce, NONCE_LEN, err))
		return false;
	ok = begin_pass(&pass, true, seal->key, nonce) && take_in(&pass, seal->purpose) &&
	     take_in(&pass, before) && transform(&pass, plain, text) &&
	     EVP_CIPHER_CTX_ctrl(pass.ctx, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, text + plain.len) == 1;
	end_pass(&pass);
	if (!ok)
		return ccm_fail_openssl(err, "sealing");
	out->len += NONCE_LEN + plain.len + TAG_LEN;
	out->data[out->len] = '\0';
	return true;
}

bool
ccm_seal(struct ccm_span key, struct ccm_span purpose, struct ccm_span plain, struct ccm_buf *out,
    struct ccm_error *err)
{
	return seal_behind(&(struct seal){key, purpose}, plain, out, out->len, err);
}

/* head bytes stand in front of the sealed form proper. */
static bool
unseal_behind(struct ccm_span key, struct ccm_span purpose, struct ccm_span sealed, size_t head,
    struct ccm_buf *out)
{
	size_t before = head + 1, overhead = before + NONCE_LEN + TAG_LEN;
	struct ccm_span text;
	struct pass pass;
	bool ok;

	if (sealed.len < overhead || sealed.data[head] != FORMAT || !is_small(sealed))
		return false;
	text = CCM_SPAN(sealed.data + before + NONCE_LEN, sealed.len - overhead);
	if (!ccm_buf_reserve(out, text.len + 1, NULL))
		return false;
	ok = begin_pass(&pass, false, key, sealed.data + before) &&
	     EVP_CIPHER_CTX_ctrl(
		 pass.ctx, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, (void *)(text.data + text.len)) == 1 &&
	     take_in(&pass, purpose) && take_in(&pass, CCM_SPAN(sealed.data, before)) &&
	     transform(&pass, text, out->data + out->len);
	end_pass(&pass);
	if (ok)
		out->len += text.len;
	else
		ERR_clear_error();
	out->data[out->len] = '\0';
	return ok;
}

static void
make_secret(struct ccm_buf *out)
{
	if (out->cap == 0)
		ccm_buf_init_secret(out);
}

bool
ccm_unseal(struct ccm_span key, struct ccm_span purpose, struct ccm_span sealed,
    struct ccm_buf *out, struct ccm_error *err)
{
	make_secret(out);
	return unseal_behind(key, purpose, sealed, 0, out) ||
	       ccm_fail(err, CCM_STORE, "sealed bytes are damaged, or not what they stand for");
}

static bool
derive(struct ccm_span secret, const unsigned char *head, unsigned char *key, struct ccm_error *err)
{
	const struct ccm_scrypt_input input = {.password = secret,
	    .salt = CCM_SPAN(head + COST_LEN - SALT_LEN, SALT_LEN),
	    .log2_n = head[1],
	    .r = head[2],
	    .p = head[3]};

	return ccm_scrypt(&input, key, CCM_SEAL_KEY_LEN, err);
}

bool
ccm_seal_by_secret(const struct ccm_seal_secret *by, struct ccm_span purpose, struct ccm_span plain,
    struct ccm_buf *out, struct ccm_error *err)
{
	unsigned char head[COST_LEN] = {FORMAT, (unsigned char)by->cost->log2_n,
	    (unsigned char)by->cost->r, (unsigned char)by->cost->p};
	unsigned char *key = ccm_secret_alloc(CCM_SEAL_KEY_LEN, err);
	const struct seal seal = {CCM_SPAN(key, CCM_SEAL_KEY_LEN), purpose};
	size_t at = out->len;
	bool ok = key != NULL && ccm_random(head + COST_LEN - SALT_LEN, SALT_LEN, err) &&
		  derive(by->secret, head, key, err) &&
		  ccm_buf_append(out, head, sizeof(head), err) &&
		  seal_behind(&seal, plain, out, at, err);

	ccm_secret_free(key, CCM_SEAL_KEY_LEN);
	return ok;
}

static bool
is_cost(struct ccm_span sealed)
{
	const unsigned char *head = sealed.data;

	return sealed.len > COST_LEN && head[0] == FORMAT && head[1] >= 10 &&
	       head[1] <= LOG2_N_MAX && head[2] >= 1 && head[2] <= R_MAX && head[3] >= 1 &&
	       head[3] <= P_MAX;
}

bool
ccm_unseal_by_secret(struct ccm_span secret, struct ccm_span purpose, struct ccm_span sealed,
    struct ccm_buf *out, struct ccm_error *err)
{
	unsigned char *key;
	bool ok;

	make_secret(out);
	if (!is_cost(sealed))
		return ccm_fail(err, CCM_STORE, "sealed bytes are damaged");
	key = ccm_secret_alloc(CCM_SEAL_KEY_LEN, err);
	if (key == NULL)
		return false;
	ok = derive(secret, sealed.data, key, err);
	if (ok && !unseal_behind(CCM_SPAN(key, CCM_SEAL_KEY_LEN), purpose, sealed, COST_LEN, out))
		ok = ccm_fail(err, CCM_DENIED, "wrong, or what it opens is damaged");
	ccm_secret_free(key, CCM_SEAL_KEY_LEN);
	return ok;
}
