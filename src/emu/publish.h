/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_PUBLISH_H
#define CCM_EMU_PUBLISH_H

/* Publishing CRLs: what requests say about it, and building the list when it is due. */

#include "emu/emulator.h"
#include "emu/publication.h"

/* What a request wants, borrowed from it. */
struct ccm_emu_crl_settings {
	bool given;                /* else all stays as it is */
	bool enabled;              /* else the rest has no effect */
	const char *bucket, *name; /* NULL name: the CA's id */
	int64_t valid_days;
};

/*
 * Read crl_configuration of creating and activating, or the whole request of crl/enable. Refused
 * when there is no agency, no such bucket, or a setting is missing or wrong.
 */
bool ccm_emu_crl_settings_read(
    struct ccm_emu_call *call, struct ccm_emu_crl_settings *out, struct ccm_error *err);
/* Make them the CA's, from its next list on. Refused when another CA publishes under that name. */
bool ccm_emu_crl_settings_apply(struct ccm_emu_call *call,
    const struct ccm_emu_crl_settings *settings, const char *ca_id, struct ccm_error *err);

/*
 * Build the list of the CA that publishes there and put it into the bucket, when it is due: the
 * first one, one whose days are over, or one that lacks a revocation. A CA that may not publish any
 * more leaves the last list as it is.
 */
bool ccm_emu_publish(struct ccm_emu *emulator, const char *bucket, const char *name, int64_t now,
    struct ccm_error *err);
/* The same for a CA, wherever it publishes; nothing when it does not. */
bool ccm_emu_publish_ca(
    struct ccm_emu *emulator, const char *ca_id, int64_t now, struct ccm_error *err);

#endif
