/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/operations.h"

#include <string.h>

/* The whole table; rows stand in operations_*.c, in the notation of operation_rows.h. */
#define ROW(id) &ccm_##id,
static const struct ccm_operation *const operations[] = {CCM_OPERATIONS(ROW)};

size_t
ccm_operation_count(void)
{
	return CCM_COUNT(operations);
}

const struct ccm_operation *
ccm_operation_at(size_t index)
{
	return operations[index];
}

const struct ccm_operation *
ccm_operation_find(const char *id)
{
	for (size_t i = 0; i < CCM_COUNT(operations); i++) {
		if (strcmp(operations[i]->id, id) == 0)
			return operations[i];
	}
	return NULL;
}
