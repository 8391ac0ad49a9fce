/* SPDX-License-Identifier: Apache-2.0 */

/*
 * All C_ functions in any order, with any arguments that a program can give: handles that are and
 * are not, NULLs, lengths, mechanisms with every kind of parameter, templates. What points to
 * memory says its true length (nothing else can be told apart from it), and is freed after the
 * call.
 */

#include "p11_call.h"

#include <stdlib.h>

typedef CK_RV with_session(CK_SESSION_HANDLE);
typedef CK_RV with_mechanism(CK_SESSION_HANDLE, CK_MECHANISM *);
typedef CK_RV with_key(CK_SESSION_HANDLE, CK_MECHANISM *, CK_OBJECT_HANDLE);
typedef CK_RV with_input(CK_SESSION_HANDLE, CK_BYTE *, CK_ULONG);
typedef CK_RV with_output(CK_SESSION_HANDLE, CK_BYTE *, CK_ULONG *);
typedef CK_RV with_both(CK_SESSION_HANDLE, CK_BYTE *, CK_ULONG, CK_BYTE *, CK_ULONG *);

#define ANY_OF(call, ...)                               \
	static call *const functions[] = {__VA_ARGS__}; \
	call *function =                                \
	    functions[input_below(&run->input, sizeof(functions) / sizeof(functions[0]))]

static void
call_session(struct run *run)
{
	ANY_OF(with_session, C_CloseSession, C_GetFunctionStatus, C_CancelFunction,
	    C_FindObjectsFinal, C_Logout, C_MessageEncryptFinal, C_MessageDecryptFinal,
	    C_MessageSignFinal, C_MessageVerifyFinal);
	function(any_session(run));
}

static void
call_init(struct run *run)
{
	ANY_OF(with_key, C_SignInit, C_VerifyInit, C_EncryptInit, C_DecryptInit, C_SignRecoverInit,
	    C_VerifyRecoverInit, C_MessageEncryptInit, C_MessageDecryptInit, C_MessageSignInit,
	    C_MessageVerifyInit);
	CK_MECHANISM *mechanism = any_mechanism(run);

	function(any_session(run), mechanism, any_object(run));
}

static void
call_digest_init(struct run *run)
{
	CK_MECHANISM *mechanism = any_mechanism(run);

	C_DigestInit(any_session(run), mechanism);
}

static void
call_input(struct run *run)
{
	ANY_OF(
	    with_input, C_SignUpdate, C_VerifyUpdate, C_DigestUpdate, C_VerifyFinal, C_SeedRandom);
	struct bytes in = any_input(run);

	function(any_session(run), in.data, in.len);
}

static void
call_output(struct run *run)
{
	ANY_OF(with_output, C_SignFinal, C_DigestFinal, C_EncryptFinal, C_DecryptFinal,
	    C_GetOperationState);
	struct bytes out = any_output(run);

	check_output(&out, function(any_session(run), out.data, out.size));
}

static void
call_both(struct run *run)
{
	ANY_OF(with_both, C_Sign, C_Digest, C_Encrypt, C_Decrypt, C_EncryptUpdate, C_DecryptUpdate,
	    C_SignRecover, C_VerifyRecover, C_DigestEncryptUpdate, C_DecryptDigestUpdate,
	    C_SignEncryptUpdate, C_DecryptVerifyUpdate);
	struct bytes in = any_input(run), out = any_output(run);

	check_output(&out, function(any_session(run), in.data, in.len, out.data, out.size));
}

static void
call_verify(struct run *run)
{
	struct bytes in = any_input(run), signature = any_input(run);

	C_Verify(any_session(run), in.data, in.len, signature.data, signature.len);
}

static void
call_digest_key(struct run *run)
{
	CK_SESSION_HANDLE session = any_session(run);

	C_DigestKey(session, any_object(run));
}

static void
call_random(struct run *run)
{
	struct bytes out = any_output(run);

	C_GenerateRandom(any_session(run), out.data, out.data != NULL ? out.room : 0);
}

