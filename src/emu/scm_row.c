/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/scm_row.h"

#include <stdio.h>

#include "core/clock.h"

#define BEIJING_MS (8 * 3600 * INT64_C(1000))

#define TEXT(member)                                                               \
	{                                                                          \
#member, offsetof(struct ccm_emu_ssl, member), CCM_EMU_COLUMN_TEXT \
	}
#define NUMBER(member)                                                               \
	{                                                                            \
#member, offsetof(struct ccm_emu_ssl, member), CCM_EMU_COLUMN_NUMBER \
	}
#define SECRET(member)                                                               \
	{                                                                            \
#member, offsetof(struct ccm_emu_ssl, member), CCM_EMU_COLUMN_SECRET \
	}
#define BLOB(member)                                                               \
	{                                                                          \
#member, offsetof(struct ccm_emu_ssl, member), CCM_EMU_COLUMN_BLOB \
	}

static const struct ccm_emu_column columns[] = {
    TEXT(id),
    TEXT(status),
    TEXT(order_id),
    TEXT(name),
    TEXT(type),
    TEXT(brand),
    TEXT(description),
    TEXT(enterprise_project_id),
    TEXT(domain_type),
    TEXT(multi_domain_type),
    TEXT(domain),
    TEXT(sans),
    NUMBER(domain_count),
    NUMBER(wildcard_count),
    TEXT(application),
    TEXT(validation_method),
    TEXT(validation_token),
    NUMBER(apply_time),
    NUMBER(due_time),
    TEXT(signature_algorithm),
    TEXT(fingerprint),
    TEXT(revoke_reason),
    NUMBER(issue_time),
    NUMBER(not_before),
    NUMBER(not_after),
    NUMBER(gm),
    NUMBER(update_time),
    BLOB(certificate),
    BLOB(chain),
    SECRET(private_key),
    BLOB(enc_certificate),
    SECRET(enc_private_key),
};

const struct ccm_emu_columns ccm_emu_ssl_columns = {columns, CCM_COUNT(columns)};

void
ccm_emu_ssl_init(struct ccm_emu_ssl *ssl)
{
	*ssl = (struct ccm_emu_ssl){0};
	ccm_emu_columns_init(&ccm_emu_ssl_columns, ssl);
	ssl->gm = 0;
}

void
ccm_emu_ssl_clear(struct ccm_emu_ssl *ssl)
{
	ccm_emu_columns_clear(&ccm_emu_ssl_columns, ssl);
	ccm_emu_ssl_init(ssl);
}

bool
ccm_emu_ssl_set(char **to, const char *text, struct ccm_error *err)
{
	char *copy = text != NULL ? ccm_strdup(text, err) : NULL;

	if (text != NULL && copy == NULL)
		return false;
	ccm_free(*to);
	*to = copy;
	return true;
}

void
ccm_emu_ssl_time(int64_t ms, char out[static CCM_EMU_SSL_TIME_SIZE])
{
	char text[20];

	ccm_clock_human(ms + BEIJING_MS, text);
	snprintf(out, CCM_EMU_SSL_TIME_SIZE, "%s.0", text);
}
