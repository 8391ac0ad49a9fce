/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "core/crypto.h"
#include "key/key.h"

#define NUMBER_SIZE 32

/* What of the curve and the key is digested, in this order (GB/T 32918.2 5.5). */
static const char *const numbers[] = {OSSL_PKEY_PARAM_EC_A, OSSL_PKEY_PARAM_EC_B, NULL,
    OSSL_PKEY_PARAM_EC_PUB_X, OSSL_PKEY_PARAM_EC_PUB_Y};

static bool
append_number(const EVP_PKEY *pkey, const char *name, struct ccm_buf *out)
{
	unsigned char bytes[NUMBER_SIZE];
	BIGNUM *number = NULL;
	bool ok = EVP_PKEY_get_bn_param(pkey, name, &number) == 1 &&
		  BN_bn2binpad(number, bytes, sizeof(bytes)) == sizeof(bytes);

	BN_free(number);
	return ok && ccm_buf_append(out, bytes, sizeof(bytes), NULL);
}

/* Both coordinates of the base point, which comes as 04 || x || y. */
static bool
append_generator(const EVP_PKEY *pkey, struct ccm_buf *out)
{
	unsigned char point[1 + 2 * NUMBER_SIZE];
	size_t len = 0;

	return EVP_PKEY_get_octet_string_param(
		   pkey, OSSL_PKEY_PARAM_EC_GENERATOR, point, sizeof(point), &len) == 1 &&
	       len == sizeof(point) && ccm_buf_append(out, point + 1, 2 * NUMBER_SIZE, NULL);
}

bool
ccm_sm2_prefix(const EVP_PKEY *pkey, struct ccm_span id,
    unsigned char out[static CCM_SM2_DIGEST_SIZE], struct ccm_error *err)
{
	unsigned char bits[] = {(unsigned char)(id.len * 8 >> 8), (unsigned char)(id.len * 8)};
	struct ccm_buf text = {0};
	size_t len;
	bool ok;

	if (id.len > CCM_SM2_ID_MAX)
		return ccm_fail(err, CCM_USAGE, "an SM2 id of %zu bytes, %d are the most", id.len,
		    CCM_SM2_ID_MAX);
	ok = ccm_buf_append(&text, bits, sizeof(bits), NULL) &&
	     ccm_buf_append(&text, id.data, id.len, NULL);
	for (size_t i = 0; i < CCM_COUNT(numbers) && ok; i++)
		ok = numbers[i] != NULL ? append_number(pkey, numbers[i], &text)
					: append_generator(pkey, &text);
	if (!ok)
		ccm_fail_openssl(err, "the numbers of an SM2 key");
	ok = ok && ccm_digest(CCM_SM2_DIGEST, ccm_buf_span(&text), out, &len, err);
	ccm_buf_clear(&text);
	return ok;
}
