/* SPDX-License-Identifier: Apache-2.0 */
#include "../core/core.h"
#include "cloud/client.h"
#include "emu/a.h"
#include <pkcs11.h>
#include <openssl/core_names.h>
