/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_P11_ENTRY_H
#define CCM_P11_ENTRY_H

#include "p11/p11.h"

#define UNUSED __attribute__((unused))

/* The body of a function that works in a session, which the call finds as `session`. */
#define IN_SESSION(handle, call)                            \
	struct ccm_p11_session *session;                    \
	CK_RV rv = ccm_p11_session_enter(handle, &session); \
                                                            \
	if (rv == CKR_OK)                                   \
		rv = ccm_p11_session_leave(session, call);  \
	return ccm_p11_leave(__func__, rv)

#endif
