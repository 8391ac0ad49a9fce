/* SPDX-License-Identifier: Apache-2.0 */
/* A key in an HSM: its table, and its handle, which changes with the connection. */
#include <openssl/evp.h>

#include "key/hsm_key.h"

static void
hsm_free(struct ccm_key *base)
{
	struct ccm_hsm_key *key = (struct ccm_hsm_key *)base;

	ccm_hsm_unref(key->hsm);
	ccm_buf_clear(&key->id);
	ccm_lock_destroy(&key->lock);
	ccm_free(key);
}

static const struct ccm_key_ops hsm_ops = {
    .name = "hsm",
    .sign_init = ccm_hsm_sign_init,
    .sign = ccm_hsm_sign,
    .sign_free = ccm_hsm_sign_free,
    .decrypt = ccm_hsm_decrypt,
    .derive = ccm_hsm_derive,
    .free = hsm_free,
};

struct ccm_key *
ccm_hsm_key_new(
    struct ccm_hsm *hsm, EVP_PKEY *public_half, struct ccm_hsm_place *place, struct ccm_error *err)
{
	struct ccm_hsm_key *key = ccm_alloc(sizeof(*key), err);

	if (key == NULL || !ccm_key_init(&key->base, &hsm_ops, public_half, err)) {
		ccm_free(key);
		return NULL;
	}
	ccm_lock_init(&key->lock);
	key->hsm = ccm_hsm_ref(hsm);
	key->type = place->type;
	key->handle = place->handle;
	key->authenticates_always = place->authenticates_always;
	key->id = place->id;
	place->id = (struct ccm_buf){0};
	return &key->base;
}

struct ccm_span
ccm_hsm_key_id(const struct ccm_key *key)
{
	return key->ops == &hsm_ops ? ccm_buf_span(&((const struct ccm_hsm_key *)key)->id)
				    : CCM_SPAN(NULL, 0);
}

struct ccm_hsm *
ccm_hsm_of_key(const struct ccm_key *key)
{
	return key->ops == &hsm_ops ? ((const struct ccm_hsm_key *)key)->hsm : NULL;
}

static bool
known_handle(struct ccm_hsm_key *key, uint64_t connection, CK_OBJECT_HANDLE *handle)
{
	bool known;

	ccm_lock_acquire(&key->lock);
	known = key->connection == connection;
	*handle = key->handle;
	ccm_lock_release(&key->lock);
	return known;
}

static void
keep_handle(struct ccm_hsm_key *key, uint64_t connection, CK_OBJECT_HANDLE handle)
{
	ccm_lock_acquire(&key->lock);
	key->connection = connection;
	key->handle = handle;
	ccm_lock_release(&key->lock);
}

CK_RV
ccm_hsm_key_handle(const struct ccm_hsm_session *session, struct ccm_hsm_key *key,
    CK_OBJECT_HANDLE *handle, struct ccm_error *err)
{
	const struct ccm_hsm_search search = {ccm_buf_span(&key->id), ccm_key_public(&key->base)};
	uint64_t connection = session->connection->number;
	struct ccm_hsm_place place = {0};
	CK_RV rv;

	if (session->turn == 0 && known_handle(key, connection, handle))
		return CKR_OK;
	rv = ccm_hsm_locate(session, &search, &place, err);
	if (rv == CKR_OK)
		keep_handle(key, connection, place.handle);
	*handle = place.handle;
	ccm_buf_clear(&place.id);
	return rv;
}
