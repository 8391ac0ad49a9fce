/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <string.h>

#include "core/crypto.h"
#include "emu/archive.h"
#include "emu/chain.h"
#include "emu/life.h"
#include "emu/part.h"
#include "emu/pca.h"
#include "emu/pem.h"
#include "emu/x509.h"

#define PASSWORD_MAX 32
#define RANDOM_PASSWORD 16

static bool
read_password(const struct ccm_json *request, const char **password, struct ccm_error *err)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789,.+-_#";
	size_t len;

	*password = NULL;
	if (!ccm_json_opt_string(request, "password", password, err))
		return false;
	len = *password != NULL ? strlen(*password) : 0;
	if (len > PASSWORD_MAX || (len != 0 && strspn(*password, allowed) != len))
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
		    "password: up to 32 letters, digits and , . + - _ # are allowed");
	return true;
}

static bool
read_form(const struct ccm_json *request, const struct ccm_emu_resource *certificate,
    struct ccm_emu_form *form, struct ccm_error *err)
{
	*form = (struct ccm_emu_form){
	    .sm2 = strcmp(certificate->key_algorithm, "SM2") == 0,
	    .own_key = certificate->private_key.len != 0,
	};
	return ccm_json_opt_bool(request, "is_compressed", &form->compressed, err) &&
	       ccm_json_opt_bool(request, "is_sm_standard", &form->sm_standard, err) &&
	       ccm_json_string(request, "type", &form->type, err);
}

static bool
find_layout(
    const struct ccm_emu_form *form, const struct ccm_emu_piece **pieces, struct ccm_error *err)
{
	*pieces = ccm_emu_layout_find(form);
	if (*pieces != NULL)
		return true;
	if (form->sm2)
		return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
		    "type: %s is not defined for SM2 certificates, only OTHER is", form->type);
	return ccm_emu_refuse(err, CCM_EMU_REFUSE_PARAMETER,
	    "type: %s with a key made by PCA is exported as ZIP only: is_compressed is false",
	    form->type);
}

/* As the fault wants it, the key is a good one of the same kind, but of no certificate. */
static bool
load_key(struct ccm_emu_call *call, const struct ccm_emu_resource *certificate, EVP_PKEY **key,
    struct ccm_error *err)
{
	if (certificate->private_key.len == 0)
		return true;
	*key = call->wrong_key ? ccm_emu_x509_generate(certificate->key_algorithm, err)
			       : ccm_emu_key_decode(ccm_buf_span(&certificate->private_key), err);
	return *key != NULL;
}

static bool
load_enc_key(const struct ccm_emu_resource *certificate, EVP_PKEY **key, struct ccm_error *err)
{
	if (certificate->enc_private_key.len == 0)
		return true;
	*key = ccm_emu_key_decode(ccm_buf_span(&certificate->enc_private_key), err);
	return *key != NULL;
}

/* Who signs envelopes: the CA that issued the certificate. */
static bool
load_issuer(struct ccm_emu_call *call, struct ccm_emu_material *material, struct ccm_error *err)
{
	const char *id = material->certificate->issuer_id;
	struct ccm_emu_resource issuer;
	bool ok;

	if (!ccm_emu_state_get(call->emulator->state, CCM_EMU_RESOURCE_CA, id, &issuer, err))
		return false;
	ok = issuer.id != NULL || ccm_emu_refuse(err, CCM_EMU_REFUSE_ISSUER, "%s", id);
	if (ok) {
		material->issuer = ccm_emu_x509_decode(ccm_buf_span(&issuer.certificate), err);
		material->issuer_key = ccm_emu_key_decode(ccm_buf_span(&issuer.private_key), err);
		ok = material->issuer != NULL && material->issuer_key != NULL;
	}
	ccm_emu_resource_clear(&issuer);
	return ok;
}

static bool
gather(struct ccm_emu_call *call, const struct ccm_emu_form *form,
    struct ccm_emu_material *material, struct ccm_error *err)
{
	const struct ccm_emu_resource *certificate = material->certificate;

	material->now = call->now;
	return read_password(call->request, &material->password, err) &&
	       load_key(call, certificate, &material->key, err) &&
	       load_enc_key(certificate, &material->enc_key, err) &&
	       (!form->sm2 || !form->sm_standard || load_issuer(call, material, err)) &&
	       ccm_emu_chain_write(call->emulator->state, certificate, &material->chain, err) &&
	       (material->password != NULL ||
		   ccm_random_password(RANDOM_PASSWORD, &material->random_password, err));
}

