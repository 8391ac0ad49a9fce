/* SPDX-License-Identifier: Apache-2.0 */
#include "key/csr.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <strings.h>

#include "core/crypto.h"

struct ccm_request {
	X509_NAME *subject;
	STACK_OF(X509_EXTENSION) * extensions; /* of a certificate */
	GENERAL_NAMES *names;
	ASN1_BIT_STRING *usages;
	EXTENDED_KEY_USAGE *purposes;
};

struct ccm_request *
ccm_request_new(struct ccm_error *err)
{
	struct ccm_request *request = ccm_alloc(sizeof(*request), err);

	if (request == NULL)
		return NULL;
	request->subject = X509_NAME_new();
	request->extensions = sk_X509_EXTENSION_new_null();
	request->names = GENERAL_NAMES_new();
	request->usages = ASN1_BIT_STRING_new();
	request->purposes = EXTENDED_KEY_USAGE_new();
	if (request->subject != NULL && request->extensions != NULL && request->names != NULL &&
	    request->usages != NULL && request->purposes != NULL)
		return request;
	ccm_request_free(request);
	ccm_fail_nomem(err);
	return NULL;
}

void
ccm_request_free(struct ccm_request *request)
{
	if (request == NULL)
		return;
	X509_NAME_free(request->subject);
	sk_X509_EXTENSION_pop_free(request->extensions, X509_EXTENSION_free);
	GENERAL_NAMES_free(request->names);
	ASN1_BIT_STRING_free(request->usages);
	EXTENDED_KEY_USAGE_free(request->purposes);
	ccm_free(request);
}

/* What is asked for */

static bool
copy_extension(struct ccm_request *request, const X509 *cert, int nid)
{
	int at = X509_get_ext_by_NID(cert, nid, -1);
	X509_EXTENSION *copy;

	if (at < 0)
		return true;
	copy = X509_EXTENSION_dup(X509_get_ext(cert, at));
	if (copy != NULL && sk_X509_EXTENSION_push(request->extensions, copy) > 0)
		return true;
	X509_EXTENSION_free(copy);
	return false;
}

struct ccm_request *
ccm_request_from_cert(const X509 *cert, struct ccm_error *err)
{
	static const int kept[] = {NID_subject_alt_name, NID_key_usage, NID_ext_key_usage};
	struct ccm_request *request = ccm_request_new(err);
	bool ok =
	    request != NULL && X509_NAME_set(&request->subject, X509_get_subject_name(cert)) == 1;

	for (size_t i = 0; ok && i < CCM_COUNT(kept); i++)
		ok = copy_extension(request, cert, kept[i]);
	if (ok)
		return request;
	if (request != NULL)
		ccm_fail_openssl(err, "what a certificate is for");
	ccm_request_free(request);
	return NULL;
}

bool
ccm_request_add_name(
    struct ccm_request *request, const char *part, const char *value, struct ccm_error *err)
{
	return value == NULL || *value == '\0' ||
	       X509_NAME_add_entry_by_txt(request->subject, part, MBSTRING_UTF8,
		   (const unsigned char *)value, -1, -1, 0) == 1 ||
	       ccm_fail_openssl(err, "%s \"%s\" of a subject", part, value);
}

bool
ccm_request_set_subject(struct ccm_request *request, struct ccm_span name, struct ccm_error *err)
{
	const unsigned char *in = name.data;
	X509_NAME *subject = d2i_X509_NAME(NULL, &in, (long)name.len);

	if (subject == NULL || in != name.data + name.len) {
		X509_NAME_free(subject);
		ccm_fail_openssl(NULL, "subject");
		return ccm_fail(err, CCM_USAGE, "the subject is no DER Name");
	}
	X509_NAME_free(request->subject);
	request->subject = subject;
	return true;
}

/* A UPN is an otherName (RFC 4556's relative, of Microsoft's); the others are of RFC 5280 4.2.1.6.
 */
static GENERAL_NAME *
make_upn(const char *value)
{
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_TYPE *type = ASN1_TYPE_new();
	ASN1_UTF8STRING *text = ASN1_UTF8STRING_new();

	if (name != NULL && type != NULL && text != NULL && ASN1_STRING_set(text, value, -1) == 1) {
		ASN1_TYPE_set(type, V_ASN1_UTF8STRING, text);
		if (GENERAL_NAME_set0_othername(name, OBJ_nid2obj(NID_ms_upn), type) == 1)
			return name;
		text = NULL;
	}
	ASN1_UTF8STRING_free(text);
	ASN1_TYPE_free(type);
	GENERAL_NAME_free(name);
	return NULL;
}

