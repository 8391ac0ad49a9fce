/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/import.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#include "core/crypto.h"
#include "emu/answer.h"
#include "emu/name.h"
#include "emu/pem.h"
#include "emu/signature.h"

#define CHAIN_MAX 16

/* Reading */

static X509 *
read_next(BIO *bio)
{
	X509 *x509 = X509_new_ex(ccm_crypto_context(NULL), CCM_CRYPTO_PROPERTIES);

	if (x509 != NULL && PEM_read_bio_X509(bio, &x509, ccm_emu_pem_no_password, NULL) != NULL)
		return x509;
	X509_free(x509);
	return NULL;
}

/* Whether there is nothing more behind the last certificate. */
static bool
is_end(void)
{
	bool end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;

	ERR_clear_error();
	return end;
}

static STACK_OF(X509) * read_all(const char *text, struct ccm_error *err)
{
	STACK_OF(X509) *list = sk_X509_new_null();
	struct ccm_buf pem = {0};
	BIO *bio = NULL;
	X509 *x509;

	if (list != NULL && ccm_emu_pem_from_wire(text, &pem, err))
		bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	while (bio != NULL && (x509 = read_next(bio)) != NULL)
		if (sk_X509_num(list) == CHAIN_MAX || sk_X509_push(list, x509) <= 0) {
			X509_free(x509);
			break;
		}
	BIO_free(bio);
	ccm_buf_clear(&pem);
	if (bio != NULL && is_end() && sk_X509_num(list) > 0)
		return list;
	sk_X509_pop_free(list, X509_free);
	return NULL;
}

bool
ccm_emu_import_read(
    const char *certificate, const char *chain, struct ccm_emu_import *out, struct ccm_error *err)
{
	STACK_OF(X509) *own = read_all(certificate, err);

	*out = (struct ccm_emu_import){0};
	if (own != NULL && sk_X509_num(own) == 1)
		out->certificate = sk_X509_pop(own);
	sk_X509_pop_free(own, X509_free);
	if (out->certificate == NULL)
		return ccm_emu_refuse(
		    err, CCM_EMU_REFUSE_CERTIFICATE, "certificate: not one certificate in PEM");
	if (chain == NULL)
		return true;
	out->chain = read_all(chain, err);
	return out->chain != NULL || ccm_emu_refuse(err, CCM_EMU_REFUSE_CHAIN,
					 "certificate_chain: no certificates in PEM");
}

void
ccm_emu_import_clear(struct ccm_emu_import *import)
{
	X509_free(import->certificate);
	sk_X509_pop_free(import->chain, X509_free);
	*import = (struct ccm_emu_import){0};
}

/* Checking */

static bool
check_certificate(X509 *x509, int64_t now, struct ccm_error *err)
{
	time_t at = (time_t)(now / 1000);

	if (X509_check_ca(x509) != 1 || (X509_get_key_usage(x509) & KU_KEY_CERT_SIGN) == 0)
		return ccm_emu_refuse(
		    err, CCM_EMU_REFUSE_CERTIFICATE, "certificate: it is not one of a CA");
	return X509_cmp_time(X509_get0_notAfter(x509), &at) > 0 ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_CERTIFICATE, "certificate: it has expired");
}

/* Intermediate up to root, each by the next, and nothing else. */
static bool
check_order(const struct ccm_emu_import *import, struct ccm_error *err)
{
	int count = sk_X509_num(import->chain);
	X509 *at = import->certificate;

	for (int i = 0; i < count; i++) {
		X509 *issuer = sk_X509_value(import->chain, i);

		if (X509_NAME_cmp(X509_get_issuer_name(at), X509_get_subject_name(issuer)) != 0)
			return ccm_emu_refuse(err, CCM_EMU_REFUSE_CHAIN,
			    "certificate_chain: number %d is not the issuer of the one before",
			    i + 1);
		at = issuer;
	}
	return X509_NAME_cmp(X509_get_issuer_name(at), X509_get_subject_name(at)) == 0 ||
	       ccm_emu_refuse(
		   err, CCM_EMU_REFUSE_CHAIN, "certificate_chain: it does not end at a root");
}

static bool
set_ids(const struct ccm_emu_import *import, bool standard)
{
	bool ok = ccm_emu_certificate_set_id(import->certificate, standard);

	for (int i = 0; ok && i < sk_X509_num(import->chain); i++)
		ok = ccm_emu_certificate_set_id(sk_X509_value(import->chain, i), standard);
	return ok;
}

/* X509_V_OK, or why not. */
static int
verify(const struct ccm_emu_import *import, STACK_OF(X509) * roots, int64_t now)
{
	X509_STORE_CTX *ctx =
	    X509_STORE_CTX_new_ex(ccm_crypto_context(NULL), CCM_CRYPTO_PROPERTIES);
	int result = X509_V_ERR_OUT_OF_MEM;

	if (ctx != NULL &&
	    X509_STORE_CTX_init(ctx, NULL, import->certificate, import->chain) == 1) {
		X509_STORE_CTX_set0_trusted_stack(ctx, roots);
		X509_STORE_CTX_set_time(ctx, X509_V_FLAG_CHECK_SS_SIGNATURE, (time_t)(now / 1000));
		X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_CHECK_SS_SIGNATURE);
		if (X509_verify_cert(ctx) == 1)
			result = X509_V_OK;
		else
			result = X509_STORE_CTX_get_error(ctx);
	}
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
	return result;
}