/* Keys keep their last line break on the wire, certificates do not (ccm-api.md 9). */
static bool
is_key(enum ccm_emu_part part)
{
	return part == CCM_EMU_PART_KEY || part == CCM_EMU_PART_ENC_KEY;
}

static bool
answer_member(struct ccm_emu_call *call, const struct ccm_emu_piece *piece,
    const struct ccm_emu_material *material, struct ccm_error *err)
{
	struct ccm_buf content = {.secret = true}, text = {.secret = true};
	bool ok;

	ok = ccm_emu_part_write(piece->part, material, &content, err) &&
	     ccm_emu_pem_to_wire(ccm_buf_span(&content), !is_key(piece->part), &text, err) &&
	     ccm_json_add_string(
		 call->answer->json, piece->name, text.len != 0 ? ccm_buf_str(&text) : NULL, err);
	ccm_buf_clear(&content);
	ccm_buf_clear(&text);
	return ok;
}

static bool
answer_json(struct ccm_emu_call *call, const struct ccm_emu_piece *pieces,
    const struct ccm_emu_material *material, struct ccm_error *err)
{
	bool ok;

	call->answer->json = ccm_json_new_object(err);
	ok = call->answer->json != NULL;
	for (const struct ccm_emu_piece *piece = pieces; piece->name != NULL && ok; piece++)
		ok = answer_member(call, piece, material, err);
	return ok;
}

/* CERTIFICATE-NAME_type.zip */
static bool
name_archive(struct ccm_emu_call *call, const char *name, const char *type, struct ccm_error *err)
{
	struct ccm_buf text = {0};
	bool ok = ccm_buf_printf(&text, err, "%s_", name);

	for (; *type != '\0' && ok; type++)
		ok = ccm_buf_printf(&text, err, "%c", *type | 0x20);
	ok = ok && ccm_buf_append_str(&text, ".zip", err) &&
	     ccm_emu_answer_file(call->answer, ccm_buf_str(&text), err);
	ccm_buf_clear(&text);
	return ok;
}

static bool
answer_archive(struct ccm_emu_call *call, const struct ccm_emu_piece *pieces,
    const struct ccm_emu_material *material, struct ccm_error *err)
{
	struct ccm_emu_archive_file files[CCM_EMU_PIECES_MAX] = {0};
	size_t count = 0;
	bool ok = true;

	for (const struct ccm_emu_piece *piece = pieces; piece->name != NULL && ok; piece++) {
		if (piece->part == CCM_EMU_PART_KEYSTORE_PASSWORD && material->password != NULL)
			continue;
		files[count].name = piece->name;
		ccm_buf_init_secret(&files[count].content);
		ok = ccm_emu_part_write(piece->part, material, &files[count++].content, err);
	}
	ok = ok && ccm_emu_archive_write(files, count, call->now, &call->answer->body, err);
	for (size_t i = 0; i < count; i++)
		ccm_buf_clear(&files[i].content);
	return ok;
}

static bool export(
    struct ccm_emu_call *call, const struct ccm_emu_resource *certificate, struct ccm_error *err)
{
	struct ccm_emu_material material = {
	    .certificate = certificate, .random_password = {.secret = true}};
	const struct ccm_emu_piece *pieces;
	struct ccm_emu_form form;
	bool ok;

	ok = read_form(call->request, certificate, &form, err) &&
	     find_layout(&form, &pieces, err) && gather(call, &form, &material, err) &&
	     (form.compressed
		     ? answer_archive(call, pieces, &material, err) &&
			   name_archive(call, certificate->name[CCM_EMU_NAME_CN], form.type, err)
		     : answer_json(call, pieces, &material, err));
	ccm_emu_material_clear(&material);
	return ok;
}

bool
ccm_emu_export_certificate(struct ccm_emu_call *call, struct ccm_error *err)
{
	struct ccm_emu_resource certificate;
	bool ok = ccm_emu_pca_find(call, CCM_EMU_RESOURCE_CERTIFICATE, &certificate, err) &&
		  ccm_emu_life_require(call, &certificate, err) && export(call, &certificate, err);

	ccm_emu_resource_clear(&certificate);
	return ok;
}
