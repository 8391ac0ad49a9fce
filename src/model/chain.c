/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/crypto.h"
#include "model/serial.h"
#include "model/source.h"

/* Keep the tail as this item's bundle, unless it has one. */
static void
give(struct ccm_item *item, struct ccm_bundle *take_bundle)
{
	struct ccm_bundle *standing = NULL;

	if (atomic_compare_exchange_strong(&item->material->bundle, &standing, take_bundle))
		ccm_token_learn(item, take_bundle->cert);
	else
		ccm_bundle_free(take_bundle);
}

/* A chain certificate that is no CA of the account becomes an item of its own. */
static void
add_chain_item(struct ccm_token *token, const struct ccm_bundle *of, size_t index)
{
	struct ccm_cert *cert = of->chain[index];
	unsigned char hash[64];
	size_t hash_len;
	struct ccm_facts facts;
	struct ccm_bundle *bundle;
	struct ccm_item *item;

	if (!ccm_digest("SHA256", ccm_cert_der(cert), hash, &hash_len, NULL))
		return;
	ccm_facts_init(&facts, CCM_ITEM_CHAIN);
	facts.root = ccm_cert_is_self_issued(cert);
	facts.label = ccm_cert_common_name(cert);
	facts.not_before = ccm_cert_not_before_ms(cert);
	facts.not_after = ccm_cert_not_after_ms(cert);
	memcpy(facts.id, hash, sizeof(facts.id));
	bundle = ccm_bundle_tail(of, index, NULL);
	if (bundle == NULL)
		return;
	item = ccm_token_intern(token, &facts, NULL, 0, NULL);
	if (item != NULL)
		give(item, bundle);
	else
		ccm_bundle_free(bundle);
	ccm_item_unref(item);
}

/* The CA of the account that issued the item, when it is known and is this certificate. */
static struct ccm_item *
issuer_of(struct ccm_token *token, const char *issuer_id, const struct ccm_cert *cert)
{
	unsigned char id[CCM_ITEM_ID_LEN];
	struct ccm_item *ca;
	int64_t age_ms;

	if (!ccm_item_id_from_resource(issuer_id, id, NULL))
		return NULL;
	ca = ccm_token_known(token, CCM_ITEM_CA, id, &age_ms);
	if (ca == NULL)
		return NULL;
	if (strcmp(ca->facts.label, ccm_cert_common_name(cert)) == 0 &&
	    ccm_serial_equal(ca->facts.serial, ccm_cert_serial(cert)))
		return ca;
	ccm_item_unref(ca);
	return NULL;
}

/* Not one of the account: no CA issued it, or the listing of the CAs does not have the one. */
static bool
is_foreign(struct ccm_token *token, const char *issuer_id)
{
	unsigned char id[CCM_ITEM_ID_LEN];

	return issuer_id[0] == '\0' ||
	       (ccm_item_id_from_resource(issuer_id, id, NULL) && ccm_token_lacks_ca(token, id));
}

void
ccm_token_learn_chain(struct ccm_item *item, const struct ccm_bundle *bundle)
{
	struct ccm_item *at = ccm_item_ref(item);

	for (size_t i = 0; i < bundle->chain_count; i++) {
		const char *issuer_id = at != NULL ? at->facts.issuer_id : "";
		struct ccm_item *ca = issuer_of(item->token, issuer_id, bundle->chain[i]);
		struct ccm_bundle *of_ca = ca != NULL ? ccm_bundle_tail(bundle, i, NULL) : NULL;

		if (of_ca != NULL)
			give(ca, of_ca);
		else if (ca == NULL && is_foreign(item->token, issuer_id))
			add_chain_item(item->token, bundle, i);
		else if (ca == NULL)
			break;
		ccm_item_unref(at);
		at = ca;
	}
	ccm_item_unref(at);
}
