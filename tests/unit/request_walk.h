/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_TEST_REQUEST_WALK_H
#define CCM_TEST_REQUEST_WALK_H

/*
 * Requests made from the operations table: valid ones, and each with one thing wrong. Whatever
 * fails here fails the test.
 */

#include "cloud/operations.h"

/* With every field, or with the mandatory ones alone. To be freed. */
struct ccm_json *request_full(const struct ccm_operation *op);
struct ccm_json *request_minimal(const struct ccm_operation *op);

enum request_flaw_kind {
	FLAW_NONE,
	FLAW_MISSING,
	FLAW_WRONG_TYPE,
	FLAW_BELOW, /* too small a number, too short a text, too few elements */
	FLAW_ABOVE,
	FLAW_NOT_IN_ENUMERATION,
	FLAW_KINDS
};

struct request_flaw {
	const struct ccm_operation *op;
	const struct ccm_field *field;
	enum request_flaw_kind kind;
	char path[200]; /* as messages name it: tags[0].key */
};

const char *request_flaw_text(const struct request_flaw *flaw);
/* The full request with the flaw in it. */
struct ccm_json *request_flawed(const struct request_flaw *flaw);

/* Every flaw that any field of any operation can have. Returns how many there were. */
size_t request_each_flaw(void (*visit)(const struct request_flaw *flaw));

#endif
