/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/pair.h"

#include <ctype.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <string.h>

#include "core/crypto.h"

/* Usages asked for go to the certificate of the pair that they are for. */
enum {
	SIGNING = CCM_EMU_KU_DIGITAL_SIGNATURE | CCM_EMU_KU_NON_REPUDIATION,
	ENCIPHERING = CCM_EMU_KU_KEY_ENCIPHERMENT | CCM_EMU_KU_DATA_ENCIPHERMENT |
		      CCM_EMU_KU_KEY_AGREEMENT | CCM_EMU_KU_ENCIPHER_ONLY |
		      CCM_EMU_KU_DECIPHER_ONLY,
	ENCIPHERING_DEFAULT =
	    CCM_EMU_KU_KEY_ENCIPHERMENT | CCM_EMU_KU_DATA_ENCIPHERMENT | CCM_EMU_KU_KEY_AGREEMENT
};

static int64_t
part(int64_t asked, int64_t part_of, int64_t otherwise)
{
	return (asked & part_of) != 0 ? asked & part_of : otherwise;
}

/* Without leading zeros, as the reference's examples are. */
static char *
to_hex(const char *decimal, struct ccm_error *err)
{
	BIGNUM *number = NULL;
	char *hex = BN_dec2bn(&number, decimal) != 0 ? BN_bn2hex(number) : NULL, *out = NULL;

	if (hex != NULL)
		out = ccm_strdup(hex + strspn(hex, "0"), err);
	else
		ccm_fail_openssl(err, "serial number %s", decimal);
	for (char *at = out; at != NULL && *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	OPENSSL_free(hex);
	BN_free(number);
	return out;
}

static bool
sign_second(struct ccm_emu_resource *resource, const struct ccm_emu_issuer *issuer,
    const struct ccm_emu_plan *plan, struct ccm_error *err)
{
	char *serial = ccm_emu_issue_serial(resource->create_time, err);
	EVP_PKEY *key = ccm_emu_x509_generate(resource->key_algorithm, err);
	struct ccm_emu_plan second = *plan;
	bool ok;

	second.serial = serial;
	resource->enc_serial_number = serial != NULL ? to_hex(serial, err) : NULL;
	ok = resource->enc_serial_number != NULL && key != NULL &&
	     ccm_emu_key_encode(key, &resource->enc_private_key, err) &&
	     ccm_emu_x509_issue(&second, key, &issuer->signer, &resource->enc_certificate, err);
	EVP_PKEY_free(key);
	ccm_free(serial);
	return ok;
}

bool
ccm_emu_pair_sign(struct ccm_emu_resource *resource, EVP_PKEY *key,
    const struct ccm_emu_issuer *issuer, struct ccm_emu_plan *plan, struct ccm_error *err)
{
	int64_t asked = plan->key_usages;

	if (strcmp(resource->key_algorithm, "SM2") != 0)
		return ccm_emu_issue_sign(resource, key, issuer, plan, err);
	plan->key_usages = part(asked, SIGNING, SIGNING);
	if (!ccm_emu_issue_sign(resource, key, issuer, plan, err))
		return false;
	plan->key_usages = part(asked, ENCIPHERING, ENCIPHERING_DEFAULT);
	return sign_second(resource, issuer, plan, err);
}
