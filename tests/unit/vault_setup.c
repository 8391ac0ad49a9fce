/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "store/database.h"
#include "vault_setup.h"

char *test_vault_home, *test_vault_dir;
struct ccm_vault *test_vault;

int
test_vault_set_up(void **state)
{
	char template[] = "/tmp/ccm-vault-XXXXXX";

	(void)state;
	test_vault_home = ccm_strdup(mkdtemp(template), NULL);
	test_vault_dir = ccm_format(NULL, "%s/ccm", test_vault_home);
	test_vault = ccm_vault_new(test_vault_dir, NULL);
	return test_vault == NULL;
}

int
test_vault_tear_down(void **state)
{
	char *command = ccm_format(NULL, "rm -rf %s", test_vault_home);
	int status = system(command);

	(void)state;
	ccm_clock_set_offset_ms(0);
	ccm_vault_free(test_vault);
	ccm_free(command);
	ccm_free(test_vault_home);
	ccm_free(test_vault_dir);
	return status;
}

/* Another process's view. */
void
test_vault_reopen(void)
{
	ccm_vault_free(test_vault);
	test_vault = ccm_vault_new(test_vault_dir, NULL);
	assert_non_null(test_vault);
}

const char *
test_vault_path(const char *name)
{
	static char text[256];

	snprintf(text, sizeof(text), "%s/%s", test_vault_dir, name);
	return text;
}

struct ccm_vault_key
test_vault_key(char which)
{
	static char public_key[256][64], label[256][8];
	unsigned at = (unsigned char)which;
	struct ccm_vault_key key = {.algorithm = "EC256",
	    .token = "",
	    .flags = CCM_VAULT_GENERATED,
	    .created_ms = 1700000000000};

	snprintf(public_key[at], sizeof(public_key[at]), "public half of %c", which);
	snprintf(label[at], sizeof(label[at]), "key %c", which);
	memset(key.ref, which, sizeof(key.ref));
	key.id = ccm_span_of(label[at]);
	key.label = label[at];
	key.public_key = ccm_span_of(public_key[at]);
	return key;
}

struct ccm_span
test_vault_secret(char which)
{
	static char text[256][64];

	snprintf(text[(unsigned char)which], 64, "private half of %c", which);
	return ccm_span_of(text[(unsigned char)which]);
}

void
test_vault_add(char which)
{
	struct ccm_vault_key key = test_vault_key(which);
	struct ccm_error err = {0};

	if (!ccm_vault_add(test_vault, &key, test_vault_secret(which), &err))
		fail_msg("%s", err.msg);
}

static enum ccm_code
open_code(char which, struct ccm_error *err)
{
	struct ccm_vault_key key = test_vault_key(which);
	struct ccm_buf out = {0};

	ccm_error_clear(err);
	if (ccm_vault_open(test_vault, key.ref, &out, err)) {
		assert_true(ccm_span_equal(ccm_buf_span(&out), test_vault_secret(which)));
		assert_true(out.secret);
	}
	ccm_buf_clear(&out);
	return err->code;
}

void
assert_vault_opens(char which)
{
	struct ccm_error err;

	if (open_code(which, &err) != CCM_OK)
		fail_msg("%s", err.msg);
}

void
assert_vault_refuses(char which, enum ccm_code code, const char *says)
{
	struct ccm_error err;

	assert_int_equal(open_code(which, &err), code);
	if (strstr(err.msg, says) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err.msg, says);
}

/* Something that nobody should do to the database. */
void
test_vault_tamper(const char *script)
{
	struct ccm_error err = {0};
	struct ccm_sql_connection *db =
	    ccm_sql_open(test_vault_path("keystore.db"), false, 1000, &err);

	if (db == NULL || !ccm_sql_script(db, script, &err))
		fail_msg("%s", err.msg);
	ccm_sql_close(db);
}

static bool
append_label(void *context, const struct ccm_vault_key *key, struct ccm_error *err)
{
	return ccm_buf_printf(
	    context, err, "%s/%.*s ", key->label, (int)key->id.len, (const char *)key->id.data);
}

void
assert_vault_lists(const char *wanted)
{
	struct ccm_error err = {0};
	struct ccm_buf got = {0};

	if (!ccm_vault_each(test_vault, append_label, &got, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(ccm_buf_str(&got), wanted);
	ccm_buf_clear(&got);
}
