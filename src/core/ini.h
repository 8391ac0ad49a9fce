/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_INI_H
#define CCM_INI_H

/* The INI syntax: [sections], key = value, whole lines of comment that begin with # or ;. Pure. */

#include "core/mem.h"

/* Each is called in order; false with err set ends the parsing. The texts are trimmed, borrowed. */
struct ccm_ini_reader {
	bool (*section)(void *context, char *name, struct ccm_error *err);
	bool (*key)(void *context, const char *key, const char *value, struct ccm_error *err);
	void *context;
};

/* What is wrong is CCM_CONFIG, "SOURCE:LINE: ..."; source is only a name. */
bool ccm_ini_parse(const char *source, struct ccm_span text, const struct ccm_ini_reader *reader,
    struct ccm_error *err);

/* Without blanks at either end, in place. */
char *ccm_ini_trim(char *text);

#endif
