/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_ROUTE_H
#define CCM_EMU_ROUTE_H

/*
 * From an HTTP request to an operation and its fields, by the operations table; the reverse of
 * ccm_operation_build. Pure.
 */

#include "emu/request.h"

/* The operation of a method and path, NULL when there is none. Literal parts win over {fields}. */
const struct ccm_operation *ccm_emu_route_find(const char *method, const char *path);

/*
 * The request's fields as one flat object, checked. As tolerant as the service is (ccm-api.md 8):
 * fields that the table does not know are left out, an empty text counts as missing, enumerations
 * come in any case, numbers and Booleans as text, no body as an empty one. What is wrong is refused
 * with the code that belongs to the field.
 */
struct ccm_json *ccm_emu_route_read(
    const struct ccm_operation *op, const struct ccm_emu_request *request, struct ccm_error *err);

bool ccm_emu_is_uuid(const char *text);

#endif
