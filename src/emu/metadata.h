/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_METADATA_H
#define CCM_EMU_METADATA_H

/*
 * The metadata service of an ECS (huawei-auth.md 3): plain HTTP, from which a program on the
 * machine gets temporary keys that the gateway then takes.
 */

#include <pthread.h>

#include "emu/answer.h"
#include "emu/request.h"

struct ccm_emu;
struct ccm_emu_access_key;

enum ccm_emu_metadata_mode {
	CCM_EMU_METADATA_OPEN,  /* tokens are given, and not asked for */
	CCM_EMU_METADATA_TOKEN, /* they are asked for */
	CCM_EMU_METADATA_PLAIN, /* there are none */
	CCM_EMU_METADATA_NONE   /* the machine has no agency */
};
bool ccm_emu_metadata_parse_mode(
    const char *text, enum ccm_emu_metadata_mode *out, struct ccm_error *err);

struct ccm_emu_metadata {
	enum ccm_emu_metadata_mode mode;
	int64_t lifetime_ms; /* of keys */
	unsigned char secret[32];
	pthread_mutex_t lock;
	const struct ccm_emu_access_key *key; /* the latest; under lock */
};

void ccm_emu_metadata_init(struct ccm_emu_metadata *metadata);
/* Before the first exchange: a new seal for tokens. */
bool ccm_emu_metadata_begin(struct ccm_emu_metadata *metadata, struct ccm_error *err);
void ccm_emu_metadata_clear(struct ccm_emu_metadata *metadata);

void ccm_emu_metadata_exchange(
    struct ccm_emu *emulator, struct ccm_emu_request *request, struct ccm_emu_answer *answer);

#endif
