#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck source=tests/support/lib.sh source=tests/hsm/cluster.sh
# Keys that OpenSSL's programs make in a cluster, and the PIN that they have to give it.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
. "${CCM_SOURCE:?}/tests/hsm/cluster.sh"

ONE=11111111-2222-4333-8444-555555555555 TWO=66666666-7777-4888-9999-aaaaaaaaaaaa
make_cluster one
make_cluster two
start_emulator
{
	printf '[token Open]\nservice = pca\nread_only = no\nhsm = %s\n' "$ONE"
	printf '[token Fixed]\nservice = pca\nhsm = %s\n' "$ONE"
	printf '[token Vault]\nservice = pca\nread_only = no\nlogin = pin\nhsm = %s\n' "$TWO"
	hsm_section "$ONE" one
	hsm_section "$TWO" two | grep -v pin_file
} >>"$CCM_CONFIG"
make_ca ec256
cd "$TMP"
echo data >data
gen() { openssl_ccm genpkey -propquery provider=ccm "$@"; }
signs() { # the key, the verifier's public half
	openssl_ccm dgst -sha256 -sign "$1" "${@:3}" -out sig data && openssl dgst -sha256 -verify "$2" -signature sig data
}
inside() { pkcs11-tool --module "$SOFTHSM" --token-label "$1" --login --pin "pin-of-$1" -O --type "${2:-privkey}"; }

# --- made in it ---
for made in 'EC group:P-256' 'EC group:P-384' 'RSA rsa_keygen_bits:2048'; do
	read -r algorithm option <<<"$made"
	name=made-$algorithm-${option##*:}
	check "$made: made" gen -algorithm "$algorithm" -pkeyopt "$option" -pkeyopt "uri:ccm:token=Open;object=$name" -out ref.pem
	expect_output "$made: what is written is a reference" 'BEGIN CCM KEY REFERENCE' cat ref.pem
	[[ ${runtime-} ]] || expect_output "$made: it is in the HSM" "label: +$name" inside one
	check "$made: its public half goes out" openssl_ccm pkey -in ref.pem -pubout -out public.pem
	check "$made: it signs" signs ref.pem public.pem
	check "$made: by its name, too" signs "ccm:token=Open;object=$name" public.pem
	check "$made: requests" openssl_ccm req -new -key "ccm:token=Open;object=$name" -subj "/CN=$name" -out csr.pem
	check "$made: requests: verified" openssl req -in csr.pem -verify -noout
	refute "$made: the private half stays" openssl_ccm pkey -in ref.pem -outform DER -out out
done
expect_failure 'a kind that it does not make' 'no SM2 keys are made in an HSM' gen -algorithm SM2 -pkeyopt 'uri:ccm:token=Open;object=no'
expect_failure 'where nothing may be written' 'URI ccm:token=Fixed.* selects no token that keys can be made in' \
	gen -algorithm EC -pkeyopt group:P-256 -pkeyopt 'uri:ccm:token=Fixed;object=no'

# --- behind its PIN ---
pin=pin-value=pin-of-two uri='ccm:token=Vault;object=mine'
expect_failure 'without the PIN none is made' 'the HSM needs its PIN: \[hsm\] pin_file' gen -algorithm EC -pkeyopt group:P-256 -pkeyopt "uri:$uri" </dev/null
expect_failure 'nor with a wrong one' 'PIN' gen -algorithm EC -pkeyopt group:P-256 -pkeyopt "uri:$uri?pin-value=wrong"
refute 'which is nowhere to be seen' grep -q 'pin-value=wrong' .output
check 'with it, one is' gen -algorithm EC -pkeyopt group:P-256 -pkeyopt "uri:$uri?$pin" -out vault.pem
check 'its public half needs none' openssl_ccm pkey -pubin -in "$uri;type=public" -out vault.pub
check 'pin-value' signs "$uri?$pin" vault.pub
check 'pin-source' signs "$uri?pin-source=$TMP/two.pin" vault.pub
check "the application's own prompt" signs "$uri" vault.pub -passin pass:pin-of-two
check 'a reference asks for it' signs vault.pem vault.pub -passin pass:pin-of-two
expect_failure 'and without it nothing is signed' 'the HSM needs its PIN' openssl_ccm dgst -sha256 -sign vault.pem -out sig data </dev/null

# --- a certificate for it ---
check 'its request' openssl_ccm req -new -key "$uri?$pin" -subj /CN=vault.example.com -out vault.csr
check 'is signed' ccm cert sign-csr vault.csr --ca "$SUB_NAME"
check 'its certificate needs no PIN' openssl_ccm x509 -in 'ccm:token=Vault;object=vault.example.com;type=cert' -noout
check 'the key of its name does' signs "ccm:token=Vault;object=vault.example.com;type=private?$pin" vault.pub
stop_emulator
