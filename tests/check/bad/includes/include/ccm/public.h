/* SPDX-License-Identifier: Apache-2.0 */
#include "core/core.h"
#include "ccm/other.h"
