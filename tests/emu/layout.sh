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
		grep -iq "^Content-Disposition: attachment; filename=\"[a-z.]*_$lower.zip\"" "$TMP/headers"
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

# A CSR with a key on this curve, as a JSON string.
csr() {
	openssl ecparam -name "$1" -genkey -noout -out "$TMP/csr.key" 2>/dev/null
	openssl req -new -key "$TMP/csr.key" -subj /CN=csr.example.com -out "$TMP/csr.pem" "${@:2}"
	"$PYTHON" -ISc 'import json, sys; print(json.dumps(open(sys.argv[1]).read()))' "$TMP/csr.pem"
}
by_csr() {
	api POST $CERTS/csr "{\"issuer_id\": \"$1\", \"csr\": $2, $YEAR}"
	created 'by CSR' certificate_id
}
by_csr "$SUB" "$(csr prime256v1)"
CSR=$ID
row "$CSR" APACHE 'chain.crt server.crt' 'certificate certificate_chain' CSR
row "$CSR" IIS 'chain.crt server.crt' 'certificate certificate_chain' CSR
row "$CSR" NGINX server.crt 'certificate certificate_chain' CSR
row "$CSR" TOMCAT 'chain.crt server.crt' 'certificate certificate_chain' CSR
row "$CSR" OTHER 'cert.pem chain.pem' 'certificate certificate_chain' CSR

# --- what is in the files ------------------------------------------------------------------------

unpack() {
	answers "$1: a ZIP" 200 -- POST "$CERTS/$PCA/export" "$(body "$1" true "${2:-}")"
	rm -rf "$TMP/files" && mkdir "$TMP/files"
	(cd "$TMP/files" && unzip -qq "$TMP/body")
	cd "$TMP/files"
}
count() { grep -c 'BEGIN CERTIFICATE' "$1"; }
spki() { openssl x509 -in "$1" -noout -pubkey; }
same_key() { alike <(spki "$1") <(openssl pkey -in "$2" -pubout "${@:3}"); }

unpack APACHE
equal 'server.crt is one certificate' 1 "$(count server.crt)"
equal 'chain.crt is issuer and root' 2 "$(count chain.crt)"
check 'they verify' openssl verify -CAfile chain.crt server.crt
check 'the key belongs to it' same_key server.crt server.key
lacks 'lines end as on Unix' $'\r' server.crt chain.crt server.key

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

# --- SM2, on the Chinese mainland ----------------------------------------------------------------

start_emulator --site cn
log_in
sm2_root() {
	api POST $CAS "{\"type\": \"ROOT\", \"key_algorithm\": \"SM2\", $(name 'SM2 Root'),
		\"signature_algorithm\": \"SM3\", $DECADE}"
	created 'an SM2 root' ca_id
}
sm2_root
ROOT=$ID
leaf "$ROOT" sm.example.com '"key_algorithm": "SM2", "signature_algorithm": "SM3"'
PCA=$ID
by_csr "$ROOT" "$(csr SM2 -sm3)"
CSR=$ID

# certificate, is_sm_standard, what a ZIP holds, what JSON has
sm2_row() {
	answers "SM2, $2: a ZIP" 200 -- POST "$CERTS/$1/export" "$(body OTHER true "\"is_sm_standard\": $2")"
	equal 'holds what the reference says' "$3" "$(files)"
	answers "SM2, $2: JSON" 200 -- POST "$CERTS/$1/export" "$(body OTHER false "\"is_sm_standard\": $2")"
	equal 'has what the reference says' "$4" "$(members)"
}
sm2_row "$PCA" true \
	'chain.pem encCert.pem encSm2EnvelopedKey.key signCert.key signCert.pem signedAndEnvelopedData.key' \
	'certificate certificate_chain enc_certificate enc_sm2_enveloped_key private_key signed_and_enveloped_data'
sm2_row "$PCA" '"false"' 'chain.pem encCert.key encCert.pem signCert.key signCert.pem' \
	'certificate certificate_chain enc_certificate enc_private_key private_key'
sm2_row "$CSR" '"true"' \
	'chain.pem encCert.pem encSm2EnvelopedKey.key signCert.pem signedAndEnvelopedData.key' \
	'certificate certificate_chain enc_certificate enc_sm2_enveloped_key signed_and_enveloped_data'
sm2_row "$CSR" false 'chain.pem encCert.key encCert.pem signCert.pem' \
	'certificate certificate_chain enc_certificate enc_private_key'
for type in APACHE IIS NGINX TOMCAT; do
	for form in true false; do
		refused "SM2, $type is not defined ($form)" 400 PCA.00020001 "$type is not defined for SM2" \
			-- POST "$CERTS/$PCA/export" "$(body $type $form)"
	done
done

unpack OTHER '"password": "Aa0"'
check 'the signing key is of its certificate' same_key signCert.pem signCert.key -passin pass:Aa0
check 'the encryption key, too' same_key encCert.pem encCert.key -passin pass:Aa0
check 'and both verify' openssl verify -vfyopt distid:1234567812345678 -CAfile chain.pem \
	signCert.pem encCert.pem

# What openssl makes of an envelope: the cipher text of the SM4 key, as the offset and length of the
# only SEQUENCE with a hash in it.
value() { openssl pkey -in "$1" -noout -text "${@:2}" | sed -n '/^priv:/,/^pub:/p' | tr -dc '0-9a-f:\n' |
	sed '1d;$d' | tr -d ':\n '; }
open_envelope() {
	local offset header len sealed key
	base64 -d "$1" >envelope.der
	read -r offset header len < <(openssl asn1parse -inform DER -in envelope.der |
		sed -nE 's/^ *([0-9]+):d=1 +hl=([0-9]+) +l= *([0-9]+) cons: SEQUENCE.*/\1 \2 \3/p' | sed -n 2p)
	tail -c "+$((offset + 1))" envelope.der | head -c "$((header + len))" >cipher.der
	tail -c 32 envelope.der >sealed
	key=$(openssl pkeyutl -decrypt -inkey "$2" -in cipher.der | od -An -tx1 | tr -d ' \n')
	openssl enc -d -sm4-ecb -nopad -K "$key" -in sealed | od -An -tx1 | tr -d ' \n'
}
unpack OTHER
want=$(value encCert.key)
equal 'a private value is 32 bytes' 64 "${#want}"
unpack OTHER '"is_sm_standard": true'
equal 'the signing key opens the envelope of the encryption key' "$want" \
	"$(open_envelope encSm2EnvelopedKey.key signCert.key)"
expect_output 'the other envelope is of GM/T 0010' ':1\.2\.156\.10197\.6\.1\.4\.2\.4$' \
	openssl asn1parse -inform DER -in <(base64 -d signedAndEnvelopedData.key)
stop_emulator
