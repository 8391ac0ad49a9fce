/* SPDX-License-Identifier: Apache-2.0 */
#include "core/core.h"
#include "cloud/client.h"
#include "p11/p11.h"
#include <sqlite3.h>
