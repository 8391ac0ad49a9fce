/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_LIBCURL_H
#define CCM_LIBCURL_H

/*
 * libcurl is loaded when the service is first talked to. It brings thirty libraries, which would
 * double the start of every program that has our provider in its openssl.cnf, and most of them
 * never need it.
 */

#include <stdbool.h>

#include "ccm/error.h"

/* To be called before any other function of libcurl. */
bool ccm_libcurl_load(struct ccm_error *err);

#endif
