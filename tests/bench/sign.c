/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures a second: sign THING THREADS NAME PEM. The key NAME is on our token, on SoftHSM2's
 * (label `bench`, PIN 1234), and in the file PEM. Each way starts anew for each signature, as TLS
 * and the clients of PKCS#11 do.
 */
#include <dlfcn.h>
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

static const unsigned char message[32] = "what is signed";

/* --- EVP: a key of a file, of the provider, or of an engine --- */

struct evp {
	OSSL_LIB_CTX *libctx;
	EVP_PKEY *key;
};

static void *
evp_begin(const struct bench_way *way)
{
	return (void *)way->data;
}

static void
evp_end(void *state)
{
	(void)state;
}

static bool
evp_once(void *state)
{
	const struct evp *evp = state;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char signature[1024];
	size_t len = sizeof(signature);
	bool ok =
	    EVP_DigestSignInit_ex(ctx, NULL, "SHA256", evp->libctx, NULL, evp->key, NULL) == 1 &&
	    EVP_DigestSign(ctx, signature, &len, message, sizeof(message)) == 1;

	EVP_MD_CTX_free(ctx);
	return ok || bench_wrong("EVP_DigestSign");
}

static bool
open_context(struct evp *evp, const char *second)
{
	evp->libctx = OSSL_LIB_CTX_new();
	OSSL_PROVIDER_set_default_search_path(evp->libctx, getenv("CCM_MODULE_DIR"));
	return (OSSL_PROVIDER_load(evp->libctx, "default") != NULL &&
		   (second == NULL || OSSL_PROVIDER_load(evp->libctx, second) != NULL)) ||
	       bench_wrong("provider %s", second != NULL ? second : "default");
}

static bool
open_file(struct evp *evp, const char *name)
{
	BIO *file = BIO_new_file(name, "r");

	if (file != NULL && open_context(evp, NULL))
		evp->key = PEM_read_bio_PrivateKey_ex(file, NULL, NULL, NULL, evp->libctx, NULL);
	BIO_free(file);
	return evp->key != NULL || bench_wrong("%s", name);
}

static bool
open_store(struct evp *evp, const char *name)
{
	char uri[256];
	OSSL_STORE_CTX *store;
	OSSL_STORE_INFO *info;

	snprintf(uri, sizeof(uri), "ccm:%s;type=private", name);
	if (!open_context(evp, "ccm"))
		return false;
	store = OSSL_STORE_open_ex(uri, evp->libctx, NULL, NULL, NULL, NULL, NULL, NULL);
	info = store != NULL ? OSSL_STORE_load(store) : NULL;
	evp->key = info != NULL ? OSSL_STORE_INFO_get1_PKEY(info) : NULL;
	OSSL_STORE_INFO_free(info);
	OSSL_STORE_close(store);
	return evp->key != NULL || bench_wrong("%s", uri);
}

static bool
open_engine(struct evp *evp, const char *name, const char *module)
{
	char uri[256];
	ENGINE *engine;

	snprintf(
	    uri, sizeof(uri), "pkcs11:token=bench;object=%s;type=private?pin-value=1234", name);
	ENGINE_load_dynamic();
	engine = ENGINE_by_id("pkcs11");
	if (engine != NULL && ENGINE_ctrl_cmd_string(engine, "MODULE_PATH", module, 0) == 1 &&
	    ENGINE_init(engine) == 1)
		evp->key = ENGINE_load_private_key(engine, uri, NULL, NULL);
	return evp->key != NULL || bench_wrong("engine pkcs11: %s", uri);
}

/* --- C_Sign --- */

struct token {
	CK_FUNCTION_LIST *functions;
	CK_SLOT_ID slot;
	CK_OBJECT_HANDLE key;
	CK_MECHANISM mechanism;
};

struct session {
	const struct token *token;
	CK_SESSION_HANDLE handle;
};

static void
token_end(void *state)
{
	struct session *session = state;

	session->token->functions->C_CloseSession(session->handle);
	free(session);
}

static void *
token_begin(const struct bench_way *way)
{
	struct session *session = calloc(1, sizeof(*session));

	session->token = way->data;
	if (session->token->functions->C_OpenSession(
		session->token->slot, CKF_SERIAL_SESSION, NULL, NULL, &session->handle) == CKR_OK)
		return session;
	free(session);
	return NULL;
}

static bool
token_once(void *state)
{
	const struct session *session = state;
	CK_FUNCTION_LIST *functions = session->token->functions;
	CK_MECHANISM mechanism = session->token->mechanism;
	unsigned char signature[1024];
	CK_ULONG len = sizeof(signature);
	CK_RV rv = functions->C_SignInit(session->handle, &mechanism, session->token->key);

	if (rv == CKR_OK)
		rv = functions->C_Sign(
		    session->handle, (unsigned char *)message, sizeof(message), signature, &len);
	return rv == CKR_OK || bench_wrong("C_Sign: 0x%lx", rv);
}

