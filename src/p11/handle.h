/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_P11_HANDLE_H
#define CCM_P11_HANDLE_H

/*
 * Tables of things by handle, guarded by the module's lock. A handle is an entry's index and how
 * often the entry was used, so a handle that was given up stays invalid. Entries never move and
 * their chunks are never freed: each change is one store, and a child forked in the middle of one
 * finds the table whole, an entry that is lost to it at worst.
 */

#include "core/mem.h"

#define CCM_P11_HANDLE_CHUNKS 1024

struct ccm_p11_handles {
	struct ccm_p11_handle_entry *chunks[CCM_P11_HANDLE_CHUNKS];
	unsigned long fresh; /* entries from here on were never used; index 0 is none's */
	unsigned long free;  /* first of the list of free ones; 0: none */
};

/* *handle is there before the thing is. Errors: CCM_NOMEM, CCM_CONFLICT when the table is full. */
bool ccm_p11_handles_add_locked(
    struct ccm_p11_handles *handles, void *thing, unsigned long *handle, struct ccm_error *err);
/* The thing of a handle, or NULL. */
void *ccm_p11_handles_get_locked(const struct ccm_p11_handles *handles, unsigned long handle);
void *ccm_p11_handles_remove_locked(struct ccm_p11_handles *handles, unsigned long handle);
/* Another thing for a handle that is valid. */
void ccm_p11_handles_put_locked(struct ccm_p11_handles *handles, unsigned long handle, void *thing);
/* Walk over all: the next thing after *index (0 at first), NULL at the end. */
void *ccm_p11_handles_next_locked(const struct ccm_p11_handles *handles, unsigned long *index);

#endif
