/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/archive.h"

#include <time.h>
#include <zip.h>

static bool
add_file(zip_t *zip, const struct ccm_emu_archive_file *file, time_t now)
{
	zip_source_t *content = zip_source_buffer(zip, file->content.data, file->content.len, 0);
	zip_int64_t index = content != NULL ? zip_file_add(zip, file->name, content, 0) : -1;

	if (index >= 0)
		return zip_file_set_mtime(zip, (zip_uint64_t)index, now, 0) == 0;
	zip_source_free(content);
	return false;
}

/* The archive is written into target, which libzip leaves to us. */
static bool
write_archive(
    zip_source_t *target, const struct ccm_emu_archive_file *files, size_t count, time_t now)
{
	zip_t *zip;

	zip_source_keep(target);
	zip = zip_open_from_source(target, ZIP_TRUNCATE, NULL);
	if (zip == NULL) {
		zip_source_free(target);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (!add_file(zip, &files[i], now)) {
			zip_discard(zip);
			return false;
		}
	}
	if (zip_close(zip) == 0)
		return true;
	zip_discard(zip);
	return false;
}

static bool
read_back(zip_source_t *target, struct ccm_buf *out, struct ccm_error *err)
{
	zip_stat_t stat;
	bool ok;

	if (zip_source_stat(target, &stat) != 0 || (stat.valid & ZIP_STAT_SIZE) == 0 ||
	    zip_source_open(target) != 0)
		return false;
	ok = ccm_buf_reserve(out, stat.size, err) &&
	     zip_source_read(target, out->data + out->len, stat.size) == (zip_int64_t)stat.size;
	zip_source_close(target);
	if (!ok)
		return false;
	out->len += stat.size;
	out->data[out->len] = '\0';
	return true;
}

bool
ccm_emu_archive_write(const struct ccm_emu_archive_file *files, size_t count, int64_t now,
    struct ccm_buf *out, struct ccm_error *err)
{
	zip_source_t *target = zip_source_buffer_create(NULL, 0, 0, NULL);
	bool ok = target != NULL && write_archive(target, files, count, (time_t)(now / 1000)) &&
		  read_back(target, out, err);

	zip_source_free(target);
	return ok ||
	       ccm_fail(err, CCM_INTERNAL, "libzip cannot write an archive of %zu files", count);
}
