/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the programs of this machine find the library. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "core/crypto.h"
#include "core/fd.h"

#define LIBRARY "ccm.so"
#define REGISTRATION_MOST (64 * 1024)

static bool
tell_provider(OSSL_PROVIDER *provider, struct ccm_finding *finding, struct ccm_error *err)
{
	const char *name = "", *version = "";
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_ptr("name", (char **)&name, 0),
	    OSSL_PARAM_construct_utf8_ptr("version", (char **)&version, 0),
	    OSSL_PARAM_construct_end(),
	};

	if (OSSL_PROVIDER_get_params(provider, params) != 1)
		return ccm_fail_openssl(err, "the provider's name and version");
	return ccm_buf_printf(&finding->text, err, "OpenSSL %s finds %s %s",
	    OpenSSL_version(OPENSSL_VERSION_STRING), name, version);
}

/* Loaded in a context of its own: what programs are configured to do stays as it is. */
CCM_LOOK(provider)
{
	OSSL_LIB_CTX *context = OSSL_LIB_CTX_new();
	OSSL_PROVIDER *provider = context != NULL ? OSSL_PROVIDER_load(context, "ccm") : NULL;
	bool ok = provider != NULL;

	(void)patient;
	if (!ok) {
		ERR_clear_error();
		finding->verdict = CCM_WARNING;
		finding->remedy = "install the library, or set OPENSSL_MODULES to the directory "
				  "that ccm.so is in";
		ok = ccm_buf_printf(&finding->text, err, "OpenSSL %s does not find ccm.so in %s",
		    OpenSSL_version(OPENSSL_VERSION_STRING),
		    getenv("OPENSSL_MODULES") != NULL ? getenv("OPENSSL_MODULES")
						      : OpenSSL_version(OPENSSL_MODULES_DIR));
	} else {
		ok = tell_provider(provider, finding, err) &&
		     ccm_buf_append_str(&finding->text,
			 OSSL_PROVIDER_available(NULL, "ccm") == 1
			     ? "; openssl.cnf activates it"
			     : "; programs that name it use it, openssl.cnf does not activate it",
			 err);
	}
	OSSL_PROVIDER_unload(provider);
	OSSL_LIB_CTX_free(context);
	return ok;
}

/* "module: /usr/lib/pkcs11/ccm.so" (p11-kit: pkcs11.conf(5)). True when it is ours. */
static bool
read_module_line(const char *text, char **path, struct ccm_error *err)
{
	for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
		const char *value = line + strspn(line, " \t");
		const char *base;
		size_t len;

		if (strncmp(value, "module:", 7) != 0)
			continue;
		value += 7;
		value += strspn(value, " \t");
		len = strcspn(value, " \t\r\n");
		base = memrchr(value, '/', len);
		base = base != NULL ? base + 1 : value;
		if (len - (size_t)(base - value) != strlen(LIBRARY) ||
		    memcmp(base, LIBRARY, strlen(LIBRARY)) != 0)
			return false;
		*path = value[0] == '/'
			    ? ccm_strndup(value, len, err)
			    : ccm_format(err, "%s/%.*s", CCM_P11_MODULE_PATH, (int)len, value);
		return *path != NULL;
	}
	return false;
}

/* *file and *path: the registration, and the library that it names. False: there is none here. */
static bool
find_registration(const char *directory, char **file, char **path, struct ccm_error *err)
{
	DIR *listing = opendir(directory);
	bool found = false;

	for (struct dirent *entry; !found && listing != NULL && (entry = readdir(listing));) {
		const char *dot = strrchr(entry->d_name, '.');
		struct ccm_buf text = {0};
		struct ccm_fd_source source = {.code = CCM_CONFIG, .most = REGISTRATION_MOST};

		if (dot == NULL || strcmp(dot, ".module") != 0)
			continue;
		*file = ccm_format(err, "%s/%s", directory, entry->d_name);
		source.name = *file;
		/* what p11-kit cannot read it does not know either */
		found = *file != NULL && ccm_fd_read_file(&source, &text, NULL) &&
			read_module_line(ccm_buf_str(&text), path, err);
		ccm_buf_clear(&text);
		if (!found) {
			ccm_free(*file);
			*file = NULL;
		}
	}
	if (listing != NULL)
		closedir(listing);
	return found;
}

static bool
load_module(const char *path, struct ccm_error *err)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	unsigned long (*get_functions)(void **);
	void *functions = NULL;

	if (library == NULL)
		return ccm_fail(err, CCM_CONFIG, "p11-kit's module: %s", dlerror());
	*(void **)&get_functions = dlsym(library, "C_GetFunctionList");
	if (get_functions == NULL || get_functions(&functions) != 0 || functions == NULL)
		ccm_fail(err, CCM_CONFIG, "%s is no PKCS#11 module", path);
	dlclose(library);
	return functions != NULL;
}

/* Root's own files are not looked at by p11-kit. */
static char *
users_directory(struct ccm_error *err)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (geteuid() == 0)
		return NULL;
	if (config != NULL && config[0] == '/')
		return ccm_format(err, "%s/pkcs11/modules", config);
	return home != NULL ? ccm_format(err, "%s/.config/pkcs11/modules", home) : NULL;
}

CCM_LOOK(module)
{
	char *own = users_directory(err), *file = NULL, *path = NULL;
	const char *const directories[] = {CCM_P11_CONFIG_DIR, CCM_P11_SYSTEM_CONFIG_DIR, own};
	bool found = false, ok = false;

	(void)patient;
	for (size_t i = 0; !found && i < CCM_COUNT(directories); i++)
		found =
		    directories[i] != NULL && find_registration(directories[i], &file, &path, err);
	if (found) {
		ok = load_module(path, err) &&
		     ccm_buf_printf(&finding->text, err, "p11-kit finds %s by %s", path, file);
	} else if (err->code == CCM_OK) {
		finding->verdict = CCM_WARNING;
		finding->remedy = "install the library, or name ccm.so to the programs that use "
				  "PKCS#11";
		ok = ccm_buf_printf(&finding->text, err,
		    "p11-kit has no registration of ccm.so "
		    "in %s or %s",
		    CCM_P11_CONFIG_DIR, CCM_P11_SYSTEM_CONFIG_DIR);
	}
	ccm_free(own);
	ccm_free(file);
	ccm_free(path);
	return ok;
}
