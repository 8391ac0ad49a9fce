/* SPDX-License-Identifier: Apache-2.0 */
/* What certificates are trusted for, in the forms of PKCS#11, NSS and p11-kit. */
#include "p11/attr_get.h"

static bool
append_flag(struct ccm_buf *out, bool flag, struct ccm_error *err)
{
	CK_BBOOL value = flag ? CK_TRUE : CK_FALSE;

	return ccm_buf_append(out, &value, sizeof(value), err);
}

CCM_P11_GETTER(trusted)
{
	return append_flag(out, ccm_item_is_trusted(object->item), err);
}

CCM_P11_GETTER(distrusted)
{
	return append_flag(out, ccm_item_is_distrusted(object->item), err);
}

static bool
append_trust(
    struct ccm_buf *out, const struct ccm_item *item, enum ccm_trust purpose, struct ccm_error *err)
{
	CK_ULONG trust = CKT_NSS_MUST_VERIFY_TRUST;

	if (ccm_item_is_distrusted(item))
		trust = CKT_NSS_NOT_TRUSTED;
	else if (ccm_item_is_trusted_for(item, purpose))
		trust = CKT_NSS_TRUSTED_DELEGATOR;
	return ccm_buf_append(out, &trust, sizeof(trust), err);
}

CCM_P11_GETTER(trust_server)
{
	return append_trust(out, object->item, CCM_TRUST_SERVER, err);
}

CCM_P11_GETTER(trust_client)
{
	return append_trust(out, object->item, CCM_TRUST_CLIENT, err);
}

/* Mail and code */
CCM_P11_GETTER(trust_other)
{
	return append_trust(out, object->item, CCM_TRUST_YES, err);
}

/* The extension: SEQUENCE { extendedKeyUsage, OCTET STRING { SEQUENCE { serverAuth or clientAuth }
 * } }
 */
#define EXTENDED_KEY_USAGE 0x06, 0x03, 0x55, 0x1d, 0x25
#define KEY_PURPOSE(n) 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, n

CCM_P11_GETTER(extension_id)
{
	static const unsigned char id[] = {EXTENDED_KEY_USAGE};

	return ccm_buf_append(out, id, sizeof(id), err);
}

CCM_P11_GETTER(extension_value)
{
	const unsigned char value[] = {0x30, 0x13, EXTENDED_KEY_USAGE, 0x04, 0x0c, 0x30, 0x0a,
	    KEY_PURPOSE(ccm_item_trust(object->item) == CCM_TRUST_SERVER ? 1 : 2)};

	return ccm_buf_append(out, value, sizeof(value), err);
}
