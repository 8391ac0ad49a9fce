/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_DISPOSITION_H
#define CCM_DISPOSITION_H

#include "core/mem.h"

/*
 * The file name that a Content-Disposition header (RFC 6266) suggests, UTF-8, to be freed: its last
 * part only, without control characters. *name stays NULL when there is none that could be a
 * file's.
 */
bool ccm_disposition_name(const char *header, char **name, struct ccm_error *err);

#endif
