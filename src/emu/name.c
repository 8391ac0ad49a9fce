/* SPDX-License-Identifier: Apache-2.0 */
#include "emu/name.h"

#include <openssl/objects.h>
#include <openssl/x509.h>
#include <string.h>

#include "core/crypto.h"

/* The kinds of name parts; OpenSSL's string table knows each one's encoding and longest length. */
static const int nids[CCM_EMU_NAME_PARTS] = {
    [CCM_EMU_NAME_CN] = NID_commonName,
    [CCM_EMU_NAME_C] = NID_countryName,
    [CCM_EMU_NAME_ST] = NID_stateOrProvinceName,
    [CCM_EMU_NAME_L] = NID_localityName,
    [CCM_EMU_NAME_O] = NID_organizationName,
    [CCM_EMU_NAME_OU] = NID_organizationalUnitName,
};

X509_NAME *
ccm_emu_name_make(char *const *parts)
{
	X509_NAME *name = X509_NAME_new();
	bool ok = name != NULL;

	for (size_t i = 0; ok && i < CCM_EMU_NAME_PARTS; i++)
		ok = parts[i] == NULL || X509_NAME_add_entry_by_NID(name, nids[i], MBSTRING_UTF8,
					     (const unsigned char *)parts[i], -1, -1, 0) == 1;
	if (ok)
		return name;
	X509_NAME_free(name);
	return NULL;
}

static bool
read_part(const ASN1_STRING *value, char **part, struct ccm_error *err)
{
	unsigned char *text = NULL;
	int len = ASN1_STRING_to_UTF8(&text, value);

	if (len < 0)
		return ccm_fail_openssl(err, "reading a distinguished name");
	if (memchr(text, '\0', (size_t)len) != NULL)
		ccm_fail(err, CCM_USAGE, "the distinguished name has a NUL in it");
	else
		*part = ccm_strndup((const char *)text, (size_t)len, err);
	OPENSSL_free(text);
	return *part != NULL;
}

bool
ccm_emu_name_read(const X509_NAME *name, char *parts[CCM_EMU_NAME_PARTS], struct ccm_error *err)
{
	for (size_t i = 0; i < CCM_EMU_NAME_PARTS; i++) {
		int index = X509_NAME_get_index_by_NID(name, nids[i], -1);

		ccm_free(parts[i]);
		parts[i] = NULL;
		if (index >= 0 &&
		    !read_part(
			X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)), &parts[i], err))
			return false;
	}
	return true;
}
