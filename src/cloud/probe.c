/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/probe.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "core/clock.h"
#include "core/crypto.h"

/*
 * The service wrote its date at some time while we waited, and left out the fraction. What we are
 * ahead is the least that explains it.
 */
static int64_t
ahead(int64_t before_ms, int64_t after_ms, int64_t date_ms)
{
	if (before_ms > date_ms + 999)
		return before_ms - (date_ms + 999);
	return after_ms < date_ms ? after_ms - date_ms : 0;
}

static int64_t
end_of(struct ccm_span pem)
{
	BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	X509 *certificate = bio != NULL ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	int64_t end = 0;

	if (certificate != NULL)
		ccm_asn1_time_ms(X509_get0_notAfter(certificate), &end);
	X509_free(certificate);
	BIO_free(bio);
	return end;
}

bool
ccm_probe_endpoint(struct ccm_http *http, const char *endpoint, int64_t deadline_ms,
    struct ccm_probe *out, struct ccm_error *err)
{
	const struct ccm_http_request request = {.method = "GET",
	    .url = endpoint,
	    .once = true,
	    .show_peer = true,
	    .deadline_ms = deadline_ms};
	struct ccm_http_response response = {.body = {.secret = true}};
	int64_t before = ccm_clock_now_ms(), date_ms;
	const char *date;
	bool sent, ok;

	*out = (struct ccm_probe){0};
	ok = http->ops->perform(http, &request, &response, &sent, err);
	if (ok) {
		date = ccm_http_header(&response, "date");
		out->status = response.status;
		out->has_date = date != NULL && ccm_clock_parse_http(date, &date_ms);
		if (out->has_date)
			out->ahead_ms = ahead(before, ccm_clock_now_ms(), date_ms);
		if (response.peer.len != 0)
			out->certificate_end_ms = end_of(ccm_buf_span(&response.peer));
	}
	ccm_http_response_clear(&response);
	return ok;
}
