/* SPDX-License-Identifier: Apache-2.0 */
#include "key/key.h"
#include <cjson/cJSON.h>
