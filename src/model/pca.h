/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_PCA_H
#define CCM_PCA_H

/* The pure ends of reading PCA's answers: no network, for tests and the source in pca.c. */

#include "model/token.h"

/* The facts of a CA or certificate record; strings are borrowed from the record. */
bool ccm_pca_read_facts(const struct ccm_json *record, enum ccm_item_kind kind,
    struct ccm_facts *facts, struct ccm_error *err);

/* Certificate and chain of an export's answer, the chain put in order. */
bool ccm_pca_read_export(
    const struct ccm_json *answer, struct ccm_bundle **bundle, struct ccm_error *err);

#endif
