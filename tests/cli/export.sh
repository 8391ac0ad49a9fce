# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Certificates and keys in files: what servers want, whole or not at all, never in the open.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq
start_emulator
make_ca ec256
issue web.example.com --server >/dev/null
issue rsa.example --server --key rsa2048 >/dev/null
mkdir "$TMP/out" && cd "$TMP/out"
clean() { rm -rf "$TMP/out" && mkdir "$TMP/out" && cd "$TMP/out"; }
mode() { stat -c %a "$1"; }
count() { grep -c 'BEGIN CERTIFICATE' "$1"; }
fingerprint() { openssl pkey "$@" -pubout -outform DER | sha256sum; }

expect_output 'what was written is printed' '^web\.example\.com\.crt$' ccm cert export web.example.com
equal 'three files' 'web.example.com.ca.crt web.example.com.crt web.example.com.key' "$(echo *)"
equal 'the certificate with its intermediate' 2 "$(count web.example.com.crt)"
equal 'the root' 1 "$(count web.example.com.ca.crt)"
check 'they verify' openssl verify -CAfile web.example.com.ca.crt -untrusted web.example.com.crt web.example.com.crt
equal 'the root is self-signed' "$(openssl x509 -in web.example.com.ca.crt -noout -subject | cut -d= -f2-)" \
	"$(openssl x509 -in web.example.com.ca.crt -noout -issuer | cut -d= -f2-)"
equal 'everybody may read certificates' 644 "$(mode web.example.com.crt)"
equal 'the key reference only its owner' 600 "$(mode web.example.com.key)"
equal 'it holds no key' '-----BEGIN CCM KEY REFERENCE-----' "$(head -1 web.example.com.key)"
check 'and names one by token and id' grep -aq 'ccm:token=PCA;id=.*;object=web.example.com;type=private' \
	<(sed 1d web.example.com.key | sed '$d' | base64 -d)

sum=$(sha256sum ./*)
expect_failure 'nothing is overwritten' 'web.example.com.crt exists; --force overwrites it' \
	ccm cert export web.example.com --key
expect_status 'which is a conflict' 7 ccm cert export web.example.com
rm web.example.com.crt web.example.com.ca.crt
before=$(calls pca_export_certificate)
expect_failure 'not even one of three' 'web.example.com.key exists' ccm cert export web.example.com --key
equal 'and the others are not written then' web.example.com.key "$(echo *)"
equal 'nor is anything exported' "$before" "$(calls pca_export_certificate)"
check 'unless --force says so' ccm cert export web.example.com --force
equal 'the same again' "$sum" "$(sha256sum ./*)"
equal 'which the cache has' "$before" "$(calls pca_export_certificate)"

clean
check 'the key itself' ccm cert export rsa.example --key --out "$TMP/out"
equal 'is a PKCS#8 key' '-----BEGIN PRIVATE KEY-----' "$(head -1 rsa.example.key)"
equal 'of its owner alone' 600 "$(mode rsa.example.key)"
equal 'and the one of the certificate' \
	"$(openssl x509 -in rsa.example.crt -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum)" \
	"$(fingerprint -in rsa.example.key)"
equal 'one export brought all three' 1 "$(($(calls pca_export_certificate) - before))"
(umask 077 && printf 'the pass word\nsecond line\n' >"$TMP/password")
check 'encrypted with a password from a file' \
	ccm cert export rsa.example --key --password-file "$TMP/password" --force
equal 'is an encrypted PKCS#8 key' '-----BEGIN ENCRYPTED PRIVATE KEY-----' "$(head -1 rsa.example.key)"
equal 'that its first line opens' \
	"$(openssl x509 -in rsa.example.crt -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum)" \
	"$(fingerprint -in rsa.example.key -passin 'pass:the pass word')"
refute 'and nothing else' openssl pkey -in rsa.example.key -noout -passin pass:wrong
check 'an EC key too' ccm cert export web.example.com --key
check 'which names its curve' grep -q 'ASN1 OID: prime256v1' <(openssl pkey -in web.example.com.key -noout -text)

clean
expect_failure '--key and --reference exclude each other' 'exclude each other' \
	ccm cert export rsa.example --key --reference
expect_failure 'a password is for a key' '--password-file goes with --key or --type only' \
	ccm cert export rsa.example --password-file "$TMP/password"
chmod o+r "$TMP/password"
expect_failure 'a password that everybody may read' 'everybody may read it' \
	ccm cert export rsa.example --key --password-file "$TMP/password"
expect_failure 'one that is not there' 'cannot open /no/such' \
	ccm cert export rsa.example --key --password-file /no/such
expect_failure 'a directory that is not there' '--out /no/such: No such file' ccm cert export rsa.example --out /no/such
expect_failure 'or is none' '--out /dev/null: not a directory' ccm cert export rsa.example --out /dev/null
expect_status 'a certificate that is not there' 5 ccm cert export nothing
expect_status 'an id that is not there' 5 ccm cert export 00000000-0000-4000-8000-000000000000
equal 'none of these leaves a file' '*' "$(echo *)"

issue '*.example.org' --server >/dev/null
check 'a wildcard' ccm cert export '*.example.org'
equal 'is no wildcard in a file name' '_.example.org.ca.crt _.example.org.crt _.example.org.key' "$(echo *)"
clean
equal 'JSON tells the files' _.example.org.crt \
	"$(ccm cert export '*.example.org' --json | jq -r '.files[0]')"

clean
cat >>"$CCM_CONFIG" <<-END
	[token first]
	name = *.example.org
	[token keyless]
	keys = none
	[token other]
	name = *.example
END
check 'the token that has the key is named' ccm cert export rsa.example
check 'and not the first' grep -aq 'ccm:token=other;' <(sed 1d rsa.example.key | sed '$d' | base64 -d)
expect_output 'without one there is no key file' 'the private key cannot be had' ccm cert export web.example.com
equal 'just certificates' 2 "$(find . -name 'web*' | wc -l)"
expect_failure 'an explicit wish for the key fails' 'cannot be had' ccm cert export web.example.com --key --force
sed -i '/token keyless/,/keys = none/d' "$CCM_CONFIG"
expect_failure 'a certificate that no token shows' '^note: tokens show issued certificates' ccm cert export web.example.com

stop_emulator
start_emulator --fault pca_export_certificate:delay=5000
make_ca
issue late.example >/dev/null
clean
expect_status 'Ctrl-C in the middle' 130 \
	timeout --preserve-status -s INT 1 "$BUILD/src/ccm" cert export late.example --key
equal 'leaves nothing' '*' "$(echo *)"
