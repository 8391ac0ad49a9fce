# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Exporting: chain, key, and what passwords may be.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

start_emulator
log_in
same_key() { alike <(openssl x509 -in "$TMP/$1.crt" -noout -pubkey) <(openssl pkey -in "$TMP/$1.key" -pubout "${@:2}"); }

root Root
ROOT=$ID
sub "$ROOT" Sub
SUB=$ID

leaf "$SUB" web.example.com '"key_algorithm": "RSA2048"'
RSA=$ID
export_pem certificate "$RSA" sealed '{"type": "apache", "is_compressed": false, "is_sm_standard": "", "password": "Aa0,.+-_#"}'
equal 'with a password the key is sealed' $'-----BEGIN ENCRYPTED PRIVATE KEY-----\r' "$(head -1 "$TMP/sealed.key")"
refute 'and another password does not open it' openssl pkey -in "$TMP/sealed.key" -passin pass:wrong -noout
check 'but its own does' same_key sealed -passin 'pass:Aa0,.+-_#'
expect_output 'the cipher is AES-256-CBC' 'aes-256-cbc' openssl asn1parse -in "$TMP/sealed.key"
form() { echo "{\"type\": \"$1\", \"is_compressed\": $2 ${3:+, $3}}"; }
answers 'an empty password is none' 200 -- POST "$CERTS/$RSA/export" "$(form OTHER '"FALSE"' '"password": ""')"
check 'so the key is open' grep -q 'BEGIN RSA PRIVATE KEY' "$TMP/body"
refused 'a password has 32 characters at most' 400 PCA.00020001 password \
	-- POST "$CERTS/$RSA/export" "$(form OTHER false "\"password\": \"$(printf 'a%.0s' {1..33})\"")"
refused 'of the allowed ones' 400 PCA.00020001 password \
	-- POST "$CERTS/$RSA/export" "$(form OTHER false '"password": "a b"')"
refused 'the type is one of five' 400 PCA.00020001 'type' -- POST "$CERTS/$RSA/export" "$(form JBOSS false)"
refused 'and is not left out' 400 PCA.00020001 'type is missing' -- POST "$CERTS/$RSA/export" '{"is_compressed": false}'
refused 'as is_compressed is not' 400 PCA.00020001 'is_compressed is missing' -- POST "$CERTS/$RSA/export"

stop_emulator