static GENERAL_NAME *
make_name(const char *kind, const char *value)
{
	static const struct {
		const char *kind;
		int type;
	} kinds[] = {{"DNS", GEN_DNS}, {"IP", GEN_IPADD}, {"EMAIL", GEN_EMAIL}, {"URI", GEN_URI}};

	if (strcasecmp(kind, "UPN") == 0)
		return make_upn(value);
	for (size_t i = 0; i < CCM_COUNT(kinds); i++)
		if (strcasecmp(kind, kinds[i].kind) == 0)
			return a2i_GENERAL_NAME(NULL, NULL, NULL, kinds[i].type, value, 0);
	return NULL;
}

bool
ccm_request_add_san(
    struct ccm_request *request, const char *kind, const char *value, struct ccm_error *err)
{
	GENERAL_NAME *name = make_name(kind, value);

	if (name != NULL && sk_GENERAL_NAME_push(request->names, name) > 0)
		return true;
	GENERAL_NAME_free(name);
	ccm_fail_openssl(NULL, "alternative name");
	return ccm_fail(err, CCM_USAGE, "\"%s\" is no alternative name of kind %s", value, kind);
}

bool
ccm_request_add_usage(struct ccm_request *request, const char *usage, struct ccm_error *err)
{
	static const char *const bits[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
	    "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly",
	    "decipherOnly"};

	for (int i = 0; i < (int)CCM_COUNT(bits); i++)
		if (strcmp(bits[i], usage) == 0)
			return ASN1_BIT_STRING_set_bit(request->usages, i, 1) == 1 ||
			       ccm_fail_nomem(err);
	return ccm_fail(err, CCM_USAGE, "there is no key usage %s", usage);
}

bool
ccm_request_add_purpose(struct ccm_request *request, const char *purpose, struct ccm_error *err)
{
	ASN1_OBJECT *oid = OBJ_txt2obj(purpose, 0);

	if (oid != NULL && sk_ASN1_OBJECT_push(request->purposes, oid) > 0)
		return true;
	ASN1_OBJECT_free(oid);
	ccm_fail_openssl(NULL, "purpose");
	return ccm_fail(err, CCM_USAGE, "there is no extended key usage %s", purpose);
}

/* Signing */

static bool
add_extension(STACK_OF(X509_EXTENSION) * list, int nid, void *value, bool critical)
{
	return X509V3_add1_i2d(&list, nid, value, critical, X509V3_ADD_REPLACE) == 1;
}

static bool
add_extensions(const struct ccm_request *request, X509_REQ *req)
{
	STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_deep_copy(
	    request->extensions, X509_EXTENSION_dup, X509_EXTENSION_free);
	bool ok = list != NULL;

	if (ok && request->usages->length > 0)
		ok = add_extension(list, NID_key_usage, request->usages, true);
	if (ok && sk_ASN1_OBJECT_num(request->purposes) > 0)
		ok = add_extension(list, NID_ext_key_usage, request->purposes, false);
	if (ok && sk_GENERAL_NAME_num(request->names) > 0)
		ok = add_extension(list, NID_subject_alt_name, request->names, false);
	ok = ok && (sk_X509_EXTENSION_num(list) == 0 || X509_REQ_add_extensions(req, list) == 1);
	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	return ok;
}

/* How a key signs a request: the hash fits its strength. */
struct scheme {
	const char *type; /* of EVP_PKEY */
	int bits;         /* at least; the first row that fits counts */
	int nid;          /* of the signature */
	bool null;        /* its parameters are NULL (RFC 4055 5), else there are none */
	struct ccm_sign_params params;
};

static const struct scheme schemes[] = {
    {"RSA", 0, NID_sha256WithRSAEncryption, true, {CCM_PAD_PKCS1, "SHA256"}},
    {"EC", 512, NID_ecdsa_with_SHA512, false, {CCM_PAD_NONE, "SHA512"}},
    {"EC", 384, NID_ecdsa_with_SHA384, false, {CCM_PAD_NONE, "SHA384"}},
    {"EC", 0, NID_ecdsa_with_SHA256, false, {CCM_PAD_NONE, "SHA256"}},
    {"ED25519", 0, NID_ED25519, false, {CCM_PAD_NONE, NULL}},
    {"SM2", 0, NID_SM2_with_SM3, false, {CCM_PAD_NONE, CCM_SM2_DIGEST}},
};

static const struct scheme *
find_scheme(const EVP_PKEY *pkey, struct ccm_error *err)
{
	for (size_t i = 0; i < CCM_COUNT(schemes); i++)
		if (EVP_PKEY_is_a(pkey, schemes[i].type) && ccm_pkey_bits(pkey) >= schemes[i].bits)
			return &schemes[i];
	ccm_fail(
	    err, CCM_UNSUPPORTED, "no signing request by a %s key", EVP_PKEY_get0_type_name(pkey));
	return NULL;
}

