/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl's functions, those that we call, each by a pointer: under their own names, so that
 * <curl/curl.h> checks the calls. Hidden in our libraries. */
#include "cloud/libcurl.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#define LIBCURL "libcurl.so.4" /* the same interface since 2006 */

#define FUNCTIONS(X)      \
	X(easy_cleanup)   \
	X(easy_getinfo)   \
	X(easy_init)      \
	X(easy_perform)   \
	X(easy_reset)     \
	X(easy_setopt)    \
	X(easy_strerror)  \
	X(global_init)    \
	X(slist_append)   \
	X(slist_free_all) \
	X(version_info)

#define POINTER(name) __typeof__(curl_##name) *name;
#define PLACE(name) {"curl_" #name, (void **)&curl.name},

static struct {
	FUNCTIONS(POINTER)
} curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char problem[256]; /* why it is not there */

static void
load(void)
{
	static const struct {
		const char *name;
		void **pointer;
	} functions[] = {FUNCTIONS(PLACE)};
	void *library = dlopen(LIBCURL, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	for (size_t i = 0; library != NULL && i < sizeof(functions) / sizeof(*functions); i++) {
		*functions[i].pointer = dlsym(library, functions[i].name);
		if (*functions[i].pointer == NULL)
			library = NULL;
	}
	if (library == NULL)
		snprintf(problem, sizeof(problem), "%s", dlerror());
	else if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		snprintf(problem, sizeof(problem), "cannot be initialised");
}

bool
ccm_libcurl_load(struct ccm_error *err)
{
	pthread_once(&once, load);
	return problem[0] == '\0' || ccm_fail(err, CCM_INTERNAL, "libcurl: %s", problem);
}

CURL *(curl_easy_init)(void)
{
	return curl.easy_init();
}

void(curl_easy_cleanup)(CURL *handle)
{
	curl.easy_cleanup(handle);
}

void(curl_easy_reset)(CURL *handle)
{
	curl.easy_reset(handle);
}

CURLcode(curl_easy_perform)(CURL *handle)
{
	return curl.easy_perform(handle);
}

/* The number of an option says what its value is. */
CURLcode(curl_easy_setopt)(CURL *handle, CURLoption option, ...)
{
	va_list args;
	CURLcode code;

	va_start(args, option);
	if (option < CURLOPTTYPE_OBJECTPOINT)
		code = curl.easy_setopt(handle, option, va_arg(args, long));
	else if (option >= CURLOPTTYPE_OFF_T && option < CURLOPTTYPE_BLOB)
		code = curl.easy_setopt(handle, option, va_arg(args, curl_off_t));
	else
		code = curl.easy_setopt(handle, option, va_arg(args, void *));
	va_end(args);
	return code;
}

CURLcode(curl_easy_getinfo)(CURL *handle, CURLINFO info, ...)
{
	va_list args;
	CURLcode code;

	va_start(args, info);
	code = curl.easy_getinfo(handle, info, va_arg(args, void *));
	va_end(args);
	return code;
}

const char *(curl_easy_strerror)(CURLcode code)
{
	return curl.easy_strerror(code);
}

struct curl_slist *(curl_slist_append)(struct curl_slist *list, const char *text)
{
	return curl.slist_append(list, text);
}

void(curl_slist_free_all)(struct curl_slist *list)
{
	curl.slist_free_all(list);
}

curl_version_info_data *(curl_version_info)(CURLversion age)
{
	return curl.version_info(age);
}
