/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/core_dispatch.h>
#include <p11-kit/pkcs11.h>
#include "model/model.h"
