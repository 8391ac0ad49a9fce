/* SPDX-License-Identifier: Apache-2.0 */
#include "core/mem.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

/*
 * The secure heap is OpenSSL's and the process's: the first to ask decides its size. 4 MiB hold
 * some 4,000 RSA-2048 keys. What does not fit, such as a long list in an answer, comes from the
 * ordinary heap and is cleansed all the same: OPENSSL_secure_clear_free takes both.
 */
#define SECURE_HEAP_SIZE (4 * 1024 * 1024)
#define SECURE_HEAP_UNIT 32
#define SECURE_PIECE_MAX (128 * 1024)

static pthread_once_t secure_heap_once = PTHREAD_ONCE_INIT;

/* Objects in the secure heap (OpenSSL's random generator) point to others outside of it. */
static void
show_leak_sanitizer(void)
{
#ifdef __SANITIZE_ADDRESS__
	void *whole = OPENSSL_secure_malloc(SECURE_HEAP_SIZE);

	__lsan_register_root_region(whole, SECURE_HEAP_SIZE);
	OPENSSL_secure_free(whole);
#endif
}

static void
secure_heap_init(void)
{
	if (CRYPTO_secure_malloc_initialized())
		return;
	if (CRYPTO_secure_malloc_init(SECURE_HEAP_SIZE, SECURE_HEAP_UNIT) != 0)
		show_leak_sanitizer();
}

void *
ccm_alloc(size_t size, struct ccm_error *err)
{
	void *ptr = calloc(1, size != 0 ? size : 1);

	if (ptr == NULL)
		ccm_fail_nomem(err);
	return ptr;
}

void *
ccm_alloc_array(size_t count, size_t size, struct ccm_error *err)
{
	void *ptr = calloc(count != 0 ? count : 1, size);

	if (ptr == NULL)
		ccm_fail_nomem(err);
	return ptr;
}

/* Capacities are powers of two, so only a count that is one has no room left. */
bool
ccm_grow_array(void *array_ptr, size_t count, size_t size, struct ccm_error *err)
{
	void **array = array_ptr;
	void *grown;

	if (count != 0 && (count & (count - 1)) != 0)
		return true;
	grown = reallocarray(*array, count != 0 ? count * 2 : 1, size);
	if (grown == NULL)
		return ccm_fail_nomem(err);
	*array = grown;
	return true;
}

void
ccm_free(void *ptr)
{
	free(ptr);
}

char *
ccm_strndup(const char *text, size_t len, struct ccm_error *err)
{
	char *copy = ccm_alloc(len + 1, err);

	if (copy != NULL && len != 0)
		memcpy(copy, text, len);
	return copy;
}

char *
ccm_strdup(const char *text, struct ccm_error *err)
{
	return ccm_strndup(text, strlen(text), err);
}

char *
ccm_format(struct ccm_error *err, const char *fmt, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len >= 0)
		return text;
	ccm_fail_nomem(err);
	return NULL;
}

void
ccm_secret_start(void)
{
	pthread_once(&secure_heap_once, secure_heap_init);
}

void *
ccm_secret_alloc(size_t size, struct ccm_error *err)
{
	void *ptr = NULL;

	ccm_secret_start();
	if (size <= SECURE_PIECE_MAX)
		ptr = OPENSSL_secure_zalloc(size != 0 ? size : 1);
	if (ptr == NULL)
		ptr = OPENSSL_zalloc(size);
	if (ptr == NULL)
		ccm_fail_nomem(err);
	return ptr;
}

