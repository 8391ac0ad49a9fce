/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The tables of ccm-pkcs11(7), in the language of manual pages: mdoc(7). A program of the build
 * prints them from the very tables that the module works by.
 */

#include <stdio.h>
#include <string.h>

#include "p11/attr.h"

struct word {
	unsigned long bits;
	const char *text;
};

/* The texts of all bits in a mask, those of many first; each bit is told once. */
static void
print_words(unsigned long mask, const struct word *words, size_t count)
{
	const char *separator = "";

	for (size_t i = 0; i < count && mask != 0; i++) {
		if ((mask & words[i].bits) != words[i].bits)
			continue;
		printf("%s%s", separator, words[i].text);
		separator = ", ";
		mask &= ~words[i].bits;
	}
}
#define PRINT_WORDS(mask, words) print_words(mask, words, CCM_COUNT(words))

static const struct word objects[] = {
    {CCM_P11_TOKEN, "all"},
    {CCM_P11_ITEM, "all but profiles"},
    {CCM_P11_KEY, "keys"},
    {CCM_P11_PUBLIC_RSA | CCM_P11_PRIVATE_RSA, "RSA keys"},
    {CCM_P11_PUBLIC_EC | CCM_P11_PRIVATE_EC, "EC keys"},
    {CCM_P11_PUBLIC_ED | CCM_P11_PRIVATE_ED, "Edwards keys"},
    {CCM_P11_PUBLIC, "public keys"},
    {CCM_P11_PRIVATE, "private keys"},
    {CCM_P11_PRIVATE_RSA, "private RSA keys"},
    {CCM_P11_PRIVATE_EC, "private EC keys"},
    {CCM_P11_PUBLIC_RSA, "public RSA keys"},
    {CCM_P11_PUBLIC_EC, "public EC keys"},
    {CCM_P11_PRIVATE_ED, "private Edwards keys"},
    {CCM_P11_PUBLIC_ED, "public Edwards keys"},
    {CCM_P11_CERTIFICATE, "certificates"},
    {CCM_P11_TRUST, "trust"},
    {CCM_P11_CRL, "CRLs"},
    {CCM_P11_EXTENSION, "extensions"},
    {CCM_P11_PROFILE, "profiles"},
    {CCM_P11_MECHANISM, "mechanisms"},
    {CCM_P11_OWN, "all"},
    {CCM_P11_OWN_KEY, "keys"},
    {CCM_P11_OWN_PUBLIC, "public keys"},
    {CCM_P11_OWN_PRIVATE, "private keys"},
    {CCM_P11_OWN_SECRET, "secret keys"},
    {CCM_P11_OWN_DATA, "data"},
    {CCM_P11_OWN_CERTIFICATE, "certificates"},
    {CCM_P11_OWN_PUBLIC_RSA | CCM_P11_OWN_PRIVATE_RSA, "RSA keys"},
    {CCM_P11_OWN_PUBLIC_EC | CCM_P11_OWN_PRIVATE_EC, "EC keys"},
    {CCM_P11_OWN_PUBLIC_ED | CCM_P11_OWN_PRIVATE_ED, "Edwards keys"},
    {CCM_P11_OWN_PUBLIC_RSA, "public RSA keys"},
    {CCM_P11_OWN_PUBLIC_EC, "public EC keys"},
    {CCM_P11_OWN_PUBLIC_ED, "public Edwards keys"},
    {CCM_P11_OWN_PRIVATE_RSA, "private RSA keys"},
    {CCM_P11_OWN_PRIVATE_EC, "private EC keys"},
    {CCM_P11_OWN_PRIVATE_ED, "private Edwards keys"},
    {CCM_P11_OWN_GENERIC, "generic secrets"},
    {CCM_P11_OWN_AES, "AES keys"},
};

static const struct word rules[] = {
    {CCM_P11_CREATE | CCM_P11_CREATE_MUST, "create!"},
    {CCM_P11_CREATE, "create"},
    {CCM_P11_GENERATE | CCM_P11_GENERATE_MUST, "generate!"},
    {CCM_P11_GENERATE, "generate"},
    {CCM_P11_COPY, "copy"},
    {CCM_P11_SET, "set"},
    {CCM_P11_ONLY_TRUE, "to true only"},
    {CCM_P11_ONLY_FALSE, "to false only"},
    {CCM_P11_SECRET, "secret"},
};

