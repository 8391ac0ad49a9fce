# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# An account that is full of certificates.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

total() {
	api GET "$CERTS?limit=1&$1"
	json total
}
seeded() {
	[[ ! ${EMU_PID:-} ]] || stop_emulator
	start_emulator --data "$TMP/data" "$@"
}

expect_failure 'no seeds are no number' '--seed-certs: "0" is not a number from 1 to 100000' ccm_emulator --seed-certs 0
expect_failure 'nor more than the quota' '--seed-certs: "100001" is not' ccm_emulator --seed-certs 100001

seeded --seed-certs 120
log_in
equal 'the account has as many as were asked for' 120 "$(total '')"
equal 'most are issued' 115 "$(total status=ISSUED)"
equal 'some are revoked' 3 "$(total status=REVOKED)"
equal 'some have expired' 2 "$(total status=EXPIRED)"
equal 'each has its name' 1 "$(total name=seed-000077.example.com)"
api GET "$CERTS?limit=1"
equal 'the last is the newest' seed-000120.example.com "$(json certificates.0.distinguished_name.common_name)"
ISSUER=$(json certificates.0.issuer_id)
api GET "$CERTS?name=seed-000119"
ID=$(json certificates.0.certificate_id)
SERIAL=$(json certificates.0.serial_number)
export_pem ca "$ISSUER" root
export_pem certificate "$ID" leaf
check 'a certificate is real' openssl verify -x509_strict -CAfile "$TMP/root.crt" "$TMP/leaf.crt"
equal 'with the name as alternative name' DNS:seed-000119.example.com \
	"$(openssl x509 -in "$TMP/leaf.crt" -noout -ext subjectAltName | sed -n 's/^ *DNS/DNS/p')"
equal 'with the number that the service tells' "$SERIAL" \
	"$(openssl x509 -in "$TMP/leaf.crt" -noout -serial | sed 's/serial=//' | "$PYTHON" -ISc 'print(int(input(), 16))')"
check 'and with its key' alike <(openssl x509 -in "$TMP/leaf.crt" -noout -pubkey) <(openssl pkey -in "$TMP/leaf.key" -pubout)
ends() {
	api GET "$CERTS?limit=1000"
	"$PYTHON" -ISc "import json; print(len({c['not_after'] for c in json.load(open('$TMP/body'))['certificates']}))"
}
equal 'ends differ' 120 "$(ends)"
leaf "$ISSUER" by-hand
check 'the CA issues more' test "$ID"
api DELETE "$CERTS/5eed0000-0000-4000-8000-000000000007"
equal 'ids tell the number' 204 "$STATUS"
# what the lists' totals say follows what is there
equal 'what is deleted is not counted' 120 "$(total '')"

seeded --seed-certs 150
equal 'the next start adds what is missing' 150 "$(total '')"
equal 'but not what was deleted' 0 "$(total name=seed-000007)"
api GET $CAS
equal 'under the same CA' "1 $ISSUER" "$(json total) $(json certificate_authorities.0.ca_id)"
seeded --seed-certs 10
equal 'fewer take none away' 150 "$(total '')"
stop_emulator
