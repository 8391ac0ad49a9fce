/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_IDENTITY_H
#define CCM_IDENTITY_H

/* The services' ids, and CKA_ID. Pure. */

#include "core/mem.h"

#define CCM_ITEM_ID_LEN 16

/* CKA_ID of a resource: a UUID's 16 bytes, SCM's 16 characters, else the head of its SHA-256. */
bool ccm_item_id_from_resource(
    const char *resource_id, unsigned char id[static CCM_ITEM_ID_LEN], struct ccm_error *err);

/* "scs" and 13 digits: an id of SCM's, and its own CKA_ID. */
bool ccm_id_is_scm(const unsigned char id[static CCM_ITEM_ID_LEN]);

#endif
