/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_SERVER_H
#define CCM_CLI_SERVER_H

/*
 * A certificate and its key as the files that a kind of server wants, named as the service names
 * them in its archives: server.crt, server.key, chain.crt, server.pfx, server.jks,
 *keystorePass.txt. They are made here, wherever certificate and key come from: PCA, SCM, a key of
 *this machine. In four steps, so that what cannot be written is known before anything is asked for:
 *
 *	ccm_server_files_name(&files, ...)	which files, and where
 *	ccm_server_files_free(&files, ...)	may they be written?
 *	ccm_server_files_fill(&files, ...)	their content
 *	ccm_server_files_write(&files, ...)	all of them or none
 */

#include "cli/file.h"
#include "cli/option.h"
#include "model/uri.h"

/* The option's row, --type, and its values: apache, nginx, iis, tomcat, other. */
extern const struct ccm_choice ccm_choices_server[];
#define CCM_OPTION_SERVER                                                                          \
	{                                                                                          \
		.name = "type", .apply = ccm_option_choice, .choices = ccm_choices_server,         \
		.field = "type",                                                                   \
		.help = "files for this kind of server, in a directory NAME_TYPE or --out,\nwith " \
			"the key itself"                                                           \
	}

enum ccm_server_part {
	CCM_SERVER_CERTIFICATE,
	CCM_SERVER_SENT,  /* the certificate and what a server sends with it: no root */
	CCM_SERVER_CHAIN, /* the issuers up to the root */
	CCM_SERVER_KEY,
	CCM_SERVER_PKCS12,
	CCM_SERVER_JKS,
	CCM_SERVER_PASSWORD
};

#define CCM_SERVER_FILES 3
struct ccm_server_files {
	char *dir;
	struct ccm_file files[CCM_SERVER_FILES];
	enum ccm_server_part parts[CCM_SERVER_FILES];
	size_t count;
};

/* What is to be written. */
struct ccm_server_request {
	const char *type; /* the option's value */
	const char *name; /* common name */
	const char *dir;  /* made when it is missing; NULL: NAME_TYPE in the working directory */
	bool key;         /* there is one */
	bool password;    /* one is given; else keystores get one of their own, in a file beside */
};
bool ccm_server_files_name(
    struct ccm_server_files *out, const struct ccm_server_request *request, struct ccm_error *err);
/* CCM_CONFLICT naming the first file that is there already, unless force is set. */
bool ccm_server_files_free(const struct ccm_server_files *files, bool force, struct ccm_error *err);
/* Does the kind of server take a reference to the key in place of the key? */
bool ccm_server_takes_reference(const char *type);

/* What it is made of; all of it borrowed. */
struct ccm_server_material {
	const char *name;
	const struct ccm_cert *cert;
	struct ccm_cert *const *chain; /* from issuer to issuer */
	size_t chain_count;
	const struct ccm_key *key;        /* NULL where there is none or a reference is written */
	const struct ccm_item *reference; /* whose key is referred to, or NULL */
	const char *password;             /* "": none */
};
bool ccm_server_files_fill(struct ccm_server_files *files,
    const struct ccm_server_material *material, struct ccm_error *err);
bool ccm_server_files_write(struct ccm_server_files *files, bool force, struct ccm_error *err);
void ccm_server_files_clear(struct ccm_server_files *files);

#endif