static const struct word uses[] = {
    {CKF_SIGN, "sign"},
    {CKF_VERIFY, "verify"},
    {CKF_SIGN_RECOVER, "sign-recover"},
    {CKF_VERIFY_RECOVER, "verify-recover"},
    {CKF_ENCRYPT, "encrypt"},
    {CKF_DECRYPT, "decrypt"},
    {CKF_WRAP, "wrap"},
    {CKF_UNWRAP, "unwrap"},
    {CKF_DIGEST, "digest"},
    {CKF_DERIVE, "derive"},
    {CKF_GENERATE, "generate"},
    {CKF_GENERATE_KEY_PAIR, "generate a pair"},
};

static const char *const forms[] = {
    [CCM_P11_BOOL] = "bool",
    [CCM_P11_ULONG] = "number",
    [CCM_P11_ULONGS] = "numbers",
    [CCM_P11_DATE] = "date",
    [CCM_P11_BYTES] = "bytes",
};

static void
print_constant(const struct ccm_p11_attribute *row)
{
	if (row->form == CCM_P11_BOOL)
		printf("%s", row->constant != CK_FALSE ? "true" : "false");
	else if (row->form != CCM_P11_ULONG)
		printf("empty");
	else if (row->constant == CK_UNAVAILABLE_INFORMATION)
		printf("unavailable");
	else
		printf(row->constant < 4096 ? "%lu" : "0x%lX", row->constant);
}

static void
print_source(const struct ccm_p11_attribute *row)
{
	switch (row->source) {
	case CCM_P11_LISTED:
		printf("listed");
		return;
	case CCM_P11_ASKED:
	case CCM_P11_EXPORTED:
		printf("fetched");
		return;
	case CCM_P11_SENSITIVE:
		printf("never shown");
		return;
	case CCM_P11_CONSTANT:
	case CCM_P11_GIVEN:
		print_constant(row);
		return;
	}
}

/* The rows for some kinds of object: who has it, of what type, from where, and who may give it. */
static void
print_attributes(unsigned kinds)
{
	size_t count;
	const struct ccm_p11_attribute *rows = ccm_p11_attributes(&count);

	printf(".Bl -column CKA_HASH_OF_SUBJECT_PUBLIC_KEY \"public keys, private keys\" number "
	       "\"never shown\"\n");
	for (size_t i = 0; i < count; i++) {
		if ((rows[i].kinds & kinds) == 0)
			continue;
		printf(".It Dv %s Ta ", rows[i].name);
		PRINT_WORDS(rows[i].kinds & kinds, objects);
		printf(" Ta %s Ta ", forms[rows[i].form]);
		print_source(&rows[i]);
		if (rows[i].rules != 0) {
			printf(" Ta ");
			PRINT_WORDS(rows[i].rules, rules);
		}
		printf("\n");
	}
	printf(".El\n");
}

static void
print_mechanisms(void)
{
	printf(".Bl -column CKM_SHA3_512_RSA_PKCS_PSS 1024-16384 \"sign, verify\"\n");
	for (size_t i = 0; i < ccm_p11_mechanism_count; i++) {
		const struct ccm_p11_mechanism *mechanism = &ccm_p11_mechanisms[i];
		CK_MECHANISM_INFO info = ccm_p11_mechanism_describe(mechanism);

		printf(".It Dv %s Ta ", mechanism->name);
		if (info.ulMaxKeySize != 0)
			printf("%lu-%lu", info.ulMinKeySize, info.ulMaxKeySize);
		else
			printf("\\&-");
		printf(" Ta ");
		PRINT_WORDS(info.flags, uses);
		printf("\n");
	}
	printf(".El\n");
}

int
main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";

	if (strcmp(what, "token") == 0)
		print_attributes(CCM_P11_TOKEN | CCM_P11_MECHANISM);
	else if (strcmp(what, "session") == 0)
		print_attributes(CCM_P11_OWN);
	else if (strcmp(what, "mechanisms") == 0)
		print_mechanisms();
	else
		return 2;
	return 0;
}
