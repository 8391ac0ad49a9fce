/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_IAM_H
#define CCM_EMU_IAM_H

/* What the answers of IAM are made of. */

#include "emu/emulator.h"

/* "PATH.id" and "PATH.name" of a thing; PATH "" for members of out itself. */
bool ccm_emu_iam_write(struct ccm_json *out, const char *path, const char *kind, const char *name,
    struct ccm_error *err);

/* The whole description of a token. */
bool ccm_emu_iam_describe(struct ccm_json *out, const struct ccm_emu_session *session, bool catalog,
    struct ccm_error *err);

/* True when the object's name or id is that of the thing. */
bool ccm_emu_iam_is(const struct ccm_json *object, const char *kind, const char *name);

#endif
