/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_MEM_H
#define CCM_MEM_H

/*
 * Allocation that reports, and the two kinds of bytes that travel through the code: a span
 * (borrowed, read only) and a buffer (owned, grows). A buffer marked secret lives in OpenSSL's
 * secure heap and is cleansed whenever it moves or is cleared.
 */

#include <stdarg.h>
#include <stddef.h>

#include "ccm/error.h"

#define CCM_COUNT(array) (sizeof(array) / sizeof((array)[0]))

void *ccm_alloc(
    size_t size, struct ccm_error *err); /* zeroed; NULL and err set when out of memory */
void *ccm_alloc_array(size_t count, size_t size, struct ccm_error *err);
/* Grow *array of count elements so that one more fits (doubling, in place of the pointer). */
bool ccm_grow_array(void *array_ptr, size_t count, size_t size, struct ccm_error *err);
void ccm_free(void *ptr); /* NULL is allowed */
char *ccm_strdup(const char *text, struct ccm_error *err);
char *ccm_strndup(const char *text, size_t len, struct ccm_error *err);
char *ccm_format(struct ccm_error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Secret strings and bytes: secure heap, cleansed on free. */
void ccm_secret_start(void); /* for OpenSSL's own secrets: the heap is there from then on */
void *ccm_secret_alloc(size_t size, struct ccm_error *err);
char *ccm_secret_dup(const char *text, struct ccm_error *err);
char *ccm_secret_strndup(const char *text, size_t len, struct ccm_error *err);
void ccm_secret_free(void *ptr, size_t size); /* NULL is allowed */
void ccm_secret_free_str(char *text);

struct ccm_span {
	const unsigned char *data;
	size_t len;
};

#define CCM_SPAN(ptr, length) ((struct ccm_span){(const unsigned char *)(ptr), (length)})
struct ccm_span ccm_span_of(
    const char *text); /* without the terminator; NULL gives an empty span */
bool ccm_span_equal(struct ccm_span a, struct ccm_span b);

struct ccm_buf {
	unsigned char *data; /* always followed by a NUL that len does not count, once allocated */
	size_t len;
	size_t cap;
	bool secret;
};

void ccm_buf_init_secret(struct ccm_buf *buf); /* an all-zero buffer is a valid, plain, empty one */
void ccm_buf_clear(struct ccm_buf *buf);       /* frees; the buffer is empty and usable again */
bool ccm_buf_reserve(struct ccm_buf *buf, size_t extra, struct ccm_error *err);
bool ccm_buf_append(struct ccm_buf *buf, const void *data, size_t len, struct ccm_error *err);
bool ccm_buf_append_str(struct ccm_buf *buf, const char *text, struct ccm_error *err);
bool ccm_buf_printf(struct ccm_buf *buf, struct ccm_error *err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The text, NUL-terminated and borrowed; "" when empty. */
const char *ccm_buf_str(const struct ccm_buf *buf);
struct ccm_span ccm_buf_span(const struct ccm_buf *buf);
/* Hand the (plain) buffer's memory to the caller as a string to ccm_free; the buffer is empty
 * after. */
char *ccm_buf_steal(struct ccm_buf *buf, struct ccm_error *err);

/* Lower-case hex of data into out, which holds 2 * len + 1 bytes. */
void ccm_hex(const void *data, size_t len, char *out);
/* Hex to bytes, either case; false when text is not hex of exactly len bytes. */
bool ccm_unhex(const char *text, unsigned char *out, size_t len);

#endif
