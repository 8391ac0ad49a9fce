# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# TLS with a key of the account next to the same key in a file.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator
make_ca
for key in rsa2048 ec256; do
	name=${key%%[0-9]*}
	id=$(issue $name.example.com --key $key --server --client)
	mkdir "$TMP/$name"
	ccm cert export "$id" --out "$TMP/$name" >/dev/null
	mv "$TMP/$name/$name.example.com.crt" "$TMP/$name.crt"
	mv "$TMP/$name/$name.example.com.key" "$TMP/$name.key"
	ccm cert export "$id" --out "$TMP/$name" --key --force >/dev/null
	mv "$TMP/$name/$name.example.com.key" "$TMP/$name.file"
done
openssl_ccm x509 -in "ccm:$ROOT_NAME" -out "$TMP/root.crt"
export CCM_MODULE_DIR=$BUILD/src CCM_TLS_DIR=$TMP OPENSSL_CONF=/dev/null CCM_LOG=prov:error
check 'keys of the account and of files come to the same' "$BUILD/tests/prov/prov_tls"