static bool
find_slot(struct token *token, const char *label)
{
	CK_SLOT_ID slots[16];
	CK_ULONG count = 16;
	CK_TOKEN_INFO info;

	if (token->functions->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK)
		return false;
	for (CK_ULONG i = 0; i < count; i++) {
		token->slot = slots[i];
		if (token->functions->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
		    strncmp((char *)info.label, label, strlen(label)) == 0)
			return true;
	}
	return false;
}

/* The session stays, and with it the login. */
static bool
find_key(struct token *token, const char *name, const char *pin)
{
	CK_FUNCTION_LIST *functions = token->functions;
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template[] = {
	    {CKA_CLASS, &class, sizeof(class)}, {CKA_LABEL, (char *)name, strlen(name)}};
	CK_SESSION_HANDLE session;
	CK_ULONG count = 0;

	if (functions->C_OpenSession(token->slot, CKF_SERIAL_SESSION, NULL, NULL, &session) !=
	    CKR_OK)
		return false;
	if (pin != NULL) {
		CK_RV rv = functions->C_Login(session, CKU_USER, (unsigned char *)pin, strlen(pin));

		if (rv != CKR_OK && rv != CKR_USER_ALREADY_LOGGED_IN)
			return bench_wrong("C_Login: 0x%lx", rv);
	}
	return functions->C_FindObjectsInit(session, template, 2) == CKR_OK &&
	       functions->C_FindObjects(session, &token->key, 1, &count) == CKR_OK && count == 1 &&
	       functions->C_FindObjectsFinal(session) == CKR_OK;
}

static bool
open_token(struct token *token, const char *module, const char *label)
{
	CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
	void *library = dlopen(module, RTLD_NOW | RTLD_LOCAL);
	CK_RV (*get)(CK_FUNCTION_LIST **), rv;

	if (library == NULL)
		return bench_wrong("%s: %s", module, dlerror());
	*(void **)&get = dlsym(library, "C_GetFunctionList");
	rv = get(&token->functions);
	if (rv == CKR_OK)
		rv = token->functions->C_Initialize(&args);
	/* the engine may have been there before */
	if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return bench_wrong("%s: 0x%lx", module, rv);
	return find_slot(token, label) || bench_wrong("%s: no token %s", module, label);
}

/* SoftHSM2 2.6 digests for RSA only: it gets the 32 bytes as the digest that they might be. */
static CK_MECHANISM_TYPE
mechanism_of(const struct token *token, const EVP_PKEY *key)
{
	CK_MECHANISM_INFO info;

	if (EVP_PKEY_is_a(key, "RSA"))
		return CKM_SHA256_RSA_PKCS;
	return token->functions->C_GetMechanismInfo(token->slot, CKM_ECDSA_SHA256, &info) == CKR_OK
		   ? CKM_ECDSA_SHA256
		   : CKM_ECDSA;
}

int
main(int argc, char **argv)
{
	static struct evp file, provider, engine;
	static struct token ours, theirs;
	const char *softhsm = getenv("CCM_BENCH_SOFTHSM");
	const struct bench_way ways[] = {
	    {"file, EVP", &file, evp_begin, evp_once, evp_end},
	    {"ccm, provider", &provider, evp_begin, evp_once, evp_end},
	    {"ccm, C_Sign", &ours, token_begin, token_once, token_end},
	    {"SoftHSM2, C_Sign", &theirs, token_begin, token_once, token_end},
	    {"SoftHSM2, engine", &engine, evp_begin, evp_once, evp_end},
	};
	size_t count = softhsm != NULL ? 5 : 3;

	if (argc != 5)
		return fprintf(stderr, "usage: sign THING THREADS NAME PEM\n"), 2;
	bool ok = open_file(&file, argv[4]) && open_store(&provider, argv[3]) &&
		  open_token(&ours, getenv("CCM_MODULE"), "PCA") && find_key(&ours, argv[3], NULL);
	if (ok && softhsm != NULL)
		ok = open_engine(&engine, argv[3], softhsm) &&
		     open_token(&theirs, softhsm, "bench") && find_key(&theirs, argv[3], "1234");
	if (!ok)
		return bench_wrong("nothing to compare"), 1;
	ours.mechanism.mechanism = mechanism_of(&ours, file.key);
	if (softhsm != NULL)
		theirs.mechanism.mechanism = mechanism_of(&theirs, file.key);
	ok = bench_compare(argv[1], (unsigned)strtoul(argv[2], NULL, 10), ways, count);
	/* SoftHSM2 does not survive the end of a process that uses OpenSSL, too. */
	fflush(NULL);
	_exit(ok ? 0 : 1);
}
