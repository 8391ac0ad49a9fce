/* SPDX-License-Identifier: Apache-2.0 */
/* Exporting from PCA: CAs, certificates, and the encryption certificates of SM2 pairs. */
#include <string.h>

#include "core/crypto.h"
#include "key/envelope.h"
#include "key/pem.h"
#include "model/pair.h"
#include "model/source.h"

#define ONE_TIME_PASSWORD_LEN 32 /* the most that the API takes */

struct export
{
	struct ccm_item *item;
	struct ccm_buf password;   /* secret */
	struct ccm_key *local_key; /* of an encryption item: its certificate's, when that is here */
};

/* Whose key came by a CSR and is not here could not open an envelope. */
static bool
takes_envelope(const struct export *export)
{
	return export->local_key != NULL || strcmp(export->item->facts.gen_mode, "CSR") != 0;
}

static bool
add_options(struct ccm_json *request, const struct export *export, struct ccm_error *err)
{
	return ccm_json_add_string(request, "type", "OTHER", err) &&
	       ccm_json_add_bool(request, "is_compressed", false, err) &&
	       ccm_json_add_string(request, "password", ccm_buf_str(&export->password), err) &&
	       (export->item->facts.kind != CCM_ITEM_ENCRYPTION ||
		   ccm_json_add_string(
		       request, "is_sm_standard", takes_envelope(export) ? "true" : "false", err));
}

static struct ccm_json *
build(const struct export *export, struct ccm_error *err)
{
	bool is_ca = export->item->facts.kind == CCM_ITEM_CA;
	struct ccm_json *request = ccm_request_for(
	    is_ca ? "ca_id" : "certificate_id", export->item->facts.resource_id, err);

	if (request != NULL && (is_ca || add_options(request, export, err)))
		return request;
	ccm_json_free(request);
	return NULL;
}

/* The reader of PEM knows base64. */
static bool
read_base64(const char *text, struct ccm_buf *out, struct ccm_error *err)
{
	static const char label[] = "SM2 ENVELOPED KEY";
	struct ccm_pem_block block = {0};
	struct ccm_pem pem = {0};
	struct ccm_buf framed = {0};
	bool ok = ccm_buf_printf(&framed, err, "-----BEGIN %s-----\n%s\n-----END %s-----\n", label,
		      text, label) &&
		  ccm_pem_open(&pem, ccm_buf_span(&framed), false, err) &&
		  ccm_pem_next(&pem, &block, err) &&
		  ccm_buf_append(out, block.der.data, block.der.len, err);

	ccm_pem_block_clear(&block);
	ccm_pem_close(&pem);
	ccm_buf_clear(&framed);
	return ok;
}

static bool
open_envelope(
    const char *text, struct ccm_key *signature_key, struct ccm_key **key, struct ccm_error *err)
{
	struct ccm_buf der = {0};

	*key = read_base64(text, &der, err)
		   ? ccm_envelope_open(ccm_buf_span(&der), signature_key, err)
		   : NULL;
	ccm_buf_clear(&der);
	return *key != NULL || ccm_error_context(err, "enc_sm2_enveloped_key");
}

/* In an envelope to the signature key, which comes along or is here; or like any other key. */
static bool
read_encryption_key(const struct ccm_json *answer, const struct export *export,
    struct ccm_key **key, struct ccm_error *err)
{
	const char *password = ccm_buf_str(&export->password), *envelope = "";
	struct ccm_key *signature_key = NULL;
	bool ok;

	if (!ccm_json_opt_string(answer, "enc_sm2_enveloped_key", &envelope, err))
		return false;
	if (envelope[0] == '\0')
		return ccm_export_read_key(answer, "enc_private_key", password, key, err);
	if (export->local_key != NULL)
		signature_key = ccm_key_ref(export->local_key);
	ok = (signature_key != NULL ||
		 ccm_export_read_key(answer, "private_key", password, &signature_key, err)) &&
	     open_envelope(envelope, signature_key, key, err);
	ccm_key_unref(signature_key);
	return ok;
}

static bool
read_answer(const struct ccm_json *answer, const struct export *export, struct ccm_bundle **bundle,
    struct ccm_key **key, struct ccm_error *err)
{
	bool second = export->item->facts.kind == CCM_ITEM_ENCRYPTION;

	if (!ccm_export_read_bundle(
		answer, second ? "enc_certificate" : "certificate", bundle, err))
		return false;
	if (key == NULL)
		return true;
	return second ? read_encryption_key(answer, export, key, err)
		      : ccm_export_read_key(
			    answer, "private_key", ccm_buf_str(&export->password), key, err);
}

bool
ccm_pca_export(
    struct ccm_item *item, struct ccm_bundle **bundle, struct ccm_key **key, struct ccm_error *err)
{
	const struct ccm_operation *op =
	    item->facts.kind == CCM_ITEM_CA ? &ccm_pca_export_ca : &ccm_pca_export_certificate;
	struct export export = {.item = item};
	struct ccm_json *request = NULL, *answer = NULL;
	bool ok = false;

	ccm_buf_init_secret(&export.password);
	if (key != NULL && item->facts.kind == CCM_ITEM_ENCRYPTION)
		export.local_key = ccm_pair_local_key(item);
	if (ccm_random_password(ONE_TIME_PASSWORD_LEN, &export.password, err))
		request = build(&export, err);
	if (request == NULL ||
	    !ccm_client_call(ccm_model_client(item->token->model), op, request, &answer, err))
		goto out;
	ok = read_answer(answer, &export, bundle, key, err);
	if (!ok) {
		ccm_error_context(err, "%s", op->id);
		ccm_bundle_free(*bundle);
		*bundle = NULL;
	}
out:
	ccm_key_unref(export.local_key);
	ccm_buf_clear(&export.password);
	ccm_json_free(answer);
	ccm_json_free(request);
	return ok;
}
