/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "core/clock.h"
#include "core/crypto.h"
#include "emu/scm.h"

#define FREE_TYPE "DV_SSL_CERT_BASIC"
#define FREE_MAX 20

/* Buying: what is paid for at once, whatever is_auto_pay says. */

struct purchase {
	const char *brand, *type, *domain_type, *primary;
	int64_t years, domains, count, singles, wildcards; /* the last two: CCM_EMU_NONE not said */
};

static bool
read_purchase(const struct ccm_json *request, struct purchase *out, struct ccm_error *err)
{
	*out = (struct purchase){
	    .primary = "SINGLE_DOMAIN", .singles = CCM_EMU_NONE, .wildcards = CCM_EMU_NONE};
	return ccm_json_string(request, "cert_brand", &out->brand, err) &&
	       ccm_json_string(request, "cert_type", &out->type, err) &&
	       ccm_json_string(request, "domain_type", &out->domain_type, err) &&
	       ccm_json_int(request, "effective_time", &out->years, err) &&
	       ccm_json_int(request, "domain_numbers", &out->domains, err) &&
	       ccm_json_int(request, "order_number", &out->count, err) &&
	       ccm_json_opt_string(request, "primary_domain_type", &out->primary, err) &&
	       ccm_json_opt_int(request, "single_domain_number", &out->singles, err) &&
	       ccm_json_opt_int(request, "wildcard_domain_number", &out->wildcards, err);
}

static bool
is_multi(const struct purchase *purchase)
{
	return strcmp(purchase->domain_type, "MULTI_DOMAIN") == 0;
}

static bool
primary_is_wildcard(const struct purchase *purchase)
{
	return is_multi(purchase) ? strcmp(purchase->primary, "WILDCARD_DOMAIN") == 0
				  : strcmp(purchase->domain_type, "WILDCARD") == 0;
}

/* With only one of the two numbers given, the other names are of the other kind. */
static bool
check_domains(const struct purchase *purchase, struct ccm_error *err)
{
	bool said = purchase->singles != CCM_EMU_NONE || purchase->wildcards != CCM_EMU_NONE;
	int64_t singles = purchase->singles == CCM_EMU_NONE ? 0 : purchase->singles;
	int64_t wildcards = purchase->wildcards == CCM_EMU_NONE ? 0 : purchase->wildcards;

	if (is_multi(purchase) ? purchase->domains < 2 : purchase->domains != 1)
		return ccm_emu_scm_refuse(err, CCM_EMU_SCM_DOMAIN_NUMBER,
		    "domain_numbers: %" PRId64 " for %s", purchase->domains, purchase->domain_type);
	if (said && !is_multi(purchase))
		return ccm_emu_scm_refuse(
		    err, CCM_EMU_SCM_DOMAIN_NUMBER, "additional names are only for MULTI_DOMAIN");
	return !said || 1 + singles + wildcards == purchase->domains ||
	       ccm_emu_scm_refuse(err, CCM_EMU_SCM_DOMAIN_NUMBER,
		   "1 primary name, %" PRId64 " single and %" PRId64
		   " wildcard names are not the %" PRId64 " of domain_numbers",
		   singles, wildcards, purchase->domains);
}

static bool
check_free(struct ccm_emu_db *db, const struct purchase *purchase, struct ccm_error *err)
{
	int64_t used;

	if (strcmp(purchase->type, FREE_TYPE) != 0)
		return true;
	if (!ccm_emu_ssl_count(db, FREE_TYPE, &used, err))
		return false;
	return used + purchase->count <= FREE_MAX ||
	       ccm_emu_scm_refuse(
		   err, CCM_EMU_SCM_FREE_QUOTA, "%" PRId64 " of %d are used", used, FREE_MAX);
}

/* "CS1803192259ROA8U": minutes of the order, then five letters and digits. */
static char *
make_order_id(int64_t now, struct ccm_error *err)
{
	static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
	unsigned char random[5];
	char date[17], tail[6] = "";

	if (!ccm_random(random, sizeof(random), err))
		return NULL;
	for (size_t i = 0; i < sizeof(random); i++)
		tail[i] = alphabet[random[i] % (sizeof(alphabet) - 1)];
	ccm_clock_sdk_date(now, date); /* 20240229T235959Z */
	return ccm_format(err, "CS%.6s%.4s%s", date + 2, date + 9, tail);
}

