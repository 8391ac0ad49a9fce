/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cert_item.h"
#include "cli/renew.h"

#include <string.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "model/local.h"

#define KEY_ID_LEN 16
#define CANDIDATES 16

/* Which key */

struct choice {
	struct ccm_key *key; /* NULL: the service makes it */
	bool fresh;          /* it's a new one, with this id: */
	unsigned char id[KEY_ID_LEN];
	struct ccm_hsm *hsm;    /* that it is in; NULL: in the keystore */
	struct ccm_item *local; /* there, once it was made */
};

static const char *
text_of(const struct ccm_json *object, const char *field)
{
	const char *text = "";

	ccm_json_as_string(ccm_json_get(object, field), &text);
	return text;
}

static bool
save_pending(const struct ccm_renew_work *work, const struct choice *choice, struct ccm_error *err)
{
	struct ccm_json *state = work->renewal->state;
	char hex[2 * KEY_ID_LEN + 1];

	ccm_hex(choice->id, KEY_ID_LEN, hex);
	return ccm_json_add_json(state, "pending", ccm_json_new_object(err), err) &&
	       ccm_json_add_int(state, "pending.begun", ccm_clock_now_ms(), err) &&
	       ccm_json_add_string(state, "pending.old", ccm_item_resource_id(work->old), err) &&
	       (!choice->fresh || ccm_json_add_string(state, "pending.key", hex, err)) &&
	       ccm_renewal_save(work->renewal, err);
}

static bool
forget_pending(const struct ccm_renew_work *work, struct ccm_error *err)
{
	return ccm_json_add_string(work->renewal->state, "pending", NULL, err) &&
	       ccm_renewal_save(work->renewal, err);
}

static void
name_algorithm(const EVP_PKEY *pkey, char out[static 16])
{
	if (ccm_pkey_type(pkey) == CCM_KEY_ED25519)
		snprintf(out, 16, "ed25519");
	else
		snprintf(out, 16, "%s%d", ccm_pkey_type(pkey) == CCM_KEY_EC ? "ec" : "rsa",
		    ccm_pkey_bits(pkey));
}

static struct ccm_key *
make_in_hsm(const struct ccm_renew_work *work, const struct choice *choice, const char *algorithm,
    struct ccm_error *err)
{
	const struct ccm_hsm_search search = {.id = CCM_SPAN(choice->id, KEY_ID_LEN)};
	const struct ccm_hsm_new_key wanted = {algorithm, search.id, ccm_item_label(work->old)};
	struct ccm_error absent = {0};
	struct ccm_key *key = ccm_hsm_find(choice->hsm, &search, &absent);

	if (key != NULL)
		return key;
	if (absent.code == CCM_NOT_FOUND)
		return ccm_hsm_generate(choice->hsm, &wanted, err);
	if (err != NULL)
		*err = absent;
	return NULL;
}

static struct ccm_item *
find_local(struct ccm_model *model, struct ccm_span id)
{
	struct ccm_items all = {0};
	struct ccm_item *found = NULL;

	if (!ccm_local_all(model, &all, NULL))
		return NULL;
	for (size_t i = 0; i < all.count && found == NULL; i++)
		if (ccm_span_equal(ccm_item_id(all.items[i]), id))
			found = ccm_item_ref(all.items[i]);
	ccm_items_clear(&all);
	return found;
}

static struct ccm_key *
make_local(const struct ccm_renew_work *work, struct choice *choice, const char *algorithm,
    struct ccm_error *err)
{
	const struct ccm_local_spec spec = {.algorithm = algorithm,
	    .label = ccm_item_label(work->old),
	    .id = CCM_SPAN(choice->id, KEY_ID_LEN)};

	choice->local = find_local(work->tool->model, spec.id);
	if (choice->local == NULL)
		choice->local = ccm_local_generate(ccm_item_token(work->old), &spec, err);
	return choice->local != NULL ? ccm_item_key(choice->local, err) : NULL;
}

/* Of the kind of the old one, where that is; one that a broken run made already is used. */
static bool
make_key(const struct ccm_renew_work *work, struct choice *choice, struct ccm_error *err)
{
	struct ccm_key *old = choice->key;
	char algorithm[16];

	name_algorithm(ccm_key_public(old), algorithm);
	choice->key = choice->hsm != NULL ? make_in_hsm(work, choice, algorithm, err)
					  : make_local(work, choice, algorithm, err);
	ccm_key_unref(old);
	return choice->key != NULL;
}

