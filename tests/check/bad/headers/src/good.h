/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
struct ccm_x { size_t n; };
