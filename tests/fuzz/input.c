/* SPDX-License-Identifier: Apache-2.0 */
#include "input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint8_t
input_byte(struct input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->data++;
}

size_t
input_below(struct input *input, size_t below)
{
	size_t value = input_byte(input);

	if (below > 256)
		value = value << 8 | input_byte(input);
	return value % below;
}

bool
input_rarely(struct input *input, size_t of)
{
	return input_below(input, of) == of - 1;
}

uint64_t
input_number(struct input *input)
{
	uint64_t number = 0;

	for (size_t i = 0; i < sizeof(number); i++)
		number = number << 8 | input_byte(input);
	return number;
}

uint8_t *
input_bytes(struct input *input, size_t len)
{
	uint8_t *bytes = malloc(len);
	size_t given = len < input->left ? len : input->left;

	INPUT_CLAIM(bytes != NULL);
	memset(bytes, 0, len);
	memcpy(bytes, input->data, given);
	input->data += given;
	input->left -= given;
	return bytes;
}

uint8_t *
input_keep(const void *data, size_t len)
{
	uint8_t *copy = malloc(len);

	INPUT_CLAIM(copy != NULL);
	if (len != 0)
		memcpy(copy, data, len);
	return copy;
}

void
input_refute(const char *claim, const char *file, int line)
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, claim);
	abort();
}