static bool
choose_id(const struct ccm_renew_work *work, struct choice *choice, struct ccm_error *err)
{
	const char *pending = text_of(work->renewal->state, "pending.key");

	return ccm_unhex(pending, choice->id, KEY_ID_LEN) ||
	       ccm_random(choice->id, KEY_ID_LEN, err);
}

static bool
choose_key(const struct ccm_renew_work *work, struct choice *choice, struct ccm_error *err)
{
	struct ccm_key *old;

	*choice = (struct choice){0};
	if (strcmp(ccm_item_gen_mode(work->old), "CSR") != 0)
		return true;
	old = ccm_item_key(work->old, err);
	if (old == NULL)
		return ccm_error_context(err,
		    "the certificate was made for a CSR, and only who has "
		    "its key can renew it");
	choice->key = old;
	if (!work->options->rotate_key)
		return true;
	choice->fresh = true;
	choice->hsm = ccm_hsm_of_key(old);
	if (choice->hsm == NULL && !ccm_item_is_local(work->old))
		return ccm_fail(err, CCM_UNSUPPORTED,
		    "--rotate-key: the key is neither the service's nor of the keystore or an HSM");
	return choose_id(work, choice, err);
}

/* Adopting */

struct candidates {
	const struct ccm_json *wanted;
	const char *old;
	int64_t since_ms;
	char ids[CANDIDATES][CCM_ID_SIZE];
	size_t count;
};

static bool
collect(void *context, const struct ccm_json *element, struct ccm_error *err)
{
	struct candidates *found = context;
	char id[CCM_ID_SIZE];

	if (!ccm_create_matches(found->wanted, element, found->since_ms))
		return true;
	if (!ccm_object_id(&ccm_kind_certificate, element, id, err))
		return false;
	if (strcmp(id, found->old) != 0 && found->count < CANDIDATES)
		memcpy(found->ids[found->count++], id, sizeof(id));
	return true;
}

static bool
has_key(struct ccm_tool *tool, const char *id, const struct ccm_key *key)
{
	struct ccm_item *item = ccm_cert_item(tool, id, NULL);
	const struct ccm_cert *cert = item != NULL ? ccm_item_certificate(item, NULL) : NULL;
	bool same = cert != NULL && ccm_cert_public_key(cert) != NULL &&
		    ccm_pkey_equal(ccm_cert_public_key(cert), ccm_key_public(key));

	ccm_item_unref(item);
	return same;
}

/* What a broken run had issued, if it had; *id stays empty if not. */
static bool
adopt(const struct ccm_renew_work *work, const struct ccm_json *wanted, const struct ccm_key *key,
    char id[static CCM_ID_SIZE], struct ccm_error *err)
{
	const struct ccm_json *state = work->renewal->state;
	struct candidates found = {.wanted = wanted, .old = text_of(state, "pending.old")};
	struct ccm_client *client = ccm_tool_client(work->tool, err);
	struct ccm_json *request = ccm_json_new_object(err);
	bool ok = client != NULL && request != NULL &&
		  ccm_json_opt_int(state, "pending.begun", &found.since_ms, err) &&
		  ccm_json_add_string(request, "name", ccm_item_label(work->old), err) &&
		  ccm_json_add_string(request, "sort_key", "create_time", err) &&
		  ccm_json_add_string(request, "sort_dir", "DESC", err) &&
		  ccm_client_each(client, ccm_kind_certificate.list, request,
		      (struct ccm_visitor){collect, &found}, err);

	ccm_json_free(request);
	for (size_t i = 0; ok && *id == '\0' && i < found.count; i++)
		if (key == NULL || has_key(work->tool, found.ids[i], key))
			memcpy(id, found.ids[i], CCM_ID_SIZE);
	return ok;
}

/* Issuing */

struct asking {
	struct ccm_json *request, *wanted;
	const struct ccm_operation *op;
};

static void
clear_asking(struct asking *asking)
{
	ccm_json_free(asking->request);
	ccm_json_free(asking->wanted);
}

static bool
prepare_by_csr(const struct ccm_renew_work *work, const struct ccm_cert *cert, struct ccm_key *key,
    struct asking *asking, struct ccm_error *err)
{
	const char *issuer = ccm_item_issuer_id(work->old);

