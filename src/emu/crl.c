/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/crl.h"

#include <openssl/asn1.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/crypto.h"
#include "emu/extension.h"
#include "emu/signature.h"

#define UNSPECIFIED 0

struct ccm_emu_crl {
	X509_CRL *list;
};

struct ccm_emu_crl *
ccm_emu_crl_new(struct ccm_error *err)
{
	OSSL_LIB_CTX *ctx = ccm_crypto_context(err);
	struct ccm_emu_crl *crl = ctx != NULL ? ccm_alloc(sizeof(*crl), err) : NULL;

	if (crl == NULL)
		return NULL;
	crl->list = X509_CRL_new_ex(ctx, CCM_CRYPTO_PROPERTIES);
	if (crl->list != NULL)
		return crl;
	ccm_fail_openssl(err, "making a list of revoked certificates");
	ccm_emu_crl_free(crl);
	return NULL;
}

void
ccm_emu_crl_free(struct ccm_emu_crl *crl)
{
	if (crl == NULL)
		return;
	X509_CRL_free(crl->list);
	ccm_free(crl);
}

/* Entries */

static bool
set_serial(X509_REVOKED *revoked, const char *decimal)
{
	ASN1_INTEGER *serial = ccm_emu_x509_serial(decimal);
	bool ok = serial != NULL && X509_REVOKED_set_serialNumber(revoked, serial) == 1;

	ASN1_INTEGER_free(serial);
	return ok;
}

static bool
set_date(X509_REVOKED *revoked, int64_t ms)
{
	ASN1_TIME *date = ASN1_TIME_set(NULL, (time_t)(ms / 1000));
	bool ok = date != NULL && X509_REVOKED_set_revocationDate(revoked, date) == 1;

	ASN1_TIME_free(date);
	return ok;
}

/* RFC 5280 5.3.1: no reason at all rather than unspecified. */
static bool
set_reason(X509_REVOKED *revoked, int64_t reason)
{
	ASN1_ENUMERATED *code;
	bool ok;

	if (reason == UNSPECIFIED)
		return true;
	code = ASN1_ENUMERATED_new();
	ok = code != NULL && ASN1_ENUMERATED_set_int64(code, reason) == 1 &&
	     X509_REVOKED_add1_ext_i2d(revoked, NID_crl_reason, code, 0, X509V3_ADD_DEFAULT) == 1;
	ASN1_ENUMERATED_free(code);
	return ok;
}

bool
ccm_emu_crl_add(
    struct ccm_emu_crl *crl, const struct ccm_emu_crl_entry *entry, struct ccm_error *err)
{
	X509_REVOKED *revoked = X509_REVOKED_new();

	if (revoked != NULL && set_serial(revoked, entry->serial) &&
	    set_date(revoked, entry->time) && set_reason(revoked, entry->reason) &&
	    X509_CRL_add0_revoked(crl->list, revoked) == 1)
		return true;
	X509_REVOKED_free(revoked);
	return ccm_fail_openssl(err, "listing the revoked certificate %s", entry->serial);
}

/* The list */

static bool
set_updates(X509_CRL *list, const struct ccm_emu_crl_plan *plan)
{
	ASN1_TIME *this_update = ASN1_TIME_set(NULL, (time_t)(plan->this_update / 1000));
	ASN1_TIME *next_update = ASN1_TIME_set(NULL, (time_t)(plan->next_update / 1000));
	bool ok = this_update != NULL && next_update != NULL &&
		  X509_CRL_set1_lastUpdate(list, this_update) == 1 &&
		  X509_CRL_set1_nextUpdate(list, next_update) == 1;

	ASN1_TIME_free(next_update);
	ASN1_TIME_free(this_update);
	return ok;
}

static bool
add_authority_key_id(X509_CRL *list, const X509 *issuer)
{
	AUTHORITY_KEYID *id = ccm_emu_extension_authority(issuer);
	bool ok = id != NULL && X509_CRL_add1_ext_i2d(list, NID_authority_key_identifier, id, 0,
				    X509V3_ADD_DEFAULT) == 1;

	AUTHORITY_KEYID_free(id);
	return ok;
}

static bool
add_number(X509_CRL *list, int64_t number)
{
	ASN1_INTEGER *value = ASN1_INTEGER_new();
	bool ok = value != NULL && ASN1_INTEGER_set_int64(value, number) == 1 &&
		  X509_CRL_add1_ext_i2d(list, NID_crl_number, value, 0, X509V3_ADD_DEFAULT) == 1;

	ASN1_INTEGER_free(value);
	return ok;
}

static bool
fill(X509_CRL *list, const struct ccm_emu_crl_plan *plan)
{
	const X509 *issuer = plan->signer.x509;

	return X509_CRL_set_version(list, X509_CRL_VERSION_2) == 1 &&
	       X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer)) == 1 &&
	       set_updates(list, plan) && add_authority_key_id(list, issuer) &&
	       add_number(list, plan->number) && X509_CRL_sort(list) == 1;
}

static bool
sign(X509_CRL *list, const struct ccm_emu_crl_plan *plan, struct ccm_error *err)
{
	EVP_MD_CTX *md = ccm_emu_sign_begin(plan->signer.key, plan->hash, err);
	bool ok = md != NULL && X509_CRL_sign_ctx(list, md) > 0;

	EVP_MD_CTX_free(md);
	return ok;
}

bool
ccm_emu_crl_sign(struct ccm_emu_crl *crl, const struct ccm_emu_crl_plan *plan, struct ccm_buf *out,
    struct ccm_error *err)
{
	unsigned char *der = NULL;
	bool ok = fill(crl->list, plan) && sign(crl->list, plan, err);
	int len = ok ? i2d_X509_CRL(crl->list, &der) : 0;

	ok = len > 0 ? ccm_buf_append(out, der, (size_t)len, err)
		     : ccm_fail_openssl(err, "signing a list of revoked certificates");
	OPENSSL_free(der);
	return ok;
}
