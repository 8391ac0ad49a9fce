/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/life.h"
#include "emu/pca.h"
#include "emu/publish.h"

/* Turning the publishing of a CA's CRL on and off. */

static bool
require_switch(
    struct ccm_emu_call *call, const struct ccm_emu_resource *ca, bool on, struct ccm_error *err)
{
	struct ccm_emu_publication publication;
	bool ok = ccm_emu_publication_get(
	    ccm_emu_state_db(call->emulator->state), ca->id, &publication, err);

	if (ok && (publication.bucket != NULL) != on)
		ok = ccm_emu_refuse(err, CCM_EMU_REFUSE_STATE, "the CRL of %s is %s", ca->id,
		    on ? "not enabled" : "enabled already; disable it to change where it goes");
	ccm_emu_publication_clear(&publication);
	return ok;
}

static bool
require_key(const struct ccm_emu_resource *ca, struct ccm_error *err)
{
	return ca->private_key.len != 0 ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_STATE,
		   "%s was made from a CSR, PCA cannot sign its CRL", ca->id);
}

bool
ccm_emu_enable_crl(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_crl_settings settings;
	struct ccm_emu_resource ca;
	bool ok = ccm_emu_pca_find(call, CCM_EMU_RESOURCE_CA, &ca, err) &&
		  ccm_emu_life_require(call, &ca, err) && require_key(&ca, err) &&
		  ccm_emu_crl_settings_read(call, &settings, err) &&
		  require_switch(call, &ca, false, err) &&
		  ccm_emu_crl_settings_apply(call, &settings, ca.id, err) &&
		  ccm_emu_publish_ca(call->emulator, ca.id, call->now, err);

	ccm_emu_resource_clear(&ca);
	return ok;
}

bool
ccm_emu_disable_crl(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_resource ca;
	bool ok = ccm_emu_pca_find(call, CCM_EMU_RESOURCE_CA, &ca, err) &&
		  ccm_emu_life_require(call, &ca, err) && require_switch(call, &ca, true, err) &&
		  ccm_emu_publication_end(ccm_emu_state_db(call->emulator->state), ca.id, err);

	ccm_emu_resource_clear(&ca);
	return ok;
}
