/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_FAULT_H
#define CCM_EMU_FAULT_H

/*
 * Faults on demand: OPERATION:KIND[=VALUE][:COUNT]. The first that fits and is not used up acts;
 * delays act beside it.
 */

#include <pthread.h>

#include "cloud/operations.h"
#include "emu/answer.h"

#define CCM_EMU_MEMBER_SIZE 64

enum ccm_emu_fault_kind {
	CCM_EMU_FAULT_NONE,
	CCM_EMU_FAULT_STATUS,    /* an error of this status instead of the operation */
	CCM_EMU_FAULT_RESET,     /* the connection is closed instead of the operation */
	CCM_EMU_FAULT_LOST,      /* the operation is done, then the connection is closed */
	CCM_EMU_FAULT_TRUNCATE,  /* half of the answer, whole as HTTP */
	CCM_EMU_FAULT_GARBAGE,   /* an answer that is not JSON */
	CCM_EMU_FAULT_BADPEM,    /* PEM texts of the answer are cut in the middle */
	CCM_EMU_FAULT_WRONGKEY,  /* the exported key is another one */
	CCM_EMU_FAULT_WRONGTYPE, /* members of the answer have another type */
	CCM_EMU_FAULT_DUPLICATE, /* a list answers its first page, whatever was asked */
	CCM_EMU_FAULT_THROTTLE,  /* 429 without a window in its text */
	CCM_EMU_FAULT_DELAY      /* wait this many ms first */
};

struct ccm_emu_fault {
	const struct ccm_operation *operation; /* NULL: any */
	enum ccm_emu_fault_kind kind;
	int64_t value;
	char member[CCM_EMU_MEMBER_SIZE]; /* BADPEM, WRONGTYPE: only this one; "" all */
	int64_t left;                     /* how many times yet; -1: for ever */
};

bool ccm_emu_fault_parse(const char *text, struct ccm_emu_fault *out, struct ccm_error *err);

struct ccm_emu_faults {
	pthread_mutex_t lock;
	struct ccm_emu_fault *items;
	size_t count;
};

void ccm_emu_faults_init(struct ccm_emu_faults *faults);
void ccm_emu_faults_clear(struct ccm_emu_faults *faults);
/* For many threads: faults may come and go while exchanges are under way. */
bool ccm_emu_faults_add(struct ccm_emu_faults *faults, const char *text, struct ccm_error *err);
void ccm_emu_faults_forget(struct ccm_emu_faults *faults); /* all of them */

/* What befalls one exchange. */
struct ccm_emu_mishap {
	enum ccm_emu_fault_kind kind;
	int64_t status;
	int64_t delay_ms;
	char member[CCM_EMU_MEMBER_SIZE];
};

/* Use up one count of each fault that acts. */
void ccm_emu_faults_take(
    struct ccm_emu_faults *faults, const struct ccm_operation *op, struct ccm_emu_mishap *out);

/* CCM_EMU_FAULT_STATUS, _THROTTLE: refuse as the gateway would. */
bool ccm_emu_mishap_refuse(const struct ccm_emu_mishap *mishap, struct ccm_error *err);
/* CCM_EMU_FAULT_DUPLICATE: ask for the first page. */
bool ccm_emu_mishap_spoil_request(
    const struct ccm_emu_mishap *mishap, struct ccm_json *request, struct ccm_error *err);
/* Spoil the answer: before it is printed, and after. */
bool ccm_emu_mishap_spoil_json(
    const struct ccm_emu_mishap *mishap, struct ccm_emu_answer *answer, struct ccm_error *err);
bool ccm_emu_mishap_spoil_body(
    const struct ccm_emu_mishap *mishap, struct ccm_emu_answer *answer, struct ccm_error *err);

/* The kinds with their help, for --help; NULL behind the last. */
const char *ccm_emu_fault_help(size_t index);

#endif