static void
call_create(struct run *run)
{
	struct template template = any_template(run);
	CK_OBJECT_HANDLE object = 0;
	CK_SESSION_HANDLE session = any_session(run);

	C_CreateObject(session, template.attributes, template.count,
	    input_rarely(&run->input, 64) ? NULL : &object);
	keep_object(run, object);
}

static void
call_copy(struct run *run)
{
	struct template template = any_template(run);
	CK_OBJECT_HANDLE copy = 0;
	CK_SESSION_HANDLE session = any_session(run);

	C_CopyObject(session, any_object(run), template.attributes, template.count, &copy);
	keep_object(run, copy);
}

static void
call_change(struct run *run)
{
	struct template template = any_template(run);
	CK_SESSION_HANDLE session = any_session(run);

	C_SetAttributeValue(session, any_object(run), template.attributes, template.count);
}

static void
call_destroy(struct run *run)
{
	CK_SESSION_HANDLE session = any_session(run);

	C_DestroyObject(session, any_object(run));
}

static void
call_read(struct run *run)
{
	struct template template = any_wish(run);
	CK_SESSION_HANDLE session = any_session(run);
	CK_ULONG size;

	C_GetAttributeValue(session, any_object(run), template.attributes, template.count);
	C_GetObjectSize(session, any_object(run), input_rarely(&run->input, 64) ? NULL : &size);
}

static void
call_find(struct run *run)
{
	struct template template = any_template(run);
	CK_SESSION_HANDLE session = any_session(run);
	CK_ULONG count = 0, room = input_below(&run->input, OBJECTS);

	C_FindObjectsInit(session, template.attributes, template.count);
	if (C_FindObjects(session, run->objects, room, &count) == CKR_OK)
		INPUT_CLAIM(count <= room);
	if (!input_rarely(&run->input, 8))
		C_FindObjectsFinal(session);
}

static void
call_generate(struct run *run)
{
	CK_MECHANISM *mechanism = any_mechanism(run);
	struct template one = any_template(run), other = any_template(run);
	CK_OBJECT_HANDLE first = 0, second = 0;
	CK_SESSION_HANDLE session = any_session(run);

	if (input_rarely(&run->input, 4))
		C_GenerateKey(session, mechanism, one.attributes, one.count, &first);
	else
		C_GenerateKeyPair(session, mechanism, one.attributes, one.count, other.attributes,
		    other.count, &first, &second);
	keep_object(run, first);
	keep_object(run, second);
}

static void
call_derive(struct run *run)
{
	CK_MECHANISM *mechanism = any_mechanism(run);
	struct template template = any_template(run);
	struct bytes in = any_input(run);
	CK_OBJECT_HANDLE key = any_object(run), made = 0;
	CK_SESSION_HANDLE session = any_session(run);

	if (input_rarely(&run->input, 2))
		C_DeriveKey(session, mechanism, key, template.attributes, template.count, &made);
	else
		C_UnwrapKey(session, mechanism, key, in.data, in.len, template.attributes,
		    template.count, &made);
	keep_object(run, made);
}

static void
call_wrap(struct run *run)
{
	CK_MECHANISM *mechanism = any_mechanism(run);
	struct bytes out = any_output(run);
	CK_OBJECT_HANDLE key = any_object(run);
	CK_SESSION_HANDLE session = any_session(run);

	check_output(&out, C_WrapKey(session, mechanism, key, any_object(run), out.data, out.size));
}

static void
call_message(struct run *run)
{
	struct bytes parameter = any_input(run), in = any_input(run), out = any_output(run);
	CK_SESSION_HANDLE session = any_session(run);

	switch (input_below(&run->input, 3)) {
	case 0:
		check_output(&out, C_EncryptMessage(session, parameter.data, parameter.len, in.data,
				       in.len, in.data, in.len, out.data, out.size));
		break;
	case 1:
		check_output(&out, C_SignMessage(session, parameter.data, parameter.len, in.data,
				       in.len, out.data, out.size));
		break;
	default:
		C_VerifyMessage(
		    session, parameter.data, parameter.len, in.data, in.len, out.data, out.room);
	}
}

