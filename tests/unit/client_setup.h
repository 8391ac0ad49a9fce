/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_TEST_CLIENT_SETUP_H
#define CCM_TEST_CLIENT_SETUP_H

/* A client over canned answers. */

#include "cloud/client.h"
#include "fake_http.h"

#define TEST_ID "4c0e772e-a30c-4029-b929-b7acb04143f7"
#define TEST_CLOUD                                               \
	"[cloud]\npca_endpoint = https://pca.example.com:8443\n" \
	"scm_endpoint = https://scm.example.com\n"               \
	"iam_endpoint = https://iam.example.com\n"
#define TEST_AKSK "[auth]\naccess_key = TESTACCESSKEY\nsecret_key = the-secret-key\n"
#define TEST_PASSWORD                                                            \
	"[auth]\nuser = alice\nuser_domain = account\npassword = the-password\n" \
	"token_cache = no\n"

struct test_client {
	struct ccm_config *config;
	struct fake_http *fake;
	struct ccm_client *client;
	struct ccm_error err; /* of the last call */
};

/* Stops the test when it fails. */
void test_client_open(
    struct test_client *test, const char *config, const struct fake_answer *answers, size_t count);
void test_client_close(struct test_client *test);

/* Call with a request given as JSON text or NULL; the answer is thrown away. */
bool test_client_call(
    struct test_client *test, const struct ccm_operation *op, const char *request);

#endif
