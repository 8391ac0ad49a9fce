/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_FAULT_H
#define CCM_FAULT_H

/*
 * Faults on demand: OPERATION:KIND[=VALUE][:COUNT]. The first that fits and is not used up acts;
 * delays act beside it.
 */

#include <pthread.h>

#include "cloud/operations.h"
#include "emu/answer.h"

enum ccm_fault_kind {
	CCM_FAULT_NONE,
	CCM_FAULT_STATUS,   /* an error of this status instead of the operation */
	CCM_FAULT_RESET,    /* the connection is closed instead of the operation */
	CCM_FAULT_LOST,     /* the operation is done, then the connection is closed */
	CCM_FAULT_TRUNCATE, /* half of the answer, whole as HTTP */
	CCM_FAULT_GARBAGE,  /* an answer that is not JSON */
	CCM_FAULT_BADPEM,   /* PEM texts of the answer are cut in the middle */
	CCM_FAULT_WRONGKEY, /* the exported key is another one */
	CCM_FAULT_DELAY     /* wait this many ms first */
};

struct ccm_fault {
	const struct ccm_operation *operation; /* NULL: any */
	enum ccm_fault_kind kind;
	int64_t value;
	char member[32]; /* BADPEM: only this one; "" all */
	int64_t left;    /* how many times yet; -1: for ever */
};

bool ccm_fault_parse(const char *text, struct ccm_fault *out, struct ccm_error *err);

struct ccm_faults {
	pthread_mutex_t lock;
	struct ccm_fault *items;
	size_t count;
};

void ccm_faults_init(struct ccm_faults *faults);
void ccm_faults_clear(struct ccm_faults *faults);
bool ccm_faults_add(struct ccm_faults *faults, const char *text, struct ccm_error *err);

/* What befalls one exchange. */
struct ccm_mishap {
	enum ccm_fault_kind kind;
	int64_t status;
	int64_t delay_ms;
	char member[32];
};

/* Use up one count of each fault that acts. */
void ccm_faults_take(
    struct ccm_faults *faults, const struct ccm_operation *op, struct ccm_mishap *out);

/* CCM_FAULT_STATUS: refuse as the gateway would. */
bool ccm_mishap_refuse(const struct ccm_mishap *mishap, struct ccm_error *err);
/* Spoil the answer: before it is printed, and after. */
bool ccm_mishap_spoil_json(
    const struct ccm_mishap *mishap, struct ccm_answer *answer, struct ccm_error *err);
bool ccm_mishap_spoil_body(
    const struct ccm_mishap *mishap, struct ccm_answer *answer, struct ccm_error *err);

/* The kinds with their help, for --help; NULL behind the last. */
const char *ccm_fault_help(size_t index);

#endif
