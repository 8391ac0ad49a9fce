/* SPDX-License-Identifier: Apache-2.0 */
#include "model/identity.h"

#include <ctype.h>
#include <string.h>

#include "core/crypto.h"

bool
ccm_item_id_from_resource(
    const char *resource_id, unsigned char id[static CCM_ITEM_ID_LEN], struct ccm_error *err)
{
	unsigned char hash[64];
	char digits[2 * CCM_ITEM_ID_LEN + 1];
	size_t used = 0, hash_len;

	for (const char *at = resource_id; *at != '\0' && used < sizeof(digits); at++) {
		if (*at != '-')
			digits[used++] = *at;
	}
	if (strlen(resource_id) == 36 && used == 2 * CCM_ITEM_ID_LEN) {
		digits[used] = '\0';
		if (ccm_unhex(digits, id, CCM_ITEM_ID_LEN))
			return true;
	}
	if (strlen(resource_id) == CCM_ITEM_ID_LEN) {
		memcpy(id, resource_id, CCM_ITEM_ID_LEN);
		return true;
	}
	if (!ccm_digest("SHA256", ccm_span_of(resource_id), hash, &hash_len, err))
		return false;
	memcpy(id, hash, CCM_ITEM_ID_LEN);
	return true;
}

bool
ccm_id_is_scm(const unsigned char id[static CCM_ITEM_ID_LEN])
{
	if (memcmp(id, "scs", 3) != 0)
		return false;
	for (size_t i = 3; i < CCM_ITEM_ID_LEN; i++)
		if (!isdigit(id[i]))
			return false;
	return true;
}
