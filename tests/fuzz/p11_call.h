/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_FUZZ_P11_CALL_H
#define CCM_FUZZ_P11_CALL_H

/* Arguments for the C_ functions, drawn from an input. What they point to lives for one call. */

#include "input.h"
#include "p11_token.h"

enum { SESSIONS = 4, OBJECTS = 24, MEMORIES = 512 };

struct run {
	struct input input;
	CK_SESSION_HANDLE sessions[SESSIONS];
	CK_OBJECT_HANDLE objects[OBJECTS];
	size_t next_object;
	void *memories[MEMORIES];
	size_t memory_count;
};

/* Sessions, and some objects to start with. */
void run_start(struct run *run);
/* Memory for free(), at the call's end. */
void *keep_memory(struct run *run, void *memory);
/* Free what the last call's arguments pointed to. */
void run_forget(struct run *run);

CK_SESSION_HANDLE any_session(struct run *run);
CK_OBJECT_HANDLE any_object(struct run *run);
void keep_object(struct run *run, CK_OBJECT_HANDLE object); /* 0: there is none */

struct bytes {
	CK_BYTE *data;
	CK_ULONG len, room; /* room is what *size was */
	CK_ULONG *size;     /* of an output */
};
struct bytes any_input(struct run *run);
struct bytes any_output(struct run *run);
/* The convention of buffers (PKCS#11 2.40 s.5.2). */
void check_output(const struct bytes *out, CK_RV rv);

CK_MECHANISM_TYPE any_mechanism_type(struct run *run);
CK_MECHANISM *any_mechanism(struct run *run); /* may be NULL */

struct template
{
	CK_ATTRIBUTE *attributes;
	CK_ULONG count;
};
CK_ATTRIBUTE_TYPE any_attribute_type(struct run *run);
/* Attributes with values; and with room for values. */
struct template any_template(struct run *run);
struct template any_wish(struct run *run);

#endif
