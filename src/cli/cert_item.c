/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cert_item.h"

#include "cli/pem.h"

struct ccm_item *
ccm_item_named(struct ccm_tool *tool, const char *name, struct ccm_error *err)
{
	struct ccm_model *model = ccm_tool_model(tool, err);
	struct ccm_items items = {0};
	struct ccm_item *item = NULL;
	struct ccm_buf text = {0};
	struct ccm_uri uri = {0};

	if (model != NULL && ccm_buf_append_str(&text, "ccm:", err) &&
	    ccm_percent_encode(name, false, &text, err) &&
	    ccm_uri_parse(ccm_buf_str(&text), &uri, err) &&
	    ccm_uri_find(model, &uri, ccm_buf_str(&text), &items, err))
		item = items.items[0];
	for (size_t i = 1; i < items.count && !ccm_item_has_key(item); i++)
		if (ccm_item_has_key(items.items[i]))
			item = items.items[i];
	if (item != NULL)
		ccm_item_ref(item);
	ccm_items_clear(&items);
	ccm_uri_clear(&uri);
	ccm_buf_clear(&text);
	return item;
}

struct ccm_item *
ccm_cert_item(struct ccm_tool *tool, const char *id, struct ccm_error *err)
{
	struct ccm_item *item = ccm_item_named(tool, id, err);

	if (item == NULL && err->code == CCM_NOT_FOUND)
		ccm_tool_note(tool, "note: tokens show issued certificates, and of those what the "
				    "[token] sections of the configuration let through");
	return item;
}

bool
ccm_cert_append(
    struct ccm_item *item, struct ccm_buf *leaf, struct ccm_buf *anchor, struct ccm_error *err)
{
	const struct ccm_cert *cert = ccm_item_certificate(item, err);
	struct ccm_cert *const *chain;
	size_t count;

	if (cert == NULL || !ccm_item_chain(item, &chain, &count, err) ||
	    !ccm_pem_certificate(cert, leaf, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		bool last = i + 1 == count, root = last && ccm_cert_is_self_issued(chain[i]);

		if ((!root && !ccm_pem_certificate(chain[i], leaf, err)) ||
		    (last && !ccm_pem_certificate(chain[i], anchor, err)))
			return false;
	}
	return true;
}
