/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_SETUP_TEXT_H
#define CCM_CLI_SETUP_TEXT_H

/*
 * Configuration files of other programs, with the lines put in that they need to know the library.
 * Pure. Each appends to after what the file is to be; a file that needs nothing comes out as it is,
 * one that is not there yet is empty.
 */

#include "core/json.h"

struct ccm_setup_site {
	const char *module;      /* path of ccm.so */
	const char *java_config; /* path of SunPKCS11's file about it */
	bool by_name; /* OpenSSL finds the provider by its name: it is in the right directory */
};

typedef bool ccm_setup_text(const struct ccm_setup_site *site, struct ccm_span before,
    struct ccm_buf *after, struct ccm_error *err);

ccm_setup_text ccm_setup_p11_kit;     /* a registration (pkcs11.conf(5)) */
ccm_setup_text ccm_setup_openssl;     /* openssl.cnf: default and ours, activated (config(5)) */
ccm_setup_text ccm_setup_nss;         /* pkcs11.txt of an NSS database */
ccm_setup_text ccm_setup_firefox;     /* policies.json; CCM_CONFIG for one that is no JSON */
ccm_setup_text ccm_setup_java;        /* java.security: SunPKCS11 once more, configured */
ccm_setup_text ccm_setup_java_config; /* the file that it is configured with */
ccm_setup_text ccm_setup_ssh;         /* ~/.ssh/config */

#endif
