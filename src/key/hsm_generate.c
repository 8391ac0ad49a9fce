/* SPDX-License-Identifier: Apache-2.0 */
/* Keys made in an HSM, and what else changes a token. */
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

#include "key/hsm_key.h"

/* Curves as CKA_EC_PARAMS: DER of the OID; edwards25519 as PrintableString (PKCS#11 3.0 6.3.3). */
static const unsigned char p256[] = {0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7};
static const unsigned char p384[] = {0x06, 5, 0x2B, 0x81, 4, 0, 0x22};
static const unsigned char p521[] = {0x06, 5, 0x2B, 0x81, 4, 0, 0x23};
static const unsigned char ed25519[] = {
    0x13, 12, 'e', 'd', 'w', 'a', 'r', 'd', 's', '2', '5', '5', '1', '9'};
static const unsigned char f4[] = {1, 0, 1};

static const struct algorithm {
	const char *name;
	CK_KEY_TYPE type;
	CK_ULONG bits; /* of RSA */
	CK_MECHANISM_TYPE mechanism;
	struct ccm_span curve;
} algorithms[] = {
    {"rsa2048", CKK_RSA, 2048, CKM_RSA_PKCS_KEY_PAIR_GEN, {0}},
    {"rsa3072", CKK_RSA, 3072, CKM_RSA_PKCS_KEY_PAIR_GEN, {0}},
    {"rsa4096", CKK_RSA, 4096, CKM_RSA_PKCS_KEY_PAIR_GEN, {0}},
    {"ec256", CKK_EC, 0, CKM_EC_KEY_PAIR_GEN, {p256, sizeof(p256)}},
    {"ec384", CKK_EC, 0, CKM_EC_KEY_PAIR_GEN, {p384, sizeof(p384)}},
    {"ec521", CKK_EC, 0, CKM_EC_KEY_PAIR_GEN, {p521, sizeof(p521)}},
    {"ed25519", CKK_EC_EDWARDS, 0, CKM_EC_EDWARDS_KEY_PAIR_GEN, {ed25519, sizeof(ed25519)}},
};

static const struct algorithm *
find_algorithm(const char *name, struct ccm_error *err)
{
	for (size_t i = 0; i < CCM_COUNT(algorithms); i++)
		if (strcasecmp(algorithms[i].name, name) == 0)
			return &algorithms[i];
	ccm_fail(err, CCM_UNSUPPORTED, "no %s keys are made in an HSM", name);
	return NULL;
}

static CK_RV
find_all(const struct ccm_hsm_session *session, CK_OBJECT_CLASS *class, struct ccm_span id,
    CK_OBJECT_HANDLE *handles, CK_ULONG *count)
{
	const CK_ATTRIBUTE wanted[] = {
	    {CKA_ID, (void *)id.data, id.len},
	    {CKA_CLASS, class, sizeof(*class)},
	};

	return ccm_hsm_find_objects(session, wanted, class != NULL ? 2 : 1, handles, count);
}

/* Deleting */

struct deleting {
	struct ccm_span id;
	unsigned count;
};

static CK_RV
delete_work(struct ccm_hsm_session *session, void *context, struct ccm_error *err)
{
	struct deleting *at = context;
	CK_OBJECT_HANDLE handles[8];
	CK_ULONG count = CCM_COUNT(handles);
	CK_RV rv = find_all(session, NULL, at->id, handles, &count);

	(void)err;
	for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++) {
		rv = session->functions->C_DestroyObject(session->handle, handles[i]);
		at->count += rv == CKR_OK;
	}
	return rv;
}

static bool
delete_all(struct ccm_hsm *hsm, struct deleting *at, struct ccm_error *err)
{
	const struct ccm_hsm_task task = {"deleting a key", delete_work, at, true};

	return ccm_hsm_run(hsm, &task, err);
}

bool
ccm_hsm_delete(struct ccm_hsm *hsm, struct ccm_span id, struct ccm_error *err)
{
	struct deleting at = {.id = id};

	return delete_all(hsm, &at, err) &&
	       (at.count != 0 || ccm_fail(err, CCM_NOT_FOUND,
				     "HSM cluster %s: nothing has this CKA_ID", hsm->cluster));
}

bool
ccm_hsm_clear(struct ccm_hsm *hsm, struct ccm_span id, struct ccm_error *err)
{
	struct deleting at = {.id = id};

	return delete_all(hsm, &at, err);
}

/* Generating */

struct generating {
	const struct algorithm *algorithm;
	const struct ccm_hsm_new_key *wanted;
	EVP_PKEY *pkey;
};

