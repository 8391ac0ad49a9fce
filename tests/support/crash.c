/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tool, killed at a point that $CCM_CRASH_AT counts: before and after each step that writes
 * something down or calls the service. The linker leads those calls through here (--wrap), so the
 * tool itself knows nothing of it.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "cloud/client.h"
#include "key/generate.h"
#include "key/hsm.h"
#include "model/renewal.h"
#include "store/journal.h"
#include "store/sql.h"

static void
point(void)
{
	static long passed;
	const char *at = getenv("CCM_CRASH_AT");

	if (at != NULL && ++passed == strtol(at, NULL, 10))
		raise(SIGKILL);
}

#define WRAPPED(type, name, parameters, arguments) \
	type __real_##name parameters;             \
	type __wrap_##name parameters;             \
	type __wrap_##name parameters              \
	{                                          \
		type result;                       \
                                                   \
		point();                           \
		result = __real_##name arguments;  \
		point();                           \
		return result;                     \
	}

WRAPPED(bool, ccm_sql_end, (struct ccm_sql_connection * connection, bool ok, struct ccm_error *err),
    (connection, ok, err))
WRAPPED(bool, ccm_client_call,
    (struct ccm_client * client, const struct ccm_operation *op, const struct ccm_json *request,
	struct ccm_json **answer, struct ccm_error *err),
    (client, op, request, answer, err))
WRAPPED(bool, ccm_client_each,
    (struct ccm_client * client, const struct ccm_operation *op, const struct ccm_json *request,
	struct ccm_visitor visitor, struct ccm_error *err),
    (client, op, request, visitor, err))
WRAPPED(bool, ccm_journal_begin,
    (struct ccm_vault * vault, const struct ccm_journal_entry *entry, struct ccm_journal_hold *hold,
	struct ccm_error *err),
    (vault, entry, hold, err))
WRAPPED(bool, ccm_journal_issued,
    (struct ccm_vault * vault, const struct ccm_journal_hold *hold, const char *resource,
	struct ccm_error *err),
    (vault, hold, resource, err))
WRAPPED(bool, ccm_journal_forget,
    (struct ccm_vault * vault, struct ccm_journal_hold *hold, struct ccm_error *err),
    (vault, hold, err))
WRAPPED(bool, ccm_journal_take,
    (struct ccm_vault * vault, int64_t number, struct ccm_journal_hold *hold,
	struct ccm_error *err),
    (vault, number, hold, err))
WRAPPED(struct ccm_key *, ccm_key_generate,
    (const struct ccm_key_spec *spec, struct ccm_error *err), (spec, err))
WRAPPED(bool, ccm_journal_send,
    (struct ccm_vault * vault, const struct ccm_journal_hold *hold,
	const struct ccm_journal_sending *sending, struct ccm_error *err),
    (vault, hold, sending, err))
WRAPPED(struct ccm_key *, ccm_hsm_generate,
    (struct ccm_hsm * hsm, const struct ccm_hsm_new_key *wanted, struct ccm_error *err),
    (hsm, wanted, err))
WRAPPED(bool, ccm_renewal_save, (const struct ccm_renewal *renewal, struct ccm_error *err),
    (renewal, err))
