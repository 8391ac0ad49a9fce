/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_PROV_H
#define CCM_PROV_H

/*
 * The OpenSSL provider face.
 *
 * A key of this provider is either the account's (an item of the model; its private half never
 * leaves) or plain: an EVP_PKEY of the private library context. Listed before the default provider,
 * or preferred by property, OpenSSL hands us everybody's RSA and EC keys: those are plain, and all
 * that concerns them is forwarded to the default provider in the private context. That makes the
 * order in openssl.cnf irrelevant.
 */

#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <stdatomic.h>

#include "model/model.h"

/* One for each library context that loads us. */
struct ccm_prov {
	const OSSL_CORE_HANDLE *handle;
	OSSL_FUNC_core_get_params_fn *get_params;
	OSSL_FUNC_core_new_error_fn *new_error;
	OSSL_FUNC_core_set_error_debug_fn *set_error_debug;
	OSSL_FUNC_core_vset_error_fn *vset_error;
	OSSL_FUNC_BIO_read_ex_fn *bio_read_ex;
	OSSL_FUNC_BIO_gets_fn *bio_gets;
	OSSL_FUNC_BIO_write_ex_fn *bio_write_ex;
	atomic_bool log_is_set; /* as openssl.cnf says */
};

#define CCM_PROV_PROPERTIES "provider=ccm"
/* Of keys: where an account's key is; of generation: where it is to be. Text. */
#define CCM_PROV_PARAM_URI "uri"

/* A reference to the model, which the first call makes. */
struct ccm_model *ccm_prov_model(const struct ccm_prov *prov, struct ccm_error *err);

/* The major version of the OpenSSL that loaded us, which need not be ours. */
long ccm_prov_core_version(const struct ccm_prov *prov);

/* err becomes an entry of OpenSSL's error queue, and a line of the log. Returns false. */
bool ccm_prov_raise(const struct ccm_prov *prov, const char *what, const struct ccm_error *err);
/* False, and raised, in a thread that is inside our own connection to the service. */
bool ccm_prov_enter(const struct ccm_prov *prov, const char *what);
extern const OSSL_ITEM ccm_prov_reasons[];

/* The types of keys, with OpenSSL's names. */
struct ccm_prov_type {
	const char *name;
	const char *signature, *exchange,
	    *cipher; /* the operations' names, NULL where there is none */
	const char *private_part, *public_part; /* the parameters that make the halves */
	bool has_domain;                        /* domain parameters */
};
#define CCM_PROV_RSA_NAMES "RSA:rsaEncryption:1.2.840.113549.1.1.1"
#define CCM_PROV_RSA_PSS_NAMES "RSA-PSS:RSASSA-PSS:1.2.840.113549.1.1.10"
#define CCM_PROV_EC_NAMES "EC:id-ecPublicKey:1.2.840.10045.2.1"
#define CCM_PROV_ED25519_NAMES "ED25519:1.3.101.112"
#define CCM_PROV_SM2_NAMES "SM2:1.2.156.10197.1.301"
extern const struct ccm_prov_type ccm_prov_rsa, ccm_prov_rsa_pss, ccm_prov_ec, ccm_prov_ed25519,
    ccm_prov_sm2;
const struct ccm_prov_type *ccm_prov_type_of(enum ccm_key_type type); /* NULL for others */

struct ccm_prov_key {
	const struct ccm_prov *prov;
	const struct ccm_prov_type *type;
	atomic_uint references;
	struct ccm_item *item; /* the account's key; NULL: a plain one */
	EVP_PKEY
	*pkey;   /* the plain key, or the account's public half with other settings; or NULL */
	int has; /* of OSSL_KEYMGMT_SELECT_*: what the plain key holds */
	atomic_bool logged_in; /* whoever wanted the account's key had the PIN, if it needs one */
};

struct ccm_prov_key *ccm_prov_key_new(
    const struct ccm_prov *prov, const struct ccm_prov_type *type);
/* The account's key. Nothing is fetched. */
struct ccm_prov_key *ccm_prov_key_of_item(
    const struct ccm_prov *prov, struct ccm_item *item, struct ccm_error *err);
struct ccm_prov_key *ccm_prov_key_ref(struct ccm_prov_key *key);
void ccm_prov_key_unref(struct ccm_prov_key *key); /* NULL is allowed */

/* Put what was set behind what was set before: *kept becomes a copy of both, to be freed. */
bool ccm_prov_params_note(OSSL_PARAM **kept, const OSSL_PARAM params[]);

/* What public operations work with: the plain key or the certificate's. Borrowed; NULL is raised.
 */
EVP_PKEY *ccm_prov_key_public(const struct ccm_prov_key *key);
/* The account's private key, fetched at first use: a reference; NULL is raised. */
struct ccm_key *ccm_prov_key_private(const struct ccm_prov_key *key);
/* An operation's context in the private library context, over ccm_prov_key_public(). */
EVP_PKEY_CTX *ccm_prov_key_context(const struct ccm_prov_key *key);

/* A key object on its way to keymgmt's load: OSSL_OBJECT_PARAM_REFERENCE, consumed by load. */
int ccm_prov_key_pass(struct ccm_prov_key *key, OSSL_CALLBACK *callback, void *arg);

OSSL_FUNC_provider_get_capabilities_fn ccm_prov_get_capabilities;

extern const OSSL_ALGORITHM ccm_prov_keymgmts[];
extern const OSSL_ALGORITHM ccm_prov_signatures[];
extern const OSSL_ALGORITHM ccm_prov_exchanges[];
extern const OSSL_ALGORITHM ccm_prov_ciphers[];
extern const OSSL_ALGORITHM ccm_prov_stores[];
extern const OSSL_ALGORITHM ccm_prov_decoders[];
extern const OSSL_ALGORITHM ccm_prov_encoders[];

#endif
