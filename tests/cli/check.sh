# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# ccm cert check: certificates that are good, and each way in which they are not.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
start_emulator --bucket crls
make_ca ec256
cd "$TMP"
ccm crl agency --create >/dev/null
ccm crl enable "$SUB_ID" --bucket crls --days 7
issue good.example.com >/dev/null
issue bad.example.com >/dev/null
ccm cert revoke bad.example.com --reason superseded --yes >/dev/null 2>&1

expect_output 'a certificate that is good' '^service +ok +[0-9]+ ms [0-9a-f-]+ is ISSUED$' ccm cert check good.example.com
also 'its dates' '^dates +ok +[0-9]+ ms until 20[0-9 :-]+ UTC, [0-9]+ days$'
also 'its chain' "^chain +ok +[0-9]+ ms by $SUB_NAME, by"
also 'its list' '^CRL +ok +[0-9]+ ms not on the list of'
also 'no responder' '^OCSP +skipped +the certificate names no responder$'
expect_status 'one that is revoked' 7 ccm cert check bad.example.com
also 'by the service' '^service +failed +[0-9]+ ms [0-9a-f-]+ is REVOKED$'
also 'which exports it no more' '^certificate +failed +[0-9]+ ms token PCA: exporting bad\.example\.com$'
also 'so there is nothing else to look at' '^CRL +skipped +needs: certificate$'
also 'how many say so' '^ccm: cert check: 2 of 6 checks failed$'
expect_status 'one that is not there' 5 ccm cert check none.example.com
also 'has nothing to look at' '^dates +skipped +needs: certificate$'
as_json() { ccm cert check good.example.com --json | jq -r '.checks[] | [.layer, .result] | join("=")'; }
expect_output 'as JSON' '^CRL=ok$' as_json

# From outside, with a responder
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj '/CN=Outside CA' \
	-keyout ca.key -out ca.crt 2>/dev/null
printf '%s\n' "authorityInfoAccess = OCSP;URI:http://127.0.0.1:$port" 'subjectAltName = DNS:outside.example.com' >ext
certificate() { # SERIAL DAYS NAME
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$3" -keyout "$3.key" -out "$3.csr" 2>/dev/null
	openssl x509 -req -in "$3.csr" -CA ca.crt -CAkey ca.key -set_serial "$1" -days "$2" -extfile ext -out "$3.crt" 2>/dev/null
	cat "$3.crt" ca.crt >"$3.pem"
	ccm ssl import --name "${3//./-}" --cert "$3.pem" --key "$3.key" >/dev/null
}
certificate 17 20 outside.example.com
printf 'V\t400101000000Z\t\t11\tunknown\t/CN=outside.example.com\n' >index.txt
printf 'unique_subject = no\n' >index.txt.attr
responder() {
	spawn '^ACCEPT ' \
		openssl ocsp -index index.txt -CA ca.crt -rsigner ca.crt -rkey ca.key -port "$port" -ndays 1
}
expect_failure 'a responder that is not there' "^OCSP +failed +[0-9]+ ms OCSP by http://127\.0\.0\.1:$port:" \
	ccm cert check outside.example.com
also 'is a check by itself' '^chain +ok +[0-9]+ ms by Outside CA$'
also 'it ends soon' '^dates +warning +.*UTC, 19 days$'
also 'so it should be renewed' '^ {32}it is time to renew it$'
responder
expect_output 'it says that it is good' '^OCSP +ok +[0-9]+ ms good, by http://127' ccm cert check outside.example.com
end "$SPAWN_PID" || :
printf 'R\t400101000000Z\t261101000000Z,keyCompromise\t11\tunknown\t/CN=outside.example.com\n' >index.txt
responder
expect_status 'or that it is revoked' 7 ccm cert check outside.example.com
also 'and why' '^OCSP +failed +[0-9]+ ms revoked \(keyCompromise\), by http://127'
end "$SPAWN_PID" || :
