/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/hsm.h"

#include <ctype.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "core/crypto.h"
#include "emu/issue.h"
#include "emu/pem.h"
#include "emu/x509.h"

#define CERTIFICATE "hsm_cluster_info.hsm_ca_cert"
#define PROJECT_MAX 64

/* Base64 with line breaks anywhere, real or escaped. */
static bool
decode_base64(const char *text, struct ccm_buf *out, struct ccm_error *err)
{
	EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
	size_t len = strlen(text);
	int head = 0, tail = 0;
	bool ok = ctx != NULL && len < INT32_MAX && ccm_buf_reserve(out, len + 1, err);

	if (ok) {
		EVP_DecodeInit(ctx);
		ok = EVP_DecodeUpdate(
			 ctx, out->data, &head, (const unsigned char *)text, (int)len) >= 0 &&
		     EVP_DecodeFinal(ctx, out->data + head, &tail) >= 0;
	}
	EVP_ENCODE_CTX_free(ctx);
	if (!ok || head + tail == 0)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER, CERTIFICATE ": no base64");
	out->len = (size_t)(head + tail);
	out->data[out->len] = '\0';
	return true;
}

static X509 *
decode_pem(const struct ccm_buf *pem)
{
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->len);
	X509 *x509 =
	    bio != NULL ? PEM_read_bio_X509(bio, NULL, ccm_emu_pem_no_password, NULL) : NULL;

	BIO_free(bio);
	return x509;
}

static X509 *
decode_certificate(const struct ccm_buf *bytes)
{
	const unsigned char *at = bytes->data;
	X509 *x509 = strncmp(ccm_buf_str(bytes), "-----BEGIN", 10) == 0
			 ? decode_pem(bytes)
			 : d2i_X509(NULL, &at, (long)bytes->len);

	ERR_clear_error();
	return x509;
}

bool
ccm_emu_hsm_read_certificate(const char *text, struct ccm_buf *der, struct ccm_error *err)
{
	struct ccm_buf bytes = {0};
	X509 *x509 = NULL;
	bool ok = decode_base64(text, &bytes, err);

	if (ok)
		x509 = decode_certificate(&bytes);
	if (ok && x509 == NULL)
		ok = ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
		    CERTIFICATE ": base64, but neither of a certificate nor of its PEM");
	else if (ok && X509_check_ca(x509) == 0)
		ok = ccm_emu_refuse(
		    err, CCM_EMU_REFUSE_PARAMETER, CERTIFICATE ": it is no certificate of a CA");
	ok = ok && ccm_emu_x509_encode(x509, der, err);
	X509_free(x509);
	ccm_buf_clear(&bytes);
	return ok;
}

static bool
is_project(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && strchr("-_", name[i]) == NULL)
			return false;
	return len <= PROJECT_MAX;
}

static bool
check_cluster(
    const struct ccm_emu_call *call, const struct ccm_emu_resource *ca, struct ccm_error *err)
{
	if (!is_project(ca->hsm_project))
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
		    "hsm_cluster_info.hsm_project: %.80s", ca->hsm_project);
	if (!ccm_emu_is_uuid(ca->cluster_id))
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
		    "hsm_cluster_info.hsm_cluster_id: %.80s is no UUID", ca->cluster_id);
	return ccm_emu_site_has_hsm_cluster(&call->emulator->site, ca->cluster_id) ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
		   "hsm_cluster_info.hsm_cluster_id: the account has no cluster %s",
		   ca->cluster_id);
}

bool
ccm_emu_hsm_take(
    const struct ccm_emu_call *call, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	const struct ccm_json *info = ccm_json_get(call->request, "hsm_cluster_info");
	const char *certificate;

	if (info == NULL)
		return true;
	ccm_buf_clear(&ca->hsm_ca_certificate);
	return ccm_emu_take_text(info, "hsm_project", &ca->hsm_project, err) &&
	       ccm_emu_take_text(info, "hsm_cluster_id", &ca->cluster_id, err) &&
	       ccm_json_string(info, "hsm_ca_cert", &certificate, err) &&
	       check_cluster(call, ca, err) &&
	       ccm_emu_hsm_read_certificate(certificate, &ca->hsm_ca_certificate, err);
}
