/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_SECRET_H
#define CCM_CLI_SECRET_H

#include "cli/tool.h"

/*
 * A PIN or passphrase: the first line of the file that an option names, else typed at the terminal,
 * without being shown; a new one twice. CCM_USAGE, naming the option, where nobody can be asked.
 */
struct ccm_secret_source {
	const char *option; /* "pin-file" */
	const char *prompt; /* "PIN of the keystore" */
	bool is_new;
};
/* out is made secret. */
bool ccm_secret_get(const struct ccm_args *args, const struct ccm_secret_source *source,
    struct ccm_buf *out, struct ccm_error *err);

#endif
