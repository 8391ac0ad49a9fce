/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Library contexts of one process, each with an openssl.cnf of its own: contexts CNF.. opens
 * ccm:web.example.com in one after the other, all of them kept, and tells of each how that went.
 */
#include <openssl/err.h>
#include <openssl/store.h>
#include <stdio.h>

static int
count(OSSL_LIB_CTX *libctx)
{
	OSSL_STORE_CTX *store =
	    OSSL_STORE_open_ex("ccm:web.example.com", libctx, NULL, NULL, NULL, NULL, NULL, NULL);
	int found = 0;

	while (store != NULL && !OSSL_STORE_eof(store)) {
		OSSL_STORE_INFO *info = OSSL_STORE_load(store);

		if (info == NULL)
			break;
		found++;
		OSSL_STORE_INFO_free(info);
	}
	OSSL_STORE_close(store);
	return found;
}

int
main(int argc, char **argv)
{
	OSSL_LIB_CTX *contexts[8] = {NULL};

	for (int i = 1; i < argc && i <= 8; i++) {
		OSSL_LIB_CTX *libctx = contexts[i - 1] = OSSL_LIB_CTX_new();
		int found;

		if (libctx == NULL || OSSL_LIB_CTX_load_config(libctx, argv[i]) != 1) {
			ERR_print_errors_fp(stdout);
			return 1;
		}
		found = count(libctx);
		printf("%s: %d\n", argv[i], found);
		ERR_print_errors_fp(stdout);
		ERR_clear_error();
	}
	for (int i = 0; i < 8; i++)
		OSSL_LIB_CTX_free(contexts[i]);
	return 0;
}
