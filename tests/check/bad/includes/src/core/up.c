/* SPDX-License-Identifier: Apache-2.0 */
#include "core/core.h"
#include "model/model.h"
# include <curl/curl.h>
#include <openssl/evp.h>
