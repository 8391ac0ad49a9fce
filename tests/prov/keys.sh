# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What keys of the account do, judged by an openssl that does not know the provider.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator
make_ca
issue rsa.example.com --key rsa2048 >/dev/null
issue ec.example.com --key ec384 >/dev/null
RSA=ccm:rsa.example.com EC=ccm:ec.example.com
cd "$TMP"
echo 'what is signed' >data
echo 'what is not' >other
openssl dgst -sha256 -binary data >digest

ossl() { openssl_ccm "$@"; }

# --- what a key is ---
for key in rsa ec; do
	check "$key: the public half goes out" ossl pkey -in "ccm:$key.example.com" -pubout -out $key.pub
	check "$key: it is the certificate's" alike $key.pub <(ossl x509 -in "ccm:$key.example.com" -pubkey -noout)
	check "$key: it is valid" ossl pkey -in "ccm:$key.example.com" -check -noout
	check "$key: so is its public half" ossl pkey -in "ccm:$key.example.com" -pubcheck -noout
	rm -f out
	for command in 'pkcs8 -topk8 -nocrypt -out out' "pkey -outform DER -out out" 'pkey -traditional -out out'; do
		# shellcheck disable=SC2086
		refute "$key: the private half stays: $command" ossl $command -in "ccm:$key.example.com"
		lacks "$key: $command says no word of one" PRIVATE
		refute "$key: $command wrote none" test -s out
	done
	for command in pkey 'pkey -aes256 -passout pass:secret' "$key"; do
		# shellcheck disable=SC2086
		check "$key: its place is taken by a reference: $command" ossl $command -in "ccm:$key.example.com" -out out
		expect_output "$key: $command wrote that" 'BEGIN CCM KEY REFERENCE' cat out
		lacks "$key: $command wrote no key" PRIVATE out
		check "$key: the reference is read, $command" alike $key.pub <(ossl pkey -in out -pubout)
		check "$key: from standard input, too, $command" alike $key.pub <(ossl pkey -pubout <out)
	done
	expect_output "$key: -text tells where the key is" \
		"^URI: ccm:token=PCA;id=.*;object=$key.example.com;type=private" ossl pkey -in "ccm:$key.example.com" -text -noout
	also "$key: -text shows the public half" '^Public-Key: '
	lacks "$key: -text shows nothing else" '^ *([Pp]riv|[Pp]rivateExponent|[Pp]rime1):'
	refute "$key: not even into PKCS#12" ossl pkcs12 -export -in "ccm:$key.example.com" \
		-inkey "ccm:$key.example.com" -passout pass:x -out out
done
expect_output 'rsa: -text_pub' 'Public-Key: \(2048 bit\)' ossl pkey -in "$RSA" -text_pub -noout
expect_output 'ec: -text_pub names the curve' 'NIST CURVE: P-384' ossl pkey -in "$EC" -text_pub -noout
expect_output 'rsa: the command for RSA keys' 'BEGIN PUBLIC KEY' ossl rsa -in "$RSA" -pubout
expect_output 'ec: the command for EC keys' 'BEGIN PUBLIC KEY' ossl ec -in "$EC" -pubout

# --- signatures ---
# claim, key, digest, options of both, options of the verifier
signs() {
	local claim=$1 key=$2 digest=$3 options=$4 verify=${5-$4}
	# shellcheck disable=SC2086
	{
		check "$claim" ossl dgst "-$digest" -sign "ccm:$key.example.com" $options -out sig data
		check "$claim: verified" openssl dgst "-$digest" -verify $key.pub $verify -signature sig data
		refute "$claim: of nothing else" openssl dgst "-$digest" -verify $key.pub $verify -signature sig other
		check "$claim: verified with the key" \
			ossl dgst "-$digest" -prverify "ccm:$key.example.com" $verify -signature sig data
		expect_failure "$claim: with the key, of nothing else" 'Verification failure' \
			ossl dgst "-$digest" -prverify "ccm:$key.example.com" $verify -signature sig other
	}
}
for digest in sha1 sha256 sha384 sha512 sha3-256; do
	signs "rsa: $digest" rsa $digest ''
	signs "ec: $digest" ec $digest ''
