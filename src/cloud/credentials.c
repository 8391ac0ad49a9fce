/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud/credentials.h"

#include <stddef.h>

static const size_t members[] = {
    offsetof(struct ccm_credentials, token),
    offsetof(struct ccm_credentials, access_key),
    offsetof(struct ccm_credentials, secret_key),
    offsetof(struct ccm_credentials, security_token),
    offsetof(struct ccm_credentials, project_id),
    offsetof(struct ccm_credentials, domain_id),
};

static char **
member_at(const struct ccm_credentials *credentials, size_t index)
{
	return (char **)((char *)credentials + members[index]);
}

bool
ccm_credentials_set(char **member, const char *text, struct ccm_error *err)
{
	char *copy = NULL;

	if (text != NULL && text[0] != '\0') {
		copy = ccm_secret_dup(text, err);
		if (copy == NULL)
			return false;
	}
	ccm_secret_free_str(*member);
	*member = copy;
	return true;
}

bool
ccm_credentials_copy(
    const struct ccm_credentials *from, struct ccm_credentials *out, struct ccm_error *err)
{
	*out = (struct ccm_credentials){0};
	for (size_t i = 0; i < CCM_COUNT(members); i++) {
		if (ccm_credentials_set(member_at(out, i), *member_at(from, i), err))
			continue;
		ccm_credentials_clear(out);
		return false;
	}
	return true;
}

void
ccm_credentials_clear(struct ccm_credentials *credentials)
{
	for (size_t i = 0; i < CCM_COUNT(members); i++)
		ccm_secret_free_str(*member_at(credentials, i));
	*credentials = (struct ccm_credentials){0};
}
