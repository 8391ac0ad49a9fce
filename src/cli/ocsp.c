/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ocsp.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <string.h>

#include "core/crypto.h"

#define CLOCKS_DIFFER_S 300

static OCSP_CERTID *
id_of(const struct ccm_ocsp_question *question)
{
	return OCSP_cert_to_id(NULL, ccm_cert_x509(question->cert),
	    ccm_cert_x509(question->issuer)); /* SHA-1, which every responder knows */
}

static bool
encode(const struct ccm_ocsp_question *question, struct ccm_buf *der, struct ccm_error *err)
{
	OCSP_REQUEST *request = OCSP_REQUEST_new();
	OCSP_CERTID *id = request != NULL ? id_of(question) : NULL;
	unsigned char *bytes = NULL;
	int len = -1;

	if (id != NULL && OCSP_request_add0_id(request, id) != NULL)
		len = i2d_OCSP_REQUEST(request, &bytes);
	else
		OCSP_CERTID_free(id);
	OCSP_REQUEST_free(request);
	if (len < 0)
		return ccm_fail_openssl(err, "a question about a certificate");
	if (!ccm_buf_append(der, bytes, (size_t)len, err))
		len = -1;
	OPENSSL_free(bytes);
	return len >= 0;
}

/* RFC 6960 A.1: {url}/{the base64 of the question, as it stands in a URL} */
static bool
make_url(const struct ccm_ocsp_question *question, struct ccm_buf *url, struct ccm_error *err)
{
	size_t len = strlen(question->url);
	struct ccm_buf der = {0}, text = {0};
	bool ok = encode(question, &der, err) && ccm_buf_reserve(&text, der.len * 4 / 3 + 8, err);

	if (ok) {
		text.len = (size_t)EVP_EncodeBlock(text.data, der.data, (int)der.len);
		ok = ccm_buf_append_str(url, question->url, err) &&
		     (question->url[len - 1] == '/' || ccm_buf_append_str(url, "/", err)) &&
		     ccm_percent_encode(ccm_buf_str(&text), false, url, err);
	}
	ccm_buf_clear(&der);
	ccm_buf_clear(&text);
	return ok;
}

/* The issuer is who is trusted here: whether it is itself is another question. */
static bool
verify(OCSP_BASICRESP *basic, const struct ccm_ocsp_question *question, struct ccm_error *err)
{
	X509_STORE *store = X509_STORE_new();
	X509 *issuer = (X509 *)ccm_cert_x509(question->issuer);
	STACK_OF(X509) *certificates = sk_X509_new_null();
	bool ok;

	ok = store != NULL && certificates != NULL && sk_X509_push(certificates, issuer) > 0 &&
	     X509_STORE_add_cert(store, issuer) == 1 &&
	     X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1 &&
	     OCSP_basic_verify(basic, certificates, store, 0) == 1;
	sk_X509_free(certificates);
	X509_STORE_free(store);
	return ok || ccm_fail_openssl(err, "the responder's signature");
}

static bool
read_status(OCSP_BASICRESP *basic, const struct ccm_ocsp_question *question,
    struct ccm_ocsp_answer *answer, struct ccm_error *err)
{
	ASN1_GENERALIZEDTIME *revoked = NULL, *this_update = NULL, *next_update = NULL;
	OCSP_CERTID *id = id_of(question);
	int status, reason = OCSP_REVOKED_STATUS_NOSTATUS;
	bool found = id != NULL && OCSP_resp_find_status(basic, id, &status, &reason, &revoked,
				       &this_update, &next_update) == 1;

	OCSP_CERTID_free(id);
	if (!found)
		return ccm_fail(err, CCM_PROTOCOL, "the answer is about another certificate");
	if (OCSP_check_validity(this_update, next_update, CLOCKS_DIFFER_S, -1) != 1)
		return ccm_fail_openssl(err, "the answer's dates");
	answer->status = status == V_OCSP_CERTSTATUS_GOOD      ? CCM_OCSP_GOOD
			 : status == V_OCSP_CERTSTATUS_REVOKED ? CCM_OCSP_REVOKED
							       : CCM_OCSP_UNKNOWN;
	if (reason != OCSP_REVOKED_STATUS_NOSTATUS)
		answer->reason = OCSP_crl_reason_str(reason);
	return true;
}

static bool
read_answer(struct ccm_span bytes, const struct ccm_ocsp_question *question,
    struct ccm_ocsp_answer *answer, struct ccm_error *err)
{
	const unsigned char *at = bytes.data;
	OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)bytes.len);
	OCSP_BASICRESP *basic = NULL;
	bool ok = false;

	if (response == NULL)
		ccm_fail(err, CCM_PROTOCOL, "the answer is none of OCSP");
	else if (OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
		ccm_fail(err, CCM_UNAVAILABLE, "the responder says: %s",
		    OCSP_response_status_str(OCSP_response_status(response)));
	else if ((basic = OCSP_response_get1_basic(response)) == NULL)
		ccm_fail(err, CCM_PROTOCOL, "the answer is of a kind that is not known");
	else
		ok = verify(basic, question, err) && read_status(basic, question, answer, err);
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(response);
	ERR_clear_error();
	return ok;
}

/* OCSP's functions take the thread's default context: that is to be the private one. */
static bool
judge(struct ccm_span bytes, const struct ccm_ocsp_question *question,
    struct ccm_ocsp_answer *answer, struct ccm_error *err)
{
	struct ccm_network_scope scope;
	bool ok;

	if (!ccm_network_enter(&scope, err))
		return false;
	ok = read_answer(bytes, question, answer, err);
	ccm_network_leave(&scope);
	return ok;
}

bool
ccm_ocsp_ask(struct ccm_client *client, const struct ccm_ocsp_question *question,
    struct ccm_ocsp_answer *answer, struct ccm_error *err)
{
	struct ccm_buf url = {0}, bytes = {0};
	bool ok;

	*answer = (struct ccm_ocsp_answer){0};
	ok = make_url(question, &url, err) &&
	     ccm_client_fetch(client, ccm_buf_str(&url), &bytes, err) &&
	     judge(ccm_buf_span(&bytes), question, answer, err);
	ccm_buf_clear(&url);
	ccm_buf_clear(&bytes);
	return ok || ccm_error_context(err, "OCSP by %s", question->url);
}
