/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_PCA_H
#define CCM_EMU_PCA_H

/* What CAs and certificates of PCA have in common: reading, listing, chains. */

#include "emu/emulator.h"

/* The member of requests and answers that holds a resource's id: "ca_id", "certificate_id". */
const char *ccm_emu_pca_id_name(enum ccm_emu_resource_kind kind);

/* Load what the request names; refused when there is none. */
bool ccm_emu_pca_find(struct ccm_emu_call *call, enum ccm_emu_resource_kind kind,
    struct ccm_emu_resource *out, struct ccm_error *err);
/* Keep a new one and answer its id; refused when the quota is used up. */
bool ccm_emu_pca_add(struct ccm_emu_call *call, const struct ccm_emu_resource *resource,
    int64_t quota, struct ccm_error *err);

/* Answer an id alone. */
bool ccm_emu_pca_answer_id(
    struct ccm_emu_call *call, const char *name, const char *id, struct ccm_error *err);

/* The whole of the operations that show one, or a page of them. */
bool ccm_emu_pca_show(
    struct ccm_emu_call *call, enum ccm_emu_resource_kind kind, struct ccm_error *err);
bool ccm_emu_pca_list(
    struct ccm_emu_call *call, enum ccm_emu_resource_kind kind, struct ccm_error *err);

/* A list of them as answers show them: those that are there of a list of ids. NULL with err set. */
struct ccm_json *ccm_emu_pca_details(struct ccm_emu_call *call, enum ccm_emu_resource_kind kind,
    const struct ccm_json *ids, struct ccm_error *err);

/* Answer certificate and certificate_chain (chain.h). */
bool ccm_emu_pca_answer_chain(
    struct ccm_emu_call *call, const struct ccm_emu_resource *resource, struct ccm_error *err);

#endif
