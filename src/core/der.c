/* SPDX-License-Identifier: Apache-2.0 */
#include "core/der.h"

static void
skip(struct ccm_span *span, size_t count)
{
	span->data += count;
	span->len -= count;
}

/* X.690 8.1.3 and 10.1: the short form below 128, else no leading zero byte. */
static bool
read_length(struct ccm_span *in, size_t *len)
{
	if (in->len == 0)
		return false;
	size_t first = in->data[0];
	skip(in, 1);
	if (first < 0x80) {
		*len = first;
		return true;
	}
	size_t count = first & 0x7f;
	if (count == 0 || count > sizeof(size_t) || count > in->len || in->data[0] == 0)
		return false;
	size_t value = 0;
	for (size_t i = 0; i < count; i++)
		value = value << 8 | in->data[i];
	skip(in, count);
	*len = value;
	return value >= 0x80;
}

bool
ccm_der_is(struct ccm_span in, unsigned tag)
{
	return in.len > 0 && in.data[0] == tag;
}

bool
ccm_der_read(struct ccm_span *in, unsigned tag, struct ccm_span *content)
{
	struct ccm_span rest = *in;
	size_t len;

	*content = (struct ccm_span){0};
	if (!ccm_der_is(rest, tag))
		return false;
	skip(&rest, 1);
	if (!read_length(&rest, &len) || len > rest.len)
		return false;
	*content = CCM_SPAN(rest.data, len);
	skip(&rest, len);
	*in = rest;
	return true;
}

bool
ccm_der_read_element(struct ccm_span *in, unsigned tag, struct ccm_span *element)
{
	const unsigned char *start = in->data;
	struct ccm_span content;

	*element = (struct ccm_span){0};
	if (!ccm_der_read(in, tag, &content))
		return false;
	*element = CCM_SPAN(start, (size_t)(in->data - start));
	return true;
}

/* X.690 8.3.2: the first nine bits of an INTEGER are never all equal. */
bool
ccm_der_read_unsigned(struct ccm_span *in, struct ccm_span *magnitude)
{
	struct ccm_span rest = *in;
	struct ccm_span value;

	*magnitude = (struct ccm_span){0};
	if (!ccm_der_read(&rest, CCM_DER_INTEGER, &value) || value.len == 0 ||
	    (value.data[0] & 0x80) != 0)
		return false;
	if (value.data[0] == 0) {
		if (value.len > 1 && (value.data[1] & 0x80) == 0)
			return false;
		skip(&value, 1);
	}
	*magnitude = value;
	*in = rest;
	return true;
}

static bool
write_header(struct ccm_buf *out, unsigned tag, size_t len, struct ccm_error *err)
{
	unsigned char header[2 + sizeof(size_t)] = {(unsigned char)tag};
	size_t count = 0;

	if (len < 0x80) {
		header[1] = (unsigned char)len;
		return ccm_buf_append(out, header, 2, err);
	}
	for (size_t rest = len; rest > 0; rest >>= 8)
		count++;
	header[1] = (unsigned char)(0x80 | count);
	for (size_t i = 0; i < count; i++)
		header[2 + i] = (unsigned char)(len >> (8 * (count - 1 - i)));
	return ccm_buf_append(out, header, 2 + count, err);
}

bool
ccm_der_write(struct ccm_buf *out, unsigned tag, struct ccm_span content, struct ccm_error *err)
{
	return write_header(out, tag, content.len, err) &&
	       ccm_buf_append(out, content.data, content.len, err);
}

bool
ccm_der_write_unsigned(struct ccm_buf *out, struct ccm_span magnitude, struct ccm_error *err)
{
	static const unsigned char zero = 0;

	while (magnitude.len > 0 && magnitude.data[0] == 0)
		skip(&magnitude, 1);
	bool sign_byte = magnitude.len == 0 || (magnitude.data[0] & 0x80) != 0;
	return write_header(out, CCM_DER_INTEGER, magnitude.len + sign_byte, err) &&
	       ccm_buf_append(out, &zero, sign_byte, err) &&
	       ccm_buf_append(out, magnitude.data, magnitude.len, err);
}
