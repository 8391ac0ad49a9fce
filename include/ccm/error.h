/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_ERROR_H
#define CCM_ERROR_H

/*
 * The one error type of CCM.
 *
 * A struct ccm_error lives on the caller's stack, starts as all zero (`struct ccm_error err =
 * {0};`) and is handed as last argument to every function that can fail. It never allocates, so
 * running out of memory can be reported with it too. The first cause wins: a later ccm_fail() on an
 * error that is already set changes nothing. Passing NULL is allowed and means "the reason is of no
 * interest".
 *
 * A function that can fail returns bool: true is success, false means the error is set.
 *
 * Threads: an error belongs to its caller; no state is shared.
 */

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What libccm exports. */
#if defined(__GNUC__)
#define CCM_API __attribute__((visibility("default")))
#else
#define CCM_API
#endif

/* What kind of failure it is: what a caller can branch on. The values are stable. */
enum ccm_code {
	CCM_OK = 0,
	CCM_USAGE,       /* the caller's arguments, URI, template or command line */
	CCM_CONFIG,      /* the configuration file or the environment */
	CCM_AUTH,        /* who we are was not accepted: key, password, token, clock */
	CCM_DENIED,      /* who we are is known, but may not do this */
	CCM_NOT_FOUND,   /* no such object, certificate, CA */
	CCM_CONFLICT,    /* the object's state, a quota or another object stands against it */
	CCM_THROTTLED,   /* the service asks us to slow down */
	CCM_UNAVAILABLE, /* the service answered that it cannot answer */
	CCM_NETWORK,     /* no connection, or the connection broke */
	CCM_TIMEOUT,     /* a deadline passed */
	CCM_TLS,         /* the peer's certificate or the TLS handshake was refused */
	CCM_PROTOCOL,    /* the service's answer is not what it should be */
	CCM_STORE,       /* the cache or the keystore */
	CCM_CRYPTO,      /* a cryptographic operation */
	CCM_UNSUPPORTED, /* well formed, but not something we do */
	CCM_NOMEM,       /* out of memory */
	CCM_CANCELLED,   /* the user or the application gave up */
	CCM_INTERNAL,    /* a bug of ours */
	CCM_PARTIAL,     /* the service took the request, but not all of it was done */
};

struct ccm_error {
	enum ccm_code code;
	int http_status;     /* status of the service's answer, 0 if there was none */
	int sys_errno;       /* errno of the cause, 0 if there was none */
	char api_code[32];   /* the service's code, such as PCA.00030201, or empty */
	char request_id[64]; /* the id to quote to the service's support, or empty */
	const char *where;   /* file:line where the error was born */
	char msg[1024];      /* what failed: names the thing, the value, the cause; no secret */
};

/* The code's name in lower case with blanks, such as "not found". Never NULL. */
CCM_API const char *ccm_code_name(enum ccm_code code);

/*
 * Set err, if it is not set yet, and return false. The message is lower case without full stop,
 * and cut when it does not fit.
 */
#define ccm_fail(err, code, ...) ccm_error_set((err), (code), CCM_WHERE, __VA_ARGS__)

/* The same with ": strerror(errno)" appended and errno kept in sys_errno. */
#define ccm_fail_errno(err, code, ...) ccm_error_set_errno((err), (code), CCM_WHERE, __VA_ARGS__)

/* Out of memory, the same everywhere. Returns false. */
#define ccm_fail_nomem(err) ccm_error_set((err), CCM_NOMEM, CCM_WHERE, "out of memory")

#define CCM_WHERE_STR2(line) #line
#define CCM_WHERE_STR(line) CCM_WHERE_STR2(line)
#define CCM_WHERE __FILE__ ":" CCM_WHERE_STR(__LINE__)

bool ccm_error_set(struct ccm_error *err, enum ccm_code code, const char *where, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));
bool ccm_error_set_errno(struct ccm_error *err, enum ccm_code code, const char *where,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * Put "<context>: " before the message of an error that is set, as it climbs through a layer
 * that knows more ("loading token PCA"). The code stays. Returns false, so it can be returned.
 */
bool ccm_error_context(struct ccm_error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Forget: all zero again. NULL is allowed. */
CCM_API void ccm_error_clear(struct ccm_error *err);

#ifdef __cplusplus
}
#endif

#endif
