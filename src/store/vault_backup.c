/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All keys in one sealed text: DER of SEQUENCE { version INTEGER (1), keys SEQUENCE OF SEQUENCE {
 * ref, id OCTET STRING, label, algorithm, token UTF8String, public OCTET STRING, flags, created
 * INTEGER, key OCTET STRING (PKCS#8) } }, sealed by the passphrase.
 */
#include <string.h>

#include "core/der.h"
#include "store/vault_db.h"

#define PURPOSE ccm_span_of("ccm keystore backup 1")

static const unsigned char version_1 = 1;

/* Writing */

static bool
write_number(struct ccm_buf *out, uint64_t number, struct ccm_error *err)
{
	unsigned char bytes[8];
	size_t skip = 0;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(number >> (8 * (sizeof(bytes) - 1 - i)));
	while (skip < sizeof(bytes) && bytes[skip] == 0)
		skip++;
	return ccm_der_write_unsigned(out, CCM_SPAN(bytes + skip, sizeof(bytes) - skip), err);
}

static bool
write_key(const struct ccm_vault_key *key, struct ccm_span pkcs8, struct ccm_buf *out,
    struct ccm_error *err)
{
	const struct {
		unsigned tag;
		struct ccm_span content;
	} parts[] = {
	    {CCM_DER_OCTET_STRING, CCM_SPAN(key->ref, sizeof(key->ref))},
	    {CCM_DER_OCTET_STRING, key->id},
	    {CCM_DER_UTF8_STRING, ccm_span_of(key->label)},
	    {CCM_DER_UTF8_STRING, ccm_span_of(key->algorithm)},
	    {CCM_DER_UTF8_STRING, ccm_span_of(key->token)},
	    {CCM_DER_OCTET_STRING, key->public_key},
	};
	struct ccm_buf body;
	bool ok = true;

	ccm_buf_init_secret(&body);
	for (size_t i = 0; ok && i < CCM_COUNT(parts); i++)
		ok = ccm_der_write(&body, parts[i].tag, parts[i].content, err);
	ok = ok && write_number(&body, key->flags, err) &&
	     write_number(&body, (uint64_t)key->created_ms, err) &&
	     ccm_der_write(&body, CCM_DER_OCTET_STRING, pkcs8, err) &&
	     ccm_der_write(out, CCM_DER_SEQUENCE, ccm_buf_span(&body), err);
	ccm_buf_clear(&body);
	return ok;
}

struct collection {
	struct ccm_vault *vault;
	struct ccm_buf keys;
};

static bool
collect(void *context, const struct ccm_vault_key *key, struct ccm_error *err)
{
	struct collection *collection = context;
	struct ccm_buf pkcs8 = {0};
	bool ok;

	if (key->keeper[0] != '\0') /* the HSM's own backup has it */
		return true;
	ok = ccm_vault_open(collection->vault, key->ref, &pkcs8, err) &&
	     write_key(key, ccm_buf_span(&pkcs8), &collection->keys, err);
	ccm_buf_clear(&pkcs8);
	return ok;
}

bool
ccm_vault_backup(
    struct ccm_vault *vault, struct ccm_span passphrase, struct ccm_buf *out, struct ccm_error *err)
{
	const struct ccm_seal_secret by = {passphrase, &ccm_seal_cost_backup};
	struct collection collection = {.vault = vault};
	struct ccm_buf body, whole;
	bool ok;

	ccm_buf_init_secret(&collection.keys);
	ccm_buf_init_secret(&body);
	ccm_buf_init_secret(&whole);
	ok = ccm_vault_each(vault, collect, &collection, err) &&
	     ccm_der_write_unsigned(&body, CCM_SPAN(&version_1, 1), err) &&
	     ccm_der_write(&body, CCM_DER_SEQUENCE, ccm_buf_span(&collection.keys), err) &&
	     ccm_der_write(&whole, CCM_DER_SEQUENCE, ccm_buf_span(&body), err) &&
	     ccm_seal_by_secret(&by, PURPOSE, ccm_buf_span(&whole), out, err);
	ccm_buf_clear(&whole);
	ccm_buf_clear(&body);
	ccm_buf_clear(&collection.keys);
	return ok;
}

/* Reading */

static bool
read_number(struct ccm_span *in, uint64_t *number)
{
	struct ccm_span magnitude;

	*number = 0;
	if (!ccm_der_read_unsigned(in, &magnitude) || magnitude.len > sizeof(*number))
		return false;
	for (size_t i = 0; i < magnitude.len; i++)
		*number = *number << 8 | magnitude.data[i];
	return true;
}

/* The texts of a key, with an end that DER has not. */
struct texts {
	char *label, *algorithm, *token;
};

static bool
read_text(struct ccm_span *in, char **text, struct ccm_error *err)
{
	struct ccm_span content;

	if (!ccm_der_read(in, CCM_DER_UTF8_STRING, &content))
		return false;
	*text = ccm_strndup((const char *)content.data, content.len, err);
	return *text != NULL;
}

static bool
read_key(struct ccm_span *in, struct ccm_vault_key *key, struct texts *texts,
    struct ccm_span *pkcs8, struct ccm_error *err)
{
	struct ccm_span body, ref;
	uint64_t flags, created;

	if (!ccm_der_read(in, CCM_DER_SEQUENCE, &body) ||
	    !ccm_der_read(&body, CCM_DER_OCTET_STRING, &ref) || ref.len != sizeof(key->ref) ||
	    !ccm_der_read(&body, CCM_DER_OCTET_STRING, &key->id) ||
	    !read_text(&body, &texts->label, err) || !read_text(&body, &texts->algorithm, err) ||
	    !read_text(&body, &texts->token, err) ||
	    !ccm_der_read(&body, CCM_DER_OCTET_STRING, &key->public_key) ||
	    !read_number(&body, &flags) || !read_number(&body, &created) ||
	    !ccm_der_read(&body, CCM_DER_OCTET_STRING, pkcs8))
		return ccm_fail(err, CCM_STORE, "the backup's content is damaged");
	memcpy(key->ref, ref.data, ref.len);
	key->label = texts->label;
	key->algorithm = texts->algorithm;
	key->token = texts->token;
	key->flags = (unsigned)flags;
	key->created_ms = (int64_t)created;
	return true;
}

struct restoration {
	struct ccm_span keys;
	size_t *count;
};

static bool
is_there(struct ccm_sql_connection *db, const struct ccm_vault_key *key, bool *there,
    struct ccm_error *err)
{
	const struct ccm_sql_param params[] = {
	    CCM_SQL_BLOB(CCM_SPAN(key->ref, sizeof(key->ref))), CCM_SQL_BLOB(key->public_key)};
	int64_t number;
	bool ok = ccm_sql_number(db,
	    CCM_SQL("SELECT number FROM key WHERE ref = ?1 OR public = ?2", params), &number, err);

	*there = number != CCM_SQL_NONE;
	return ok;
}

static bool
put_back_next(struct ccm_sql_connection *db, struct ccm_span master,
    struct restoration *restoration, struct ccm_error *err)
{
	struct ccm_vault_key key = {0};
	struct texts texts = {0};
	struct ccm_span pkcs8;
	bool there = false;
	bool ok = read_key(&restoration->keys, &key, &texts, &pkcs8, err) &&
		  is_there(db, &key, &there, err);

	if (ok && !there) {
		ok = ccm_vault_key_insert(db, master, &key, pkcs8, err);
		*restoration->count += ok;
	}
	ccm_free(texts.label);
	ccm_free(texts.algorithm);
	ccm_free(texts.token);
	return ok;
}

static bool
put_back(
    struct ccm_vault *vault, struct ccm_sql_connection *db, void *context, struct ccm_error *err)
{
	struct restoration *restoration = context;
	struct ccm_buf master = {0};
	bool ok = ccm_vault_master(vault, db, &master, err);

	while (ok && restoration->keys.len != 0)
		ok = put_back_next(db, ccm_buf_span(&master), restoration, err);
	ccm_buf_clear(&master);
	return ok;
}

static bool
read_keys(struct ccm_span whole, struct ccm_span *keys, struct ccm_error *err)
{
	struct ccm_span body, version;

	if (!ccm_der_read(&whole, CCM_DER_SEQUENCE, &body) ||
	    !ccm_der_read_unsigned(&body, &version))
		return ccm_fail(err, CCM_STORE, "the backup's content is damaged");
	if (!ccm_span_equal(version, CCM_SPAN(&version_1, 1)))
		return ccm_fail(err, CCM_UNSUPPORTED, "the backup is of a later version");
	return ccm_der_read(&body, CCM_DER_SEQUENCE, keys) ||
	       ccm_fail(err, CCM_STORE, "the backup's content is damaged");
}

bool
ccm_vault_restore(struct ccm_vault *vault, const struct ccm_vault_archive *archive, size_t *count,
    struct ccm_error *err)
{
	struct restoration restoration = {.count = count};
	struct ccm_error failure = {0};
	struct ccm_buf whole = {0};
	bool ok =
	    ccm_unseal_by_secret(archive->passphrase, PURPOSE, archive->sealed, &whole, &failure);

	*count = 0;
	if (!ok && failure.code == CCM_DENIED)
		ccm_fail(err, CCM_AUTH, "the passphrase is wrong, or the backup is damaged");
	else if (!ok && err != NULL && err->code == CCM_OK)
		*err = failure;
	ok = ok && read_keys(ccm_buf_span(&whole), &restoration.keys, err) &&
	     ccm_vault_change(vault, put_back, &restoration, err);
	ccm_buf_clear(&whole);
	return ok;
}
