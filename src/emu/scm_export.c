/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <string.h>

#include "emu/pem.h"
#include "emu/scm.h"
#include "emu/scm_pem.h"
#include "emu/x509.h"

/* Which states hold a certificate is not documented; these do. */
static const char *const certified[] = {"ISSUED", "UPLOAD", "EXPIRED", "REVOKED", NULL};

static bool
add_pem(struct ccm_json *out, const char *name, const struct ccm_buf *pem, struct ccm_error *err)
{
	return pem->len == 0 || ccm_json_add_string(out, name, ccm_buf_str(pem), err);
}

/* As the fault wants it, the key is a good one of the same kind, but of no certificate. */
static bool
replace_key(struct ccm_buf *pem, struct ccm_error *err)
{
	EVP_PKEY *key = ccm_emu_pem_read_key(ccm_buf_span(pem));
	EVP_PKEY *other = ccm_emu_x509_generate(
	    key != NULL && EVP_PKEY_is_a(key, "EC") == 1 ? "EC256" : "RSA2048", err);
	bool ok;

	ccm_buf_clear(pem);
	ok = other != NULL && ccm_emu_pem_key(other, NULL, pem, err);
	EVP_PKEY_free(other);
	EVP_PKEY_free(key);
	return ok;
}

static bool
write(const struct ccm_emu_ssl *ssl, struct ccm_json *out, struct ccm_error *err)
{
	struct ccm_buf entire = {0};
	bool ok = ccm_buf_append_str(&entire, ccm_buf_str(&ssl->certificate), err) &&
		  ccm_buf_append_str(&entire, ccm_buf_str(&ssl->chain), err) &&
		  add_pem(out, "entire_certificate", &entire, err) &&
		  add_pem(out, "certificate", &ssl->certificate, err) &&
		  add_pem(out, "certificate_chain", &ssl->chain, err) &&
		  add_pem(out, "private_key", &ssl->private_key, err) &&
		  add_pem(out, "enc_certificate", &ssl->enc_certificate, err) &&
		  add_pem(out, "enc_private_key", &ssl->enc_private_key, err);

	ccm_buf_clear(&entire);
	return ok;
}

bool
ccm_emu_export_ssl(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_ssl ssl;
	bool ok;

	ccm_emu_ssl_init(&ssl);
	call->answer->json = ccm_json_new_object(err);
	ccm_emu_ssl_review(call);
	ok = call->answer->json != NULL && ccm_emu_ssl_find(call, &ssl, err) &&
	     ccm_emu_ssl_require(&ssl, certified, err);
	if (ok && call->wrong_key && ssl.private_key.len != 0)
		ok = replace_key(&ssl.private_key, err);
	ok = ok && write(&ssl, call->answer->json, err);
	ccm_emu_ssl_clear(&ssl);
	return ok;
}

/* Of what may be deleted in which state nothing is documented: everything may. */
bool
ccm_emu_delete_ssl(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_ssl ssl;
	bool deleted, ok = ccm_emu_ssl_find(call, &ssl, err);

	if (ok)
		ok = ccm_emu_ssl_delete(
		    ccm_emu_state_db(call->emulator->state), ssl.id, &deleted, err);
	if (ok && !deleted)
		ok = ccm_emu_scm_refuse(err, CCM_EMU_SCM_NOT_FOUND, "%s", ssl.id);
	ccm_emu_ssl_clear(&ssl);
	return ok;
}
