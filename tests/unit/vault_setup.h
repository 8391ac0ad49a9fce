/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_TEST_VAULT_SETUP_H
#define CCM_TEST_VAULT_SETUP_H

/* A keystore of its own for each case, and keys that are none. */

#include "store/vault.h"

#define PIN ccm_span_of("135790")
#define OFFICER ccm_span_of("officer!")
#define NEW_PIN ccm_span_of("246801")
#define NONE ccm_span_of("")

extern char *test_vault_home, *test_vault_dir; /* the keystore's directory is below home */
extern struct ccm_vault *test_vault;

int test_vault_set_up(void **state);
int test_vault_tear_down(void **state);
/* Another process's view. */
void test_vault_reopen(void);
/* Of a file in the keystore's directory. */
const char *test_vault_path(const char *name);

struct ccm_vault_key test_vault_key(char which);
struct ccm_span test_vault_secret(char which);
void test_vault_add(char which);
void assert_vault_opens(char which);
void assert_vault_refuses(char which, enum ccm_code code, const char *says);
/* LABEL/ID and a blank, for each key. */
void assert_vault_lists(const char *wanted);
/* Something that nobody should do to the database. */
void test_vault_tamper(const char *script);

#endif
