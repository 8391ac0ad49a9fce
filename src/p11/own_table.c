/* SPDX-License-Identifier: Apache-2.0 */
#include "p11/handle.h"
#include "p11/own.h"

/*
 * Each session holds the references to its objects, in a list whose changes are one store each; the
 * table only points. A session that is closed, be it by C_Finalize, takes them along: they are
 * freed with it, when libcrypto may be called.
 */
static struct ccm_p11_handles table;

static struct ccm_p11_own **
link_of_locked(struct ccm_p11_session *session, const struct ccm_p11_own *own)
{
	struct ccm_p11_own **link = &session->owns;

	while (*link != NULL && *link != own)
		link = &(*link)->next;
	return link;
}

static CK_RV
insert_locked(const struct ccm_p11_session *owner, struct ccm_p11_own *own)
{
	struct ccm_p11_session *session = ccm_p11_session_locked(owner->handle);
	struct ccm_error err = {0};

	if (session != owner)
		return CKR_SESSION_CLOSED; /* by another thread, just now */
	if (ccm_p11_own_flag(own, CKA_PRIVATE) && !ccm_p11_shows_private_locked(own->slot_id))
		return CKR_USER_NOT_LOGGED_IN; /* PKCS#11 2.40 s.5.6.2 */
	if (!ccm_p11_handles_add_locked(&table, own, &own->number, &err))
		return err.code == CCM_NOMEM ? CKR_HOST_MEMORY : CKR_DEVICE_MEMORY;
	own->next = session->owns;
	session->owns = own;
	return CKR_OK;
}

CK_RV
ccm_p11_own_insert(
    const struct ccm_p11_session *session, struct ccm_p11_own *take_own, CK_OBJECT_HANDLE *handle)
{
	struct ccm_p11_object object = {.kind = take_own->kind, .own = take_own};
	CK_RV rv = ccm_p11_lock();

	if (rv == CKR_OK) {
		take_own->slot_id = session->slot_id;
		take_own->session = session->handle;
		rv = insert_locked(session, take_own);
		if (rv == CKR_OK)
			*handle = ccm_p11_object_handle(&object);
		ccm_p11_unlock();
	}
	if (rv != CKR_OK)
		ccm_p11_own_unref(take_own);
	return rv;
}

bool
ccm_p11_owns_of(CK_SLOT_ID slot_id, struct ccm_p11_owns *out, struct ccm_error *err)
{
	struct ccm_p11_own *own;
	unsigned long index = 0;
	bool ok = true;

	*out = (struct ccm_p11_owns){0};
	if (ccm_p11_lock() != CKR_OK)
		return true; /* finalized meanwhile */
	while (ok && (own = ccm_p11_handles_next_locked(&table, &index)) != NULL) {
		if (own->slot_id != slot_id)
			continue;
		ok = ccm_grow_array(&out->owns, out->count, sizeof(*out->owns), err);
		if (ok)
			out->owns[out->count++] = ccm_p11_own_ref(own);
	}
	ccm_p11_unlock();
	if (!ok)
		ccm_p11_owns_clear(out);
	return ok;
}

void
ccm_p11_owns_clear(struct ccm_p11_owns *owns)
{
	for (size_t i = 0; i < owns->count; i++)
		ccm_p11_own_unref(owns->owns[i]);
	ccm_free(owns->owns);
	*owns = (struct ccm_p11_owns){0};
}

bool
ccm_p11_own_get(CK_SLOT_ID slot_id, CK_ULONG number, struct ccm_p11_object *object)
{
	struct ccm_p11_own *own;

	if (ccm_p11_lock() != CKR_OK)
		return false;
	own = ccm_p11_handles_get_locked(&table, number);
	if (own != NULL && own->slot_id == slot_id)
		*object = (struct ccm_p11_object){.kind = own->kind, .own = ccm_p11_own_ref(own)};
	ccm_p11_unlock();
	return object->own != NULL;
}

bool
ccm_p11_own_replace(const struct ccm_p11_own *old, struct ccm_p11_own *take_own)
{
	struct ccm_p11_own *present = NULL;

	if (ccm_p11_lock() == CKR_OK) {
		present = ccm_p11_handles_get_locked(&table, old->number);
		if (present == old) {
			take_own->next = present->next;
			*link_of_locked(ccm_p11_session_locked(old->session), old) = take_own;
			ccm_p11_handles_put_locked(&table, old->number, take_own);
		}
		ccm_p11_unlock();
	}
	ccm_p11_own_unref(present == old ? present : take_own);
	return present == old;
}

static void
remove_locked(struct ccm_p11_own *own)
{
	*link_of_locked(ccm_p11_session_locked(own->session), own) = own->next;
	ccm_p11_handles_remove_locked(&table, own->number);
}

bool
ccm_p11_own_remove(const struct ccm_p11_own *own)
{
	struct ccm_p11_own *present;

	if (ccm_p11_lock() != CKR_OK)
		return false;
	present = ccm_p11_handles_get_locked(&table, own->number);
	if (present != NULL)
		remove_locked(present);
	ccm_p11_unlock();
	ccm_p11_own_unref(present);
	return present != NULL;
}

void
ccm_p11_owns_close_locked(const struct ccm_p11_session *session)
{
	for (const struct ccm_p11_own *own = session->owns; own != NULL; own = own->next)
		ccm_p11_handles_remove_locked(&table, own->number);
}

void
ccm_p11_owns_free(struct ccm_p11_own *owns)
{
	while (owns != NULL) {
		struct ccm_p11_own *own = owns;

		owns = own->next;
		ccm_p11_own_unref(own);
	}
}

struct ccm_p11_own *
ccm_p11_owns_log_out_locked(CK_SLOT_ID slot_id)
{
	struct ccm_p11_own *own, *gone = NULL;
	unsigned long index = 0;

	while ((own = ccm_p11_handles_next_locked(&table, &index)) != NULL) {
		if (own->slot_id != slot_id || !ccm_p11_own_flag(own, CKA_PRIVATE))
			continue;
		remove_locked(own);
		own->next = gone;
		gone = own;
	}
	return gone;
}
