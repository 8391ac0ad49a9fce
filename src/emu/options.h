/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_OPTIONS_H
#define CCM_EMU_OPTIONS_H

/* The command line of ccm-emulator. */

#include <stdint.h>

#include "emu/emulator.h"

struct ccm_emu_options {
	uint16_t port, obs_port;
	uint16_t metadata_port;
	bool has_metadata;
	const char *data; /* borrowed from argv, like the other texts */
	const char *tls_certificate;
	const char *tls_key;
	const char *log;
	const char *control;
	int64_t clock_offset_ms;
	int64_t seed_certificates;
	bool help, version;
};

/*
 * Read the command line; what concerns the service goes into emulator at once. CCM_USAGE names
 * the option and what is wrong with it.
 */
bool ccm_emu_options_parse(int argc, char **argv, struct ccm_emu_options *out,
    struct ccm_emu *emulator, struct ccm_error *err);

bool ccm_emu_options_print_help(void);

#endif
