#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck source=tests/support/lib.sh source=tests/hsm/cluster.sh
# Keys that programs make on a token bound to a cluster: they are made there, and stay.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
. "${CCM_SOURCE:?}/tests/hsm/cluster.sh"
need pkcs11-tool

ONE=11111111-2222-4333-8444-555555555555 TWO=66666666-7777-4888-9999-aaaaaaaaaaaa
make_cluster one
make_cluster two
start_emulator
{
	cat <<-END

		[token Vault]
		hsm = $ONE
		login = pin
		read_only = no

		[token Open]
		hsm = $TWO
		read_only = no

		[token Fixed]
		hsm = $TWO
	END
	hsm_section "$ONE" one | grep -v pin_file
	hsm_section "$TWO" two
} >>"$CCM_CONFIG"
make_ca ec256
cd "$TMP"
echo data >data.txt
p11() { tool pkcs11-tool --module "$MODULE" --token-label Vault "$@"; }
user() { p11 --login --pin pin-of-one "$@"; }
open() { tool pkcs11-tool --module "$MODULE" --token-label Open "$@"; }
inside() { pkcs11-tool --module "$SOFTHSM" --token-label "$1" --login --pin "pin-of-$1" -O --type privkey; }

# The PIN is the HSM's
expect_output 'the token wants a PIN' 'login required' tool pkcs11-tool --module "$MODULE" -L
expect_failure 'a wrong one is refused' CKR_PIN_INCORRECT p11 --login --pin 000000 --list-objects
expect_failure 'without one no key is made' CKR_USER_NOT_LOGGED_IN p11 --keypairgen --key-type EC:prime256v1 --id 01 --label mine
expect_failure 'its officer is none of ours' CKR_USER_TYPE_INVALID p11 --login --login-type so --so-pin so-of-one --init-pin --pin 1234

# Making
check 'an EC key is made' user --keypairgen --key-type EC:prime256v1 --id 01 --label mine
check 'one of RSA' user --keypairgen --key-type rsa:2048 --id 02 --label rsa
expect_output 'it is there by its label' 'label: +mine' user --list-objects --type privkey
also 'and its id' 'ID: +01'
also 'as made in it and never seen' 'Access: .*sensitive, always sensitive, never extract.*, local'
refute_output 'but not for who has no PIN' 'Private Key Object' p11 --list-objects
[[ ${runtime-} ]] || expect_output 'it is in the HSM' 'label: +mine' inside one
check 'it signs' user --sign --mechanism ECDSA-SHA256 --id 01 --input-file data.txt --output-file data.sig --signature-format openssl
check 'its public half' openssl_ccm pkey -in 'ccm:token=Vault;object=mine;type=public' -pubin -pubout -out mine.pem
expect_output 'verifies it' 'Verified OK' openssl dgst -sha256 -verify mine.pem -signature data.sig data.txt
expect_output 'the tool lists it' '^mine.*\bVault\b' ccm key list

# Where no login is asked for
check 'the configured PIN opens the other' open --keypairgen --key-type EC:secp384r1 --id 0a --label other
[[ ${runtime-} ]] || expect_output 'the key is in that HSM' 'label: +other' inside two
expect_failure 'none is made that could leave' CKR_TEMPLATE_INCONSISTENT open --keypairgen --key-type EC:prime256v1 --id 0b --label loose --extractable
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -outform DER -out brought.der 2>/dev/null
expect_failure 'none comes from outside' 'rv = .*0x200' open --write-object brought.der --type privkey --id 0c --label brought
expect_failure 'nor where nothing may be written' CKR_TOKEN_WRITE_PROTECTED \
	tool pkcs11-tool --module "$MODULE" --token-label Fixed --keypairgen --key-type EC:prime256v1 --id 0d --label no

# Renaming and destroying
check 'a key has another id' open --set-id 0e --type privkey --id 0a
expect_output 'and is found by it' 'ID: +0e' open --list-objects --type privkey --id 0e
check 'it signs as before' open --sign --mechanism ECDSA --id 0e --input-file data.txt --output-file data.sig
check 'it is destroyed' open --delete-object --type privkey --id 0e
refute_output 'and gone' 'other' open --list-objects
[[ ${runtime-} ]] || refute_output 'from the HSM, too' 'label: +other' inside two

# A certificate for it has its id
check 'a key for a server' open --keypairgen --key-type EC:prime256v1 --id 0f --label web.example.com
check 'its request' openssl_ccm req -new -key 'ccm:token=Open;object=web.example.com;type=private' -subj /CN=web.example.com -out web.csr
check 'is signed' ccm cert sign-csr web.csr --ca "$SUB_NAME"
check 'it is seen' open --list-objects
expect_output 'the certificate has the id of the key' 'ID: +0f' open --list-objects --type cert
check 'which signs' open --sign --mechanism ECDSA --id 0f --input-file data.txt --output-file data.sig
check 'a backup of the keystore is made' ccm key backup --out backup --passphrase-file <(echo a long secret)
stop_emulator
