/* SPDX-License-Identifier: Apache-2.0 */
#include "p11_call.h"

#include <stdlib.h>
#include <string.h>

#include "p11/attr.h"
#include "p11_samples.h"

void *
keep_memory(struct run *run, void *memory)
{
	INPUT_CLAIM(run->memory_count < MEMORIES);
	return run->memories[run->memory_count++] = memory;
}

void
run_forget(struct run *run)
{
	while (run->memory_count != 0)
		free(run->memories[--run->memory_count]);
}

void
keep_object(struct run *run, CK_OBJECT_HANDLE object)
{
	if (object != 0)
		run->objects[run->next_object++ % OBJECTS] = object;
}

void
run_start(struct run *run)
{
	unsigned chosen = input_byte(&run->input) | (unsigned)input_byte(&run->input) << 8;

	token_open();
	for (size_t i = 0; i < SESSIONS; i++)
		run->sessions[i] =
		    token_session(i == SESSIONS - 1, i % 2 == 0 ? 0 : CKF_RW_SESSION);
	for (size_t i = 0; i < sample_count; i++) {
		CK_OBJECT_HANDLE object = 0;

		if ((chosen >> i & 1) == 0)
			continue;
		INPUT_CLAIM(C_CreateObject(run->sessions[0], samples()[i].attributes,
				samples()[i].count, &object) == CKR_OK);
		keep_object(run, object);
	}
	run->next_object += token_find(
	    run->sessions[0], NULL, 0, run->objects + run->next_object, OBJECTS - run->next_object);
}

CK_SESSION_HANDLE
any_session(struct run *run)
{
	return input_rarely(&run->input, 64) ? input_number(&run->input)
					     : run->sessions[input_below(&run->input, SESSIONS)];
}

CK_OBJECT_HANDLE
any_object(struct run *run)
{
	return input_rarely(&run->input, 64) ? input_number(&run->input)
					     : run->objects[input_below(&run->input, OBJECTS)];
}

/* Most are short; some are long, and those all alike. */
static size_t
any_len(struct run *run)
{
	static const size_t lens[] = {16, 20, 28, 32, 48, 64, 65, 66, 128, 256, 257, 4096, 70000};
	size_t len = input_below(&run->input, 128);

	return len < 128 - sizeof(lens) / sizeof(lens[0])
		   ? len
		   : lens[len - (128 - sizeof(lens) / sizeof(lens[0]))];
}

struct bytes
any_input(struct run *run)
{
	struct bytes bytes = {0};

	if (input_rarely(&run->input, 32)) {
		bytes.len = input_rarely(&run->input, 2) ? input_number(&run->input) : 0;
		return bytes;
	}
	bytes.len = any_len(run);
	bytes.data = keep_memory(run, input_bytes(&run->input, bytes.len));
	return bytes;
}

struct bytes
any_output(struct run *run)
{
	struct bytes bytes = {0};

	bytes.room = any_len(run);
	if (!input_rarely(&run->input, 4))
		bytes.data = keep_memory(run, calloc(1, bytes.room));
	else
		bytes.room = input_number(&run->input); /* is not looked at */
	if (!input_rarely(&run->input, 32))
		bytes.size = keep_memory(run, input_keep(&bytes.room, sizeof(bytes.room)));
	return bytes;
}

void
check_output(const struct bytes *out, CK_RV rv)
{
	if (out->size == NULL)
		INPUT_CLAIM(rv != CKR_OK && rv != CKR_BUFFER_TOO_SMALL);
	else if (rv == CKR_OK && out->data != NULL)
		INPUT_CLAIM(*out->size <= out->room);
	else if (rv == CKR_BUFFER_TOO_SMALL)
		INPUT_CLAIM(out->data != NULL && *out->size > out->room);
}

CK_MECHANISM_TYPE
any_mechanism_type(struct run *run)
{
	static CK_MECHANISM_TYPE known[256];
	static CK_ULONG count;

	if (count == 0) {
		count = sizeof(known) / sizeof(known[0]);
		if (C_GetMechanismList(0, known, &count) != CKR_OK)
			count = 0;
	}
	return count == 0 || input_rarely(&run->input, 16) ? input_number(&run->input)
							   : known[input_below(&run->input, count)];
}

static CK_ULONG
any_of(struct run *run, const CK_ULONG *numbers, size_t count)
{
	return input_rarely(&run->input, 8) ? input_number(&run->input)
					    : numbers[input_below(&run->input, count)];
}

static const CK_ULONG hashes[] = {CKM_SHA_1, CKM_SHA224, CKM_SHA256, CKM_SHA384, CKM_SHA512, 0x2B0};
static const CK_ULONG mgfs[] = {
    CKG_MGF1_SHA1, CKG_MGF1_SHA224, CKG_MGF1_SHA256, CKG_MGF1_SHA384, CKG_MGF1_SHA512};

#define ANY_OF(run, numbers) any_of(run, numbers, sizeof(numbers) / sizeof(numbers[0]))

static struct bytes
pss_parameter(struct run *run)
{
	CK_RSA_PKCS_PSS_PARAMS pss = {ANY_OF(run, hashes), ANY_OF(run, mgfs), 0};

	pss.sLen =
	    input_rarely(&run->input, 8) ? input_number(&run->input) : input_byte(&run->input);
	return (struct bytes){keep_memory(run, input_keep(&pss, sizeof(pss))), sizeof(pss)};
}

