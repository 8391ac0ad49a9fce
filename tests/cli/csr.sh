# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Signing requests: of CAs here to authorities outside and back, of others to CAs here.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq sqlite3
start_emulator
make_ca ec256
UUID='[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
DN=(--country DE --state Bavaria --locality Munich --organization ACME --unit IT)
cd "$TMP"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=Outside Root' \
	-keyout root.key -out root.crt 2>/dev/null
printf 'basicConstraints = critical, CA:TRUE, pathlen:0\nkeyUsage = critical, keyCertSign, cRLSign\n' >ca.ext
sign_outside() { openssl x509 -req -in "$1" -CA root.crt -CAkey root.key -days 365 -extfile ca.ext -out "$2" 2>/dev/null; }
request() {
	openssl req -new -newkey "${@:2}" -nodes -keyout "$1.key" -out "$1.csr" -subj "/C=DE/CN=$1" 2>/dev/null
}

# A CA that is signed outside
sub=$(ccm ca create --name 'Outside Sub' --type subordinate --key rsa2048 "${DN[@]}")
expect_output 'the CSR of a pending CA' '^-----BEGIN CERTIFICATE REQUEST-----$' ccm ca csr 'Outside Sub'
expect_output 'with its name' 'CN ?= ?Outside Sub' openssl req -noout -subject -verify -in <(ccm ca csr "$sub")
check 'to a file' ccm ca csr "$sub" --out sub.csr
expect_status 'which is not overwritten' 7 ccm ca csr "$sub" --out sub.csr
check 'unless it should be' ccm ca csr "$sub" --out sub.csr --force
equal 'as JSON too' '-----BEGIN CERTIFICATE REQUEST-----' "$(ccm ca csr "$sub" --json | jq -r .csr | head -1 | tr -d '\r')"
expect_status 'an active CA has none' 7 ccm ca csr "$SUB_NAME"
also 'since it is' '^note: the CA "CCM Test Issuer" is ACTIVED$'
sign_outside sub.csr sub.crt
request other rsa:2048
sign_outside other.csr other.crt

sent=$(calls)
bad() { expect_failure "$@"; expect_status 'which is a usage error' 2 "${@:3}"; }
bad 'a certificate is wanted, not a CSR' 'sub\.csr: holds a CSR, not a certificate' ccm ca import "$sub" --cert sub.csr
bad 'nor a key' 'other\.key: holds a private key, not a certificate' ccm ca import "$sub" --cert other.key
bad 'nor anything else' 'ca\.ext: holds nothing in PEM form' ccm ca import "$sub" --cert ca.ext
bad 'a file that is there' 'cannot open no\.crt: No such file' ccm ca import "$sub" --cert no.crt
bad 'and whole' 'cut\.crt: ' bash -c "head -3 sub.crt >cut.crt; '$BUILD/src/ccm' ca import $sub --cert cut.crt"
bad 'the chain as well' 'other\.csr: holds a CSR' ccm ca import "$sub" --cert sub.crt --chain other.csr
bad 'a CSR is wanted, not a certificate' 'sub\.crt: holds a certificate, not a CSR' ccm cert sign-csr sub.crt --ca "$SUB_ID"
bad 'here, too' 'sub\.crt: holds a certificate, not a CSR' ccm cert parse-csr sub.crt
sed '5s/./\U&/; 5s/^\(.\)\(.\)/\2\1/' other.csr >forged.csr
bad 'whose signature is right' 'forged\.csr: ' ccm cert parse-csr forged.csr
bad 'a path length is for CAs' '--path-length goes with --type ca only' \
	ccm cert sign-csr other.csr --ca "$SUB_ID" --path-length 1
equal 'nothing was sent for all this' "$sent" "$(calls)"

expect_status 'a certificate of another key is refused' 2 ccm ca import "$sub" --cert other.crt --chain root.crt
check 'the right one activates the CA' ccm ca import 'Outside Sub' --cert sub.crt --chain root.crt
equal 'which is active then' ACTIVED "$(ccm ca show "$sub" --json | jq -r .status)"
expect_status 'only once' 7 ccm ca import "$sub" --cert sub.crt
ccm ca export 'Outside Sub' >chain.pem
equal 'its certificate comes back with the one above' 2 "$(grep -c 'BEGIN CERTIFICATE' chain.pem)"
check 'and verifies' openssl verify -CAfile root.crt chain.pem
check 'to a file as well' ccm ca export "$sub" --out sub.pem
equal 'the same' "$(cat chain.pem)" "$(cat sub.pem)"
whole=$(ccm ca create --name Whole --type subordinate --key ec256 "${DN[@]}")
ccm ca csr "$whole" --out whole.csr
sign_outside whole.csr whole.crt
cat root.crt >>whole.crt
check 'certificate and chain may be in one file' ccm ca import "$whole" --cert whole.crt
equal 'and come back so' 2 "$(ccm ca export "$whole" | grep -c 'BEGIN CERTIFICATE')"
id=$(ccm cert issue --ca "$sub" --name under.example --server)
ccm cert export "$id" >/dev/null
check 'what it issues verifies outside' openssl verify -CAfile root.crt -untrusted under.example.crt under.example.crt

