# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What an export consists of: each row of the reference's table, as ZIP and as JSON.
. "${CCM_SOURCE:?}/tests/emu/api.sh"
need unzip

start_emulator
log_in
root Root
ROOT=$ID
sub "$ROOT" Sub
SUB=$ID
leaf "$SUB" web.example.com '"key_algorithm": "RSA2048"'
PCA=$ID

body() { echo "{\"type\": \"$1\", \"is_compressed\": $2 ${3:+, $3}}"; }
members() { "$PYTHON" -ISBc 'import json, sys; print(*sorted(json.load(sys.stdin)))' <"$TMP/body"; }
files() { unzip -Z1 "$TMP/body" | LC_ALL=C sort | paste -sd ' '; }

# certificate, type, what a ZIP holds, what JSON has ("-": refused)
row() {
	local id=$1 type=$2 zip=$3 json=$4 lower
	lower=$(tr '[:upper:]' '[:lower:]' <<<"$type")
	api POST "$CERTS/$id/export" "$(body "$type" '"true"')"
	equal "$5, $type: a ZIP" 200 "$STATUS"
	equal 'holds what the reference says' "$zip" "$(files)"
	check 'and is whole' unzip -tqq "$TMP/body"
	check 'its name is the certificate'\''s with the type' \
		grep -iq "^Content-Disposition: attachment; filename=\"web.example.com_$lower.zip\"" "$TMP/headers"
	check 'its type is that of any file' grep -iq '^Content-Type: application/octet-stream' "$TMP/headers"
	if [[ $json == - ]]; then
		refused "$5, $type: JSON is not defined" 400 PCA.00020001 "$type .* ZIP only" \
			-- POST "$CERTS/$id/export" "$(body "$type" '"false"')"
		return
	fi
	answers "$5, $type: JSON" 200 -- POST "$CERTS/$id/export" "$(body "$lower" false)"
	equal 'has what the reference says' "$json" "$(members)"
}

row "$PCA" APACHE 'chain.crt server.crt server.key' 'certificate certificate_chain private_key' PCA
row "$PCA" IIS 'keystorePass.txt server.pfx' - PCA
row "$PCA" NGINX 'server.crt server.key' 'certificate certificate_chain private_key' PCA
row "$PCA" TOMCAT 'keystorePass.txt server.jks' - PCA
row "$PCA" OTHER 'chain.pem server.key server.pem' 'certificate certificate_chain private_key' PCA

# --- what is in the files ------------------------------------------------------------------------

unpack() {
	answers "$1: a ZIP" 200 -- POST "$CERTS/$PCA/export" "$(body "$1" true "${2:-}")"
	rm -rf "$TMP/files" && mkdir "$TMP/files"
	(cd "$TMP/files" && unzip -qq "$TMP/body")
	cd "$TMP/files"
}
count() { grep -c 'BEGIN CERTIFICATE' "$1"; }
spki() { openssl x509 -in "$1" -noout -pubkey; }
same_key() { diff <(spki "$1") <(openssl pkey -in "$2" -pubout "${@:3}"); }

unpack APACHE
equal 'server.crt is one certificate' 1 "$(count server.crt)"
equal 'chain.crt is issuer and root' 2 "$(count chain.crt)"
check 'they verify' openssl verify -CAfile chain.crt server.crt
check 'the key belongs to it' same_key server.crt server.key
refute 'lines end as on Unix' grep -l $'\r' server.crt chain.crt server.key

unpack NGINX '"password": "Aa0,.+-_#"'
equal 'server.crt is certificate and chain' 3 "$(count server.crt)"
check 'the key is encrypted' grep -q 'BEGIN ENCRYPTED PRIVATE KEY' server.key
check 'with the password' same_key server.crt server.key -passin 'pass:Aa0,.+-_#'

pfx() { openssl pkcs12 -in server.pfx -passin "$@"; }
unpack IIS
check 'server.pfx opens with keystorePass.txt' pfx file:keystorePass.txt -noout
equal 'it holds certificate and chain' 3 "$(pfx file:keystorePass.txt -nokeys | grep -c 'BEGIN CERT')"
pfx file:keystorePass.txt -nodes -nocerts >key.pem
pfx file:keystorePass.txt -nokeys -clcerts >leaf.pem
check 'and the key of the certificate' same_key leaf.pem key.pem
first=$(cat keystorePass.txt)
unpack IIS
refute 'the password is another one each time' test "$first" = "$(cat keystorePass.txt)"
unpack IIS '"password": "Aa0,.+-_#"'
equal 'with a password of the request there is no file of it' server.pfx "$(echo *)"
check 'and server.pfx opens with that' pfx 'pass:Aa0,.+-_#' -noout
refute 'and no other' pfx 'pass:wrong' -noout

unpack TOMCAT '"password": "Aa0,.+-_#"'
equal 'Tomcat, too' server.jks "$(echo *)"
unpack TOMCAT
equal 'server.jks is a Java keystore' feedfeed00000002 "$(od -An -tx1 -N8 server.jks | tr -d ' ')"

stop_emulator
