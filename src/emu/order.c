/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "core/crypto.h"
#include "emu/issue.h"
#include "emu/state.h"

/* Buying CAs for months or years. They are paid for elsewhere, and have no data yet: creating with
 * their id, or activating, gives it to them. */

#define CLOUD_SERVICE "hws.service.type.ccm"
#define YEARLY_MONTHLY 0
#define ORDER_DIGITS 12

static const struct {
	const char *field, *value;
} product[] = {
    {"cloud_service_type", CLOUD_SERVICE},
    {"resource_type", "hws.resource.type.pca.duration"},
    {"resource_spec_code", "ca.duration"},
};

static bool
check_text(
    const struct ccm_json *object, const char *field, const char *want, struct ccm_error *err)
{
	const char *text;

	if (!ccm_json_string(object, field, &text, err))
		return false;
	return strcmp(text, want) == 0 || ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
					      "%s: %s, it is always %s", field, text, want);
}

static bool
check_products(const struct ccm_json *request, struct ccm_error *err)
{
	const struct ccm_json *list = ccm_json_get(request, "product_infos");

	for (const struct ccm_json *at = ccm_json_first(list); at != NULL; at = ccm_json_next(at))
		for (size_t i = 0; i < CCM_COUNT(product); i++)
			if (!check_text(at, product[i].field, product[i].value, err))
				return false;
	return true;
}

static bool
read_positive(
    const struct ccm_json *request, const char *field, int64_t *out, struct ccm_error *err)
{
	if (!ccm_json_int(request, field, out, err))
		return false;
	return *out > 0 ||
	       ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER, "%s: %" PRId64, field, *out);
}

static char *
make_order_id(struct ccm_error *err)
{
	uint64_t random;

	if (!ccm_random(&random, sizeof(random), err))
		return NULL;
	return ccm_format(err, "CS%0*" PRIu64, ORDER_DIGITS, random % UINT64_C(1000000000000));
}

/* The columns that are never empty hold empty texts until the CA is filled in. */
static bool
make_ca(struct ccm_emu_call *call, const char *order_id, struct ccm_emu_resource *ca,
    struct ccm_error *err)
{
	ccm_emu_resource_init(ca, CCM_EMU_RESOURCE_CA);
	ca->charging_mode = YEARLY_MONTHLY;
	return ccm_emu_issue_begin(call, ca, err) &&
	       ccm_emu_set_text(&ca->status, "PENDING", err) &&
	       ccm_emu_set_text(&ca->order_id, order_id, err) &&
	       ccm_emu_set_text(&ca->key_algorithm, "", err) &&
	       ccm_emu_set_text(&ca->name[CCM_EMU_NAME_CN], "", err) &&
	       ccm_emu_set_text(&ca->enterprise_project_id, "0", err) &&
	       ccm_emu_take_text(
		   call->request, "enterprise_project_id", &ca->enterprise_project_id, err);
}

static bool
add_ca(struct ccm_emu_call *call, const char *order_id, struct ccm_json *ids, struct ccm_error *err)
{
	int64_t quota = call->emulator->site.ca_quota;
	struct ccm_emu_resource ca;
	bool added = false;
	bool ok = make_ca(call, order_id, &ca, err) &&
		  ccm_emu_state_add(call->emulator->state, &ca, quota, &added, err) &&
		  ccm_json_append_string(ids, ca.id, err);

	ccm_emu_resource_clear(&ca);
	if (ok && !added)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_QUOTA, "%" PRId64 " allowed", quota);
	return ok;
}

/* All of them or none. */
static bool
add_all(struct ccm_emu_call *call, const char *order_id, int64_t count, struct ccm_json *ids,
    struct ccm_error *err)
{
	struct ccm_emu_db *db = ccm_emu_state_db(call->emulator->state);
	bool ok = true;

	if (!ccm_emu_db_begin(db, err))
		return false;
	for (int64_t i = 0; ok && i < count; i++)
		ok = add_ca(call, order_id, ids, err);
	return ccm_emu_db_end(db, ok, err);
}

static bool
answer_order(struct ccm_emu_call *call, int64_t count, struct ccm_error *err)
{
	struct ccm_json *out = call->answer->json = ccm_json_new_object(err);
	struct ccm_json *ids = ccm_json_new_array(err);
	char *order_id = make_order_id(err);
	bool ok = out != NULL && ids != NULL && order_id != NULL &&
		  add_all(call, order_id, count, ids, err) &&
		  ccm_json_add_string(out, "order_id", order_id, err);

	ccm_free(order_id);
	if (ok)
		return ccm_json_add_json(out, "ca_ids", ids, err);
	ccm_json_free(ids);
	return false;
}

bool
ccm_emu_order_ca(struct ccm_emu_call *call, struct ccm_error *err)
{
	int64_t count, periods, quota = call->emulator->site.ca_quota;

	return check_text(call->request, "cloud_service_type", CLOUD_SERVICE, err) &&
	       check_products(call->request, err) &&
	       read_positive(call->request, "period_num", &periods, err) &&
	       read_positive(call->request, "subscription_num", &count, err) &&
	       (count <= quota ||
		   ccm_emu_refuse(err, CCM_EMU_REFUSE_QUOTA,
		       "subscription_num: %" PRId64 ", %" PRId64 " allowed", count, quota)) &&
	       answer_order(call, count, err);
}
