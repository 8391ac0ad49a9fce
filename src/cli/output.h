/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_OUTPUT_H
#define CCM_CLI_OUTPUT_H

/* Text that goes to standard output, or with --out to a file; nothing secret. */

#include "cli/tool.h"

/* The rows of these options, and a table of nothing else. */
#define CCM_OPTIONS_OUTPUT                                                              \
	{.name = "out",                                                                 \
	    .apply = ccm_option_text,                                                   \
	    .placeholder = "FILE",                                                      \
	    .help = "where to write; standard output"},                                 \
	{                                                                               \
		.name = "force", .apply = ccm_option_flag, .help = "overwrite the file" \
	}
extern const struct ccm_option ccm_options_output[];
extern const struct ccm_relation ccm_relations_output[];

/* Before anything is asked for: could the file be written? */
bool ccm_output_check_file(const struct ccm_args *args, struct ccm_error *err);
/* A PEM text as files have it: lines end in LF, the last one, too. */
bool ccm_output_append_pem(const char *pem, struct ccm_buf *out, struct ccm_error *err);
/* The text; with --json and no --out the answer that it came in. */
bool ccm_output_text(struct ccm_tool *tool, const struct ccm_args *args,
    const struct ccm_json *answer, struct ccm_span text, struct ccm_error *err);

#endif
