/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_TEST_CLUSTER_H
#define CCM_TEST_CLUSTER_H

/* A cluster for tests: a SoftHSM2 token in a directory of its own, behind the module of faults. */

#include "fault_module.h"
#include "key/hsm.h"

#define CLUSTER_PIN "cluster-pin"

struct test_faults {
	fault_module_answer_fn answer;
	fault_module_remove_fn remove;
	fault_module_flags_fn flags;
	fault_module_hide_fn hide;
	fault_module_single_fn single;
	fault_module_sessions_fn sessions;
	fault_module_count_fn count;
	fault_module_reset_fn reset;
};
extern struct test_faults faults;

/* Group setup and teardown. Without SoftHSM2 the program ends with status 77: skipped. */
int test_cluster_make(void **state);
int test_cluster_free(void **state);

/* The token's settings; pin NULL: the right one. To be changed at will. */
struct ccm_hsm_config test_cluster_config(const char *pin);
struct ccm_hsm *test_cluster_open(void);

/* A key of each kind in it. */
enum made { RSA, EC256, EC384, EC521, ED, MADE };
int test_cluster_make_keys(void **state); /* group setup that makes the cluster, too */
struct ccm_span test_cluster_id(enum made which);

/* Setup and teardown of a test: no faults, and a struct ccm_hsm as its state. */
int test_cluster_begin(void **state);
int test_cluster_end(void **state);
struct ccm_key *test_cluster_find(struct ccm_hsm *hsm, enum made which);

/* Sign a random input of this length; what comes is verified with OpenSSL. */
extern const struct ccm_sign_params test_pkcs1, test_ecdsa; /* both of SHA-256 */
bool test_cluster_signs(struct ccm_key *key, const struct ccm_sign_params *params, size_t input_len,
    struct ccm_error *err);
void assert_cluster_signs(
    struct ccm_key *key, const struct ccm_sign_params *params, size_t input_len);

#endif
