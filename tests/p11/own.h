/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_TEST_P11_OWN_H
#define CCM_TEST_P11_OWN_H

/* What session objects are made of. Nobody listens on the service's port. */

#include "client.h"

#include <openssl/types.h>

/* For cmocka's group and tests. */
int own_load(void **state);
int own_unload(void **state);
int own_start(void **state);

extern CK_OBJECT_CLASS data, cert, public, private, secret, hardware;
extern CK_KEY_TYPE rsa, ec, edwards, aes, generic, dh;
extern CK_CERTIFICATE_TYPE x509, wtls;
extern CK_BBOOL yes, no, maybe;
extern CK_ULONG number;
extern CK_BYTE exponent[3], even[3], key16[16], p256[10], p224[7], ed25519[5];
extern CK_BYTE modulus[256], point[67], ed_point[34], off_curve[67];
extern CK_BYTE *cert_der, *subject_der;
extern CK_ULONG cert_len, subject_len;
extern EVP_PKEY *rsa_key, *ec_key, *ed_key;
extern CK_SESSION_HANDLE session;

#define NUMBER(type, value)                   \
	{                                     \
		type, &(value), sizeof(value) \
	}
#define BYTES NUMBER
#define TEXT(type, text)                               \
	{                                              \
		type, (void *)(text), sizeof(text) - 1 \
	}
#define CLASS(value) NUMBER(CKA_CLASS, value)
#define RSA_KEY                                                                \
	CLASS(public), NUMBER(CKA_KEY_TYPE, rsa), BYTES(CKA_MODULUS, modulus), \
	    BYTES(CKA_PUBLIC_EXPONENT, exponent)
#define EC_KEY                                                               \
	CLASS(public), NUMBER(CKA_KEY_TYPE, ec), BYTES(CKA_EC_PARAMS, p256), \
	    BYTES(CKA_EC_POINT, point)
#define ED_KEY                                                                       \
	CLASS(public), NUMBER(CKA_KEY_TYPE, edwards), BYTES(CKA_EC_PARAMS, ed25519), \
	    BYTES(CKA_EC_POINT, ed_point)
#define AES_KEY CLASS(secret), NUMBER(CKA_KEY_TYPE, aes), BYTES(CKA_VALUE, key16)
#define CERT                                                                              \
	CLASS(cert), NUMBER(CKA_CERTIFICATE_TYPE, x509), {CKA_VALUE, cert_der, cert_len}, \
	{                                                                                 \
		CKA_SUBJECT, subject_der, subject_len                                     \
	}

CK_RV create(CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *object);
#define COUNTED(...) \
	(CK_ATTRIBUTE[]){__VA_ARGS__}, sizeof((CK_ATTRIBUTE[]){__VA_ARGS__}) / sizeof(CK_ATTRIBUTE)
#define CREATE(object, ...) create(COUNTED(__VA_ARGS__), object)
#define FIND(...) client_find(session, COUNTED(__VA_ARGS__))
#define CHANGE(object, ...) p11->C_SetAttributeValue(session, object, COUNTED(__VA_ARGS__))

/* What C_CreateObject answers. */
void judge(const char *name, CK_RV want, CK_ATTRIBUTE *template, CK_ULONG count);
#define JUDGE(name, want, ...) judge(name, want, COUNTED(__VA_ARGS__))
void assert_shows(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, const void *want, CK_ULONG len);

#endif