char *
ccm_secret_strndup(const char *text, size_t len, struct ccm_error *err)
{
	char *copy = ccm_secret_alloc(len + 1, err);

	if (copy == NULL)
		return NULL;
	if (len != 0)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *
ccm_secret_dup(const char *text, struct ccm_error *err)
{
	return ccm_secret_strndup(text, strlen(text), err);
}

void
ccm_secret_free(void *ptr, size_t size)
{
	OPENSSL_secure_clear_free(ptr, size);
}

void
ccm_secret_free_str(char *text)
{
	if (text != NULL)
		ccm_secret_free(text, strlen(text) + 1);
}

struct ccm_span
ccm_span_of(const char *text)
{
	return CCM_SPAN(text, text != NULL ? strlen(text) : 0);
}

bool
ccm_span_equal(struct ccm_span a, struct ccm_span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

void
ccm_buf_init_secret(struct ccm_buf *buf)
{
	*buf = (struct ccm_buf){.secret = true};
}

static void
release(struct ccm_buf *buf)
{
	if (buf->secret)
		ccm_secret_free(buf->data, buf->cap);
	else
		ccm_free(buf->data);
}

void
ccm_buf_clear(struct ccm_buf *buf)
{
	release(buf);
	*buf = (struct ccm_buf){.secret = buf->secret};
}

bool
ccm_buf_reserve(struct ccm_buf *buf, size_t extra, struct ccm_error *err)
{
	size_t need = buf->len + extra + 1, cap = buf->cap != 0 ? buf->cap : 64;
	unsigned char *data;

	if (need <= extra || need > SIZE_MAX / 2)
		return ccm_fail_nomem(err);
	if (need <= buf->cap)
		return true;
	while (cap < need)
		cap *= 2;
	data = buf->secret ? ccm_secret_alloc(cap, err) : ccm_alloc(cap, err);
	if (data == NULL)
		return false;
	if (buf->len != 0)
		memcpy(data, buf->data, buf->len);
	release(buf);
	buf->data = data;
	buf->cap = cap;
	return true;
}

bool
ccm_buf_append(struct ccm_buf *buf, const void *data, size_t len, struct ccm_error *err)
{
	if (!ccm_buf_reserve(buf, len, err))
		return false;
	if (len != 0)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
	return true;
}

bool
ccm_buf_append_str(struct ccm_buf *buf, const char *text, struct ccm_error *err)
{
	return ccm_buf_append(buf, text, strlen(text), err);
}

bool
ccm_buf_printf(struct ccm_buf *buf, struct ccm_error *err, const char *fmt, ...)
{
	va_list args, again;
	bool ok = false;
	int len;

	va_start(args, fmt);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, args);
	if (len >= 0 && ccm_buf_reserve(buf, (size_t)len, err)) {
		vsnprintf((char *)buf->data + buf->len, (size_t)len + 1, fmt, again);
		buf->len += (size_t)len;
		ok = true;
	} else if (len < 0) {
		ccm_fail(err, CCM_INTERNAL, "text that cannot be formatted: \"%s\"", fmt);
	}
	va_end(again);
	va_end(args);
	return ok;
}

const char *
ccm_buf_str(const struct ccm_buf *buf)
{
	return buf->data != NULL ? (const char *)buf->data : "";
}

struct ccm_span
ccm_buf_span(const struct ccm_buf *buf)
{
	return CCM_SPAN(buf->data, buf->len);
}

char *
ccm_buf_steal(struct ccm_buf *buf, struct ccm_error *err)
{
	char *text;

	if (!ccm_buf_reserve(buf, 0, err))
		return NULL;
	text = (char *)buf->data;
	text[buf->len] = '\0';
	*buf = (struct ccm_buf){0};
	return text;
}

void
ccm_hex(const void *data, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *bytes = data;

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * len] = '\0';
}

bool
ccm_unhex(const char *text, unsigned char *out, size_t len)
{
	if (strlen(text) != 2 * len)
		return false;
	for (size_t i = 0; i < 2 * len; i++) {
		int digit = OPENSSL_hexchar2int((unsigned char)text[i]);

		if (digit < 0)
			return false;
		out[i / 2] = (unsigned char)(i % 2 == 0 ? digit << 4 : out[i / 2] | digit);
	}
	return true;
}
