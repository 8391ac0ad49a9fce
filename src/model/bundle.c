/* SPDX-License-Identifier: Apache-2.0 */
#include "model/item.h"

void
ccm_bundle_free(struct ccm_bundle *bundle)
{
	if (bundle == NULL)
		return;
	ccm_cert_unref(bundle->cert);
	ccm_certs_free(bundle->chain, bundle->chain_count);
	ccm_free(bundle);
}

/* The certificate among certs whose subject is the issuer of cert; NULL when cert is a root. */
static struct ccm_cert *
issuer_among(const struct ccm_cert *cert, struct ccm_cert **certs, size_t count)
{
	if (ccm_cert_is_self_issued(cert))
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (ccm_name_equal(ccm_cert_issuer(cert), ccm_cert_subject(certs[i])) &&
		    !ccm_span_equal(ccm_cert_der(cert), ccm_cert_der(certs[i])))
			return certs[i];
	}
	return NULL;
}

/* Services differ in the order, and some repeat the certificate itself: walk from issuer to issuer.
 */
struct ccm_bundle *
ccm_bundle_new(struct ccm_cert *cert, struct ccm_cert **chain, size_t count, struct ccm_error *err)
{
	struct ccm_bundle *bundle = ccm_alloc(sizeof(*bundle), err);
	struct ccm_cert *at = cert;

	if (bundle == NULL)
		return NULL;
	bundle->cert = ccm_cert_ref(cert);
	bundle->chain = ccm_alloc_array(count, sizeof(bundle->chain[0]), err);
	if (bundle->chain == NULL) {
		ccm_bundle_free(bundle);
		return NULL;
	}
	while (bundle->chain_count < count && (at = issuer_among(at, chain, count)) != NULL)
		bundle->chain[bundle->chain_count++] = ccm_cert_ref(at);
	return bundle;
}

struct ccm_bundle *
ccm_bundle_tail(const struct ccm_bundle *of, size_t index, struct ccm_error *err)
{
	return ccm_bundle_new(
	    of->chain[index], of->chain + index + 1, of->chain_count - index - 1, err);
}
