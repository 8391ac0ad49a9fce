/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_REGISTRATION_H
#define CCM_CLI_REGISTRATION_H

/* Where p11-kit knows the library from: a file *.module that names it (pkcs11.conf(5)). */

#include "core/mem.h"

/* The directories that p11-kit looks into here; NULL ends them. Those of root's are left out. */
struct ccm_registration_places {
	char *directories[4];
};
bool ccm_registration_places(
    const char *root, struct ccm_registration_places *out, struct ccm_error *err);
void ccm_registration_places_clear(struct ccm_registration_places *places);

struct ccm_registration {
	char *file; /* NULL: there is none */
	char *path; /* of the library that it names */
};
bool ccm_registration_find(const struct ccm_registration_places *places,
    struct ccm_registration *out, struct ccm_error *err);
void ccm_registration_clear(struct ccm_registration *registration);

#endif
