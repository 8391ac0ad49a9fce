/* SPDX-License-Identifier: Apache-2.0 */
/* CRLs as the CAs publish them: fetched, checked, written, shown. */
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "cli/cert_item.h"
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/output.h"
#include "cli/pem.h"
#include "core/crypto.h"
#include "model/crl.h"

/* The list of the CA with this name or id, a reference. */
static struct ccm_crl *
find_crl(struct ccm_tool *tool, const struct ccm_args *args, struct ccm_error *err)
{
	const struct ccm_target target = {&ccm_kind_ca, args->operands[0], "ACTIVED"};
	struct ccm_crl *crl = NULL;
	struct ccm_item *item;
	char id[CCM_ID_SIZE];

	if (!ccm_resolve_id(tool, &target, id, err))
		return NULL;
	item = ccm_item_named(tool, id, err);
	if (item != NULL)
		crl = ccm_item_crl(item, err);
	ccm_item_unref(item);
	return crl;
}

static bool
fetch(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_json *answer = ccm_json_new_object(err);
	struct ccm_buf pem = {0};
	struct ccm_crl *crl;
	struct ccm_span text;
	bool ok;

	crl = answer != NULL && ccm_output_check_file(args, err) ? find_crl(tool, args, err) : NULL;
	ok = crl != NULL && ccm_pem_block("X509 CRL", ccm_crl_der(crl), &pem, err) &&
	     ccm_json_add_string(answer, "crl", ccm_buf_str(&pem), err);
	text = ccm_buf_span(&pem);
	if (ok && ccm_args_has(args, "der"))
		text = ccm_crl_der(crl);
	ok = ok && ccm_output_text(tool, args, answer, text, err);
	ccm_crl_unref(crl);
	ccm_buf_clear(&pem);
	ccm_json_free(answer);
	return ok;
}

static const struct ccm_option fetch_options[] = {
    {.name = "der", .apply = ccm_option_flag, .help = "DER instead of PEM"},
    CCM_OPTIONS_OUTPUT,
    {0},
};

const struct ccm_command ccm_command_crl_fetch = {
    .name = "crl fetch",
    .operands = "NAME|ID",
    .summary = "Fetch the CRL that a CA publishes, and check it",
    .options = fetch_options,
    .relations = ccm_relations_output,
    .run = fetch,
};

/* Show */

static const struct ccm_column head_columns[] = {
    {"Number", "number", CCM_CELL_TEXT},
    {"This update", "this_update", CCM_CELL_TIME},
    {"Next update", "next_update", CCM_CELL_EXPIRY},
    {"Revoked", "count", CCM_CELL_TEXT},
};

static const struct ccm_column revoked_columns[] = {
    {"SERIAL", "serial", CCM_CELL_TEXT},
    {"REVOKED", "time", CCM_CELL_TIME},
    {"REASON", "reason", CCM_CELL_TEXT},
};

/* In decimal, as the service shows serial numbers. */
static bool
add_number(
    struct ccm_json *object, const char *member, const ASN1_INTEGER *number, struct ccm_error *err)
{
	BIGNUM *value = ASN1_INTEGER_to_BN(number, NULL);
	char *text = value != NULL ? BN_bn2dec(value) : NULL;
	bool ok =
	    text != NULL ? ccm_json_add_string(object, member, text, err) : ccm_fail_nomem(err);

	OPENSSL_free(text);
	BN_free(value);
	return ok;
}

/* RFC 5280 5.3.1; a list without reasons leaves it open. */
static const char *
reason_of(const X509_REVOKED *revoked)
{
	static const char *const reasons[] = {"unspecified", "key-compromise", "ca-compromise",
	    "affiliation-changed", "superseded", "cessation-of-operation", "certificate-hold", NULL,
	    "remove-from-crl", "privilege-withdrawn", "aa-compromise"};
	ASN1_ENUMERATED *code = X509_REVOKED_get_ext_d2i(revoked, NID_crl_reason, NULL, NULL);
	long value = code != NULL ? ASN1_ENUMERATED_get(code) : 0;

	ASN1_ENUMERATED_free(code);
	return value >= 0 && (size_t)value < CCM_COUNT(reasons) && reasons[value] != NULL
		   ? reasons[value]
		   : "unknown";
}

static bool
add_revoked(struct ccm_json *rows, const X509_REVOKED *revoked, struct ccm_error *err)
{
	struct ccm_json *row = ccm_json_new_object(err);
	int64_t ms;

	return row != NULL && ccm_json_append_json(rows, row, err) &&
	       add_number(row, "serial", X509_REVOKED_get0_serialNumber(revoked), err) &&
	       (!ccm_asn1_time_ms(X509_REVOKED_get0_revocationDate(revoked), &ms) ||
		   ccm_json_add_int(row, "time", ms, err)) &&
	       ccm_json_add_string(row, "reason", reason_of(revoked), err);
}

static bool
describe(const struct ccm_crl *crl, struct ccm_json *out, struct ccm_error *err)
{
	X509_CRL *x509 = ccm_crl_x509(crl);
	ASN1_INTEGER *number = X509_CRL_get_ext_d2i(x509, NID_crl_number, NULL, NULL);
	STACK_OF(X509_REVOKED) *revoked = X509_CRL_get_REVOKED(x509);
	int count = revoked != NULL ? sk_X509_REVOKED_num(revoked) : 0;
	struct ccm_json *rows = ccm_json_new_array(err);
	bool ok;

	ok = rows != NULL && ccm_json_add_json(out, "revoked", rows, err) &&
	     (number == NULL || add_number(out, "number", number, err)) &&
	     ccm_json_add_int(out, "this_update", ccm_crl_this_update_ms(crl), err) &&
	     (ccm_crl_next_update_ms(crl) == 0 ||
		 ccm_json_add_int(out, "next_update", ccm_crl_next_update_ms(crl), err)) &&
	     ccm_json_add_int(out, "count", count, err);
	for (int i = 0; ok && i < count; i++)
		ok = add_revoked(rows, sk_X509_REVOKED_value(revoked, i), err);
	ASN1_INTEGER_free(number);
	return ok;
}

static bool
show(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_rows rows = {
	    "revoked", revoked_columns, CCM_COUNT(revoked_columns), "revoked certificate"};
	struct ccm_crl *crl = find_crl(tool, args, err);
	struct ccm_json *document = crl != NULL ? ccm_json_new_object(err) : NULL;
	bool ok = document != NULL && describe(crl, document, err);

	ok = ok &&
	     (tool->json || ccm_block_print(ccm_tool_out(tool), head_columns,
				CCM_COUNT(head_columns), document, err)) &&
	     ccm_rows_print(tool, &rows, document, err);
	ccm_json_free(document);
	ccm_crl_unref(crl);
	return ok;
}

const struct ccm_command ccm_command_crl_show = {
    .name = "crl show",
    .operands = "NAME|ID",
    .summary = "Show what a CA has revoked, by its own CRL",
    .run = show,
};
