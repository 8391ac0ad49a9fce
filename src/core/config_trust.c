/* SPDX-License-Identifier: Apache-2.0 */
/* What a token's roots are trusted for: `trust`, and `trust_ca`, which says it of single CAs. */
#include <string.h>

#include "core/config_key.h"

const char *const ccm_trust_names[] = {"no", "yes", "server", "client", NULL};

/* One of the parts between commas: CA:TRUST, the last colon counts. */
struct part {
	struct ccm_span ca;
	enum ccm_trust trust;
};

static struct ccm_span
trim(const char *text, size_t len)
{
	for (; len != 0 && *text == ' '; len--)
		text++;
	while (len != 0 && text[len - 1] == ' ')
		len--;
	return CCM_SPAN(text, len);
}

static bool
is_text(struct ccm_span span, const char *text)
{
	return span.len == strlen(text) && memcmp(span.data, text, span.len) == 0;
}

static bool
read_part(const char *text, size_t len, struct part *part)
{
	const char *colon = memrchr(text, ':', len);
	struct ccm_span word;

	if (colon == NULL)
		return false;
	part->ca = trim(text, (size_t)(colon - text));
	word = trim(colon + 1, len - (size_t)(colon + 1 - text));
	for (size_t i = 0; ccm_trust_names[i] != NULL; i++) {
		if (is_text(word, ccm_trust_names[i])) {
			part->trust = (enum ccm_trust)i;
			return part->ca.len != 0;
		}
	}
	return false;
}

bool
ccm_config_check_trust(const struct ccm_token_config *token, struct ccm_error *err)
{
	struct part part;
	size_t len;

	for (const char *at = token->trust_ca; *at != '\0'; at += len + (at[len] == ',')) {
		len = strcspn(at, ",");
		if (!read_part(at, len, &part))
			return ccm_fail(err, CCM_CONFIG,
			    "[token %s] trust_ca: \"%.*s\" is not CA:TRUST, TRUST being one of no, "
			    "yes, server, client",
			    token->name, (int)len, at);
	}
	return true;
}

enum ccm_trust
ccm_token_config_trust(const struct ccm_token_config *token, const char *id, const char *name)
{
	struct part part;
	size_t len;

	for (const char *at = token->trust_ca; *at != '\0'; at += len + (at[len] == ',')) {
		len = strcspn(at, ",");
		if (read_part(at, len, &part) && (is_text(part.ca, id) || is_text(part.ca, name)))
			return part.trust;
	}
	return token->trust;
}
