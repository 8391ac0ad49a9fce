/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_FUZZ_P11_TOKEN_H
#define CCM_FUZZ_P11_TOKEN_H

/*
 * The PKCS#11 face, linked into the fuzzer, over the service of fake_pca.h: the records are made
 * once, the model anew for each C_Initialize. Two tokens: PCA, and Bare, which has no keys.
 */

#include "p11/cryptoki.h"

/* C_Initialize, and C_Finalize: all that an input does is between them. */
void token_open(void);
void token_close(void);
/* The service fails from here on. */
void token_fail(unsigned how);
CK_SESSION_HANDLE token_session(CK_SLOT_ID slot, CK_FLAGS flags);
/* The handles of what a template finds; how many, at most room. */
CK_ULONG token_find(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count,
    CK_OBJECT_HANDLE *handles, CK_ULONG room);

#endif
