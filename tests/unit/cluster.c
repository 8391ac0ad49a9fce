/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cluster.h"
#include "core/crypto.h"

struct test_faults faults;

static char directory[64];

static const char *
softhsm(void)
{
	static const char *const paths[] = {"/usr/lib/softhsm/libsofthsm2.so",
	    "/usr/lib64/pkcs11/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so"};

	for (size_t i = 0; i < CCM_COUNT(paths); i++)
		if (access(paths[i], R_OK) == 0)
			return paths[i];
	return NULL;
}

static bool
write_settings(void)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/tokens", directory);
	if (mkdir(path, 0700) != 0)
		return false;
	snprintf(path, sizeof(path), "%s/softhsm2.conf", directory);
	file = fopen(path, "w");
	if (file == NULL)
		return false;
	fprintf(file, "directories.tokendir = %s/tokens\nlog.level = ERROR\n", directory);
	return fclose(file) == 0 && setenv("SOFTHSM2_CONF", path, 1) == 0;
}

static bool
init_token(CK_FUNCTION_LIST *module)
{
	unsigned char label[32], *pin = (unsigned char *)CLUSTER_PIN;
	CK_SLOT_ID slots[8];
	CK_ULONG count = CCM_COUNT(slots), len = strlen(CLUSTER_PIN);
	CK_SESSION_HANDLE session;

	memset(label, ' ', sizeof(label));
	memcpy(label, "cluster", 7);
	return module->C_Initialize(NULL) == CKR_OK &&
	       module->C_GetSlotList(CK_FALSE, slots, &count) == CKR_OK && count > 0 &&
	       module->C_InitToken(slots[0], pin, len, label) == CKR_OK &&
	       module->C_GetSlotList(CK_FALSE, slots, &count) == CKR_OK &&
	       module->C_OpenSession(
		   slots[0], CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session) == CKR_OK &&
	       module->C_Login(session, CKU_SO, pin, len) == CKR_OK &&
	       module->C_InitPIN(session, pin, len) == CKR_OK && module->C_Finalize(NULL) == CKR_OK;
}

#define LOOK_UP(name) *(void **)&faults.name = dlsym(library, "fault_module_" #name)

int
test_cluster_make(void **state)
{
	CK_C_GetFunctionList get = NULL;
	CK_FUNCTION_LIST *module;
	void *library;

	(void)state;
	if (softhsm() == NULL)
		_exit(77);
	setenv("FAULT_MODULE_BEHIND", softhsm(), 1);
	snprintf(directory, sizeof(directory), "/tmp/ccm-cluster.XXXXXX");
	if (mkdtemp(directory) == NULL || !write_settings())
		return -1;
	library = dlopen(CCM_FAULT_MODULE, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (library == NULL)
		return -1;
	*(void **)&get = dlsym(library, "C_GetFunctionList");
	LOOK_UP(answer);
	LOOK_UP(remove);
	LOOK_UP(flags);
	LOOK_UP(hide);
	LOOK_UP(single);
	LOOK_UP(sessions);
	LOOK_UP(count);
	LOOK_UP(reset);
	return get != NULL && get(&module) == CKR_OK && init_token(module) ? 0 : -1;
}

static void
remove_tree(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char child[512];

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(child, sizeof(child), "%s/%s", path, entry->d_name);
		if (unlink(child) != 0)
			remove_tree(child);
	}
	if (dir != NULL)
		closedir(dir);
	rmdir(path);
}

int
test_cluster_free(void **state)
{
	(void)state;
	remove_tree(directory);
	return 0;
}

struct ccm_hsm_config
test_cluster_config(const char *pin)
{
	return (struct ccm_hsm_config){
	    .cluster = (char *)"c1",
	    .module = (char *)CCM_FAULT_MODULE,
	    .token = (char *)"cluster",
	    .pin = (char *)(pin != NULL ? pin : CLUSTER_PIN),
	};
}

struct ccm_hsm *
test_cluster_open(void)
{
	struct ccm_hsm_config config = test_cluster_config(NULL);

	return ccm_hsm_new(&config, NULL);
}

/* Keys */

static const char *const algorithms[MADE] = {"rsa2048", "ec256", "ec384", "ec521", "ed25519"};
static unsigned char ids[MADE][16];

struct ccm_span
test_cluster_id(enum made which)
{
	return CCM_SPAN(ids[which], sizeof(ids[which]));
}

int
test_cluster_make_keys(void **state)
{
	struct ccm_hsm *hsm;

	if (test_cluster_make(state) != 0)
		return -1;
	hsm = test_cluster_open();
	for (enum made i = 0; i < MADE; i++) {
		const struct ccm_hsm_new_key wanted = {
		    algorithms[i], CCM_SPAN(ids[i], sizeof(ids[i])), algorithms[i]};
		struct ccm_error err = {0};
		struct ccm_key *key;

		ccm_random(ids[i], sizeof(ids[i]), NULL);
		key = ccm_hsm_generate(hsm, &wanted, &err);
		if (key == NULL)
			fail_msg("%s: %s", algorithms[i], err.msg);
		ccm_key_unref(key);
	}
	ccm_hsm_unref(hsm);
	return 0;
}

int
test_cluster_begin(void **state)
{
	faults.reset();
	*state = test_cluster_open();
	return *state != NULL ? 0 : -1;
}

int
test_cluster_end(void **state)
{
	ccm_hsm_unref(*state);
	return 0;
}

struct ccm_key *
test_cluster_find(struct ccm_hsm *hsm, enum made which)
{
	const struct ccm_hsm_search search = {.id = test_cluster_id(which)};
	struct ccm_error err = {0};
	struct ccm_key *key = ccm_hsm_find(hsm, &search, &err);

	assert_string_equal(err.msg, "");
	assert_non_null(key);
	return key;
}

/* Sign a random input and verify it with OpenSSL. */
bool
test_cluster_signs(struct ccm_key *key, const struct ccm_sign_params *params, size_t input_len,
    struct ccm_error *err)
{
	unsigned char input[512] = {0}, signature[1024];
	size_t len = sizeof(signature);
	struct ccm_signer *signer = ccm_signer_new(key, params, err);
	bool ok;

	ccm_random(input + 1, input_len - 1, NULL);
	ok = signer != NULL &&
	     ccm_signer_sign(signer, CCM_SPAN(input, input_len), signature, &len, err);
	if (ok)
		assert_true(ccm_pkey_verify(ccm_key_public(key), params, CCM_SPAN(input, input_len),
		    CCM_SPAN(signature, len), err));
	ccm_signer_free(signer);
	return ok;
}

const struct ccm_sign_params test_pkcs1 = {CCM_PAD_PKCS1, "SHA256"};
const struct ccm_sign_params test_ecdsa = {CCM_PAD_NONE, "SHA256"};

void
assert_cluster_signs(struct ccm_key *key, const struct ccm_sign_params *params, size_t input_len)
{
	struct ccm_error err = {0};

	if (!test_cluster_signs(key, params, input_len, &err))
		fail_msg("%s", err.msg);
}

/* What SoftHSM2 leaves behind in OpenSSL at each C_Initialize is not ours. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libsofthsm2.so\n";
}
