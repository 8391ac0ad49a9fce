/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the programs of this machine find the library. */
#include <dlfcn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdlib.h>

#include "cli/doctor.h"
#include "cli/registration.h"
#include "core/crypto.h"

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
	OSSL_LIB_CTX *library = OSSL_LIB_CTX_new();
	OSSL_PROVIDER *provider = library != NULL ? OSSL_PROVIDER_load(library, "ccm") : NULL;
	bool ok = provider != NULL;

	(void)context;
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
	OSSL_LIB_CTX_free(library);
	return ok;
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

CCM_LOOK(module)
{
	struct ccm_registration_places places;
	struct ccm_registration found = {0};
	bool ok = ccm_registration_places("", &places, err);

	(void)context;
	ok = ok && ccm_registration_find(&places, &found, err);
	if (ok && found.file != NULL) {
		ok = load_module(found.path, err) &&
		     ccm_buf_printf(
			 &finding->text, err, "p11-kit finds %s by %s", found.path, found.file);
	} else if (ok) {
		finding->verdict = CCM_WARNING;
		finding->remedy = "install the library, or see ccm setup";
		ok = ccm_buf_printf(&finding->text, err,
		    "p11-kit has no registration of ccm.so in %s or %s", places.directories[0],
		    places.directories[1]);
	}
	ccm_registration_clear(&found);
	ccm_registration_places_clear(&places);
	return ok;
}