static CK_RV
generate_pair(const struct ccm_hsm_session *session, const struct generating *at,
    CK_OBJECT_HANDLE *public, CK_OBJECT_HANDLE *private)
{
	const struct algorithm *algorithm = at->algorithm;
	struct ccm_span id = at->wanted->id, label = ccm_span_of(at->wanted->label);
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_BBOOL *rsa = algorithm->type == CKK_RSA ? &yes : &no;
	CK_BBOOL *ec = algorithm->type == CKK_EC ? &yes : &no;
	CK_ATTRIBUTE of_public[] = {
	    {CKA_TOKEN, &yes, sizeof(yes)},
	    {CKA_ID, (void *)id.data, id.len},
	    {CKA_LABEL, (void *)label.data, label.len},
	    {CKA_VERIFY, &yes, sizeof(yes)},
	    {CKA_ENCRYPT, rsa, sizeof(*rsa)},
	    {CKA_EC_PARAMS, (void *)algorithm->curve.data, algorithm->curve.len},
	    {CKA_PUBLIC_EXPONENT, (void *)f4, sizeof(f4)},
	};
	CK_ATTRIBUTE of_private[] = {
	    {CKA_TOKEN, &yes, sizeof(yes)},
	    {CKA_PRIVATE, &yes, sizeof(yes)},
	    {CKA_SENSITIVE, &yes, sizeof(yes)},
	    {CKA_EXTRACTABLE, &no, sizeof(no)},
	    {CKA_ID, (void *)id.data, id.len},
	    {CKA_LABEL, (void *)label.data, label.len},
	    {CKA_SIGN, &yes, sizeof(yes)},
	    {CKA_DECRYPT, rsa, sizeof(*rsa)},
	    {CKA_DERIVE, ec, sizeof(*ec)},
	};
	CK_MECHANISM mechanism = {algorithm->mechanism, NULL, 0};
	CK_ULONG public_count = CCM_COUNT(of_public) - 1;

	if (algorithm->type == CKK_RSA)
		of_public[5] = (CK_ATTRIBUTE){
		    CKA_MODULUS_BITS, (void *)&algorithm->bits, sizeof(algorithm->bits)};
	return session->functions->C_GenerateKeyPair(session->handle, &mechanism, of_public,
	    public_count + (algorithm->type == CKK_RSA), of_private, CCM_COUNT(of_private), public,
	    private);
}

/* A first try that ended in "device error" may have made it all the same. */
static CK_RV
generate_work(struct ccm_hsm_session *session, void *context, struct ccm_error *err)
{
	struct generating *at = context;
	struct deleting before = {.id = at->wanted->id};
	CK_OBJECT_HANDLE public, private;
	CK_RV rv = session->turn != 0 ? delete_work(session, &before, err) : CKR_OK;

	if (rv == CKR_OK)
		rv = generate_pair(session, at, &public, &private);
	if (rv != CKR_OK)
		return rv;
	at->pkey = ccm_hsm_public_read(session, public, at->algorithm->type, err);
	return at->pkey != NULL ? CKR_OK : CKR_FUNCTION_FAILED;
}

static bool
can_make(struct ccm_hsm *hsm, const struct algorithm *algorithm, struct ccm_error *err)
{
	struct ccm_hsm_connection *connection = ccm_hsm_connect_guarded(hsm, err);
	bool ok = connection != NULL;

	if (ok && !ccm_hsm_connection_has(connection, algorithm->mechanism))
		ok = ccm_fail(err, CCM_UNSUPPORTED, "HSM cluster %s: module %s makes no %s keys",
		    hsm->cluster, hsm->module, algorithm->name);
	ccm_hsm_connection_drop(connection);
	return ok;
}

struct ccm_key *
ccm_hsm_generate(struct ccm_hsm *hsm, const struct ccm_hsm_new_key *wanted, struct ccm_error *err)
{
	struct generating at = {find_algorithm(wanted->algorithm, err), wanted, NULL};
	const struct ccm_hsm_task task = {"making a key", generate_work, &at, true};
	struct ccm_hsm_search search = {.id = wanted->id};
	struct ccm_key *key = NULL;

	if (at.algorithm == NULL || !can_make(hsm, at.algorithm, err))
		return NULL;
	if (ccm_hsm_run(hsm, &task, err)) {
		search.public_key = at.pkey;
		key = ccm_hsm_find(hsm, &search, err);
	}
	EVP_PKEY_free(at.pkey);
	return key;
}
