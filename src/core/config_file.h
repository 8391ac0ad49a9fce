/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CONFIG_FILE_H
#define CCM_CONFIG_FILE_H

#include "core/mem.h"

/*
 * Read a whole file of at most 1 MiB, also from a pipe; *others_can_read tells whether anybody but
 * owner and group may. CCM_CONFIG.
 */
bool ccm_config_file_read(
    const char *path, struct ccm_buf *out, bool *others_can_read, struct ccm_error *err);

#endif
