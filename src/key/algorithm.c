/* SPDX-License-Identifier: Apache-2.0 */
#include "key/algorithm.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	enum ccm_key_type type;
	unsigned bits;
} algorithms[] = {
    {"RSA2048", CCM_KEY_RSA, 2048},
    {"RSA3072", CCM_KEY_RSA, 3072},
    {"RSA4096", CCM_KEY_RSA, 4096},
    {"EC256", CCM_KEY_EC, 256},
    {"EC384", CCM_KEY_EC, 384},
    {"EC521", CCM_KEY_EC, 521},
    {"ED25519", CCM_KEY_ED25519, 0},
    {"SM2", CCM_KEY_SM2, 0},
};

bool
ccm_algorithm_parse(const char *name, struct ccm_key_spec *spec, struct ccm_error *err)
{
	for (size_t i = 0; i < CCM_COUNT(algorithms); i++) {
		if (strcasecmp(algorithms[i].name, name) != 0)
			continue;
		*spec =
		    (struct ccm_key_spec){.type = algorithms[i].type, .bits = algorithms[i].bits};
		return true;
	}
	return ccm_fail(err, CCM_USAGE,
	    "\"%s\" is no kind of key: rsa2048, rsa3072, rsa4096, ec256, ec384, ec521, ed25519, "
	    "sm2",
	    name);
}

void
ccm_algorithm_name(const struct ccm_key_spec *spec, char name[static CCM_ALGORITHM_SIZE])
{
	name[0] = '\0';
	if (spec->type == CCM_KEY_RSA)
		snprintf(name, CCM_ALGORITHM_SIZE, "RSA%u", spec->bits);
	for (size_t i = 0; name[0] == '\0' && i < CCM_COUNT(algorithms); i++)
		if (algorithms[i].type == spec->type &&
		    (algorithms[i].bits == 0 || algorithms[i].bits == spec->bits))
			snprintf(name, CCM_ALGORITHM_SIZE, "%s", algorithms[i].name);
}

void
ccm_algorithm_of(const EVP_PKEY *pkey, char name[static CCM_ALGORITHM_SIZE])
{
	ccm_algorithm_name(
	    &(struct ccm_key_spec){ccm_pkey_type(pkey), (unsigned)ccm_pkey_bits(pkey), {0}}, name);
}
