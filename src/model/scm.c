/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "model/token.h"

/* SCM's operations are not in the table yet: its token is there, and empty. */

static bool
list(struct ccm_token *token, enum ccm_item_kind kind, const char *name,
    struct ccm_harvest *harvest, struct ccm_error *err)
{
	(void)token, (void)kind, (void)name, (void)harvest, (void)err;
	return true;
}

static bool
get(struct ccm_token *token, enum ccm_item_kind kind, const char *resource_id,
    struct ccm_harvest *harvest, struct ccm_error *err)
{
	(void)token, (void)kind, (void)harvest;
	return ccm_fail(err, CCM_NOT_FOUND, "no SSL certificate %s", resource_id);
}

static bool
export_item(
    struct ccm_item *item, struct ccm_bundle **bundle, struct ccm_key **key, struct ccm_error *err)
{
	(void)bundle, (void)key;
	return ccm_fail(
	    err, CCM_UNSUPPORTED, "SSL certificate %s cannot be exported", item->facts.resource_id);
}

/* SCM's ids are 16 characters, and their own CKA_ID. */
static void
resource_of_id(const unsigned char id[static CCM_ITEM_ID_LEN], char out[static 40])
{
	memcpy(out, id, CCM_ITEM_ID_LEN);
	out[CCM_ITEM_ID_LEN] = '\0';
}

const struct ccm_source ccm_source_scm = {
    .name = "SCM",
    .resource_of_id = resource_of_id,
    .list = list,
    .get = get,
    .export = export_item,
};
