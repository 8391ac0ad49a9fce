/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of certificates that the service never had: in the cluster that the token is bound to. */
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "model/token.h"

#define VAIN_STANDS_MS 60000

/* Of PCA's certificates those by CSR; of SCM's, whose records do not tell, those that came without.
 */
bool
ccm_item_may_be_in_hsm(const struct ccm_item *item)
{
	if (item->token->hsm == NULL || item->facts.kind != CCM_ITEM_CERTIFICATE ||
	    (ccm_token_needs_login(item->token) && !ccm_hsm_has_pin(item->token->hsm)))
		return false;
	if (!item->token->source->keys_by_export)
		return strcmp(item->facts.gen_mode, "CSR") == 0;
	return atomic_load(&item->material->bundle) != NULL &&
	       (atomic_load(&item->material->key) == NULL ||
		   ccm_hsm_of_key(atomic_load(&item->material->key)) != NULL);
}

static bool
looked_in_vain(const struct ccm_item *item)
{
	int64_t when_ms = atomic_load(&item->material->not_in_hsm_ms);

	return when_ms != 0 && ccm_clock_monotonic_ms() - when_ms < VAIN_STANDS_MS;
}

bool
ccm_item_may_have_hsm_key(const struct ccm_item *item)
{
	return atomic_load(&item->material->key) != NULL || !looked_in_vain(item);
}

static void
publish(struct ccm_item *item, struct ccm_key *take_key)
{
	struct ccm_key *standing = NULL;

	if (!atomic_compare_exchange_strong(&item->material->key, &standing, take_key))
		ccm_key_unref(take_key);
}

/* By the certificate's public key, or by the id that a key has that was made for it. */
bool
ccm_item_look_in_hsm(struct ccm_item *item, struct ccm_error *err)
{
	struct ccm_error failure = {0};
	const struct ccm_cert *cert;
	struct ccm_key *key;

	if (atomic_load(&item->material->key) != NULL || looked_in_vain(item))
		return true;
	cert = ccm_item_certificate(item, err);
	if (cert == NULL)
		return false;
	const struct ccm_hsm_search search = {
	    .id = ccm_item_id(item), .public_key = ccm_cert_public_key(cert)};
	key = search.public_key != NULL ? ccm_hsm_find(item->token->hsm, &search, &failure) : NULL;
	if (key != NULL) {
		publish(item, key);
		return true;
	}
	if (failure.code == CCM_OK || failure.code == CCM_NOT_FOUND ||
	    failure.code == CCM_UNSUPPORTED) {
		ccm_log(DEBUG, MODEL, "token %s: %s (%s) has no key in its cluster: %s",
		    item->token->config->name, item->facts.label, item->facts.resource_id,
		    failure.msg);
		atomic_store(&item->material->not_in_hsm_ms, ccm_clock_monotonic_ms());
		return true;
	}
	if (err != NULL && err->code == CCM_OK)
		*err = failure;
	return ccm_error_context(
	    err, "token %s: the key of %s", item->token->config->name, item->facts.label);
}

/* What people see */

const char *
ccm_item_cluster_id(const struct ccm_item *item)
{
	const struct ccm_key *key = atomic_load(&item->material->key);

	if (item->facts.cluster_id[0] != '\0' || key == NULL || ccm_hsm_of_key(key) == NULL)
		return item->facts.cluster_id;
	return ccm_hsm_cluster(ccm_hsm_of_key(key));
}

const char *
ccm_item_hsm_project(const struct ccm_item *item)
{
	const struct ccm_config *config = ccm_model_config(item->token->model);
	const struct ccm_hsm_config *hsm = ccm_config_hsm(config, ccm_item_cluster_id(item));

	if (hsm == NULL)
		return "";
	return hsm->project[0] != '\0' ? hsm->project : config->cloud.region;
}
