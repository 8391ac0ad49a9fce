# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# SM2 keys, the account's and, where the provider is asked first, those of files: signatures with
# and without an id, encryption, certificates.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator
cd "$TMP"
echo 'what is signed' >data
echo 'what is not' >other
openssl dgst -sm3 -binary data >digest
openssl genpkey -algorithm SM2 -out file.key
openssl pkey -in file.key -pubout -out file.pub
openssl req -new -x509 -key file.key -sm3 -subj /CN=sm2.example.com -days 90 -config /dev/null \
	-addext subjectAltName=DNS:sm2.example.com -out file.crt
ccm ssl import --name sm2 --cert file.crt --key file.key >/dev/null
KEY=ccm:sm2.example.com
plain() { OPENSSL_CONF=/dev/null openssl "$@"; }

# claim, what runs openssl, the key there
works() {
	local claim=$1 with=$2 key=$3 id
	ossl() { case $with in openssl) run openssl "$@" ;; *) openssl_ccm "$@" ;; esac; }
	check "$claim: the public half" cmp file.pub <(ossl pkey -in "$key" -pubout)
	check "$claim: it is valid" ossl pkey -in "$key" -check -noout
	for id in '' distid:1234567812345678 distid:someone@example.com hexdistid:00ff10; do
		local options=(${id:+-sigopt "$id"}) wrong=(-sigopt distid:nobody)
		check "$claim: signs as '$id'" ossl dgst -sm3 -sign "$key" "${options[@]}" -out sig data
		check "$claim: signs as '$id': verified" plain dgst -sm3 -verify file.pub "${options[@]}" -signature sig data
		refute "$claim: as nobody else" plain dgst -sm3 -verify file.pub "${wrong[@]}" -signature sig data
		plain dgst -sm3 -sign file.key "${options[@]}" -out sig data
		check "$claim: verifies '$id'" ossl dgst -sm3 -prverify "$key" "${options[@]}" -signature sig data
		expect_failure "$claim: nothing else as '$id'" 'Verification failure' \
			ossl dgst -sm3 -prverify "$key" "${options[@]}" -signature sig other
		expect_failure "$claim: not as another than '$id'" 'Verification failure' \
			ossl dgst -sm3 -prverify "$key" "${wrong[@]}" -signature sig data
	done
	equal "$claim: with SM3 alone, as without us" \
		"$(plain dgst -sha256 -sign file.key -out sig data >/dev/null 2>&1 && echo fine || echo refused)" \
		"$(ossl dgst -sha256 -sign "$key" -out sig data >/dev/null 2>&1 && echo fine || echo refused)"
	check "$claim: a digest is signed" ossl pkeyutl -sign -inkey "$key" -in digest -out sig
	check "$claim: a digest: verified" plain pkeyutl -verify -pubin -inkey file.pub -in digest -sigfile sig
	refute "$claim: of another length it is not" ossl pkeyutl -sign -inkey "$key" -in data -out sig
	check "$claim: encrypts" ossl pkeyutl -encrypt -inkey "$key" -in data -out sealed
	check "$claim: encrypts well" cmp data <(plain pkeyutl -decrypt -inkey file.key -in sealed)
	plain pkeyutl -encrypt -pubin -inkey file.pub -in data -out sealed
	check "$claim: decrypts" cmp data <(ossl pkeyutl -decrypt -inkey "$key" -in sealed)
	refute "$claim: decrypts no nonsense" ossl pkeyutl -decrypt -inkey "$key" -in data -out plain
	check "$claim: requests" ossl req -new -key "$key" -sm3 -subj /CN=new -config /dev/null -out new.csr \
		-sigopt distid:1234567812345678
	expect_output "$claim: requests: verified" 'SM2-with-SM3' plain req -in new.csr -verify -noout -text \
		-vfyopt distid:1234567812345678
	check "$claim: signs itself a certificate" ossl req -new -x509 -key "$key" -sm3 -subj /CN=self -config /dev/null \
		-out self.crt
	check "$claim: the certificate: verified" plain verify -check_ss_sig -CAfile self.crt self.crt
	check "$claim: verifies certificates" ossl verify -check_ss_sig -CAfile self.crt self.crt
}

works account openssl_ccm $KEY
expect_output 'account: a reference is written' 'BEGIN CCM KEY REFERENCE' openssl_ccm pkey -in $KEY
openssl_ccm pkey -in $KEY -out ref.key
check 'account: the reference is read' cmp file.pub <(openssl_ccm pkey -in ref.key -pubout)
refute 'account: the private half stays' openssl_ccm pkey -in $KEY -outform DER -out out
works options openssl_ccm file.key

export OPENSSL_CONF=$TMP/openssl.cnf
printf '%s\n' 'openssl_conf = init' '[init]' 'providers = providers' '[providers]' 'ccm = ccm_section' \
	'default = default_section' '[default_section]' 'activate = 1' '[ccm_section]' 'activate = 1' \
	"module = $MODULE" >openssl.cnf
works 'first, account' openssl $KEY
works 'first, file' openssl file.key
check 'first: a key is made' run openssl genpkey -algorithm SM2 -out new.key
check 'first: it is one' plain pkey -in new.key -check -noout
check 'first: files are read as without us' cmp <(plain pkey -in file.key -text) <(run openssl pkey -in file.key -text)
