/* SPDX-License-Identifier: Apache-2.0 */

/* What C_SignInit and C_VerifyInit refuse: mechanisms, parameters and keys that don't fit. */

#include "client.h"

#define RSA_NAME "rsa.example.com"

static CK_SESSION_HANDLE session;

static int
start(void **state)
{
	if (client_start(state) != 0)
		return -1;
	session = client_session("PCA");
	return 0;
}

#define PSS(hash, mgf, len) \
	&(CK_RSA_PKCS_PSS_PARAMS){hash, mgf, len}, sizeof(CK_RSA_PKCS_PSS_PARAMS)

static void
test_init_judges_mechanism_and_parameter(void **state)
{
	static CK_BYTE other[8];
	const struct {
		const char *name;
		CK_MECHANISM mechanism;
		CK_RV want;
	} cases[] = {
	    {"not ours", {CKM_MD5_RSA_PKCS, NULL, 0}, CKR_MECHANISM_INVALID},
	    {"a digest", {CKM_SHA256, NULL, 0}, CKR_MECHANISM_INVALID},
	    {"for EC keys", {CKM_ECDSA_SHA256, NULL, 0}, CKR_KEY_TYPE_INCONSISTENT},
	    {"a parameter too many", {CKM_SHA256_RSA_PKCS, other, 8}, CKR_MECHANISM_PARAM_INVALID},
	    {"PSS without", {CKM_RSA_PKCS_PSS, NULL, 0}, CKR_MECHANISM_PARAM_INVALID},
	    {"PSS with less", {CKM_RSA_PKCS_PSS, other, 8}, CKR_MECHANISM_PARAM_INVALID},
	    {"PSS with NULL", {CKM_RSA_PKCS_PSS, NULL, sizeof(CK_RSA_PKCS_PSS_PARAMS)},
		CKR_MECHANISM_PARAM_INVALID},
	    {"an unknown hash", {CKM_RSA_PKCS_PSS, PSS(CKM_MD5, CKG_MGF1_SHA1, 16)},
		CKR_MECHANISM_PARAM_INVALID},
	    {"an unknown MGF", {CKM_RSA_PKCS_PSS, PSS(CKM_SHA256, 99, 32)},
		CKR_MECHANISM_PARAM_INVALID},
	    {"another hash", {CKM_SHA256_RSA_PKCS_PSS, PSS(CKM_SHA384, CKG_MGF1_SHA384, 48)},
		CKR_MECHANISM_PARAM_INVALID},
	    {"a salt too long", {CKM_RSA_PKCS_PSS, PSS(CKM_SHA512, CKG_MGF1_SHA512, 256 - 65)},
		CKR_MECHANISM_PARAM_INVALID},
	    {"a salt beyond reason", {CKM_RSA_PKCS_PSS, PSS(CKM_SHA256, CKG_MGF1_SHA256, ~0UL)},
		CKR_MECHANISM_PARAM_INVALID},
	};
	CK_OBJECT_HANDLE private = client_object(session, CKO_PRIVATE_KEY, RSA_NAME);
	CK_OBJECT_HANDLE public = client_object(session, CKO_PUBLIC_KEY, RSA_NAME);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		CK_MECHANISM mechanism = cases[i].mechanism;
		CK_RV to_sign = p11->C_SignInit(session, &mechanism, private);
		CK_RV to_verify = p11->C_VerifyInit(session, &mechanism, public);

		if (to_sign != cases[i].want || to_verify != cases[i].want)
			fail_msg("%s: 0x%lx and 0x%lx, not 0x%lx", cases[i].name, to_sign,
			    to_verify, cases[i].want);
	}
}

static void
test_init_wants_the_right_half_of_a_key(void **state)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_OBJECT_HANDLE private = client_object(session, CKO_PRIVATE_KEY, RSA_NAME);
	CK_OBJECT_HANDLE public = client_object(session, CKO_PUBLIC_KEY, RSA_NAME);
	CK_OBJECT_HANDLE cert = client_object(session, CKO_CERTIFICATE, RSA_NAME);

	(void)state;
	assert_rv(CKR_KEY_FUNCTION_NOT_PERMITTED, p11->C_SignInit(session, &mechanism, public));
	assert_rv(CKR_KEY_FUNCTION_NOT_PERMITTED, p11->C_VerifyInit(session, &mechanism, private));
	assert_rv(CKR_KEY_HANDLE_INVALID, p11->C_SignInit(session, &mechanism, cert));
	assert_rv(CKR_KEY_HANDLE_INVALID, p11->C_VerifyInit(session, &mechanism, cert));
	assert_rv(CKR_KEY_HANDLE_INVALID, p11->C_SignInit(session, &mechanism, 99999));
}

int
main(void)
{
#define started(test) cmocka_unit_test_setup_teardown(test, start, client_stop)
	const struct CMUnitTest tests[] = {
	    started(test_init_judges_mechanism_and_parameter),
	    started(test_init_wants_the_right_half_of_a_key),
	};

	return cmocka_run_group_tests_name("p11/mechanism", tests, client_load, NULL);
}
