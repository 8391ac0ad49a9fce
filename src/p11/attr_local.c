/* SPDX-License-Identifier: Apache-2.0 */
/* What keys show that depends on where they are from. */
#include "model/local.h"
#include "p11/attr_get.h"

static bool
append_bool(struct ccm_buf *out, bool value, struct ccm_error *err)
{
	CK_BBOOL byte = value ? CK_TRUE : CK_FALSE;

	return ccm_buf_append(out, &byte, sizeof(byte), err);
}

static bool
is_generated(const struct ccm_item *item)
{
	return ccm_item_is_local(item) && (ccm_local_flags(item) & CCM_VAULT_GENERATED) != 0;
}

static bool
may_write(const struct ccm_item *item)
{
	return ccm_item_is_local(item) && !ccm_token_is_read_only(ccm_item_token(item));
}

CCM_P11_GETTER(is_private)
{
	return append_bool(out, ccm_token_needs_login(ccm_item_token(object->item)), err);
}

/* Of a key with a certificate, label and id are that one's. */
CCM_P11_GETTER(is_modifiable)
{
	return append_bool(
	    out, may_write(object->item) && ccm_item_kind(object->item) == CCM_ITEM_KEY, err);
}

CCM_P11_GETTER(is_destroyable)
{
	return append_bool(out, may_write(object->item), err);
}

CCM_P11_GETTER(is_generated)
{
	return append_bool(out, is_generated(object->item), err);
}

CCM_P11_GETTER(generated_by)
{
	CK_ULONG mechanism = CK_UNAVAILABLE_INFORMATION;

	if (is_generated(object->item) && ccm_item_key_type(object->item) == CCM_KEY_RSA)
		mechanism = CKM_RSA_PKCS_KEY_PAIR_GEN;
	else if (is_generated(object->item) && ccm_item_key_type(object->item) == CCM_KEY_EC)
		mechanism = CKM_EC_KEY_PAIR_GEN;
	else if (is_generated(object->item) && ccm_item_key_type(object->item) == CCM_KEY_ED25519)
		mechanism = CKM_EC_EDWARDS_KEY_PAIR_GEN;
	return ccm_buf_append(out, &mechanism, sizeof(mechanism), err);
}

CCM_P11_GETTER(never_left)
{
	return append_bool(out,
	    is_generated(object->item) &&
		(ccm_local_flags(object->item) & CCM_VAULT_EXPORTABLE) == 0,
	    err);
}
