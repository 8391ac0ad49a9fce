/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that entries of the journal name: in the keystore, or in an HSM. */
#include "model/issue_entry.h"
#include "model/local_view.h"

static struct ccm_key *
open_in_hsm(struct ccm_hsm *hsm, const struct ccm_journal_owner *owner,
    const struct ccm_hsm_new_key *make, struct ccm_error *err)
{
	const struct ccm_hsm_search search = {.id = owner->key};
	struct ccm_error absent = {0};
	struct ccm_key *key = ccm_hsm_find(hsm, &search, &absent);

	if (key != NULL)
		return key;
	if (absent.code == CCM_NOT_FOUND && make != NULL)
		return ccm_hsm_generate(hsm, make, err);
	if (err != NULL && err->code == CCM_OK)
		*err = absent;
	return NULL;
}

struct ccm_key *
ccm_issue_key_open(struct ccm_model *model, const struct ccm_journal_owner *owner,
    const struct ccm_hsm_new_key *make, struct ccm_error *err)
{
	struct ccm_hsm *hsm;

	if (owner->keeper[0] == '\0')
		return ccm_local_open_ref(model, owner->key, err);
	hsm = ccm_model_hsm(model, owner->keeper, err);
	return hsm != NULL ? open_in_hsm(hsm, owner, make, err) : NULL;
}

bool
ccm_issue_key_drop(
    struct ccm_model *model, const struct ccm_journal_owner *owner, struct ccm_error *err)
{
	struct ccm_hsm *hsm;

	if (owner->keeper[0] == '\0') /* goes with its entry */
		return true;
	hsm = ccm_model_hsm(model, owner->keeper, err);
	return hsm != NULL && ccm_hsm_clear(hsm, owner->key, err);
}
