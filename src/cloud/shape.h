/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_SHAPE_H
#define CCM_SHAPE_H

/* Answers whose shape in the API Reference's examples is not that of its tables. */

#include "cloud/operations.h"

/*
 * The resources of a tag filter as the tables have them (spec/ccm-api.md 8 filter_example_shape):
 * resource_detail is an object, not a list of one, and each resource is one element, not one for
 * each member. Other answers stay as they are.
 */
bool ccm_shape_repair(
    const struct ccm_operation *op, struct ccm_json *answer, struct ccm_error *err);

#endif
