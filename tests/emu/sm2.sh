# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The site of the Chinese mainland: SM2 and SM3, certificates in pairs.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

start_emulator --site cn --data "$TMP/data"
log_in
cd "$TMP"
# openssl verify gives the id to the certificate alone, not to those above it: sm2_signed CERT ISSUER [ID]
sm2_signed() {
	local at
	at=$(openssl asn1parse -in "$1" | awk -F: '/BIT STRING/ { at = $1 } END { print at + 0 }')
	openssl asn1parse -in "$1" -strparse 4 -out tbs -noout
	openssl asn1parse -in "$1" -strparse "$at" -out signature -noout
	openssl dgst -sm3 -verify <(openssl x509 -in "$2" -noout -pubkey) -sigopt "distid:${3-1234567812345678}" -signature signature tbs
}
sm2_ca() { api POST $CAS "{\"type\": \"$1\", \"key_algorithm\": \"SM2\", $(name "$2"), \"signature_algorithm\": \"SM3\", $DECADE ${3:+, $3}}" && created "$2" ca_id; }
extension() { openssl x509 -in "$1" -noout -ext "$2"; }

api GET /v1/pca/config/console
equal 'the site has SM2' '200 true' "$STATUS $(json is_support_sm2)"

# --- CAs
sm2_ca ROOT 'SM2 Root'
ROOT=$ID
api GET "$CAS/$ROOT"
equal 'an SM2 root is made' 'ACTIVED SM2 SM3' "$(json status) $(json key_algorithm) $(json signature_algorithm)"
export_pem ca "$ROOT" root
check 'it is signed by itself with the default id' sm2_signed root.crt root.crt
refute 'and not with another' sm2_signed root.crt root.crt 8765432187654321
expect_output 'it is signed by SM2 with SM3' 'SM2-with-SM3' openssl x509 -in root.crt -noout -text
sm2_ca SUBORDINATE 'SM2 Sub' "\"issuer_id\": \"$ROOT\""
SUB=$ID
export_pem ca "$SUB" sub
check 'a subordinate is signed by it' sm2_signed sub.crt root.crt
check 'and verifies' openssl verify -vfyopt distid:1234567812345678 -CAfile root.crt sub.crt

hash_of() { api GET "$CERTS/$ID" && json signature_algorithm; }
wrong() { refused "$1" 400 PCA.00020103 "$2" -- POST "$3" "$4"; }
wrong 'SM2 signs with SM3 alone' 'SHA256 does not go with a key of SM2' $CAS \
	"{\"type\": \"ROOT\", \"key_algorithm\": \"SM2\", $(name x), \"signature_algorithm\": \"SHA256\", $YEAR}"
wrong 'and SM3 goes with SM2 alone' 'SM3 does not go with a key of EC256' $CAS \
	"{\"type\": \"ROOT\", \"key_algorithm\": \"EC256\", $(name x), \"signature_algorithm\": \"SM3\", $YEAR}"
wrong 'whatever the key below' 'SHA256 does not go with a key of SM2' $CERTS \
	"{\"issuer_id\": \"$ROOT\", \"key_algorithm\": \"EC256\", \"signature_algorithm\": \"SHA256\", $(name x), $YEAR}"

# --- a pair
leaf "$SUB" sm2.example.com
LEAF=$ID
api GET "$CERTS/$LEAF"
equal 'a certificate is SM2 by default' 'ISSUED SM2 SM3 GENERATE' "$(json status) $(json key_algorithm) $(json signature_algorithm) $(json gen_mode)"
SERIAL=$(json serial_number) SECOND=$(json enc_cert_info.enc_serial_number)
api POST "$CERTS/$LEAF/export" '{"type": "OTHER", "is_compressed": "false", "is_sm_standard": "false"}'
for part in certificate enc_certificate certificate_chain private_key enc_private_key; do json $part >"leaf.$part"; done
for part in certificate enc_certificate; do
	check "the $part is signed by its issuer" sm2_signed "leaf.$part" sub.crt
	key=${part/certificate/private_key}
	equal "its key is the $key" "$(openssl pkey -in "leaf.$key" -pubout)" "$(openssl x509 -in "leaf.$part" -noout -pubkey)"
	expect_output "the $part is for SM2" 'Public Key Algorithm: id-ecPublicKey|ASN1 OID: SM2' openssl x509 -in "leaf.$part" -noout -text
