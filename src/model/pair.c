/* SPDX-License-Identifier: Apache-2.0 */
#include "model/pair.h"

#include <string.h>

#include "core/log.h"
#include "model/local_view.h"

struct ccm_span
ccm_pair_base_id(struct ccm_span id)
{
	if (id.len == CCM_PAIR_ID_LEN && id.data[CCM_ITEM_ID_LEN] == CCM_PAIR_ID_END)
		return CCM_SPAN(id.data, CCM_ITEM_ID_LEN);
	return id;
}

unsigned
ccm_pair_brings(enum ccm_item_kind kind)
{
	return kind == CCM_ITEM_CERTIFICATE ? (unsigned)(kind | CCM_ITEM_ENCRYPTION) : kind;
}

bool
ccm_pair_other(struct ccm_item *item, struct ccm_item **other, struct ccm_error *err)
{
	unsigned char id[CCM_PAIR_ID_LEN];
	struct ccm_facts facts = item->facts;

	*other = NULL;
	if (facts.kind != CCM_ITEM_CERTIFICATE || facts.enc_serial[0] == '\0')
		return true;
	memcpy(id, facts.id, CCM_ITEM_ID_LEN);
	id[CCM_ITEM_ID_LEN] = CCM_PAIR_ID_END;
	facts.kind = CCM_ITEM_ENCRYPTION;
	facts.cka_id = CCM_SPAN(id, sizeof(id));
	facts.serial = facts.enc_serial;
	facts.local = false;
	memset(facts.key_ref, 0, sizeof(facts.key_ref));
	*other = ccm_token_intern(item->token, &facts, NULL, 0, err);
	return *other != NULL;
}

enum ccm_item_kind
ccm_item_listed_kind(const struct ccm_item *item)
{
	return item->facts.kind == CCM_ITEM_ENCRYPTION ? CCM_ITEM_CERTIFICATE : item->facts.kind;
}

bool
ccm_item_signs(const struct ccm_item *item)
{
	return item->facts.kind != CCM_ITEM_ENCRYPTION;
}

bool
ccm_item_decrypts(const struct ccm_item *item)
{
	return item->facts.kind == CCM_ITEM_ENCRYPTION || item->facts.enc_serial[0] == '\0';
}

/* The service makes this key whoever made the other, and gives it out; a token of local keys has
 * it where the other is one. */
bool
ccm_pair_may_have_key(const struct ccm_item *item)
{
	const struct ccm_facts *facts = &item->facts;

	return ccm_token_has_keys(item->token) && strcmp(facts->status, "ISSUED") == 0 &&
	       (item->token->config->keys != CCM_KEYS_LOCAL || strcmp(facts->gen_mode, "CSR") == 0);
}

struct ccm_key *
ccm_pair_local_key(const struct ccm_item *item)
{
	int64_t age_ms;
	struct ccm_item *certificate =
	    ccm_token_known(item->token, CCM_ITEM_CERTIFICATE, item->facts.id, &age_ms);
	struct ccm_error err = {0};
	struct ccm_key *key = NULL;

	if (certificate != NULL && certificate->facts.local) {
		key = ccm_item_key(certificate, &err);
		if (key == NULL)
			ccm_log(DEBUG, MODEL, "the signature key is not to be had: %s", err.msg);
	}
	ccm_item_unref(certificate);
	return key;
}