static struct bytes
oaep_parameter(struct run *run)
{
	struct bytes label = any_input(run);
	CK_RSA_PKCS_OAEP_PARAMS oaep = {ANY_OF(run, hashes), ANY_OF(run, mgfs),
	    input_byte(&run->input) & 3, label.data, label.len};

	return (struct bytes){keep_memory(run, input_keep(&oaep, sizeof(oaep))), sizeof(oaep)};
}

static struct bytes
ecdh_parameter(struct run *run)
{
	static const CK_ULONG kdfs[] = {
	    CKD_NULL, CKD_SHA1_KDF, CKD_SHA224_KDF, CKD_SHA256_KDF, CKD_SHA384_KDF, CKD_SHA512_KDF};
	struct bytes shared = any_input(run);
	struct bytes point = input_rarely(&run->input, 2) ? any_input(run) : sample_point();
	CK_ECDH1_DERIVE_PARAMS ecdh = {
	    ANY_OF(run, kdfs), shared.len, shared.data, point.len, point.data};

	return (struct bytes){keep_memory(run, input_keep(&ecdh, sizeof(ecdh))), sizeof(ecdh)};
}

static struct bytes
no_parameter(struct run *run)
{
	(void)run;
	return (struct bytes){0};
}

CK_MECHANISM *
any_mechanism(struct run *run)
{
	static struct bytes (*const parameters[])(struct run *) = {
	    no_parameter, pss_parameter, oaep_parameter, ecdh_parameter, any_input};
	struct bytes parameter = parameters[input_below(&run->input, 5)](run);
	CK_MECHANISM mechanism = {any_mechanism_type(run), parameter.data, parameter.len};

	if (input_rarely(&run->input, 64))
		return NULL;
	return keep_memory(run, input_keep(&mechanism, sizeof(mechanism)));
}

CK_ATTRIBUTE_TYPE
any_attribute_type(struct run *run)
{
	size_t count;
	const struct ccm_p11_attribute *rows = ccm_p11_attributes(&count);

	return input_rarely(&run->input, 32) ? input_number(&run->input)
					     : rows[input_below(&run->input, count)].type;
}

/* A value: one that some sample has, a number, a Boolean, or anything. */
static void
give_value(struct run *run, CK_ATTRIBUTE *attribute)
{
	CK_ULONG number;
	struct bytes value;

	switch (input_below(&run->input, 4)) {
	case 0:
		*attribute = sample_attribute(input_byte(&run->input), input_byte(&run->input));
		value = (struct bytes){attribute->pValue, attribute->ulValueLen};
		value.data = keep_memory(run, input_keep(value.data, value.len));
		break;
	case 1:
		number = input_rarely(&run->input, 4) ? input_number(&run->input)
						      : input_byte(&run->input);
		value = (struct bytes){
		    keep_memory(run, input_keep(&number, sizeof(number))), sizeof(number)};
		break;
	case 2:
		value = (struct bytes){keep_memory(run, input_bytes(&run->input, 1)), 1};
		break;
	default:
		value = any_input(run);
	}
	attribute->pValue = value.data;
	attribute->ulValueLen = value.len;
}

/* How many attributes; a count without a template is one, too. */
static struct template any_attributes(struct run *run)
{
	struct template template = {.count = input_below(&run->input, 16)};

	if (input_rarely(&run->input, 64))
		return template;
	template.attributes = keep_memory(run, calloc(template.count, sizeof(CK_ATTRIBUTE)));
	for (CK_ULONG i = 0; i < template.count; i++)
		template.attributes[i].type = any_attribute_type(run);
	return template;
}

/* Anything, or a sample with changes. */
struct template any_template(struct run *run)
{
	struct template template, sample;

	if (!input_rarely(&run->input, 3)) {
		template = any_attributes(run);
		for (CK_ULONG i = 0; template.attributes != NULL && i < template.count; i++)
			give_value(run, &template.attributes[i]);
		return template;
	}
	sample = samples()[input_below(&run->input, sample_count)];
	template = (struct template){
	    keep_memory(run, calloc(sample.count + 1, sizeof(CK_ATTRIBUTE))), sample.count};
	memcpy(template.attributes, sample.attributes, sample.count * sizeof(CK_ATTRIBUTE));
	for (CK_ULONG i = 0; i < sample.count; i++)
		if (input_rarely(&run->input, 8))
			give_value(run, &template.attributes[i]);
	if (input_rarely(&run->input, 2)) {
		template.attributes[template.count].type = any_attribute_type(run);
		give_value(run, &template.attributes[template.count++]);
	}
	return template;
}

struct template any_wish(struct run *run)
{
	struct template template = any_attributes(run);

	for (CK_ULONG i = 0; template.attributes != NULL && i < template.count; i++) {
		CK_ATTRIBUTE *wish = &template.attributes[i];

		wish->ulValueLen = any_len(run);
		if (!input_rarely(&run->input, 4))
			wish->pValue = keep_memory(run, calloc(1, wish->ulValueLen));
	}
	return template;
}
