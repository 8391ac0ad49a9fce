/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/csr.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/crypto.h"
#include "emu/answer.h"
#include "emu/name.h"
#include "emu/pem.h"
#include "emu/signature.h"

/* Reading */

static bool
read_name(struct ccm_emu_csr *csr, struct ccm_error *err)
{
	struct ccm_error cause = {0};

	if (!ccm_emu_name_read(X509_REQ_get_subject_name(csr->request), csr->name, &cause))
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_CSR, "csr: %s", cause.msg);
	return csr->name[CCM_EMU_NAME_CN] != NULL ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_CSR, "csr: the subject has no common name");
}

bool
ccm_emu_csr_read(const char *text, struct ccm_emu_csr *out, struct ccm_error *err)
{
	struct ccm_buf pem = {0};

	*out = (struct ccm_emu_csr){0};
	if (ccm_emu_pem_from_wire(text, &pem, err))
		out->request = ccm_emu_pem_decode_request(ccm_buf_span(&pem));
	ccm_buf_clear(&pem);
	if (out->request == NULL)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_CSR, "csr: no PKCS #10 request in PEM");
	out->key = X509_REQ_get0_pubkey(out->request);
	out->extensions = X509_REQ_get_extensions(out->request);
	ERR_clear_error(); /* of a request that asks for none */
	if (out->key == NULL || !ccm_emu_request_is_signed(out->request))
		return ccm_emu_refuse(
		    err, CCM_EMU_REFUSE_CSR, "csr: it is not signed by the key that is in it");
	return read_name(out, err);
}

void
ccm_emu_csr_clear(struct ccm_emu_csr *csr)
{
	for (size_t i = 0; i < CCM_EMU_NAME_PARTS; i++)
		ccm_free(csr->name[i]);
	sk_X509_EXTENSION_pop_free(csr->extensions, X509_EXTENSION_free);
	X509_REQ_free(csr->request);
	*csr = (struct ccm_emu_csr){0};
}

/* Using */

static X509_EXTENSION *
find_extension(const struct ccm_emu_csr *csr, int nid)
{
	int index = X509v3_get_ext_by_NID(csr->extensions, nid, -1);

	return index >= 0 ? X509v3_get_ext(csr->extensions, index) : NULL;
}

static bool
read_key_usages(const struct ccm_emu_csr *csr, int64_t *usages, struct ccm_error *err)
{
	X509_EXTENSION *extension = find_extension(csr, NID_key_usage);
	ASN1_BIT_STRING *bits;

	if (extension == NULL)
		return true;
	bits = X509V3_EXT_d2i(extension);
	ERR_clear_error();
	if (bits == NULL)
		return ccm_emu_refuse(
		    err, CCM_EMU_REFUSE_CSR, "csr: its key usage cannot be decoded");
	*usages = 0;
	for (int i = 0; i < CCM_EMU_KU_BITS; i++)
		if (ASN1_BIT_STRING_get_bit(bits, i) == 1)
			*usages |= INT64_C(1) << i;
	ASN1_BIT_STRING_free(bits);
	return true;
}

/* An extension that goes into the certificate as it is has to be one that can be read. */
static bool
take_extension(const struct ccm_emu_csr *csr, int nid, X509_EXTENSION **out, struct ccm_error *err)
{
	X509_EXTENSION *extension = find_extension(csr, nid);
	const X509V3_EXT_METHOD *method = extension != NULL ? X509V3_EXT_get_nid(nid) : NULL;
	void *value;

	if (extension == NULL)
		return true;
	value = X509V3_EXT_d2i(extension);
	ERR_clear_error();
	if (value == NULL || method == NULL)
		return ccm_emu_refuse(
		    err, CCM_EMU_REFUSE_CSR, "csr: its %s cannot be decoded", OBJ_nid2ln(nid));
	ASN1_item_free(value, ASN1_ITEM_ptr(method->it));
	*out = extension;
	return true;
}

bool
ccm_emu_csr_plan(const struct ccm_emu_csr *csr, struct ccm_emu_plan *plan, struct ccm_error *err)
{
	plan->subject = X509_REQ_get_subject_name(csr->request);
	return read_key_usages(csr, &plan->key_usages, err) &&
	       take_extension(csr, NID_ext_key_usage, &plan->extended_key_usage, err) &&
	       take_extension(csr, NID_subject_alt_name, &plan->alternative_names, err);
}

/* Showing */

static const struct {
	int nid;
	const char *name;
} signers[] = {
    {NID_rsaEncryption, "RSA"},
    {NID_X9_62_id_ecPublicKey, "ECDSA"},
    {NID_sm2, "SM2"},
};

bool
ccm_emu_csr_signature_name(
    const struct ccm_emu_csr *csr, struct ccm_buf *out, struct ccm_error *err)
{
	int nid = X509_REQ_get_signature_nid(csr->request), hash = NID_undef, signer = NID_undef;

	if (OBJ_find_sigid_algs(nid, &hash, &signer) == 1 && hash != NID_undef)
		for (size_t i = 0; i < CCM_COUNT(signers); i++)
			if (signers[i].nid == signer)
				return ccm_buf_printf(
				    out, err, "%swith%s", OBJ_nid2sn(hash), signers[i].name);
	return ccm_buf_append_str(out, OBJ_nid2sn(nid), err);
}

/* Writing */

static bool
fill(X509_REQ *request, X509_NAME *name, EVP_PKEY *key, EVP_MD_CTX *md)
{
	return X509_REQ_set_version(request, X509_REQ_VERSION_1) == 1 &&
	       X509_REQ_set_subject_name(request, name) == 1 &&
	       X509_REQ_set_pubkey(request, key) == 1 && X509_REQ_sign_ctx(request, md) > 0;
}

bool
ccm_emu_csr_write(
    char *const *parts, EVP_PKEY *key, const char *hash, struct ccm_buf *pem, struct ccm_error *err)
{
	X509_REQ *request = X509_REQ_new();
	X509_NAME *name = ccm_emu_name_make(parts);
	EVP_MD_CTX *md = ccm_emu_sign_begin(key, hash, err);
	bool ok = request != NULL && name != NULL && md != NULL && fill(request, name, key, md);

	ok =
	    ok ? ccm_emu_pem_request(request, pem, err) : ccm_fail_openssl(err, "making a request");
	EVP_MD_CTX_free(md);
	X509_NAME_free(name);
	X509_REQ_free(request);
	return ok;
}
