/* SPDX-License-Identifier: Apache-2.0 */
#include "p11/token.h"

#include <string.h>

#include "key/algorithm.h"
#include "model/local.h"

static bool
is_logged_in(const struct ccm_p11_session *session)
{
	return ccm_p11_shows_private(session->slot_id);
}

CK_RV
ccm_p11_token_check_write(const struct ccm_p11_session *session)
{
	if (ccm_token_is_read_only(session->token) || !ccm_token_has_keys(session->token))
		return CKR_TOKEN_WRITE_PROTECTED;
	if ((session->flags & CKF_RW_SESSION) == 0)
		return CKR_SESSION_READ_ONLY;
	return is_logged_in(session) ? CKR_OK : CKR_USER_NOT_LOGGED_IN;
}

CK_RV
ccm_p11_template_off_token(const struct ccm_p11_template *template, struct ccm_p11_template *out)
{
	CK_ATTRIBUTE *attributes = ccm_alloc_array(template->count + 1, sizeof(*attributes), NULL);

	*out = (struct ccm_p11_template){attributes, 0};
	if (attributes == NULL)
		return CKR_HOST_MEMORY;
	for (CK_ULONG i = 0; i < template->count; i++)
		if (template->attributes[i].type != CKA_TOKEN)
			attributes[out->count++] = template->attributes[i];
	return CKR_OK;
}

void
ccm_p11_template_free(struct ccm_p11_template *template)
{
	ccm_free((void *)template->attributes);
	*template = (struct ccm_p11_template){0};
}

/* Keys */

/* What is said of one half counts for both; the private one's word first. */
static struct ccm_span
of_pair(const struct ccm_p11_own *private, const struct ccm_p11_own *public, CK_ATTRIBUTE_TYPE type)
{
	struct ccm_span value = ccm_p11_own_value(private, type);

	return value.len != 0 || public == NULL ? value : ccm_p11_own_value(public, type);
}

static enum ccm_p11_kind
kind_on_token(enum ccm_p11_kind own, bool public)
{
	if ((own & (CCM_P11_OWN_PRIVATE_RSA | CCM_P11_OWN_PUBLIC_RSA)) != 0)
		return public ? CCM_P11_PUBLIC_RSA : CCM_P11_PRIVATE_RSA;
	if ((own & (CCM_P11_OWN_PRIVATE_EC | CCM_P11_OWN_PUBLIC_EC)) != 0)
		return public ? CCM_P11_PUBLIC_EC : CCM_P11_PRIVATE_EC;
	return public ? CCM_P11_PUBLIC_ED : CCM_P11_PRIVATE_ED;
}

static CK_RV
fail(const char *what, const struct ccm_error *err)
{
	return err->code == CCM_CONFLICT ? CKR_ATTRIBUTE_VALUE_INVALID : ccm_p11_failure(what, err);
}

static void
hand_over(struct ccm_item *take_item, enum ccm_p11_kind kind, const struct ccm_p11_pair *pair)
{
	struct ccm_p11_object object = {.kind = kind_on_token(kind, false), .item = take_item};

	*pair->private.handle = ccm_p11_object_handle(&object);
	object.kind = kind_on_token(kind, true);
	if (pair->public.handle != NULL)
		*pair->public.handle = ccm_p11_object_handle(&object);
	ccm_item_unref(take_item);
}

CK_RV
ccm_p11_token_keep(const struct ccm_p11_session *session, const struct ccm_p11_own *private,
    const struct ccm_p11_own *public, const struct ccm_p11_pair *pair)
{
	struct ccm_span label = of_pair(private, public, CKA_LABEL);
	struct ccm_error err = {0};
	struct ccm_local_spec spec = {
	    .id = of_pair(private, public, CKA_ID),
	    .exportable = ccm_p11_own_flag(private, CKA_EXTRACTABLE),
	    .generated = ccm_p11_own_flag(private, CKA_LOCAL),
	};
	EVP_PKEY *pkey = private->key != NULL ? ccm_key_soft_pkey(private->key) : NULL;
	struct ccm_item *item = NULL;
	char *text;

	if (pkey == NULL)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	if (ccm_token_hsm(session->token) != NULL) /* which takes none from outside */
		return CKR_FUNCTION_REJECTED;
	text = ccm_strndup((const char *)label.data, label.len, &err);
	spec.label = text;
	if (text != NULL)
		item = ccm_local_keep(session->token, pkey, &spec, &err);
	ccm_free(text);
	if (item == NULL)
		return fail("keeping a key", &err);
	hand_over(item, private->kind, pair);
	return CKR_OK;
}

