/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_SYNC_H
#define CCM_SYNC_H

#include "model/model.h"

/*
 * Bring the cache up to date with all that the token shows; full: whatever is known. Counts what
 * is in it then. CCM_STORE when there is no cache, or it cannot be written.
 */
struct ccm_sync {
	bool full;
	bool certificates_too; /* not only what the service lists: each is exported once */
	/* one more record or certificate, of so many; or NULL */
	void (*tell)(void *context, int64_t total);
	void *context;
	int64_t certificates, cas, added, exported;
};
bool ccm_token_sync(struct ccm_token *token, struct ccm_sync *sync, struct ccm_error *err);

#endif
