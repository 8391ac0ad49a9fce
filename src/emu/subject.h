/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_SUBJECT_H
#define CCM_EMU_SUBJECT_H

/* Names in requests: the subject, and the alternative names. Pure; what is wrong is refused. */

#include "core/json.h"
#include "emu/x509.h"

/*
 * The parts of a distinguished_name, allocated into out in place of what it holds; those left out
 * are copied from inherited, which may be NULL.
 */
bool ccm_emu_subject_read(const struct ccm_json *name, char *const *inherited,
    char *out[CCM_EMU_NAME_PARTS], struct ccm_error *err);
/* The reverse: {"country": ..., "common_name": ...} in the order of the reference's examples. */
bool ccm_emu_subject_write(char *const *parts, struct ccm_json *out, struct ccm_error *err);

/* The subject_alternative_names (NULL: none); the values are borrowed from the JSON. */
bool ccm_emu_sans_read(const struct ccm_json *list, struct ccm_emu_san out[CCM_EMU_SAN_MAX],
    size_t *count, struct ccm_error *err);

bool ccm_emu_is_domain(const char *text);  /* a DNS name, maybe with *. before it */
bool ccm_emu_is_address(const char *text); /* IPv4 or IPv6 */

#endif
