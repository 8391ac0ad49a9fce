#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ccm renew where the service has no key: in a cluster and in the keystore, the same key and a new one.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
. "${CCM_SOURCE:?}/tests/hsm/cluster.sh"
need jq

ONE=11111111-2222-4333-8444-555555555555
make_cluster one
start_emulator
{
	printf '\n[token one]\nhsm = %s\n' "$ONE"
	hsm_section "$ONE" one
} >>"$CCM_CONFIG"
make_ca
cd "$TMP"
tick() {
	local now=$EPOCHSECONDS
	until ((EPOCHSECONDS > now)); do read -rt 0.05 <> <(:) || :; done
}
outcome() {
	tick
	ccm renew "$@" --json | jq -r '.renewals[] | "\(.name) \(.outcome)"'
}
keys() { ccm hsm show "$ONE" --json | jq .keys; }
# NAME: the reference signs what the certificate verifies
pair() {
	openssl_ccm dgst -sha256 -sign "$1.key" -out sig "$CCM_CONFIG"
	openssl x509 -in "$1.crt" -pubkey -noout >pub.pem
	openssl dgst -sha256 -verify pub.pem -signature sig "$CCM_CONFIG"
	openssl verify -CAfile "$1.ca.crt" -untrusted "$1.crt" "$1.crt"
}
public() { openssl x509 -in "$1.crt" -pubkey -noout; }

for key in ec256 rsa2048; do
	name=$key.example.com
	ccm cert issue --ca "$SUB_ID" --name "$name" --validity 10h --server --key "$key" --hsm "$ONE" >/dev/null
	ccm cert export "$name" --out . >/dev/null
	check "$key in a cluster" pair "$name"
	before=$(public "$name")
	expect_output 'is renewed' "^$name renewed\$" outcome "$name" --before 12h
	equal 'with the same key' "$before" "$(public "$name")"
	check 'certificate and reference belong together' pair "$name"
	count=$(keys)
	expect_output 'and with a new one' "^$name renewed\$" outcome "$name" --force --rotate-key
	refute 'which is another' test "$before" = "$(public "$name")"
	equal 'the old one stays' $((count + 1)) "$(keys)"
	check 'certificate and reference belong together again' pair "$name"
done

count=$(keys)
ccm ca disable "$SUB_ID" >/dev/null
expect_failure 'a CA that issues nothing' 'PCA\.' ccm renew ec256.example.com --force --rotate-key
equal 'leaves no new key' "$count" "$(keys)"
ccm ca enable "$SUB_ID" >/dev/null
mv "$TMP/tokens" "$TMP/away"
mkdir "$TMP/tokens"
expect_failure 'a cluster that is away' 'token "one" is not there' ccm renew ec256.example.com --force
rmdir "$TMP/tokens"
mv "$TMP/away" "$TMP/tokens"
expect_output 'is waited for' 'ec256.example.com renewed' outcome ec256.example.com --force
