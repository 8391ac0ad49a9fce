/* SPDX-License-Identifier: Apache-2.0 */
#include "p11_token.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#include "../unit/fake_pca.h"
#include "input.h"

struct ccm_model *__wrap_ccm_model_get(const char *config_path, struct ccm_error *err);

struct ccm_model *
__wrap_ccm_model_get(const char *config_path, struct ccm_error *err)
{
	(void)config_path;
	(void)err;
	return make_model("[token PCA]\nservice = pca\n[token Bare]\nservice = pca\nkeys = none\n");
}

static void
forget(void)
{
	free_records(NULL);
	OPENSSL_free((void *)crl_body.data);
}

static void
prepare(void)
{
	static bool made;

	if (made)
		return;
	made = true;
	/* what is logged is made, and not shown */
	setenv("CCM_LOG", "trace", 0);
	setenv("CCM_LOG_FILE", "/dev/null", 0);
	make_records(NULL);
	crl_body = make_crl(&records[ROOT], 1000000);
	atexit(forget);
}

void
token_open(void)
{
	prepare();
	INPUT_CLAIM(C_Initialize(NULL) == CKR_OK);
}

void
token_close(void)
{
	INPUT_CLAIM(C_Finalize(NULL) == CKR_OK);
	failure = CCM_OK;
}

void
token_fail(unsigned how)
{
	static const enum ccm_code codes[] = {
	    CCM_NETWORK, CCM_TIMEOUT, CCM_DENIED, CCM_AUTH, CCM_PROTOCOL, CCM_THROTTLED, CCM_NOMEM};

	failure = codes[how % CCM_COUNT(codes)];
}

CK_SESSION_HANDLE
token_session(CK_SLOT_ID slot, CK_FLAGS flags)
{
	CK_SESSION_HANDLE session;

	INPUT_CLAIM(
	    C_OpenSession(slot, flags | CKF_SERIAL_SESSION, NULL, NULL, &session) == CKR_OK);
	return session;
}

CK_ULONG
token_find(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count,
    CK_OBJECT_HANDLE *handles, CK_ULONG room)
{
	CK_ULONG found = 0;

	if (C_FindObjectsInit(session, template, count) != CKR_OK)
		return 0;
	INPUT_CLAIM(C_FindObjects(session, handles, room, &found) == CKR_OK);
	INPUT_CLAIM(found <= room);
	INPUT_CLAIM(C_FindObjectsFinal(session) == CKR_OK);
	return found;
}
