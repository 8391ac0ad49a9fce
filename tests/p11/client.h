/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_TEST_P11_CLIENT_H
#define CCM_TEST_P11_CLIENT_H

/* A PKCS#11 client as others are: it loads $CCM_MODULE and knows only the standard. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "p11/cryptoki.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

extern CK_FUNCTION_LIST *p11;                 /* 2.40 */
extern struct ccm_p11_functions_3_0 *p11_3_0; /* 3.0 */

/* Load the module; false when it is not there. For cmocka's group setup. */
int client_load(void **state);
void *client_symbol(const char *name);

#define assert_rv(want, call) assert_int_equal((want), (call))
#define assert_ok(call) assert_rv(CKR_OK, call)

/* A configuration file of this text, private to the process, which $CCM_CONFIG names from now on.
 */
void client_configure(const char *text);
/* One of two PCA tokens, Alpha and Beta (without keys), whose service nobody can reach. */
extern const char client_dead_service[];
/* What the module has logged so far ($CCM_LOG_FILE); static. */
const char *client_log(void);
void client_log_reset(void);

/* C_Initialize and C_Finalize, for cmocka's setup and teardown. */
int client_start(void **state);
int client_stop(void **state);

CK_SLOT_ID client_slot(const char *label);
CK_SESSION_HANDLE client_session(const char *label);
CK_SESSION_HANDLE client_open(CK_SLOT_ID slot, CK_FLAGS flags); /* serial, and these flags */

#define CLIENT_MAX 256
struct client_objects {
	CK_OBJECT_HANDLE handles[CLIENT_MAX];
	CK_ULONG count;
};
/* All objects that a template finds. */
struct client_objects client_find(
    CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count);
/* The one object of a class and label. */
CK_OBJECT_HANDLE client_object(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, const char *label);

/* An attribute's value: malloced, with its length, and the answer. */
struct client_value {
	CK_RV rv;
	unsigned char *data;
	CK_ULONG len;
};
struct client_value client_read(
    CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
CK_ULONG client_number(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);

/* How many exchanges the emulator has logged ($CCM_EMULATOR_LOG), of one operation or all (NULL).
 */
unsigned client_exchanges(const char *operation);

#endif
