# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The life of a CA, from a signing request to its second day: pending, signed outside, issuing,
# publishing what it revoked, disabled, deleted, restored, enabled.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq curl
start_emulator
NAME='Life Sub' DN=(--country DE --state Berlin --locality Berlin --organization 'CCM Tests' --unit PKI)
status() { ccm ca show "$1" --json | jq -r .status; }
issue_by() { ccm cert issue --ca "$NAME" --name "$1" --server --validity 30d; }

# --- pending, and what it asks to be signed
expect_output 'a CA is made that waits' '^[0-9a-f-]{36}$' ccm ca create --type subordinate --name "$NAME" --key ec384 "${DN[@]}"
ID=$OUTPUT
equal 'it is pending' PENDING "$(status "$NAME")"
expect_failure 'and issues nothing' 'PCA.00030201: .* is PENDING' issue_by early
check 'it has a signing request' ccm ca csr "$NAME" --out "$TMP/sub.csr"
expect_output 'of its name' 'CN ?= ?Life Sub' openssl req -in "$TMP/sub.csr" -noout -verify -subject

# --- signed outside, by an authority with its own way to name keys
cat >"$TMP/outside.cnf" <<-END
	[root]
	basicConstraints = critical, CA:TRUE
	keyUsage = critical, keyCertSign, cRLSign
	subjectKeyIdentifier = 526f6f74
	[sub]
	basicConstraints = critical, CA:TRUE, pathlen:0
	keyUsage = critical, digitalSignature, keyCertSign, cRLSign
	subjectKeyIdentifier = 0102030405060708
	authorityKeyIdentifier = keyid
END
openssl req -x509 -newkey rsa:2048 -noenc -keyout "$TMP/root.key" -out "$TMP/root.pem" -subj '/CN=Outside Root' \
	-days 3650 -config <(printf '[req]\ndistinguished_name = dn\n[dn]\n'; cat "$TMP/outside.cnf") -extensions root 2>/dev/null
openssl x509 -req -in "$TMP/sub.csr" -CA "$TMP/root.pem" -CAkey "$TMP/root.key" -days 1000 \
	-extfile "$TMP/outside.cnf" -extensions sub -out "$TMP/sub.pem" 2>/dev/null
check 'the certificate is imported' ccm ca import "$NAME" --cert "$TMP/sub.pem" --chain "$TMP/root.pem"
equal 'and the CA is active' ACTIVED "$(status "$NAME")"
check 'it is exported' ccm ca export "$NAME" --out "$TMP/exported.pem"
equal 'as it was imported' "$(openssl x509 -in "$TMP/sub.pem" -noout -fingerprint)" \
	"$(openssl x509 -in "$TMP/exported.pem" -noout -fingerprint)"

# --- issuing, with a CRL
expect_output 'the service may not write to OBS yet' '^Granted: +no$' ccm crl agency
expect_failure 'so no CRL is to be had' 'PCA.00000006' ccm crl enable "$NAME" --bucket emulator-crl --days 7
check 'until it may' ccm crl agency --create
expect_output 'there is a bucket' emulator-crl ccm crl buckets
check 'the CRL is enabled' ccm crl enable "$NAME" --bucket emulator-crl --days 7
URL=$(ccm ca show "$NAME" --json | jq -r .crl_configuration.crl_dis_point)
for name in good bad; do
	check "$name is issued" issue_by "$name"
	check "$name is exported" ccm cert export "$name" --out "$TMP"
	equal "$name says where the list is" "URI:$URL" \
		"$(openssl x509 -in "$TMP/$name.crt" -noout -ext crlDistributionPoints | grep -o 'URI:.*')"
done
# The URL is that of the certificate, as a client would have it.
crl() {
	local url
	url=$(openssl x509 -in "$TMP/good.crt" -noout -ext crlDistributionPoints | grep -o 'http:.*')
	curl -sSf --max-time "$DEADLINE" -o "$TMP/sub.crl" "$url"
}
verify() {
	crl
	openssl verify -x509_strict -crl_check -CAfile "$TMP/root.pem" -untrusted "$TMP/sub.pem" -CRLfile "$TMP/sub.crl" "$TMP/$1.crt"
}
check 'a certificate is accepted with the list' verify good
check 'the other one too' verify bad
check 'one is revoked' ccm --yes cert revoke bad --reason key-compromise
expect_failure 'it is refused with the next list' 'certificate revoked' verify bad
check 'the other one is not' verify good
expect_output 'the list tells the reason' 'Key Compromise' openssl crl -in "$TMP/sub.crl" -noout -text
also 'by the key id that the outside gave' '01:02:03:04:05:06:07:08'
expect_output 'it is the second' '^crlNumber=0x0?2$' openssl crl -in "$TMP/sub.crl" -noout -crlnumber

# --- disabled, deleted, restored, enabled
check 'it is disabled' ccm --yes ca disable "$NAME"
equal 'and is' DISABLED "$(status "$NAME")"
expect_failure 'it issues nothing' 'PCA.00030201: .* is DISABLED' issue_by late
check 'but still revokes' ccm --yes cert revoke good --reason superseded
expect_failure 'and publishes it' 'certificate revoked' verify good
check 'it is deleted' ccm --yes ca delete "$NAME" --days 7
equal 'in some days' DELETED "$(status "$ID")"
expect_failure 'it cannot be enabled' 'is DELETED' ccm ca enable "$ID"
check 'it is restored' ccm ca restore "$ID"
equal 'disabled, as before' DISABLED "$(status "$NAME")"
check 'it is enabled' ccm ca enable "$NAME"
equal 'and active' ACTIVED "$(status "$NAME")"
check 'it issues again' issue_by again
check 'the certificate is exported' ccm cert export again --out "$TMP"
check 'and accepted' verify again
check 'the CRL is disabled' ccm crl disable "$NAME"
equal 'and gone from the CA' 'false null' "$(ccm ca show "$NAME" --json | jq -r '.crl_configuration | "\(.enabled) \(.crl_dis_point)"')"
stop_emulator
