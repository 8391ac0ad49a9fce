/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_HSM_MODULE_H
#define CCM_HSM_MODULE_H

/* The hsm back end from the inside: the connection to a module, and calls of it. */

#include <p11-kit/pkcs11.h>

#include "core/fork.h"
#include "key/backend.h"
#include "key/hsm.h"

#ifndef CKK_EC_EDWARDS
#define CKK_EC_EDWARDS (0x40UL)
#endif
#ifndef CKM_EC_EDWARDS_KEY_PAIR_GEN
#define CKM_EC_EDWARDS_KEY_PAIR_GEN (0x1055UL)
#endif
#ifndef CKM_EDDSA
#define CKM_EDDSA (0x1057UL)
#endif

#define HSM_IDLE_SESSIONS 16
#define HSM_WAIT_MS 30000 /* for a session of the pool, or for who makes the connection */

/* A token of an initialised module, logged in. Made without a lock, dropped as a whole. */
struct ccm_hsm_connection {
	atomic_uint refs;
	unsigned generation; /* of forks: no other process may touch it */
	uint64_t number;     /* object handles belong to it */
	CK_FUNCTION_LIST *functions;
	bool managed;    /* loaded through p11-kit's coordination */
	bool serialised; /* the module cannot lock */
	CK_SLOT_ID slot;
	CK_TOKEN_INFO token;
	CK_MECHANISM_TYPE *mechanisms;
	CK_ULONG mechanism_count;

	char *pin;                /* secret: that it was opened with */
	CK_SESSION_HANDLE anchor; /* does nothing: while it's open, the login stands */

	pthread_mutex_t lock; /* of the pool; never held across a call of the module */
	pthread_cond_t returned;
	CK_SESSION_HANDLE idle[HSM_IDLE_SESSIONS];
	size_t idle_count;
	size_t used; /* sessions in use */
	struct ccm_hsm_connection *abandoned_next;
};

struct ccm_hsm {
	atomic_uint refs;
	char *cluster, *module, *token;
	char *pin; /* secret: the configured one; "": none */

	struct ccm_lock lock;                  /* of all below */
	unsigned generation;                   /* of forks, that all below belongs to */
	struct ccm_hsm_connection *connection; /* NULL: none at the moment */
	struct ccm_hsm_connection *abandoned;  /* those of the parents: never touched again */
	bool connecting;                       /* somebody makes one */
	pthread_cond_t connected;
	struct ccm_error failure; /* of the last try ... */
	int64_t quiet_until_ms;   /* ... which stands until then */
	char *given;   /* secret: by ccm_hsm_log_in(), in place of the configured one; NULL: none */
	char *refused; /* secret: the last PIN that the token refused, which it gets no more */
	bool leaving;  /* somebody logs out while another connects */
	struct ccm_hsm_connection *dropped; /* to be closed by who comes next */
};

/* hsm_connection.c */
struct ccm_hsm_connection *ccm_hsm_connection_open(
    struct ccm_hsm *hsm, bool *pin_refused, struct ccm_error *err);
void ccm_hsm_connection_unref(struct ccm_hsm_connection *connection);
bool ccm_hsm_connection_has(const struct ccm_hsm_connection *connection, CK_MECHANISM_TYPE type);

/* Around calls of a module that cannot be used by several threads; nothing for any other. */
void ccm_hsm_calls_begin(const struct ccm_hsm_connection *connection);
void ccm_hsm_calls_end(const struct ccm_hsm_connection *connection);

/* hsm.c */
void ccm_hsm_condition_init(pthread_cond_t *condition);
/* False when the deadline (monotonic) has passed. */
bool ccm_hsm_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t deadline_ms);
/* The current connection, referenced, made when there is none. */
struct ccm_hsm_connection *ccm_hsm_connect(struct ccm_hsm *hsm, struct ccm_error *err);
/* The same for who is not at work with it: the module sees the private OpenSSL context. */
struct ccm_hsm_connection *ccm_hsm_connect_guarded(struct ccm_hsm *hsm, struct ccm_error *err);
void ccm_hsm_connection_drop(struct ccm_hsm_connection *connection); /* NULL is allowed */
/* It is of no use any more: the next one to ask makes another. */
void ccm_hsm_disconnect(struct ccm_hsm *hsm, const struct ccm_hsm_connection *connection);

/* hsm_session.c */
struct ccm_hsm_session {
	struct ccm_hsm *hsm;
	struct ccm_hsm_connection *connection;
	CK_FUNCTION_LIST *functions;
	CK_SESSION_HANDLE handle;
	bool write;    /* one of its own, which may write */
	unsigned turn; /* 0, or 1 when it is tried again */
};

/*
 * One piece of work with a session: calls of the module, and what goes with them. It may be done
 * twice: after CKR_* that say that the session, the device or the object handle are gone. A failure
 * that is not the module's is set in err, with any CK_RV but CKR_OK.
 */
typedef CK_RV (*ccm_hsm_work)(
    struct ccm_hsm_session *session, void *context, struct ccm_error *err);
struct ccm_hsm_task {
	const char *what; /* in messages: "signing" */
	ccm_hsm_work work;
	void *context;
	bool write;
};
bool ccm_hsm_run(struct ccm_hsm *hsm, const struct ccm_hsm_task *task, struct ccm_error *err);

/* Searching. At most max handles; *count how many were found. */
CK_RV ccm_hsm_find_objects(const struct ccm_hsm_session *session, const CK_ATTRIBUTE *wanted,
    CK_ULONG wanted_count, CK_OBJECT_HANDLE *handles, CK_ULONG *count);
/* An attribute's value; empty when the object has none. */
CK_RV ccm_hsm_read(const struct ccm_hsm_session *session, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE_TYPE type, struct ccm_buf *value);
/* Log in once more for the operation just begun (CKA_ALWAYS_AUTHENTICATE). */
CK_RV ccm_hsm_login_again(const struct ccm_hsm_session *session);

/* hsm_error.c */
enum ccm_hsm_verdict {
	CCM_HSM_FINAL,    /* an answer like any other */
	CCM_HSM_GONE,     /* the session or the device is: connect anew */
	CCM_HSM_STALE,    /* the object's handle is: find it again */
	CCM_HSM_DOUBTFUL, /* says nothing: look at the session */
	CCM_HSM_UNLIKED,  /* the mechanism or its parameters are not to the module's liking */
};
enum ccm_hsm_verdict ccm_hsm_judge(CK_RV rv);
/* "cluster ID: signing: <reason>"; false. */
bool ccm_hsm_fail(struct ccm_error *err, const struct ccm_hsm *hsm, const char *what, CK_RV rv);

#endif
