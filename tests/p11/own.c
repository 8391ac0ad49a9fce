/* SPDX-License-Identifier: Apache-2.0 */
#include "own.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

CK_OBJECT_CLASS data = CKO_DATA, cert = CKO_CERTIFICATE, public = CKO_PUBLIC_KEY,
		secret = CKO_SECRET_KEY, hardware = CKO_HW_FEATURE, private = CKO_PRIVATE_KEY;
CK_KEY_TYPE rsa = CKK_RSA, ec = CKK_EC, edwards = CKK_EC_EDWARDS, aes = CKK_AES,
	    generic = CKK_GENERIC_SECRET, dh = CKK_DH;
CK_CERTIFICATE_TYPE x509 = CKC_X_509, wtls = CKC_WTLS;
CK_BBOOL yes = CK_TRUE, no = CK_FALSE, maybe = 2;
CK_ULONG number = 2048;
CK_BYTE exponent[] = {1, 0, 1}, even[] = {1, 0, 0}, key16[16] = "sixteen bytes ke",
	p256[] = {6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7},
	p224[] = {6, 5, 0x2B, 0x81, 4, 0, 0x21}, ed25519[] = {6, 3, 0x2B, 0x65, 0x70};
CK_BYTE modulus[256], point[67] = {4, 65}, ed_point[34] = {4, 32}, off_curve[67] = {4, 65, 4};
CK_BYTE *cert_der, *subject_der;
CK_ULONG cert_len, subject_len;
EVP_PKEY *rsa_key, *ec_key, *ed_key;

CK_SESSION_HANDLE session;

static void
make_keys(void)
{
	BIGNUM *n = NULL;
	size_t len;

	rsa_key = EVP_RSA_gen(2048);
	ec_key = EVP_EC_gen("P-256");
	ed_key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	EVP_PKEY_get_bn_param(rsa_key, "n", &n);
	BN_bn2bin(n, modulus);
	BN_free(n);
	EVP_PKEY_get_octet_string_param(ec_key, "pub", point + 2, 65, &len);
	EVP_PKEY_get_octet_string_param(ed_key, "pub", ed_point + 2, 32, &len);
}

static void
make_certificate(void)
{
	X509 *x = X509_new();
	int len;

	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
	    (const unsigned char *)"own.example.com", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	ASN1_INTEGER_set(X509_get_serialNumber(x), 4711);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, ec_key);
	X509_sign(x, ec_key, EVP_sha256());
	len = i2d_X509(x, &cert_der);
	cert_len = (CK_ULONG)len;
	len = i2d_X509_NAME(X509_get_subject_name(x), &subject_der);
	subject_len = (CK_ULONG)len;
	X509_free(x);
}

int
own_load(void **state)
{
	int rv = client_load(state);

	client_configure(client_dead_service);
	make_keys();
	make_certificate();
	return rv;
}

int
own_unload(void **state)
{
	(void)state;
	EVP_PKEY_free(rsa_key);
	EVP_PKEY_free(ec_key);
	EVP_PKEY_free(ed_key);
	OPENSSL_free(cert_der);
	OPENSSL_free(subject_der);
	return 0;
}

int
own_start(void **state)
{
	if (client_start(state) != 0)
		return -1;
	session = client_open(0, 0);
	return 0;
}

CK_RV
create(CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *object)
{
	return p11->C_CreateObject(session, template, count, object);
}

void
judge(const char *name, CK_RV want, CK_ATTRIBUTE *template, CK_ULONG count)
{
	CK_OBJECT_HANDLE object = 0;
	CK_RV rv = create(template, count, &object);

	if (rv != want)
		fail_msg("%s: 0x%lx, not 0x%lx", name, rv, want);
	if (rv == CKR_OK)
		assert_ok(p11->C_DestroyObject(session, object));
}

void
assert_shows(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, const void *want, CK_ULONG len)
{
	struct client_value value = client_read(session, object, type);

	if (value.rv != CKR_OK || value.len != len || memcmp(value.data, want, len) != 0)
		fail_msg("attribute 0x%lx: 0x%lx, %lu bytes", type, value.rv, value.len);
	free(value.data);
}
