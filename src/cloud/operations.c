/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/operations.h"

#include <string.h>

/* The whole table; rows stand in operations_*.c, in the notation of operation_rows.h. */
static const struct ccm_operation *const operations[] = {
    &ccm_pca_list_cas,
    &ccm_pca_create_ca,
    &ccm_pca_get_ca,
    &ccm_pca_activate_ca,
    &ccm_pca_export_ca,
    &ccm_pca_list_certificates,
    &ccm_pca_create_certificate,
    &ccm_pca_get_certificate,
    &ccm_pca_export_certificate,
    &ccm_iam_create_token,
};

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