static bool
set_order(struct ccm_emu_call *call, struct ccm_emu_ssl *ssl, struct ccm_error *err)
{
	const char *combined = NULL;

	if (!ccm_json_opt_string(call->request, "order_id", &combined, err))
		return false;
	if (combined != NULL)
		return ccm_emu_ssl_set(&ssl->order_id, combined, err);
	ssl->order_id = make_order_id(call->now, err);
	return ssl->order_id != NULL;
}

static bool
fill(struct ccm_emu_call *call, const struct purchase *purchase, struct ccm_emu_ssl *ssl,
    struct ccm_error *err)
{
	bool wildcard = primary_is_wildcard(purchase);

	ssl->domain_count = purchase->domains;
	ssl->wildcard_count =
	    wildcard + (purchase->wildcards == CCM_EMU_NONE ? 0 : purchase->wildcards);
	ssl->update_time = call->now;
	return set_order(call, ssl, err) && ccm_emu_ssl_set_project(call, ssl, err) &&
	       ccm_emu_ssl_set(&ssl->status, "PAID", err) &&
	       ccm_emu_ssl_set(&ssl->brand, purchase->brand, err) &&
	       ccm_emu_ssl_set(&ssl->type, purchase->type, err) &&
	       ccm_emu_ssl_set(&ssl->domain_type, purchase->domain_type, err) &&
	       ccm_emu_ssl_set(&ssl->multi_domain_type,
		   !is_multi(purchase) ? NULL
		   : wildcard          ? "primary_wildcard"
				       : "primary_single",
		   err);
}

/* Each has a name of its own, such as scm-8f3a01. */
static bool
set_name(struct ccm_emu_ssl *ssl, struct ccm_error *err)
{
	unsigned char random[3];
	char hex[7];

	if (!ccm_random(random, sizeof(random), err))
		return false;
	ccm_hex(random, sizeof(random), hex);
	ccm_free(ssl->name);
	ssl->name = ccm_format(err, "scm-%s", hex);
	return ssl->name != NULL;
}

static bool
append_id(struct ccm_json *list, const char *id, struct ccm_error *err)
{
	struct ccm_json *element = ccm_json_new_object(err);

	if (element != NULL && ccm_json_add_string(element, "cert_id", id, err))
		return ccm_json_append_json(list, element, err);
	ccm_json_free(element);
	return false;
}

static bool
add_all(struct ccm_emu_call *call, const struct purchase *purchase, struct ccm_emu_ssl *ssl,
    struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_emu_state_db(call->emulator->state);
	struct ccm_json *list = ccm_json_new_array(err);
	bool ok = list != NULL && check_free(db, purchase, err);

	for (int64_t i = 0; ok && i < purchase->count; i++)
		ok = set_name(ssl, err) && ccm_emu_ssl_add(db, ssl, call->now, err) &&
		     append_id(list, ssl->id, err);
	if (ok)
		return ccm_json_add_json(call->answer->json, "cert", list, err);
	ccm_json_free(list);
	return false;
}

static bool
buy(struct ccm_emu_call *call, const struct purchase *purchase, struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_emu_state_db(call->emulator->state);
	struct ccm_emu_ssl ssl;
	bool ok;

	ccm_emu_ssl_init(&ssl);
	call->answer->json = ccm_json_new_object(err);
	ok = call->answer->json != NULL && fill(call, purchase, &ssl, err) &&
	     ccm_json_add_string(call->answer->json, "order_id", ssl.order_id, err) &&
	     ccm_emu_db_begin(db, err);
	if (ok)
		ok = ccm_emu_db_end(db, add_all(call, purchase, &ssl, err), err);
	ccm_emu_ssl_clear(&ssl);
	return ok;
}

bool
ccm_emu_purchase_ssl(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct purchase purchase;

	return read_purchase(call->request, &purchase, err) &&
	       ccm_emu_ssl_require_agreement(call, err) && check_domains(&purchase, err) &&
	       buy(call, &purchase, err);
}
