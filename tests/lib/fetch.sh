# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Files through the client library: archives are told from JSON by what they are.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need unzip
start_emulator
make_ca
id=$(issue $'\350\257\201.example.com')
fetch() { "$BUILD/tests/lib/fetch" "$1" "$2" "$TMP/archive.zip"; }
export_as() {
	fetch pca_export_certificate \
		"{\"certificate_id\": \"$id\", \"type\": \"OTHER\", \"is_compressed\": $1, \"password\": \"Aa0\"}"
}

expect_output 'an archive, with the name that the service suggests' \
	$'^archive \350\257\201\.example\.com_other\.zip$' export_as true
also 'ccm_call says that it is one' \
	'^call: unsupported: pca_export_certificate: HTTP 200: a ZIP file of [0-9]+ bytes came instead of JSON'
equal 'it is whole' 'chain.pem server.key server.pem' \
	"$(unzip -Z1 "$TMP/archive.zip" | LC_ALL=C sort | paste -sd ' ')"
expect_output 'JSON' '^json 0 \{"certificate":"-----BEGIN CERTIFICATE' export_as '"false"'
expect_output 'is JSON for both' '^call 1$' fetch pca_get_certificate "{\"certificate_id\": \"$id\"}"
expect_output 'no body is an empty text' '^json 0 $' \
	fetch pca_revoke_certificate "{\"certificate_id\": \"$id\", \"reason\": \"SUPERSEDED\"}"
expect_failure 'an error is one' '^fetch: usage: pca_export_certificate: is_compressed is missing' \
	fetch pca_export_certificate "{\"certificate_id\": \"$id\", \"type\": \"OTHER\"}"
