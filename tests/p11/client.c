/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

CK_FUNCTION_LIST *p11;
struct ccm_p11_functions_3_0 *p11_3_0;

const char client_dead_service[] = "[cloud]\n"
				   "pca_endpoint = https://127.0.0.1:1\n"
				   "scm_endpoint = https://127.0.0.1:1\n"
				   "iam_endpoint = https://127.0.0.1:1\n"
				   "retries = 0\n"
				   "[auth]\n"
				   "access_key = AK\n"
				   "secret_key = SK\n"
				   "[token Alpha]\n"
				   "service = pca\n"
				   "[token Beta]\n"
				   "service = pca\n"
				   "keys = none\n";

static void *handle;
static char config_file[] = "/tmp/ccm-p11-config.XXXXXX";
static char log_file[] = "/tmp/ccm-p11-log.XXXXXX";

void *
client_symbol(const char *name)
{
	return dlsym(handle, name);
}

static void
clean_up(void)
{
	unlink(config_file);
	unlink(log_file);
}

int
client_load(void **state)
{
	const char *path = getenv("CCM_MODULE");
	CK_RV (*get_list)(CK_FUNCTION_LIST **);
	CK_RV (*get_interface)(CK_UTF8CHAR *, CK_VERSION *, CK_INTERFACE **, CK_FLAGS);
	CK_INTERFACE *interface;
	CK_VERSION version = {3, 0};

	(void)state;
	if (path == NULL)
		return -1;
	close(mkstemp(log_file));
	atexit(clean_up);
	setenv("CCM_LOG", "warn", 0);
	setenv("CCM_LOG_FILE", log_file, 1);
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (handle == NULL) {
		fprintf(stderr, "%s\n", dlerror());
		return -1;
	}
	*(void **)&get_list = dlsym(handle, "C_GetFunctionList");
	*(void **)&get_interface = dlsym(handle, "C_GetInterface");
	if (get_list == NULL || get_list(&p11) != CKR_OK || get_interface == NULL ||
	    get_interface(NULL, &version, &interface, 0) != CKR_OK)
		return -1;
	p11_3_0 = interface->pFunctionList;
	return 0;
}

void
client_configure(const char *text)
{
	static bool made;
	FILE *file;

	if (!made)
		close(mkstemp(config_file)); /* mode 0600 */
	made = true;
	file = fopen(config_file, "w");
	fputs(text, file);
	fclose(file);
	setenv("CCM_CONFIG", config_file, 1);
}

const char *
client_log(void)
{
	static char text[65536];
	FILE *file = fopen(log_file, "r");

	text[file != NULL ? fread(text, 1, sizeof(text) - 1, file) : 0] = '\0';
	if (file != NULL)
		fclose(file);
	return text;
}

void
client_log_reset(void)
{
	assert_int_equal(truncate(log_file, 0), 0);
}

int
client_start(void **state)
{
	(void)state;
	return p11->C_Initialize(NULL) == CKR_OK ? 0 : -1;
}

int
client_stop(void **state)
{
	(void)state;
	return p11->C_Finalize(NULL) == CKR_OK ? 0 : -1;
}

CK_SLOT_ID
client_slot(const char *label)
{
	CK_SLOT_ID slots[16];
	CK_ULONG count = COUNT(slots);

	assert_ok(p11->C_GetSlotList(CK_TRUE, slots, &count));
	for (CK_ULONG i = 0; i < count; i++) {
		CK_TOKEN_INFO info;

		assert_ok(p11->C_GetTokenInfo(slots[i], &info));
		if (strncmp((char *)info.label, label, strlen(label)) == 0)
			return slots[i];
	}
	fail_msg("no token %s", label);
	return 0;
}

CK_SESSION_HANDLE
client_session(const char *label)
{
	return client_open(client_slot(label), 0);
}

CK_SESSION_HANDLE
client_open(CK_SLOT_ID slot, CK_FLAGS flags)
{
	CK_SESSION_HANDLE session;

	assert_ok(p11->C_OpenSession(slot, flags | CKF_SERIAL_SESSION, NULL, NULL, &session));
	return session;
}

struct client_objects
client_find(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count)
{
	struct client_objects found;

	assert_ok(p11->C_FindObjectsInit(session, template, count));
	assert_ok(p11->C_FindObjects(session, found.handles, CLIENT_MAX, &found.count));
	assert_ok(p11->C_FindObjectsFinal(session));
	return found;
}

CK_OBJECT_HANDLE
client_object(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, const char *label)
{
	CK_ATTRIBUTE template[] = {
	    {CKA_CLASS, &class, sizeof(class)}, {CKA_LABEL, (void *)label, strlen(label)}};
	struct client_objects found = client_find(session, template, COUNT(template));

	assert_int_equal(found.count, 1);
	return found.handles[0];
}

struct client_value
client_read(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_ATTRIBUTE attribute = {type, NULL, 0};
	struct client_value value = {
	    .rv = p11->C_GetAttributeValue(session, object, &attribute, 1)};

	value.len = attribute.ulValueLen;
	if (value.rv != CKR_OK)
		return value;
	attribute.pValue = value.data = malloc(value.len + 1);
	value.rv = p11->C_GetAttributeValue(session, object, &attribute, 1);
	assert_int_equal(attribute.ulValueLen, value.len);
	return value;
}

CK_ULONG
client_number(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_ULONG number = 0;
	CK_ATTRIBUTE attribute = {type, &number, sizeof(number)};

	assert_ok(p11->C_GetAttributeValue(session, object, &attribute, 1));
	assert_int_equal(attribute.ulValueLen, sizeof(number));
	return number;
}

unsigned
client_exchanges(const char *operation)
{
	FILE *file = fopen(getenv("CCM_EMULATOR_LOG"), "r");
	char line[4096], seen[128];
	unsigned count = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "%*s %127s", seen) == 1 &&
		    (operation == NULL || strcmp(seen, operation) == 0))
			count++;
	fclose(file);
	return count;
}