static void
call_session_state(struct run *run)
{
	struct bytes pin = any_input(run), other = any_input(run);
	CK_SESSION_HANDLE session = any_session(run);
	CK_SESSION_INFO info;

	C_GetSessionInfo(session, input_rarely(&run->input, 64) ? NULL : &info);
	switch (input_below(&run->input, 6)) {
	case 0:
		C_Login(session, input_byte(&run->input), pin.data, pin.len);
		break;
	case 1:
		C_LoginUser(
		    session, input_byte(&run->input), pin.data, pin.len, other.data, other.len);
		break;
	case 2:
		C_SetPIN(session, pin.data, pin.len, other.data, other.len);
		break;
	case 3:
		C_InitPIN(session, pin.data, pin.len);
		break;
	case 4:
		C_SessionCancel(session, input_number(&run->input));
		break;
	default:
		C_SetOperationState(session, pin.data, pin.len, any_object(run), any_object(run));
	}
}

static void
call_slot(struct run *run)
{
	CK_SLOT_ID slot = input_byte(&run->input) % 4, list[4];
	CK_ULONG room = input_below(&run->input, 5), count = room;
	CK_MECHANISM_TYPE mechanisms[4];
	CK_MECHANISM_INFO mechanism;
	CK_SLOT_INFO slot_info;
	CK_TOKEN_INFO token_info;

	C_GetSlotInfo(slot, &slot_info);
	C_GetTokenInfo(slot, &token_info);
	C_GetMechanismInfo(slot, any_mechanism_type(run), &mechanism);
	if (C_GetSlotList(CK_TRUE, list, &count) == CKR_OK)
		INPUT_CLAIM(count <= room);
	count = room;
	if (C_GetMechanismList(slot, mechanisms, &count) == CKR_OK)
		INPUT_CLAIM(count <= room);
	C_WaitForSlotEvent(input_number(&run->input) | CKF_DONT_BLOCK, list,
	    input_rarely(&run->input, 8) ? list : NULL);
}

static void
call_open(struct run *run)
{
	CK_SESSION_HANDLE *session = &run->sessions[input_below(&run->input, SESSIONS)];
	CK_FLAGS flags = input_byte(&run->input);

	if (input_rarely(&run->input, 16))
		C_CloseAllSessions(flags & 3);
	C_OpenSession(flags & 1, flags | CKF_SERIAL_SESSION, NULL, NULL, session);
}

static void
call_anew(struct run *run)
{
	CK_C_INITIALIZE_ARGS args = {.flags = input_number(&run->input)};

	if (input_rarely(&run->input, 4))
		args.pReserved = (void *)input_number(&run->input);
	args.pReserved = (void *)((uintptr_t)args.pReserved & 4095); /* no text begins there */
	C_Initialize(&args);
	C_Finalize(args.pReserved);
	C_Initialize(&args);
	C_Initialize(NULL);
}

static void
call_failing(struct run *run)
{
	token_fail(input_byte(&run->input));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const calls[])(struct run *) = {call_find, call_create, call_read, call_init,
	    call_both, call_input, call_output, call_verify, call_session, call_digest_init,
	    call_digest_key, call_random, call_copy, call_change, call_destroy, call_generate,
	    call_derive, call_wrap, call_message, call_session_state, call_slot, call_open,
	    call_failing, call_anew};
	struct run run = {.input = {data, size}};

	run_start(&run);
	for (unsigned calls_left = 64; run.input.left != 0 && calls_left != 0; calls_left--) {
		calls[input_below(&run.input, sizeof(calls) / sizeof(calls[0]))](&run);
		run_forget(&run);
	}
	token_close();
	return 0;
}
