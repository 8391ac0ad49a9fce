/* SPDX-License-Identifier: Apache-2.0 */
#include <p11-kit/pkcs11.h>
#include "prov/prov.h"
#include "cloud/client.h"
#include "core/json.h"
#include <openssl/core_dispatch.h>