	asking->op = &ccm_pca_issue_certificate_by_csr;
	asking->request = ccm_renew_request_by_csr(issuer, cert, key, err);
	asking->wanted = ccm_json_new_object(err);
	return asking->request != NULL && asking->wanted != NULL &&
	       ccm_json_add_string(asking->wanted, "distinguished_name.common_name",
		   ccm_item_label(work->old), err) &&
	       ccm_json_add_string(asking->wanted, "issuer_id", issuer, err) &&
	       ccm_json_add_string(asking->wanted, "gen_mode", "CSR", err);
}

static bool
prepare_by_record(const struct ccm_renew_work *work, const struct ccm_cert *cert,
    struct asking *asking, struct ccm_error *err)
{
	struct ccm_json *get = ccm_json_new_object(err), *record = NULL;
	bool ok = get != NULL &&
		  ccm_json_add_string(
		      get, ccm_kind_certificate.id_field, ccm_item_resource_id(work->old), err) &&
		  ccm_tool_call(work->tool, ccm_kind_certificate.get, get, &record, err);

	asking->op = ccm_kind_certificate.create;
	asking->request = ok ? ccm_renew_request(record, cert, err) : NULL;
	asking->wanted = asking->request != NULL ? ccm_json_dup(asking->request, err) : NULL;
	ccm_json_free(get);
	ccm_json_free(record);
	return asking->wanted != NULL;
}

static bool
prepare(const struct ccm_renew_work *work, struct ccm_key *key, struct asking *asking,
    struct ccm_error *err)
{
	const struct ccm_cert *cert = ccm_item_certificate(work->old, err);

	*asking = (struct asking){0};
	if (cert == NULL)
		return false;
	return key != NULL ? prepare_by_csr(work, cert, key, asking, err)
			   : prepare_by_record(work, cert, asking, err);
}

/* Nothing was issued: the state says so, and a new key is of no use to anybody. */
static bool
give_up(const struct ccm_renew_work *work, const struct choice *choice, struct ccm_error *err)
{
	if (choice->fresh && choice->hsm != NULL && choice->key != NULL)
		ccm_hsm_delete(choice->hsm, CCM_SPAN(choice->id, KEY_ID_LEN), NULL);
	if (choice->local != NULL)
		ccm_local_destroy(choice->local, NULL);
	forget_pending(work, err);
	return false;
}

static bool
issue(const struct ccm_renew_work *work, struct choice *choice, bool broken,
    char id[static CCM_ID_SIZE], struct ccm_error *err)
{
	struct ccm_creation creation = {.kind = &ccm_kind_certificate};
	struct asking asking = {0};
	bool ok = !choice->fresh || make_key(work, choice, err);

	ok = ok && prepare(work, choice->key, &asking, err) &&
	     (!broken || adopt(work, asking.wanted, choice->key, id, err));
	if (ok && *id != '\0')
		ccm_tool_say(work->tool, "%s: a run that broke off had it issued: %s",
		    ccm_item_label(work->old), id);
	creation.op = asking.op;
	creation.request = asking.request;
	creation.wanted = asking.wanted;
	if (ok && *id == '\0')
		ok = ccm_renewal_spend(work->folder, work->options->budget, err) &&
		     ccm_create_quietly(work->tool, &creation, id, err);
	/* what may have been issued is known by more here: it is not the old one */
	if (!ok && *id == '\0' && asking.wanted != NULL && ccm_outcome_is_open(err) &&
	    adopt(work, asking.wanted, choice->key, id, NULL) && *id != '\0') {
		ccm_error_clear(err);
		ok = true;
	}
	clear_asking(&asking);
	if (!ok && !ccm_outcome_is_open(err) && (!broken || !ccm_code_is_outage(err->code)))
		return give_up(work, choice, err);
	return ok;
}

bool
ccm_renew_issue(
    const struct ccm_renew_work *work, char id[static CCM_ID_SIZE], struct ccm_error *err)
{
	bool broken = ccm_json_get(work->renewal->state, "pending") != NULL;
	struct choice choice;
	bool ok;

	id[0] = '\0';
	ok = choose_key(work, &choice, err) && (broken || save_pending(work, &choice, err)) &&
	     issue(work, &choice, broken, id, err);
	ccm_key_unref(choice.key);
	ccm_item_unref(choice.local);
	return ok;
}
