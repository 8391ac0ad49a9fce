/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_ARCHIVE_H
#define CCM_CLI_ARCHIVE_H

#include "cli/resolve.h"

/*
 * Write the service's own archive of a private certificate to --zip FILE, for you alone. The key in
 * it crosses the wire encrypted: with the password of --password-file, or with a new one that is
 * written to keystorePass.txt beside the archive.
 */
bool ccm_archive_export(struct ccm_tool *tool, const struct ccm_args *args,
    const struct ccm_target *target, struct ccm_error *err);

#endif