/* No HSM makes keys that can leave it, nor all that OpenSSL does. */
static bool
is_for_hsm(const struct ccm_p11_own *private, const struct ccm_key_spec *spec)
{
	static const unsigned char f4[] = {1, 0, 1};

	return !ccm_p11_own_flag(private, CKA_EXTRACTABLE) &&
	       ccm_p11_own_flag(private, CKA_SENSITIVE) &&
	       (spec->exponent.len == 0 ||
		   ccm_span_equal(spec->exponent, CCM_SPAN(f4, sizeof(f4))));
}

CK_RV
ccm_p11_token_generate(const struct ccm_p11_session *session, const struct ccm_p11_own *private,
    const struct ccm_p11_own *public, const struct ccm_key_spec *spec,
    const struct ccm_p11_pair *pair)
{
	struct ccm_span label = of_pair(private, public, CKA_LABEL);
	char algorithm[CCM_ALGORITHM_SIZE];
	struct ccm_local_spec wanted = {
	    .algorithm = algorithm, .id = of_pair(private, public, CKA_ID)};
	struct ccm_error err = {0};
	struct ccm_item *item = NULL;
	char *text;

	if (!is_for_hsm(private, spec))
		return CKR_TEMPLATE_INCONSISTENT;
	ccm_algorithm_name(spec, algorithm);
	text = ccm_strndup((const char *)label.data, label.len, &err);
	wanted.label = text;
	if (text != NULL)
		item = ccm_local_generate(session->token, &wanted, &err);
	ccm_free(text);
	if (item == NULL)
		return err.code == CCM_UNSUPPORTED ? CKR_MECHANISM_INVALID
						   : ccm_p11_failure("C_GenerateKeyPair", &err);
	hand_over(item, private->kind, pair);
	return CKR_OK;
}

/* Changing: of a key its label and id. */

static CK_RV
read_change(const CK_ATTRIBUTE *attribute, char **label, struct ccm_span *id)
{
	if (attribute->pValue == NULL && attribute->ulValueLen != 0)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	switch (attribute->type) {
	case CKA_LABEL:
		ccm_free(*label);
		*label = ccm_strndup(attribute->pValue, attribute->ulValueLen, NULL);
		return *label != NULL ? CKR_OK : CKR_HOST_MEMORY;
	case CKA_ID:
		*id = CCM_SPAN(attribute->pValue, attribute->ulValueLen);
		return id->len != 0 ? CKR_OK : CKR_ATTRIBUTE_VALUE_INVALID;
	default:
		return CKR_ATTRIBUTE_READ_ONLY;
	}
}

static CK_RV
rename_key(struct ccm_item *item, const CK_ATTRIBUTE *template, CK_ULONG count)
{
	struct ccm_error err = {0};
	char *label = ccm_strdup(ccm_item_label(item), &err);
	struct ccm_span id = ccm_item_id(item);
	CK_RV rv = label != NULL ? CKR_OK : CKR_HOST_MEMORY;

	for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++)
		rv = read_change(&template[i], &label, &id);
	if (rv == CKR_OK && !ccm_local_rename(item, label, id, &err))
		rv = fail("C_SetAttributeValue", &err);
	ccm_free(label);
	return rv;
}

CK_RV
ccm_p11_token_change(const struct ccm_p11_session *session, const struct ccm_p11_object *object,
    const CK_ATTRIBUTE *template, CK_ULONG count)
{
	CK_RV rv = ccm_p11_token_check_write(session);

	if (rv != CKR_OK)
		return rv;
	if (object->item == NULL || ccm_item_kind(object->item) != CCM_ITEM_KEY)
		return CKR_ACTION_PROHIBITED;
	return rename_key(object->item, template, count);
}

/* A pair is one thing in the keystore: it goes with its private half. */
CK_RV
ccm_p11_token_destroy(const struct ccm_p11_session *session, const struct ccm_p11_object *object)
{
	struct ccm_error err = {0};
	CK_RV rv = ccm_p11_token_check_write(session);

	if (rv != CKR_OK)
		return rv;
	if (object->item == NULL || !ccm_item_is_local(object->item) ||
	    (object->kind & CCM_P11_KEY) == 0)
		return CKR_ACTION_PROHIBITED;
	if ((object->kind & CCM_P11_PUBLIC) != 0)
		return CKR_OK;
	return ccm_local_destroy(object->item, &err) ? CKR_OK : fail("C_DestroyObject", &err);
}