done
pss='-sigopt rsa_padding_mode:pss'
auto="$pss -sigopt rsa_pss_saltlen:auto"
signs 'rsa: pss' rsa sha256 "$pss" "$auto"
signs 'rsa: pss, salt as the digest' rsa sha256 "$pss -sigopt rsa_pss_saltlen:digest"
signs 'rsa: pss, all the salt' rsa sha512 "$pss -sigopt rsa_pss_saltlen:max"
signs 'rsa: pss, salt auto' rsa sha384 "$auto" "$pss -sigopt rsa_pss_saltlen:max"
signs 'rsa: pss, 13 bytes of salt' rsa sha256 "$pss -sigopt rsa_pss_saltlen:13"
signs 'rsa: pss without salt' rsa sha256 "$pss -sigopt rsa_pss_saltlen:0"
signs 'rsa: pss with another mgf1' rsa sha256 "$pss -sigopt rsa_mgf1_md:sha1" "$auto -sigopt rsa_mgf1_md:sha1"
refute 'rsa: too much salt' ossl dgst -sha256 -sign "$RSA" $pss -sigopt rsa_pss_saltlen:250 -out sig data
refute 'ec: no padding of RSA' ossl dgst -sha256 -sign "$EC" $pss -out sig data
expect_failure 'rsa: x931 is refused' 'padding pkcs1, pss or none' \
	ossl dgst -sha256 -sign "$RSA" -sigopt rsa_padding_mode:x931 -out sig data

for key in rsa ec; do
	check "$key: a digest is signed" ossl pkeyutl -sign -inkey "ccm:$key.example.com" -in digest -out sig \
		-pkeyopt digest:sha256
	check "$key: a digest: verified" openssl dgst -sha256 -verify $key.pub -signature sig data
	check "$key: raw input is signed" ossl pkeyutl -sign -rawin -digest sha256 -inkey "ccm:$key.example.com" \
		-in data -out sig
	check "$key: raw input: verified" openssl dgst -sha256 -verify $key.pub -signature sig data
	check "$key: raw input: verified with the key" ossl pkeyutl -verify -rawin -digest sha256 \
		-inkey "ccm:$key.example.com" -in data -sigfile sig
	refute "$key: a digest of another length" ossl pkeyutl -sign -inkey "ccm:$key.example.com" -in data \
		-pkeyopt digest:sha256
done
check 'rsa: what was signed is recovered' ossl pkeyutl -sign -inkey "$RSA" -in data -out sig
check 'rsa: recovered with the key' alike data <(ossl pkeyutl -verifyrecover -inkey "$RSA" -in sig)
check 'rsa: recovered without it' alike data <(openssl pkeyutl -verifyrecover -pubin -inkey rsa.pub -in sig)
head -c 256 /dev/zero >block
check 'rsa: no padding' ossl rsautl -sign -raw -inkey "$RSA" -in block -out sig
check 'rsa: no padding: right' alike block <(openssl rsautl -verify -raw -pubin -inkey rsa.pub -in sig 2>/dev/null)
refute 'rsa: no padding takes whole blocks' ossl rsautl -sign -raw -inkey "$RSA" -in data -out sig

# --- decryption, key exchange ---
for options in rsa_padding_mode:pkcs1 rsa_padding_mode:oaep \
	'rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha1' \
	'rsa_padding_mode:oaep -pkeyopt rsa_oaep_label:00ff'; do
	# shellcheck disable=SC2086
	{
		openssl pkeyutl -encrypt -pubin -inkey rsa.pub -in data -out cipher -pkeyopt $options
		check "rsa: decrypts $options" ossl pkeyutl -decrypt -inkey "$RSA" -in cipher -out plain -pkeyopt $options
		check "rsa: decrypts $options: right" alike data plain
		check "rsa: encrypts $options" ossl pkeyutl -encrypt -inkey "$RSA" -in data -out cipher -pkeyopt $options
		check "rsa: encrypts $options: right" alike data \
			<(ossl pkeyutl -decrypt -inkey "$RSA" -in cipher -pkeyopt $options)
	}
