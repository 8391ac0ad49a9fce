# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Key references in PEM files, as programs have them that know files only.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator
make_ca
cd "$TMP"
for key in rsa2048 ec256; do
	issue "$key.example.com" --key $key --server >/dev/null
	ccm cert export "$key.example.com" --out . --reference >/dev/null
done
openssl_ccm x509 -in "ccm:$ROOT_NAME" -out root.crt

public() { openssl_ccm pkey -in "$1" -pubout; }
# claim, file: the key in it is the certificate's
same_key() {
	check "$1" public "$2"
	equal "$1: it is the right one" "$(openssl x509 -in "$3" -noout -pubkey)" "$OUTPUT"
}
reference() { # the URI as a reference; short enough for one length byte
	local uri=$1
	printf -- '-----BEGIN CCM KEY REFERENCE-----\n'
	printf "\\x30\\x$(printf %02x $((${#uri} + 5)))\\x02\\x01\\x01\\x0c\\x$(printf %02x ${#uri})%s" "$uri" |
		base64
	printf -- '-----END CCM KEY REFERENCE-----\n'
}
serves() {
	local claim=$1 crt=$2 key=$3
	start_server "${PROV[@]}" -cert "$crt" -key "$key" -cert_chain "${4:-$crt}"
	for version in tls1_2 tls1_3; do
		expect_output "$claim, $version" 'Verification: OK' run openssl s_client -brief -$version \
			-connect "127.0.0.1:$SERVER_PORT" -CAfile root.crt -verify_return_error </dev/null
	done
	stop_server
}

for key in rsa2048 ec256; do
	name=$key.example.com
	lacks "$key: a reference holds no key" PRIVATE $name.key
	same_key "$key: alone" $name.key $name.crt
	cat $name.crt $name.key >behind.pem
	cat $name.key $name.crt >before.pem
	{ echo 'some text'; openssl x509 -in $name.crt -text; cat root.crt; echo; tr '\n' '\r' <$name.key | sed 's/\r/\r\n/g'; } >mixed.pem
	same_key "$key: behind certificates" behind.pem $name.crt
	same_key "$key: before certificates" before.pem $name.crt
	same_key "$key: between text, with CR LF" mixed.pem $name.crt
	serves "$key: certificate and reference" $name.crt $name.key
	serves "$key: both in one file" behind.pem behind.pem $name.crt
	serves "$key: both in one file, the key first" before.pem before.pem $name.crt
	check "$key: signs" openssl_ccm dgst -sha256 -sign $name.key -out sig root.crt
	check "$key: signs: verified" openssl dgst -sha256 -verify <(openssl x509 -in $name.crt -noout -pubkey) \
		-signature sig root.crt
	reference "ccm:$name" >short.key
	same_key "$key: a short URI" short.key $name.crt
	reference "ccm:token=PCA;object=$name" >untyped.key
	same_key "$key: a URI without type" untyped.key $name.crt
done

openssl genpkey -algorithm EC -pkeyopt group:P-256 -out plain.key
openssl pkey -in plain.key -pubout -out plain.pub
check 'a plain key is still one' alike plain.pub <(public plain.key)
cat rsa2048.example.com.crt plain.key rsa2048.example.com.key >plain-first.pem
check 'the first key of a file counts' alike plain.pub <(public plain-first.pem)
openssl genpkey -algorithm EC -pkeyopt group:P-256 -aes128 -pass pass:secret -out sealed.key
check 'a sealed key is asked for its pass phrase' openssl_ccm pkey -in sealed.key -passin pass:secret -pubout

# --- bad references: each has its message ---
reference ccm:nobody >bad.key
expect_failure 'a key that is gone' 'nothing matches URI ccm:nobody' public bad.key
reference "ccm:$ROOT_NAME" >bad.key
expect_failure 'a CA has no key' "URI ccm:$ROOT_NAME selects no private key" public bad.key
reference 'ccm:rsa2048.example.com;colour=red' >bad.key
expect_failure 'a wrong attribute' 'unknown path attribute colour' public bad.key
reference 'file:token=PCA' >bad.key
expect_failure 'a scheme that is not ours' 'URI file:token=PCA does not start with ccm: or pkcs11:' public bad.key
sed '2s/^...../AAAAA/' rsa2048.example.com.key >bad.key
expect_failure 'no reference inside' 'key reference' public bad.key
sed '2s/./*/3' rsa2048.example.com.key >bad.key
expect_failure 'no base64' 'is not base64' public bad.key
sed '$d' rsa2048.example.com.key >bad.key
expect_failure 'cut off before the end' 'has no END line' public bad.key
head -c 1000000 /dev/zero | tr '\0' 'A' >bad.key
refute 'one endless line' public bad.key
{ echo '-----BEGIN CCM KEY REFERENCE-----'; head -c 100000 /dev/zero | base64; echo '-----END CCM KEY REFERENCE-----'; } >bad.key
expect_failure 'much too long' 'key reference' public bad.key
expect_failure 'a server finds out when it starts' 'nothing matches URI ccm:nobody' openssl_ccm s_server -accept 0 \
	-cert rsa2048.example.com.crt -key <(reference ccm:nobody)
kill_emulator
expect_failure 'the service is gone' 'network failure|refused' public rsa2048.example.com.key
