# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# SSL certificates of SCM through the provider: what URIs find, what they cost, keys that sign and serve.
. "${CCM_SOURCE:?}/tests/emu/ssl.sh"

start_emulator
log_in
outside
for name in rsa.example.com both.example.com; do
	printf 'subjectAltName = DNS:%s' "$name" >"$TMP/sans"
	pair "$name" "$name" -extfile "$TMP/sans"
	upload "$name" "\"certificate_chain\": \"$(pem "$TMP/outside.crt")\""
	[[ $name != rsa.* ]] || RSA=$ID
done
buy
api POST "$SSL/$ID/apply" "$(application ec.example.com '"key_algorithm": "EC_P256"')"
buy
api POST "$SSL/$ID/apply" "$(application csr.example.com "\"csr\": \"$(pair csr csr.example.com && pem "$TMP/csr.csr")\"")"
buy
api POST "$SSL/$ID/apply" "$(application revoked.example.com)"
buy
api GET $SSL # which lets the reviews end
make_ca
issue pca.example.com --key ec256 >/dev/null
issue both.example.com --key ec256 >/dev/null

scm_calls() { awk '$2 ~ /^scm_/ { n++ } END { print n + 0 }' "$EMU_LOG"; }
# costs CLAIM LISTS GETS EXPORTS command..: how many calls of SCM a command makes when nothing is cached.
costs() {
	local claim=$1 want="$2 lists, $3 gets, $4 exports" before=()
	[[ ${WARM:-} ]] || cold
	before=("$(calls scm_list_certificates)" "$(calls scm_get_certificate)" "$(calls scm_export_certificate)")
	check "$claim" "${@:5}"
	equal "$claim: calls" "$want" "$(($(calls scm_list_certificates) - before[0])) lists, $((
		$(calls scm_get_certificate) - before[1])) gets, $(($(calls scm_export_certificate) - before[2])) exports"
}
utl() { openssl_ccm storeutl -noout "$@"; }
kinds() { utl "$@" | sed -nE 's/^ *[0-9]+: ([A-Za-z ]+).*/\1/p' | tr '\n' ','; }

# --- what URIs find ---
equal 'a name: certificate, chain, key' 'Certificate,Certificate,Pkey,' "$(kinds ccm:rsa.example.com)"
equal 'an id: the same' 'Certificate,Certificate,Pkey,' "$(kinds "ccm:$RSA")"
equal 'without a key: none' 'Certificate,Certificate,Certificate,' "$(kinds ccm:csr.example.com)"
expect_failure 'which is told' 'selects no private key that can be had|nothing matches' utl -keys ccm:csr.example.com
expect_failure 'what is revoked is not found' 'nothing matches' utl ccm:revoked.example.com
equal 'the certificates of the token' 4 "$(utl -certs 'ccm:token=SCM;type=cert' | grep -c Certificate)"
equal 'its keys' 'Pkey,Pkey,Pkey,' "$(kinds -keys ccm:token=SCM)"
expect_output 'its names' '^[0-9]+: Name: ccm:token=SCM;id=.*;object=rsa.example.com;type=private$' utl ccm:token=SCM
expect_output 'with an end' '^rsa.example.com, private key, UPLOAD, until [0-9-]+ ' utl ccm:token=SCM

# --- what that costs ---
costs 'a name: one list, one export' 1 0 1 utl ccm:rsa.example.com
WARM=1 costs 'the same again: the key' 0 0 1 utl ccm:rsa.example.com
WARM=1 costs 'only certificates: nothing' 0 0 0 utl -certs ccm:rsa.example.com
costs 'its key, too' 1 0 1 openssl_ccm pkey -in ccm:rsa.example.com -pubout -out "$TMP/rsa.pub"
costs 'an id: one look, one export' 0 1 1 utl "ccm:$RSA"
costs 'names are only listed' 2 0 0 utl ccm:token=SCM
costs 'what PCA has is not looked for here' 0 0 0 utl ccm:pca.example.com
costs 'nor what both have' 0 0 0 utl ccm:both.example.com
costs 'nor an id of PCA'"'"'s' 0 0 0 utl "ccm:$SUB_ID"
before=$(calls pca_get_certificate)
check 'nor is an id of SCM looked for there' utl "ccm:$RSA"
equal 'at all' "$before" "$(calls pca_get_certificate)"
equal 'of both, that of PCA comes' 'ccm-ec' "$(openssl_ccm x509 -in ccm:both.example.com -noout -text |
	sed -n 's/.*Public Key Algorithm: id-ecPublicKey/ccm-ec/p')"