done
equal 'the first signs' 'Digital Signature, Non Repudiation' "$(extension leaf.certificate keyUsage | tail -1 | xargs)"
equal 'the second is encrypted to' 'Key Encipherment, Data Encipherment, Key Agreement' "$(extension leaf.enc_certificate keyUsage | tail -1 | xargs)"
equal 'they are of one name' "$(openssl x509 -in leaf.certificate -noout -subject)" "$(openssl x509 -in leaf.enc_certificate -noout -subject)"
serial() { openssl x509 -in "$1" -noout -serial | cut -d= -f2; }
equal 'the first has the serial number, in decimal' "$SERIAL" "$("$PYTHON" -ISc "print(0x$(serial leaf.certificate))")"
equal 'the second the other, in hex' "$SECOND" "$("$PYTHON" -ISc "print('%x' % 0x$(serial leaf.enc_certificate))")"
api GET $CERTS/quotas
equal 'the quota counts one' 1 "$(json quotas.resources.0.used)"
leaf "$SUB" usages '"key_usages": ["nonRepudiation", "dataEncipherment"]'
api POST "$CERTS/$ID/export" '{"type": "OTHER", "is_compressed": "false", "is_sm_standard": "false"}'
json certificate >usage.crt && json enc_certificate >usage-enc.crt
equal 'usages asked for go where they belong' 'Non Repudiation|Data Encipherment' "$(extension usage.crt keyUsage | tail -1 | xargs)|$(extension usage-enc.crt keyUsage | tail -1 | xargs)"
leaf "$SUB" ec '"key_algorithm": "EC256"'
equal 'other keys are no pairs' '200 null SM3' "$STATUS $(api GET "$CERTS/$ID" && json enc_cert_info) $(json signature_algorithm)"
answers 'both are revoked' 204 -- POST "$CERTS/$LEAF/revoke" '{"reason": "SUPERSEDED"}'

# --- from a CSR
text() { "$PYTHON" -ISc 'import json, sys; print(json.dumps(open(sys.argv[1]).read()))' "$1"; }
openssl ecparam -name SM2 -genkey -noout -out own.key
for id in 'distid:1234567812345678' 'distid:'; do
	openssl req -new -sm3 -key own.key -subj /CN=own.example.com ${id:+-sigopt} ${id:+"$id"} -out own.csr 2>/dev/null ||
		openssl req -new -sm3 -key own.key -subj /CN=own.example.com -out own.csr
	api POST $CERTS/csr "{\"issuer_id\": \"$SUB\", \"csr\": $(text own.csr), $YEAR}"
	created "a certificate from a CSR signed with $id" certificate_id
done
api GET "$CERTS/$ID"
equal 'a CSR of SM2 is taken' 'SM2 SM3 CSR' "$(json key_algorithm) $(json signature_algorithm) $(json gen_mode)"
api POST "$CERTS/$ID/export" '{"type": "OTHER", "is_compressed": "false", "is_sm_standard": "false"}'
json certificate >own.crt && json enc_certificate >own-enc.crt && json enc_private_key >own-enc.key
equal 'the first is for its key' "$(openssl pkey -in own.key -pubout)" "$(openssl x509 -in own.crt -noout -pubkey)"
equal 'the key of the second is made here' "$(openssl pkey -in own-enc.key -pubout)" "$(openssl x509 -in own-enc.crt -noout -pubkey)"
equal 'that of the first is not known' null "$(json private_key 2>/dev/null || echo null)"
api POST $CERTS/csr/parse "{\"csr\": $(text own.csr)}"
equal 'a CSR of SM2 is parsed' 'SM2 256 SM3withSM2' "$(json key_algorithm) $(json key_algorithm_length) $(json signature_algorithm)"

# --- signed outside
api POST $CAS "{\"type\": \"SUBORDINATE\", \"key_algorithm\": \"SM2\", $(name 'SM2 Pending')}"
created 'a pending SM2 CA' ca_id
api GET "$CAS/$ID/csr" && json csr >inner.csr
check 'its CSR is signed with the default id' openssl req -in inner.csr -verify -noout -vfyopt distid:1234567812345678
openssl ecparam -name SM2 -genkey -noout -out o.key
printf 'basicConstraints=critical,CA:true\nkeyUsage=keyCertSign,cRLSign\n' >ca.cnf
openssl req -x509 -sm3 -key o.key -subj '/CN=Outside' -days 99 -sigopt distid:1234567812345678 -out o.crt
openssl x509 -req -sm3 -in inner.csr -CA o.crt -CAkey o.key -CAcreateserial -days 90 -extfile ca.cnf \
	-vfyopt distid:1234567812345678 -sigopt distid:1234567812345678 -out inner.crt 2>/dev/null
answers 'a certificate by an SM2 root outside is imported' 204 -- POST "$CAS/$ID/import" "{\"certificate\": $(text inner.crt), \"certificate_chain\": $(text o.crt)}"
leaf "$ID" below
stop_emulator
equal 'a pair that is revoked is on the list twice' "$SERIAL $("$PYTHON" -ISc "print(0x$SECOND)")" \
	"$("$PYTHON" -ISc "import sqlite3; print(*(r[0] for r in sqlite3.connect('$TMP/data/emulator.db').execute(
	'SELECT serial_number FROM revocation WHERE reason = 4 ORDER BY serial_number = ? DESC', ('$SERIAL',))))")"

# --- and everywhere else
start_emulator
log_in
refused 'the international site has no SM2' 400 PCA.00020102 SM2 \
	-- POST $CAS "{\"type\": \"ROOT\", \"key_algorithm\": \"SM2\", $(name x), \"signature_algorithm\": \"SM3\", $YEAR}"
refused 'and no SM3' 400 PCA.00020103 SM3 \
	-- POST $CAS "{\"type\": \"ROOT\", \"key_algorithm\": \"EC256\", $(name x), \"signature_algorithm\": \"SM3\", $YEAR}"
stop_emulator
