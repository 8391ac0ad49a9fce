/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_LISTING_H
#define CCM_CLI_LISTING_H

/* What `... list` and `... show` commands print: a table or block, or one JSON document. */

#include "cli/resolve.h"
#include "cli/table.h"

struct ccm_listing {
	const struct ccm_kind *kind;
	const struct ccm_column *columns;
	size_t column_count;
	/* Which elements to show, NULL: all; *enough ends the walk before this element. */
	bool (*keep)(const void *context, const struct ccm_json *element, bool *enough);
	const void *context;
};

bool ccm_listing_print(struct ccm_tool *tool, const struct ccm_listing *listing,
    const struct ccm_json *request, struct ccm_error *err);

/* A list within an answer that came whole: its rows, or with --json the answer. */
struct ccm_rows {
	const char *member; /* may be dotted */
	const struct ccm_column *columns;
	size_t column_count;
	const char *noun; /* of one, for "no quotas" */
};
bool ccm_rows_print(struct ccm_tool *tool, const struct ccm_rows *rows,
    const struct ccm_json *answer, struct ccm_error *err);

/* An object that is there already; with --json as it came. */
bool ccm_object_print(struct ccm_tool *tool, const struct ccm_column *columns, size_t count,
    const struct ccm_json *object, struct ccm_error *err);
bool ccm_object_show(struct ccm_tool *tool, const struct ccm_target *target,
    const struct ccm_column *columns, size_t count, struct ccm_error *err);

#endif
