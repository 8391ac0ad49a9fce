#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the tool tells of clusters, CAs in them, and what can be wrong with them.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
. "${CCM_SOURCE:?}/tests/hsm/cluster.sh"

ONE=11111111-2222-4333-8444-555555555555 TWO=66666666-7777-4888-9999-aaaaaaaaaaaa
make_cluster one
start_emulator --hsm-cluster "$ONE"
cp "$CCM_CONFIG" "$TMP/plain.conf"
# configure SECTION.. : anew, with a token bound to the first
configure() {
	(umask 077 && cp "$TMP/plain.conf" "$CCM_CONFIG")
	printf '\n[token one]\nhsm = %s\n' "$ONE" >>"$CCM_CONFIG"
	printf '%s\n' "$@" >>"$CCM_CONFIG"
}
configure "$(hsm_section "$ONE" one)"
make_ca

# --- CAs ---
DN=(--country DE --state Berlin --locality Berlin --organization Tests --unit PKI)
check 'a CA is made in the cluster, from what the configuration says' ccm ca create --name 'In HSM' "${DN[@]}" --hsm "$ONE"
CA=$OUTPUT
expect_output 'and is in it' "^HSM cluster: +$ONE\$" ccm ca show "$CA"
base64 -w0 "$TMP/one.crt" >"$TMP/one.b64"
check 'the certificate may be base64 of its PEM' ccm ca create --name 'In HSM too' "${DN[@]}" --hsm "$ONE" --hsm-ca-cert "$TMP/one.b64"
expect_failure 'but not nothing' 'hsm-ca-cert: .*holds nothing in PEM form' ccm ca create --name Never "${DN[@]}" --hsm "$ONE" --hsm-ca-cert /dev/null
expect_failure 'a cluster without [hsm]' "there is no \\[hsm $TWO\\]" ccm ca create --name Never "${DN[@]}" --hsm "$TWO"

# --- list, show, test ---
issue web.example.com --server --key ec256 --hsm "$ONE" >/dev/null
expect_output 'clusters are listed with what is in them' "^$ONE"$'\tyes\t1\t2\tIn HSM too In HSM$' ccm hsm list
shows_json() { ccm hsm show "$ONE" --json | jq -e "$1"; }
check 'shown: the token' shows_json '.token == "one" and .manufacturer == "SoftHSM project" and .project == "cn-north-7" and .threads'
check 'what it does' shows_json '(.does | index("ecdh")) and (.makes | index("rsa"))'
expect_failure 'an unknown one' 'no CA has its key in cluster x' ccm hsm show x
check 'tried out' ccm hsm test "$ONE" --key ec256
also 'it makes and signs' $'^ec256\t[0-9]+\t[1-9][0-9]*\t-$'
equal 'and leaves nothing behind' 1 "$(ccm hsm show "$ONE" --json | jq .keys)"
expect_failure 'a kind that there is not' 'no dsa keys' ccm hsm test "$ONE" --key dsa

# --- trouble ---
trouble() { ccm hsm show "$ONE" --json | jq -r .trouble; }
printf 'wrong\n' >"$TMP/wrong.pin"
chmod 600 "$TMP/wrong.pin"
configure "$(hsm_section "$ONE" one | sed "s|one.pin|wrong.pin|")"
expect_output 'a wrong PIN' 'logging in: the module answers CKR_PIN_INCORRECT' trouble
expect_status 'is a matter of authentication' 4 ccm hsm test "$ONE"
configure "$(hsm_section "$ONE" gone | sed "s|gone.pin|one.pin|; s|gone.crt|one.crt|")"
expect_output 'a token that is not there' 'token "gone" is not there' trouble
configure "$(hsm_section "$ONE" one | sed 's|^module = .*|module = /nowhere/hsm.so|')"
expect_output 'a module that is not there' 'cannot load module /nowhere/hsm.so' trouble
configure "$(hsm_section "$ONE" one | sed 's|^module = .*|module = hsm.so|')"
expect_failure 'or no path' 'full path of a PKCS#11 module, not "hsm.so"' ccm hsm list
configure "$(hsm_section "$TWO" one)"
expect_failure 'a token bound to nothing' "but there is no \\[hsm $ONE\\]" ccm hsm list
chmod o+r "$TMP/one.pin"
configure "$(hsm_section "$ONE" one)"
expect_failure 'a PIN that everybody may read' 'holds a secret, but everybody may read it' ccm hsm list
chmod o-r "$TMP/one.pin"

# --- nothing is left of what was not issued ---
ccm ca disable "$SUB_ID" >/dev/null
expect_failure 'a CA that is disabled' 'PCA\.|state' issue not.example.com --server --key ec256 --hsm "$ONE"
equal 'leaves no key' 1 "$(ccm hsm show "$ONE" --json | jq .keys)"
