/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_CONTROL_H
#define CCM_EMU_CONTROL_H

/*
 * Faults for an emulator that runs already, through a FIFO that only its owner may use. A line in
 * it is a fault (fault.h) or "clear", which takes all faults back; with a tab and the path of
 * another FIFO behind it, "ok" or the reason of a refusal is written there once it has been done.
 */

#include "emu/fault.h"

#define CCM_EMU_CONTROL_CLEAR "clear"

struct ccm_emu_control;

/* Make the FIFO and listen; one that a crash left behind is replaced. */
struct ccm_emu_control *ccm_emu_control_open(
    const char *path, struct ccm_emu_faults *faults, struct ccm_error *err);
void ccm_emu_control_close(struct ccm_emu_control *control); /* removes it; NULL is allowed */

/* `ccm-emulator fault ...`: argv[0] is "fault". Returns the exit status. */
int ccm_emu_control_main(int argc, char **argv);

#endif
