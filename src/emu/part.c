/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/part.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "core/crypto.h"
#include "emu/envelope.h"
#include "emu/pem.h"
#include "emu/x509.h"
#include "key/keystore.h"

#define CERTIFICATES_MAX 10 /* a certificate under seven CAs, and some air */

void
ccm_emu_material_clear(struct ccm_emu_material *material)
{
	EVP_PKEY_free(material->key);
	EVP_PKEY_free(material->enc_key);
	EVP_PKEY_free(material->issuer_key);
	X509_free(material->issuer);
	ccm_buf_clear(&material->chain);
	ccm_buf_clear(&material->random_password);
	*material = (struct ccm_emu_material){0};
}

/* A keystore's certificates. Those of the chain are owned. */
struct certificates {
	struct ccm_span list[CERTIFICATES_MAX];
	size_t count;
};

static void
clear_certificates(struct certificates *certificates)
{
	for (size_t i = 1; i < certificates->count; i++)
		OPENSSL_free((void *)certificates->list[i].data);
}

static bool
read_certificates(
    const struct ccm_emu_material *material, struct certificates *out, struct ccm_error *err)
{
	BIO *bio = BIO_new_mem_buf(ccm_buf_str(&material->chain), (int)material->chain.len);
	unsigned char *der;
	long len;

	if (bio == NULL)
		return ccm_fail_openssl(err, "reading a chain");
	out->list[0] = ccm_buf_span(&material->certificate->certificate);
	out->count = 1;
	while (out->count < CERTIFICATES_MAX &&
	       PEM_bytes_read_bio(&der, &len, NULL, PEM_STRING_X509, bio, NULL, NULL) == 1)
		out->list[out->count++] = CCM_SPAN(der, len);
	BIO_free(bio);
	ERR_clear_error();
	return true;
}

typedef bool (*write_keystore)(
    const struct ccm_keystore *keystore, struct ccm_buf *out, struct ccm_error *err);

static const char *
keystore_password(const struct ccm_emu_material *material)
{
	return material->password != NULL ? material->password
					  : ccm_buf_str(&material->random_password);
}

static bool
append_keystore(const struct ccm_emu_material *material, write_keystore write, struct ccm_buf *out,
    struct ccm_error *err)
{
	struct certificates certificates = {0};
	struct ccm_keystore keystore = {.name = material->certificate->name[CCM_EMU_NAME_CN],
	    .key = material->key,
	    .certificates = certificates.list,
	    .password = keystore_password(material),
	    .created_ms = material->now};
	bool ok = read_certificates(material, &certificates, err);

	keystore.certificate_count = certificates.count;
	ok = ok && write(&keystore, out, err);
	clear_certificates(&certificates);
	return ok;
}

static bool
append_certificate_and_chain(
    const struct ccm_emu_material *material, struct ccm_buf *out, struct ccm_error *err)
{
	struct ccm_span certificate = ccm_buf_span(&material->certificate->certificate);

	return ccm_emu_pem_certificate(certificate, out, err) &&
	       ccm_buf_append(out, material->chain.data, material->chain.len, err);
}

static bool
append_base64(struct ccm_span bytes, struct ccm_buf *out, struct ccm_error *err)
{
	size_t len = (bytes.len + 2) / 3 * 4;

	if (!ccm_buf_reserve(out, len, err))
		return false;
	EVP_EncodeBlock(out->data + out->len, bytes.data, (int)bytes.len);
	out->len += len;
	return true;
}

typedef bool (*write_envelope)(
    const struct ccm_emu_envelope *envelope, struct ccm_buf *out, struct ccm_error *err);

static bool
append_envelope(const struct ccm_emu_material *material, write_envelope write, struct ccm_buf *out,
    struct ccm_error *err)
{
	struct ccm_emu_envelope envelope = {.key = material->enc_key,
	    .recipient =
		ccm_emu_x509_decode(ccm_buf_span(&material->certificate->certificate), err),
	    .signer = material->issuer,
	    .signer_key = material->issuer_key};
	struct ccm_buf der = {0};
	bool ok = envelope.recipient != NULL && write(&envelope, &der, err) &&
		  append_base64(ccm_buf_span(&der), out, err);

	ccm_buf_clear(&der);
	X509_free(envelope.recipient);
	return ok;
}

bool
ccm_emu_part_write(enum ccm_emu_part part, const struct ccm_emu_material *material,
    struct ccm_buf *out, struct ccm_error *err)
{
	const struct ccm_emu_resource *certificate = material->certificate;

	switch (part) {
	case CCM_EMU_PART_CERTIFICATE:
		return ccm_emu_pem_certificate(ccm_buf_span(&certificate->certificate), out, err);
	case CCM_EMU_PART_CHAIN:
		return ccm_buf_append(out, material->chain.data, material->chain.len, err);
	case CCM_EMU_PART_CERTIFICATE_AND_CHAIN:
		return append_certificate_and_chain(material, out, err);
	case CCM_EMU_PART_KEY:
		return ccm_emu_pem_key(material->key, material->password, out, err);
	case CCM_EMU_PART_PKCS12:
		return append_keystore(material, ccm_keystore_pkcs12, out, err);
	case CCM_EMU_PART_JKS:
		return append_keystore(material, ccm_keystore_jks, out, err);
	case CCM_EMU_PART_KEYSTORE_PASSWORD:
		return ccm_buf_append_str(out, keystore_password(material), err);
	case CCM_EMU_PART_ENC_CERTIFICATE:
		return ccm_emu_pem_certificate(
		    ccm_buf_span(&certificate->enc_certificate), out, err);
	case CCM_EMU_PART_ENC_KEY:
		return ccm_emu_pem_key(material->enc_key, material->password, out, err);
	case CCM_EMU_PART_ENVELOPED_KEY:
		return append_envelope(material, ccm_emu_envelope_key, out, err);
	case CCM_EMU_PART_SIGNED_AND_ENVELOPED:
		return append_envelope(material, ccm_emu_envelope_signed, out, err);
	}
	return ccm_fail(err, CCM_INTERNAL, "no way to write part %d of an export", (int)part);
}