done
refute 'rsa: oaep with a wrong label' ossl pkeyutl -decrypt -inkey "$RSA" -in cipher \
	-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_label:01
openssl genpkey -algorithm EC -pkeyopt group:P-384 -out peer
openssl pkey -in peer -pubout -out peer.pub
for options in '' '-kdf X963KDF -kdflen 20 -pkeyopt digest:sha256'; do
	# shellcheck disable=SC2086
	{
		[[ $options ]] && options='-pkeyopt kdf-type:X963KDF -pkeyopt kdf-digest:SHA256 -pkeyopt kdf-outlen:20'
		check "ec: derives $options" ossl pkeyutl -derive -inkey "$EC" -peerkey peer.pub $options -out secret
		check "ec: derives $options: right" alike secret \
			<(openssl pkeyutl -derive -inkey peer -peerkey ec.pub $options)
	}
done
openssl genpkey -algorithm EC -pkeyopt group:P-256 -out peer
refute 'ec: no secret with another curve' ossl pkeyutl -derive -inkey "$EC" -peerkey peer -out secret

# --- what is made of them ---
# A certificate's signature alone: the issuers here are no CAs.
signed_by() {
	openssl asn1parse -in "$2" -strparse 4 -noout -out tbs
	openssl asn1parse -in "$2" -noout -out sig \
		-strparse "$(openssl asn1parse -in "$2" | tail -1 | sed 's/ *:.*//')"
	openssl dgst -sha256 -verify "$1" -signature sig tbs
}
check 'rsa: requests' ossl req -new -key "$RSA" -subj /CN=new -out rsa.csr
expect_output 'rsa: requests: algorithm' 'sha256WithRSAEncryption' openssl req -in rsa.csr -noout -verify -text
check 'rsa: requests with pss' ossl req -new -key "$RSA" -subj /CN=new -sha384 $pss \
	-sigopt rsa_pss_saltlen:-1 -out pss.csr
expect_output 'rsa: requests with pss: algorithm' 'Salt Length: 0x30' openssl req -in pss.csr -noout -verify -text
check 'ec: requests' ossl req -new -key "$EC" -sha384 -subj /CN=new -out ec.csr
expect_output 'ec: requests: algorithm' 'ecdsa-with-SHA384' openssl req -in ec.csr -noout -verify -text
refute_output 'ec: requests: the curve goes by name' 'Field Type|Generator' openssl req -in ec.csr -noout -text
for key in rsa ec; do
	check "$key: signs itself a certificate" ossl req -new -x509 -key "ccm:$key.example.com" -subj /CN=self -out self.crt
	check "$key: signs itself: verified" openssl verify -check_ss_sig -CAfile self.crt self.crt
	check "$key: issues" ossl x509 -req -in rsa.csr -CA "ccm:$key.example.com" -CAkey "ccm:$key.example.com" \
		-set_serial 7 -out issued.crt
	ossl x509 -in "ccm:$key.example.com" -out $key.crt
	check "$key: issues: verified" signed_by $key.pub issued.crt
	expect_failure "$key: issues with its own certificate only" 'mismatch|values' ossl x509 -req -in rsa.csr \
		-CA "ccm:$key.example.com" -CAkey "ccm:$([[ $key == rsa ]] && echo ec || echo rsa).example.com" -set_serial 7
	check "$key: signs messages" ossl cms -sign -signer "ccm:$key.example.com" -in data -out signed -nodetach
	check "$key: signs messages: verified" openssl cms -verify -in signed -noverify -out plain
	check "$key: reads messages" ossl cms -encrypt -aes128 -recip $key.crt -in data -out sealed
	check "$key: reads messages: decrypts" ossl cms -decrypt -recip $key.crt -inkey "ccm:$key.example.com" \
		-in sealed -out plain
	check "$key: reads messages: right" alike <(tr -d '\r' <plain) data
done
