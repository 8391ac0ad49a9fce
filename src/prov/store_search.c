/* SPDX-License-Identifier: Apache-2.0 */
/* What a store's loads are narrowed by: the expected type, and a search. */
#include "prov/store.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <string.h>

const OSSL_PARAM *
ccm_store_settable_params(void *provctx)
{
	static const OSSL_PARAM params[] = {
	    OSSL_PARAM_int(OSSL_STORE_PARAM_EXPECT, NULL),
	    OSSL_PARAM_octet_string(OSSL_STORE_PARAM_SUBJECT, NULL, 0),
	    OSSL_PARAM_octet_string(OSSL_STORE_PARAM_ISSUER, NULL, 0),
	    OSSL_PARAM_BN(OSSL_STORE_PARAM_SERIAL, NULL, 0),
	    OSSL_PARAM_octet_string(OSSL_STORE_PARAM_FINGERPRINT, NULL, 0),
	    OSSL_PARAM_utf8_string(OSSL_STORE_PARAM_DIGEST, NULL, 0),
	    OSSL_PARAM_utf8_string(OSSL_STORE_PARAM_ALIAS, NULL, 0),
	    OSSL_PARAM_END,
	};

	(void)provctx;
	return params;
}

static bool
set_expected(struct ccm_prov_store *store, const OSSL_PARAM *param, struct ccm_error *err)
{
	return OSSL_PARAM_get_int(param, &store->expected) ||
	       ccm_fail(err, CCM_USAGE, "the expected type is no number");
}

static bool
set_bytes(
    struct ccm_buf *bytes, struct ccm_span *used, const OSSL_PARAM *param, struct ccm_error *err)
{
	if (param->data_type != OSSL_PARAM_OCTET_STRING)
		return ccm_fail(err, CCM_USAGE, "%s is not of bytes", param->key);
	ccm_buf_clear(bytes);
	if (!ccm_buf_append(bytes, param->data, param->data_size, err))
		return false;
	*used = ccm_buf_span(bytes);
	return true;
}

static bool
set_subject(struct ccm_prov_store *store, const OSSL_PARAM *param, struct ccm_error *err)
{
	return set_bytes(&store->subject, &store->uri.search_subject, param, err);
}

static bool
set_issuer(struct ccm_prov_store *store, const OSSL_PARAM *param, struct ccm_error *err)
{
	return set_bytes(&store->issuer, &store->uri.search_issuer, param, err);
}

static bool
set_serial(struct ccm_prov_store *store, const OSSL_PARAM *param, struct ccm_error *err)
{
	struct ccm_uri *uri = &store->uri;
	BIGNUM *number = NULL;
	ASN1_INTEGER *serial = NULL;
	unsigned char *der = NULL;
	int len = -1;
	bool ok = false;

	if (OSSL_PARAM_get_BN(param, &number))
		serial = BN_to_ASN1_INTEGER(number, NULL);
	if (serial != NULL)
		len = i2d_ASN1_INTEGER(serial, &der);
	BN_free(number);
	ASN1_INTEGER_free(serial);
	if (len <= 0)
		return ccm_fail(err, CCM_USAGE, "the serial is no number");
	if (uri->certificate_serial_len > 0) {
		store->contradicted |= !ccm_span_equal(CCM_SPAN(der, len),
		    CCM_SPAN(uri->certificate_serial, uri->certificate_serial_len));
		ok = true;
	} else {
		uri->certificate_serial = ccm_alloc((size_t)len, err);
		ok = uri->certificate_serial != NULL;
		if (ok)
			memcpy(uri->certificate_serial, der,
			    uri->certificate_serial_len = (size_t)len);
	}
	OPENSSL_free(der);
	return ok;
}

/* OpenSSL always sets this with a fingerprint; before 3.2 it crashes where the caller named none.
 */
static bool
set_digest(struct ccm_prov_store *store, const OSSL_PARAM *param, struct ccm_error *err)
{
	const char *name;

	if (!OSSL_PARAM_get_utf8_string_ptr(param, &name) || strlen(name) >= sizeof(store->digest))
		return ccm_fail(
		    err, CCM_USAGE, "the digest of the fingerprint is no digest's name");
	memcpy(store->digest, name, strlen(name) + 1);
	store->uri.search_digest = store->digest;
	return true;
}

static bool
set_fingerprint(struct ccm_prov_store *store, const OSSL_PARAM *param, struct ccm_error *err)
{
	return (store->uri.search_digest != NULL ||
		   ccm_fail(err, CCM_USAGE, "a fingerprint without the name of its digest")) &&
	       set_bytes(&store->fingerprint, &store->uri.search_fingerprint, param, err);
}

static bool
set_alias(struct ccm_prov_store *store, const OSSL_PARAM *param, struct ccm_error *err)
{
	char *alias;

	if (param->data_type != OSSL_PARAM_UTF8_STRING)
		return ccm_fail(err, CCM_USAGE, "the alias is no text");
	alias = ccm_strndup(param->data, param->data_size, err);
	if (alias == NULL)
		return false;
	if (store->uri.object == NULL) {
		store->uri.object = alias;
		return true;
	}
	store->contradicted |= strcmp(store->uri.object, alias) != 0;
	ccm_free(alias);
	return true;
}

/* What isn't known here (properties, input-type) is meant for other loaders. */
bool
ccm_store_narrow(struct ccm_prov_store *store, const OSSL_PARAM params[], struct ccm_error *err)
{
	static const struct {
		const char *key;
		bool search;
		bool (*set)(struct ccm_prov_store *, const OSSL_PARAM *, struct ccm_error *);
	} known[] = {
	    {OSSL_STORE_PARAM_EXPECT, false, set_expected},
	    {OSSL_STORE_PARAM_SUBJECT, true, set_subject},
	    {OSSL_STORE_PARAM_ISSUER, true, set_issuer},
	    {OSSL_STORE_PARAM_SERIAL, true, set_serial},
	    {OSSL_STORE_PARAM_DIGEST, true, set_digest},
	    {OSSL_STORE_PARAM_FINGERPRINT, true, set_fingerprint},
	    {OSSL_STORE_PARAM_ALIAS, true, set_alias},
	};

	for (size_t i = 0; params != NULL && i < CCM_COUNT(known); i++) {
		const OSSL_PARAM *param = OSSL_PARAM_locate_const(params, known[i].key);

		if (param == NULL)
			continue;
		if (!known[i].set(store, param, err))
			return false;
		store->searching |= known[i].search;
	}
	return true;
}

int
ccm_store_set_params(void *vstore, const OSSL_PARAM params[])
{
	struct ccm_prov_store *store = vstore;
	struct ccm_error err = {0};

	if (ccm_store_narrow(store, params, &err) &&
	    (ccm_prov_params_note(&store->narrowing, params) || ccm_fail_nomem(&err)))
		return 1;
	return ccm_prov_raise(store->prov, "store", &err);
}
