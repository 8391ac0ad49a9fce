# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# SSL certificates of SCM as a PKCS#11 token: what pkcs11-tool and p11tool list, what they sign, and that a
# program of the other token asks for none of it.
. "${CCM_SOURCE:?}/tests/emu/ssl.sh"
unsanitized
need pkcs11-tool p11tool openssl

start_emulator
log_in
outside
pair rsa.example.com
upload rsa.example.com "\"certificate_chain\": \"$(pem "$TMP/outside.crt")\""
RSA=$ID
buy
EC=$ID
api POST "$SSL/$ID/apply" "$(application ec.example.com '"key_algorithm": "EC_P256"')"
buy
CSR=$ID
api POST "$SSL/$ID/apply" "$(application csr.example.com "\"csr\": \"$(pair csr csr.example.com && pem "$TMP/csr.csr")\"")"
buy
api POST "$SSL/$ID/apply" "$(application revoked.example.com)"
buy
api GET $SSL # which lets the reviews end
make_ca ec256
PCA=$(issue pca.example.com --key ec256)
cd "$TMP"
seq 10 >message
openssl dgst -sha256 -binary -out digest message

p11() { run pkcs11-tool --module "$MODULE" --token-label SCM "$@"; }
gnutls() { run p11tool --provider="$MODULE" "$@"; }
scm_calls() { awk '$2 ~ /^scm_/ { n++ } END { print n + 0 }' "$EMU_LOG"; }
hex() { printf %s "$1" | od -An -tx1 -v | tr -d ' \n'; }
count() { grep -c "$1" <<<"$OUTPUT" || :; }
before=$(scm_calls)

check 'the tokens are listed' run pkcs11-tool --module "$MODULE" -L
also 'SCM among them' 'token label *: SCM'
check 'the other token is used' run pkcs11-tool --module "$MODULE" --token-label PCA -O
check 'with its key' run pkcs11-tool --module "$MODULE" --token-label PCA --sign --mechanism ECDSA --id "${PCA//-/}" \
	--input-file digest --output-file signature
equal 'nobody asked SCM for all that' "$before" "$(scm_calls)"

check 'the objects are listed' p11 -O
equal 'three certificates, two CAs of the chains and one from outside' 6 "$(count '^Certificate Object')"
equal 'three public keys' 3 "$(count '^Public Key Object')"
equal 'two private keys' 2 "$(count '^Private Key Object')"
equal 'none of what is revoked' 0 "$(count revoked.example.com)"
also 'the id is SCM'"'"'s own' "ID: *$(hex "$RSA")"
also 'the label is the domain' 'label: *csr.example.com'
equal 'each was exported once' 3 "$(calls scm_export_certificate)"

cold
exports=$(calls scm_export_certificate)
check 'a certificate is read' p11 --read-object --type cert --id "$(hex "$RSA")" -o rsa.der
check 'it is that which was imported' alike rsa.der <(openssl x509 -in rsa.example.com.crt -outform der)
equal 'by one look and one export' 1 $(($(calls scm_export_certificate) - exports))
before=$(calls)
check 'it is read once more' p11 --read-object --type cert --id "$(hex "$RSA")" -o rsa.der
equal 'which asks nobody' "$before" "$(calls)"
openssl x509 -in rsa.example.com.crt -noout -pubkey -out rsa.pub
exports=$(calls scm_export_certificate)
check 'its key signs' p11 --sign --mechanism SHA256-RSA-PKCS --id "$(hex "$RSA")" --input-file message --output-file signature
expect_output 'openssl verifies it' 'Verified OK' openssl dgst -sha256 -verify rsa.pub -signature signature message
equal 'by one export as well' 1 $(($(calls scm_export_certificate) - exports))
check 'so does the one that SCM made' p11 --sign --mechanism ECDSA --signature-format openssl --id "$(hex "$EC")" \
	--input-file digest --output-file signature
check 'a certificate is read by label' p11 --read-object --type cert --label ec.example.com -o ec.der
openssl x509 -inform der -in ec.der -noout -pubkey -out ec.pub
expect_output 'and fits' 'Verified Successfully' openssl pkeyutl -verify -pubin -inkey ec.pub -sigfile signature -in digest
refute 'a key that SCM has not is not there' p11 --sign --mechanism ECDSA --id "$(hex "$CSR")" \
	--input-file digest --output-file signature
expect_output 'certificates are listed by p11tool' 'object=rsa.example.com' gnutls --list-all-certs pkcs11:token=SCM
also 'by their ids' "ID: $(hex "$RSA" | sed 's/../&:/g; s/:$//')"
expect_output 'keys as well' 'object=ec.example.com' gnutls --list-privkeys pkcs11:token=SCM
check 'a certificate is exported' gnutls --export "pkcs11:token=SCM;object=rsa.example.com;type=cert"
stop_emulator