# Requests of others
expect_output 'the service reads a CSR' '^Subject: +CN=other,C=DE$' ccm cert parse-csr other.csr
also 'with its key' '^Key length: +2048$'
equal 'in its own fields' other "$(ccm cert parse-csr other.csr --json | jq -r .distinguished_name.common_name)"
expect_output 'and signs it' "^$UUID$" ccm cert sign-csr other.csr --ca "$SUB_NAME" --validity 30d
id=$OUTPUT
equal 'for the time that is asked for' 'other 30 CSR' "$(ccm cert show "$id" --json | jq -r '[.distinguished_name.common_name,
	((.not_after - .not_before) / 86400000 | floor | tostring), .gen_mode] | join(" ")')"
expect_output 'from standard input as well' "^$UUID$" bash -c "'$BUILD/src/ccm' cert sign-csr - --ca $SUB_ID <other.csr"
cat other.key other.csr >both.pem
check 'a file may hold the key beside' ccm cert sign-csr both.pem --ca "$SUB_ID"
request lower ec -pkeyopt ec_paramgen_curve:P-384
ca=$(ccm cert sign-csr lower.csr --ca "$ROOT_ID" --type ca --path-length 0)
expect_output 'a CA for elsewhere' '^ +CA:TRUE, pathlen:0$' openssl x509 -noout -text -in <(ccm ca export "$ca")
expect_status 'by a CA that is active' 7 ccm cert sign-csr other.csr --ca \
	"$(ccm ca create --name Pending --type subordinate "${DN[@]}")"
also 'as its state tells' '^note: the CA "Pending" is PENDING$'
stop_emulator

# Answers that are lost: nothing is signed twice.
rm -f "$EMU_LOG"
start_emulator --fault pca_issue_certificate_by_csr:lost:1 --fault pca_issue_certificate_by_csr:reset:1 \
	--fault pca_issue_certificate_by_csr:lost:1 --fault pca_import_ca:lost:1
make_ca ec256
sed -i '/^\[cloud\]/a timeout = 3 s' "$CCM_CONFIG"
expect_output 'the certificate is found and adopted' "^$UUID$" \
	ccm cert sign-csr other.csr --ca "$SUB_ID"
equal 'one was asked for' 1 "$(calls pca_issue_certificate_by_csr)"
equal 'one is there' 1 "$(ccm cert list | wc -l)"
ccm cert delete other --yes
expect_failure 'or not' 'the next run looks for it again' ccm cert sign-csr other.csr --ca "$SUB_ID"
expect_failure 'a CA is in no list' '^note: no list shows whether it was made$' \
	ccm cert sign-csr lower.csr --ca "$ROOT_ID" --type ca
equal 'each was asked for once' 3 "$(calls pca_issue_certificate_by_csr)"
expect_output 'which goes on' 'had nothing issued for other: it is issued now' \
	ccm cert sign-csr other.csr --ca "$SUB_ID"
equal 'once' 1 "$(ccm cert list | wc -l)"
equal 'and nothing is left to do' 0 "$(sqlite3 "$TMP/keystore/keystore.db" 'SELECT count(*) FROM journal')"
sub=$(ccm ca create --name Sub --type subordinate "${DN[@]}")
ccm ca csr "$sub" --out sub.csr --force
sign_outside sub.csr sub.crt
expect_output 'an import that took place' 'but the CA is active$' ccm ca import "$sub" --cert sub.crt --chain root.crt
stop_emulator

# Of SM2, signed with the usual id or with none
rm -f "$EMU_LOG"
start_emulator --site cn
SM=$(ccm ca create --name 'SM2 Root' --type root --key sm2 "${DN[@]}")
openssl ecparam -name SM2 -genkey -noout -out sm2.key
for id in 1234567812345678 '' 8765432187654321; do
	openssl req -new -key sm2.key -sm3 ${id:+-sigopt "distid:$id"} -subj "/C=DE/CN=sm2${id::1}" -out "sm2${id::1}.csr"
done
expect_output 'an SM2 CSR is signed' "^$UUID$" ccm cert sign-csr sm21.csr --ca "$SM"
expect_output 'and parsed' '^Key: +SM2' ccm cert parse-csr sm21.csr
expect_output 'as is one without an id' "^$UUID$" ccm cert sign-csr sm2.csr --ca "$SM"
bad 'but not one with another id' 'sm28\.csr: the signature of the CSR is wrong' ccm cert sign-csr sm28.csr --ca "$SM"
