# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# GnuTLS's tool on the token.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized
need p11tool openssl

start_emulator
make_ca ec256
RSA_ID=$(issue rsa.example.com --key rsa2048 --server)
issue ec.example.com --key ec256 --client >/dev/null
p11tool() { run p11tool --provider="$MODULE" "$@"; }
url() { echo "pkcs11:token=PCA;object=$1.example.com;type=$2"; }

expect_output 'the tokens are listed' 'Label: PCA' p11tool --list-tokens
expect_output 'a token names its maker' 'Manufacturer: Cloud Certificate Manager' p11tool --list-tokens
check 'everything is listed' p11tool --list-all pkcs11:token=PCA
for want in 'X.509 Certificate (RSA-2048)' 'X.509 Certificate (EC/ECDSA-SECP256R1)' \
	'Public key (RSA-2048)' 'Private key (RSA-2048)' 'Private key (EC/ECDSA-SECP256R1)'; do
	grep -qF "Type: $want" <<<"$OUTPUT" || broken "everything is listed" "no $want"
done
check 'all certificates are listed' p11tool --list-all-certs pkcs11:token=PCA
equal 'they are two of ours and two of CAs' 4 "$(grep -c 'Type: X.509' <<<"$OUTPUT")"
check 'trust anchors are listed' p11tool --list-all-trusted pkcs11:token=PCA
equal 'the root is the only one' 1 "$(grep -c 'Label:' <<<"$OUTPUT")"
grep -q "Label: $ROOT_NAME" <<<"$OUTPUT"
check 'the id is that of the service' p11tool --list-all-certs "$(url rsa cert)"
equal 'the id is that of the service, byte for byte' "${RSA_ID//-/}" \
	"$(sed -n 's/^\tID: //p' <<<"$OUTPUT" | tr -d :)"

export_certificate() { p11tool --export "$(url rsa cert)" >"$TMP/rsa.crt"; }
check 'a certificate is exported' export_certificate
expect_output 'it is the right one' 'CN = rsa.example.com' openssl x509 -in "$TMP/rsa.crt" -noout -subject
export_public_key() { p11tool --export-pubkey "$(url rsa private)" >"$TMP/rsa.pub"; }
check 'a public key is exported by its private key' export_public_key
equal 'it is the certificate'\''s' "$(openssl x509 -in "$TMP/rsa.crt" -noout -pubkey)" "$(<"$TMP/rsa.pub")"

for name in rsa ec; do
	expect_output "a $name key signs" 'Verifying against public key in the token... ok' \
		p11tool --test-sign "$(url $name private)"
done
for hash in SHA256 SHA384 SHA512; do
	expect_output "an rsa key signs with PSS and $hash" 'in the token... ok' \
		p11tool --test-sign --sign-params=RSA-PSS --hash=$hash "$(url rsa private)"
done
login() { GNUTLS_PIN=1234 p11tool --login --list-all-privkeys pkcs11:token=PCA; }
expect_output 'who logs in is welcome' 'Label: ec.example.com' login

expect_failure 'an object that is not there is not found' 'not available' \
	p11tool --export 'pkcs11:token=PCA;object=nobody.example.com;type=cert'
expect_failure 'a private key is not exported' . p11tool --export "$(url rsa private)"
expect_failure 'nothing is written' 'error in token' \
	p11tool --write --label x --load-certificate "$EMU_CA" pkcs11:token=PCA
stop_emulator
