/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/reason.h"

static const struct ccm_choice reasons[] = {
    {"unspecified", "UNSPECIFIED"},
    {"key-compromise", "KEY_COMPROMISE"},
    {"ca-compromise", "CERTIFICATE_AUTHORITY_COMPROMISE"},
    {"affiliation-changed", "AFFILIATION_CHANGED"},
    {"superseded", "SUPERSEDED"},
    {"cessation", "CESSATION_OF_OPERATION"},
    {"hold", "CERTIFICATE_HOLD"}, /* which this API has no call to lift */
    {"privilege-withdrawn", "PRIVILEGE_WITHDRAWN"},
    {"aa-compromise", "ATTRIBUTE_AUTHORITY_COMPROMISE"},
    {0},
};

const struct ccm_option ccm_options_reason[] = {
    {.name = "reason",
	.apply = ccm_option_choice,
	.placeholder = "REASON",
	.choices = reasons,
	.field = "reason",
	.help = "unspecified (the default), key-compromise, ca-compromise,\n"
		"affiliation-changed, superseded, cessation, hold, privilege-withdrawn,\n"
		"aa-compromise"},
    {0},
};
