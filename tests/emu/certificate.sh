# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Certificates: what is in them, with every key and hash.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

start_emulator
log_in
text() { openssl x509 -in "$TMP/$1.crt" -noout -text; }
extension() { openssl x509 -in "$TMP/$1.crt" -noout -ext "$2" | tail -n +2 | sed 's/^ *//'; }
verify() { openssl verify -x509_strict -CAfile "$TMP/root.crt" -untrusted "$TMP/$1.chain" "${@:2}" "$TMP/$1.crt"; }
show() { api GET "$CERTS/$1"; }
same_key() { alike <(openssl x509 -in "$TMP/$1.crt" -noout -pubkey) <(openssl pkey -in "$TMP/$1.key" -pubout "${@:2}"); }

root Root EC384
ROOT=$ID
export_pem ca "$ROOT" root
sub "$ROOT" Sub EC256
SUB=$ID

# --- by default
leaf "$SUB" web.example.com
show "$ID"
for want in 'status ISSUED' "issuer_id $SUB" 'issuer_name Sub' 'key_algorithm EC256' 'signature_algorithm SHA256' \
	'gen_mode GENERATE' 'delete_time null' 'freeze_flag 0' 'enterprise_project_id 0' \
	'distinguished_name {"country":"CN","state":"Sichuan","locality":"Chengdu","organization":"Huawei","organizational_unit":"CloudBU","common_name":"web.example.com"}'; do
	equal "a certificate has ${want%% *}" "${want#* }" "$(json "${want%% *}")"
done
equal 'it lasts as long as asked, and a minute' $((90 * 86400000 + 60000)) $(($(json not_after) - $(json not_before)))
export_pem certificate "$ID" web
check 'it verifies with its chain' verify web
equal 'the chain is without the certificate itself' 2 "$(grep -c BEGIN "$TMP/web.chain")"
refute_output 'and nothing is in it that was not asked for' 'Key Usage|Alternative Name|Basic Constraints' text web
check 'the key belongs to it' same_key web
equal 'its form is that of SEC 1, with a line break at the end' $'-----BEGIN EC PRIVATE KEY-----\r|\r' \
	"$(head -1 "$TMP/web.key")|$(json private_key | tail -c 3 | head -1)"

# --- with everything
leaf "$SUB" '*.example.com' '"key_algorithm": "RSA2048", "signature_algorithm": "SHA512",
	"key_usages": ["digitalSignature", "keyEncipherment", "decipherOnly"],
	"extended_key_usage": {"server_auth": true, "client_auth": true, "code_signing": true,
		"email_protection": true, "time_stamping": true, "smart_card_logon": true},
	"subject_alternative_names": [{"type": "DNS", "value": "*.example.com"}, {"type": "IP", "value": "192.0.2.1"},
		{"type": "IP", "value": "2001:db8::1"}, {"type": "EMAIL", "value": "me@example.com"},
		{"type": "URI", "value": "https://example.com/a?b"}, {"type": "UPN", "value": "me@corp.example"}],
	"customized_extension": {"object_identifier": "1.3.6.1.4.1.2011.4.99", "value": "hello"}'
export_pem certificate "$ID" all
check 'a certificate with everything verifies' verify all -verify_hostname www.example.com -purpose sslserver
equal 'it has the key usages' 'Digital Signature, Key Encipherment, Decipher Only' "$(extension all keyUsage)"
equal 'it has the extended key usages' \
	'TLS Web Server Authentication, TLS Web Client Authentication, Code Signing, E-mail Protection, Time Stamping, Microsoft Smartcard Login' \
	"$(extension all extendedKeyUsage)"
equal 'it has the alternative names' \
	'DNS:*.example.com, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, email:me@example.com, URI:https://example.com/a?b, othername: UPN::me@corp.example' \
	"$(extension all subjectAltName)"
expect_output 'it has the extension of its own' '1\.3\.6\.1\.4\.1\.2011\.4\.99' text all
expect_output 'as text' 'UTF8STRING +:hello' sh -c "openssl x509 -in $TMP/all.crt -outform der |
	openssl asn1parse -inform der -strparse \$(openssl x509 -in $TMP/all.crt -outform der | openssl asn1parse -inform der | grep -A1 2011.4.99 | tail -1 | cut -d: -f1)"
expect_output 'it is signed by the CA with the hash asked for' 'ecdsa-with-SHA512' text all
equal 'an RSA key has the form of PKCS #1' $'-----BEGIN RSA PRIVATE KEY-----\r' "$(head -1 "$TMP/all.key")"
check 'and belongs to it' same_key all

for key in RSA2048 RSA4096 EC256 EC384; do
	for hash in SHA256 SHA384 SHA512; do
		[[ $key != RSA4096 || $hash == SHA256 ]] || continue
		leaf "$SUB" "$key $hash" "\"key_algorithm\": \"$key\", \"signature_algorithm\": \"$hash\""
		show "$ID"
		equal "$key with $hash is shown" "$key $hash" "$(json key_algorithm) $(json signature_algorithm)"
	done
	export_pem certificate "$ID" "$key"
	check "$key verifies" verify "$key"
	check "$key has its key" same_key "$key"
done

# --- names
api POST $CERTS "{\"issuer_id\": \"$SUB\", \"distinguished_name\": {\"common_name\": \"证书 1\", \"state\": \"\", \"locality\": \"shang,hai\"}, $YEAR}"
created '证书 1' certificate_id
export_pem certificate "$ID" utf8
equal 'parts left out or empty come from the CA, UTF-8 stays' \
	'subject=CN = 证书 1, C = CN, ST = Sichuan, L = "shang,hai", O = Huawei, OU = CloudBU' \
	"$(openssl x509 -in "$TMP/utf8.crt" -noout -subject -nameopt oneline,-esc_msb)"

stop_emulator