equal 'unless the token is named' 'ccm-rsa' "$(openssl_ccm x509 -in 'ccm:token=SCM;object=both.example.com' -noout -text |
	sed -n 's/.*Public Key Algorithm: rsaEncryption/ccm-rsa/p')"

# --- keys ---
check 'the public key is the certificate'"'"'s' alike "$TMP/rsa.pub" <(openssl x509 -in "$TMP/rsa.example.com.crt" -noout -pubkey)
seq 1000 >"$TMP/message"
for name in rsa ec; do
	openssl_ccm x509 -in ccm:$name.example.com -noout -pubkey >"$TMP/$name.pub"
	check "the key of $name signs" openssl_ccm dgst -sha256 -sign ccm:$name.example.com -out "$TMP/signature" "$TMP/message"
	expect_output 'openssl verifies it' 'Verified OK' \
		openssl dgst -sha256 -verify "$TMP/$name.pub" -signature "$TMP/signature" "$TMP/message"
done
uri=ccm:rsa.example.com # of 19 characters: DER as model/uri.h has it
printf -- '-----BEGIN CCM KEY REFERENCE-----\n%s\n-----END CCM KEY REFERENCE-----\n' \
	"$(printf '\x30\x18\x02\x01\x01\x0c\x13%s' "$uri" | base64)" >"$TMP/reference.pem"
check 'a key reference signs' openssl_ccm dgst -sha256 -sign "$TMP/reference.pem" -out "$TMP/signature" "$TMP/message"
expect_output 'with that key' 'Verified OK' \
	openssl dgst -sha256 -verify "$TMP/rsa.pub" -signature "$TMP/signature" "$TMP/message"
start_server "${PROV[@]}" -cert ccm:rsa.example.com -key ccm:rsa.example.com -cert_chain 'ccm:rsa.example.com;type=cert'
expect_output 'a server has its certificate and key here' 'Verification: OK' run openssl s_client -brief \
	-connect "127.0.0.1:$SERVER_PORT" -verify_return_error -CAfile "$TMP/outside.crt" -verify_hostname rsa.example.com </dev/null
stop_server

# --- configuration ---
printf '[token all]\nservice = scm\nstatus = *\n' >>"$CCM_CONFIG"
equal 'all that have a certificate' 5 "$(utl -certs 'ccm:token=all;type=cert' | grep -c 'Certificate')"
check 'the revoked one as well' utl ccm:revoked.example.com
write_config
printf '[token up]\nservice = scm\nstatus = UPLOAD\nkeys = none\n' >>"$CCM_CONFIG"
equal 'only some, without keys' 'Certificate,Certificate,' "$(kinds ccm:rsa.example.com)"
expect_failure 'others are not there' 'nothing matches' utl ccm:ec.example.com

# --- trouble ---
stop_emulator
start_emulator --fault scm_export_certificate:wrongkey:1
log_in
upload rsa.example.com
expect_failure 'a key that is another'"'"'s is told' 'does not belong to its certificate' utl -keys 'ccm:rsa.example.com;type=private'
check 'once' utl -keys 'ccm:rsa.example.com;type=private'
stop_emulator
check 'what was seen works without the service' utl -certs ccm:rsa.example.com
cold
expect_failure 'a service that is down is told' 'onnect' utl ccm:rsa.example.com