/* SM2's begins with who signs: with the id that nobody has to be told. */
static bool
digest_bytes(const EVP_PKEY *pkey, const char *digest, struct ccm_span *bytes,
    unsigned char out[static EVP_MAX_MD_SIZE], struct ccm_error *err)
{
	unsigned char prefix[CCM_SM2_DIGEST_SIZE];
	struct ccm_buf text = {0};
	size_t len;
	bool ok = true;

	if (ccm_pkey_type(pkey) == CCM_KEY_SM2)
		ok = ccm_sm2_prefix(pkey, ccm_span_of(CCM_SM2_ID), prefix, err) &&
		     ccm_buf_append(&text, prefix, sizeof(prefix), err);
	ok = ok && ccm_buf_append(&text, bytes->data, bytes->len, err) &&
	     ccm_digest(digest, ccm_buf_span(&text), out, &len, err);
	ccm_buf_clear(&text);
	if (ok)
		*bytes = CCM_SPAN(out, len);
	return ok;
}

static bool
sign_bytes(struct ccm_key *key, const struct scheme *scheme, struct ccm_span bytes,
    struct ccm_buf *signature, struct ccm_error *err)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t len = ccm_pkey_signature_size(ccm_key_public(key));
	struct ccm_signer *signer;
	bool ok = true;

	if (scheme->params.digest != NULL)
		ok = digest_bytes(ccm_key_public(key), scheme->params.digest, &bytes, digest, err);
	signer = ok ? ccm_signer_new(key, &scheme->params, err) : NULL;
	ok = signer != NULL && ccm_buf_reserve(signature, len, err) &&
	     ccm_signer_sign(signer, bytes, signature->data, &len, err);
	signature->len = ok ? len : 0;
	ccm_signer_free(signer);
	return ok;
}

static bool
set_algorithm(X509_REQ *req, const struct scheme *scheme)
{
	X509_ALGOR *algorithm = X509_ALGOR_new();
	bool ok = algorithm != NULL &&
		  X509_ALGOR_set0(algorithm, OBJ_nid2obj(scheme->nid),
		      scheme->null ? V_ASN1_NULL : V_ASN1_UNDEF, NULL) == 1 &&
		  X509_REQ_set1_signature_algo(req, algorithm) == 1;

	X509_ALGOR_free(algorithm);
	return ok;
}

static bool
set_signature(X509_REQ *req, const struct ccm_buf *signature)
{
	ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();

	if (bits == NULL || ASN1_BIT_STRING_set(bits, signature->data, (int)signature->len) != 1) {
		ASN1_BIT_STRING_free(bits);
		return false;
	}
	bits->flags &= ~(ASN1_STRING_FLAG_BITS_LEFT | 7L);
	bits->flags |= ASN1_STRING_FLAG_BITS_LEFT; /* none of its bits is unused */
	X509_REQ_set0_signature(req, bits);
	return true;
}

static bool
write_pem(const X509_REQ *req, struct ccm_buf *out, struct ccm_error *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long len = 0;
	bool ok = bio != NULL && PEM_write_bio_X509_REQ(bio, req) == 1;

	if (ok)
		len = BIO_get_mem_data(bio, &text);
	ok = ok ? ccm_buf_append(out, text, (size_t)len, err)
		: ccm_fail_openssl(err, "writing a signing request");
	BIO_free(bio);
	return ok;
}

static bool
fill(const struct ccm_request *request, struct ccm_key *key, const struct scheme *scheme,
    X509_REQ *req, struct ccm_error *err)
{
	unsigned char *tbs = NULL;
	struct ccm_buf signature = {0};
	int len = -1;
	bool ok = false;

	if (X509_REQ_set_version(req, X509_REQ_VERSION_1) == 1 &&
	    X509_REQ_set_subject_name(req, request->subject) == 1 &&
	    X509_REQ_set_pubkey(req, ccm_key_public(key)) == 1 && add_extensions(request, req) &&
	    set_algorithm(req, scheme))
		len = i2d_re_X509_REQ_tbs(req, &tbs);
	if (len > 0)
		ok = sign_bytes(key, scheme, CCM_SPAN(tbs, len), &signature, err) &&
		     (set_signature(req, &signature) || ccm_fail_nomem(err));
	else
		ccm_fail_openssl(err, "making a signing request");
	OPENSSL_free(tbs);
	ccm_buf_clear(&signature);
	return ok;
}

bool
ccm_request_sign(const struct ccm_request *request, struct ccm_key *key, struct ccm_buf *out,
    struct ccm_error *err)
{
	const struct scheme *scheme = find_scheme(ccm_key_public(key), err);
	X509_REQ *req = scheme != NULL ? X509_REQ_new() : NULL;
	bool ok = req != NULL && fill(request, key, scheme, req, err) && write_pem(req, out, err);

	X509_REQ_free(req);
	return ok || (err != NULL && err->code == CCM_OK ? ccm_fail_nomem(err) : false);
}