static bool
check_chain(const struct ccm_emu_import *import, int64_t now, struct ccm_error *err)
{
	STACK_OF(X509) *roots = sk_X509_new_null();
	X509 *root = sk_X509_value(import->chain, sk_X509_num(import->chain) - 1);
	int result = X509_V_ERR_OUT_OF_MEM;

	if (roots != NULL && sk_X509_push(roots, root) > 0) {
		if (set_ids(import, true))
			result = verify(import, roots, now);
		if (result == X509_V_ERR_CERT_SIGNATURE_FAILURE && set_ids(import, false))
			result = verify(import, roots, now);
	}
	sk_X509_free(roots);
	return result == X509_V_OK ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_CHAIN, "certificate_chain: %s",
		   X509_verify_cert_error_string(result));
}

bool
ccm_emu_import_check(
    const struct ccm_emu_import *import, const EVP_PKEY *key, int64_t now, struct ccm_error *err)
{
	const EVP_PKEY *public = X509_get0_pubkey(import->certificate);
	bool same = public != NULL && EVP_PKEY_eq(public, key) == 1;

	ERR_clear_error();
	if (!check_certificate(import->certificate, now, err))
		return false;
	if (!same)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_KEY_MISMATCH,
		    "the certificate was not made from this CA's CSR");
	return import->chain == NULL || (check_order(import, err) && check_chain(import, now, err));
}

/* Applying */

static bool
set_serial(X509 *x509, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), NULL);
	char *decimal = number != NULL ? BN_bn2dec(number) : NULL;
	bool ok = decimal != NULL && ccm_emu_set_text(&ca->serial_number, decimal, err);

	OPENSSL_free(decimal);
	BN_free(number);
	return ok || ccm_fail_openssl(err, "reading a serial number");
}

static bool
read_time(const ASN1_TIME *time, int64_t *ms, struct ccm_error *err)
{
	return ccm_asn1_time_ms(time, ms) ||
	       ccm_fail_openssl(err, "reading the time of a certificate");
}

/* No limit shows as 7, as that of a root does. */
static int64_t
path_length(X509 *x509)
{
	long limit = X509_get_pathlen(x509);

	return limit < 0 || limit > CCM_EMU_PATH_UNLIMITED ? CCM_EMU_PATH_UNLIMITED : limit;
}

static bool
set_issuer_name(X509 *x509, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	char *parts[CCM_EMU_NAME_PARTS] = {0};
	bool ok = ccm_emu_name_read(X509_get_issuer_name(x509), parts, err) &&
		  (parts[CCM_EMU_NAME_CN] == NULL ||
		      ccm_emu_set_text(&ca->issuer_name, parts[CCM_EMU_NAME_CN], err));

	for (size_t i = 0; i < CCM_EMU_NAME_PARTS; i++)
		ccm_free(parts[i]);
	return ok;
}

static bool
set_hash(X509 *x509, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	int hash = NID_undef;

	return OBJ_find_sigid_algs(X509_get_signature_nid(x509), &hash, NULL) != 1 ||
	       hash == NID_undef ||
	       ccm_emu_set_text(&ca->signature_algorithm, OBJ_nid2sn(hash), err);
}

static bool
take_chain(const struct ccm_emu_import *import, struct ccm_buf *out, struct ccm_error *err)
{
	for (int i = 0; i < sk_X509_num(import->chain); i++)
		if (!ccm_emu_x509_encode(sk_X509_value(import->chain, i), out, err))
			return false;
	return true;
}

bool
ccm_emu_import_apply(
    const struct ccm_emu_import *import, struct ccm_emu_resource *ca, struct ccm_error *err)
{
	X509 *x509 = import->certificate;
	char *name = ccm_strdup(ca->name[CCM_EMU_NAME_CN], err);
	bool ok;

	ca->path_length = path_length(x509);
	ok =
	    name != NULL && ccm_emu_name_read(X509_get_subject_name(x509), ca->name, err) &&
	    (ca->name[CCM_EMU_NAME_CN] != NULL ||
		ccm_emu_set_text(&ca->name[CCM_EMU_NAME_CN], name, err)) &&
	    set_serial(x509, ca, err) && set_issuer_name(x509, ca, err) &&
	    set_hash(x509, ca, err) && read_time(X509_get0_notBefore(x509), &ca->not_before, err) &&
	    read_time(X509_get0_notAfter(x509), &ca->not_after, err) &&
	    ccm_emu_set_text(&ca->gen_mode, "IMPORT", err) &&
	    ccm_emu_x509_encode(x509, &ca->certificate, err) && take_chain(import, &ca->chain, err);
	ccm_free(name);
	return ok;
}
