/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_TEST_DATA_H
#define CCM_TEST_DATA_H

/* Files of tests/data. */

#include "core/json.h"

/* The parsed file; on failure the reason is printed and the result is NULL. */
struct ccm_json *test_data_json(const char *name);

/* Read a whole file, with the same way of failing. */
bool test_data_read(const char *path, struct ccm_buf *out);

#endif
