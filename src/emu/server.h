/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_SERVER_H
#define CCM_EMU_SERVER_H

/* HTTP on the loopback interface, over TLS or plain; the only user of libmicrohttpd. */

#include <stdint.h>

#include "emu/emulator.h"
#include "emu/tls.h"

struct ccm_emu_server;

/* What answers requests: called in many threads at once. */
struct ccm_emu_service {
	const char *name; /* as the header Server has it */
	void (*exchange)(struct ccm_emu *emulator, struct ccm_emu_request *request,
	    struct ccm_emu_answer *answer);
};

/* Accept connections; without tls (NULL) plain ones. *port 0 is replaced by the one that was free.
 */
struct ccm_emu_server *ccm_emu_server_start(const struct ccm_emu_service *service,
    struct ccm_emu *emulator, const struct ccm_emu_tls *tls, uint16_t *port, struct ccm_error *err);
/* Ends when the exchanges under way have ended. NULL is allowed. */
void ccm_emu_server_stop(struct ccm_emu_server *server);

#endif
