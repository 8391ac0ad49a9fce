#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two clusters at once: certificates whose keys were made in them, through both faces.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
. "${CCM_SOURCE:?}/tests/hsm/cluster.sh"

ONE=11111111-2222-4333-8444-555555555555 TWO=66666666-7777-4888-9999-aaaaaaaaaaaa
make_cluster one
make_cluster two
start_emulator
{
	cat <<-END

		[token one]
		service = pca
		hsm = $ONE

		[token two]
		service = pca
		hsm = $TWO

		[token plain]
		service = pca
	END
	hsm_section "$ONE" one
	hsm_section "$TWO" two
} >>"$CCM_CONFIG"
make_ca

# --- certificates ---
check 'a certificate is issued for an EC key in the one cluster' issue ec.example.com --server --key ec256 --hsm "$ONE"
EC_ID=$OUTPUT
check 'for an RSA key in the other' issue rsa.example.com --server --key rsa2048 --hsm "$TWO"
check 'and for a key that the service makes' issue soft.example.com --server --key ec256
keys() { pkcs11-tool --module "$SOFTHSM" --token-label "$1" --login --pin "pin-of-$1" -O --type privkey; }
if [[ ! $runtime ]]; then
	expect_output 'the keys are in the tokens' 'label: +ec.example.com' keys one
	expect_output 'each in its own' 'label: +rsa.example.com' keys two
fi
expect_output 'the service knows no key of it' 'CSR' ccm cert show "$EC_ID"
subject() { ccm cert export ec.example.com --out "$TMP" --force >"$TMP/export.out" && openssl x509 -in "$TMP/ec.example.com.crt" -noout "$@"; }
expect_output 'names are as asked for' 'DNS:ec.example.com' subject -ext subjectAltName
expect_output 'usages, too' 'TLS Web Server Authentication' subject -ext extendedKeyUsage
expect_output 'and the rest of the subject is the CA'"'"'s' 'O = CCM Tests' subject -subject

# --- OpenSSL ---
echo 'something to sign' >"$TMP/data"
for name in ec rsa; do
	token=$([[ $name == ec ]] && echo one || echo two)
	uri="ccm:token=$token;object=$name.example.com"
	check "OpenSSL signs with the $name key" openssl_ccm dgst -sha256 -sign "$uri;type=private" -out "$TMP/sig" "$TMP/data"
	openssl_ccm x509 -in "$uri;type=cert" -pubkey -noout -out "$TMP/pub.pem"
	expect_output 'and the certificate verifies it' '^Verified OK$' openssl dgst -sha256 -verify "$TMP/pub.pem" -signature "$TMP/sig" "$TMP/data"
done
check 'PSS' openssl_ccm dgst -sha384 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:-1 -sign 'ccm:token=two;object=rsa.example.com;type=private' -out "$TMP/pss" "$TMP/data"
expect_output 'verifies' '^Verified OK$' openssl dgst -sha384 -sigopt rsa_padding_mode:pss -verify "$TMP/pub.pem" -signature "$TMP/pss" "$TMP/data"
for mode in pkcs1 oaep; do
	openssl pkeyutl -encrypt -pubin -inkey "$TMP/pub.pem" -pkeyopt "rsa_padding_mode:$mode" -in "$TMP/data" -out "$TMP/box"
	expect_output "what was encrypted with $mode is decrypted" 'something to sign' openssl_ccm pkeyutl -decrypt -inkey 'ccm:token=two;object=rsa.example.com;type=private' -pkeyopt "rsa_padding_mode:$mode" -in "$TMP/box"
done
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$TMP/peer.key"
openssl pkey -in "$TMP/peer.key" -pubout -out "$TMP/peer.pub"
openssl_ccm x509 -in 'ccm:token=one;object=ec.example.com;type=cert' -pubkey -noout -out "$TMP/ec.pub"
openssl pkeyutl -derive -inkey "$TMP/peer.key" -peerkey "$TMP/ec.pub" -out "$TMP/theirs"
check 'the EC key agrees on a secret' openssl_ccm pkeyutl -derive -inkey 'ccm:token=one;object=ec.example.com;type=private' -peerkey "$TMP/peer.pub" -out "$TMP/ours"
check 'the same as the other side' cmp "$TMP/ours" "$TMP/theirs"

# --- TLS, TLS 1.2 with RSA key exchange among it ---
ccm ca export "$ROOT_NAME" --out "$TMP/root.crt"
start_server "${PROV[@]}" -cert 'ccm:token=two;object=rsa.example.com;type=cert' -key 'ccm:token=two;object=rsa.example.com;type=private' \
	-cert_chain "ccm:token=two;object=${SUB_NAME// /%20};type=cert" -naccept 2
shake() { openssl s_client -connect "127.0.0.1:$SERVER_PORT" -CAfile "$TMP/root.crt" -verify_return_error -verify_hostname rsa.example.com "$@" <"$TMP/empty"; }
: >"$TMP/empty"
expect_output 'TLS 1.3' 'TLSv1.3, Cipher is' shake
expect_output 'TLS 1.2, the secret encrypted for the key' 'Cipher is AES256-GCM-SHA384' shake -tls1_2 -cipher AES256-GCM-SHA384
stop_server

# --- PKCS#11 ---
unsanitized
slots() { pkcs11-tool --module "$MODULE" -L; }
types() { p11tool --provider="$MODULE" --list-tokens | grep -E 'Label|Type'; }
expect_output 'a bound token is hardware' 'Type: Hardware token' types
equal 'an unbound one is not' 2 "$(types | grep -c 'Type: Hardware token')"
expect_output 'the model says so, too' 'token model *: PCA HSM' slots
expect_output 'its private keys are those of the cluster' 'label: +ec.example.com' pkcs11-tool --module "$MODULE" --token-label one -O --type privkey
refute_output 'and of no other' 'rsa.example.com' pkcs11-tool --module "$MODULE" --token-label one -O --type privkey
refute_output 'an unbound token does not know them' 'ec.example.com' pkcs11-tool --module "$MODULE" --token-label plain -O --type privkey
key=${EC_ID//-/}
check 'pkcs11-tool signs with it' pkcs11-tool --module "$MODULE" --token-label one --sign --mechanism ECDSA-SHA256 --signature-format openssl --id "$key" --input-file "$TMP/data" --output-file "$TMP/p11.sig"
expect_output 'rightly' '^Verified OK$' openssl dgst -sha256 -verify "$TMP/ec.pub" -signature "$TMP/p11.sig" "$TMP/data"
