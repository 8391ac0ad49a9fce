/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_FUZZ_INPUT_H
#define CCM_FUZZ_INPUT_H

/*
 * What a fuzzer is made of: LLVMFuzzerTestOneInput(), and the input as a stream of decisions. An
 * exhausted stream gives zeros, so that every prefix of an input is one.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t left;
};

uint8_t input_byte(struct input *input);
/* One of 0 ... below - 1. */
size_t input_below(struct input *input, size_t below);
/* True in about one of so many cases, of which an exhausted stream is none. */
bool input_rarely(struct input *input, size_t of);
/* Eight bytes. */
uint64_t input_number(struct input *input);
/* So many bytes of the stream, for free(): never NULL, and without a byte to spare. */
uint8_t *input_bytes(struct input *input, size_t len);
/* A copy of what is given, likewise. */
uint8_t *input_keep(const void *data, size_t len);

/* What must hold, in every build. */
#define INPUT_CLAIM(claim) ((claim) ? (void)0 : input_refute(#claim, __FILE__, __LINE__))
__attribute__((noreturn)) void input_refute(const char *claim, const char *file, int line);

#endif
