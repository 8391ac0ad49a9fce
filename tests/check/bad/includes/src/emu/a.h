/* SPDX-License-Identifier: Apache-2.0 */
#include <microhttpd.h>
#include <sqlite3.h>
#include "cloud/operations.h"
#include "cloud/client.h"
