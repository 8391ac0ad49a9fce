/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_ARCHIVE_H
#define CCM_EMU_ARCHIVE_H

/* ZIP archives. */

#include <stdint.h>

#include "core/mem.h"

struct ccm_emu_archive_file {
	const char *name;
	struct ccm_buf content;
};

/* Append an archive of these files, all of them dated now. */
bool ccm_emu_archive_write(const struct ccm_emu_archive_file *files, size_t count, int64_t now,
    struct ccm_buf *out, struct ccm_error *err);

#endif
