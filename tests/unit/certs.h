/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_TEST_CERTS_H
#define CCM_TEST_CERTS_H

/* Certificates to order, signed with the keys of keys.h. */

#include "keys.h"

/* What is left out has a default; names have the organization Test before the common name. */
struct test_recipe {
	int name_type; /* of the common name, MBSTRING_* or V_ASN1_*; 0: UTF-8 */
	const char *name;
	size_t name_len; /* 0: up to the NUL */
	const char *issuer;
	const char *not_before, *not_after; /* YYYYMMDDHHMMSSZ */
	const char *constraints, *san;      /* extensions, as in openssl.cnf */
	enum test_kind kind;
};

/* NULL when it cannot be made. */
X509 *test_x509(const struct test_recipe *recipe);

#endif
