/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_RUNTIME_H
#define CCM_RUNTIME_H

/*
 * Small secret files that processes of one user share, and that had better not outlive the
 * machine's next start: in memory where there is a place for it ($XDG_RUNTIME_DIR/ccm,
 * /run/user/UID/ccm, /dev/shm/ccm-UID), else in the cache directory. The directory and the files
 * are ours and for us alone, or they are not used; no symbolic link is followed. No lock: what is
 * written appears whole, the last one wins.
 */

#include "core/mem.h"

/* The file's content; out stays empty when there is none. CCM_STORE when it is not to be trusted.
 */
bool ccm_runtime_read(const char *name, struct ccm_buf *out, struct ccm_error *err);
bool ccm_runtime_write(const char *name, struct ccm_span content, struct ccm_error *err);
/* Gone, or was not there. */
bool ccm_runtime_remove(const char *name, struct ccm_error *err);

#endif
