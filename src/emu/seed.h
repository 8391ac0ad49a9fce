/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_SEED_H
#define CCM_EMU_SEED_H

/* An account that is full of certificates: for lists, searches and whatever grows with them. */

#include "emu/state.h"

#define CCM_EMU_SEED_MAX 100000 /* the account's quota */

/*
 * Let the account hold that many certificates seed-000001.example.com and so on, under one root of
 * their own; those that are there already stay. Each is signed and has its own times and number,
 * all share one key pair. One in 50 is revoked, another one has expired.
 */
bool ccm_emu_seed(struct ccm_emu_state *state, int64_t count, struct ccm_error *err);

#endif
