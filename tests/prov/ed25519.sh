# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Ed25519 keys, the account's and, where the provider is asked first, those of files.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator
cd "$TMP"
echo 'what is signed' >data
echo 'what is not' >other
openssl genpkey -algorithm ED25519 -out file.key
openssl pkey -in file.key -pubout -out file.pub
openssl req -new -x509 -key file.key -subj /CN=ed.example.com -days 90 -config /dev/null \
	-addext subjectAltName=DNS:ed.example.com -out file.crt
ccm ssl import --name ed25519 --cert file.crt --key file.key >/dev/null
KEY=ccm:ed.example.com
plain() { OPENSSL_CONF=/dev/null openssl "$@"; }

# claim, what runs openssl, the key there
works() {
	local claim=$1 with=$2 key=$3
	# shellcheck disable=SC2016 # a claim runs in a subshell, where with and key are known
	ossl() { case $with in openssl) run openssl "$@" ;; *) openssl_ccm "$@" ;; esac; }
	check "$claim: the public half" cmp file.pub <(ossl pkey -in "$key" -pubout)
	check "$claim: it is valid" ossl pkey -in "$key" -check -noout
	check "$claim: signs" ossl pkeyutl -sign -rawin -inkey "$key" -in data -out sig
	check "$claim: as everybody, since the algorithm leaves no choice" cmp sig \
		<(plain pkeyutl -sign -rawin -inkey file.key -in data)
	check "$claim: verifies" ossl pkeyutl -verify -rawin -inkey "$key" -in data -sigfile sig
	refute "$claim: nothing else" ossl pkeyutl -verify -rawin -inkey "$key" -in other -sigfile sig
	refute "$claim: no digest" ossl pkeyutl -sign -rawin -digest sha256 -inkey "$key" -in data -out sig
	check "$claim: requests" ossl req -new -key "$key" -subj /CN=new -config /dev/null -out new.csr
	expect_output "$claim: requests: verified" 'ED25519' plain req -in new.csr -verify -noout -text
	check "$claim: signs itself a certificate" ossl req -new -x509 -key "$key" -subj /CN=self -config /dev/null -out self.crt
	check "$claim: the certificate: verified" plain verify -check_ss_sig -CAfile self.crt self.crt
	check "$claim: verifies certificates" ossl verify -check_ss_sig -CAfile file.crt file.crt
}
# the options of the server
serves() {
	local claim=$1
	start_server "${@:2}"
	expect_output "$claim: serves TLS 1.3" '^Peer signature type: (Ed25519|ed25519)' run openssl s_client -tls1_3 \
		-connect "127.0.0.1:$SERVER_PORT" -CAfile file.crt -verify_return_error </dev/null
	expect_output "$claim: serves TLS 1.2" '^Peer signature type: (Ed25519|ed25519)' run openssl s_client -tls1_2 \
		-connect "127.0.0.1:$SERVER_PORT" -CAfile file.crt -verify_return_error </dev/null
	stop_server
}

works account openssl_ccm $KEY
expect_output 'account: a reference is written' 'BEGIN CCM KEY REFERENCE' openssl_ccm pkey -in $KEY -text
openssl_ccm pkey -in $KEY -out ref.key
check 'account: the reference is read' cmp file.pub <(openssl_ccm pkey -in ref.key -pubout)
refute 'account: the private half stays' openssl_ccm pkey -in $KEY -outform DER -out out
serves account "${PROV[@]}" -cert $KEY -key $KEY
serves 'account, reference' "${PROV[@]}" -cert file.crt -key ref.key
works options openssl_ccm file.key

export OPENSSL_CONF=$TMP/openssl.cnf
printf '%s\n' 'openssl_conf = init' '[init]' 'providers = providers' '[providers]' 'ccm = ccm_section' \
	'default = default_section' '[default_section]' 'activate = 1' '[ccm_section]' 'activate = 1' \
	"module = $MODULE" >openssl.cnf
works 'first, account' openssl $KEY
works 'first, file' openssl file.key
serves 'first, file' -cert file.crt -key file.key
check 'first: a key is made' run openssl genpkey -algorithm ED25519 -out new.key
check 'first: it is one' plain pkey -in new.key -check -noout
check 'first: files are read as without us' cmp <(plain pkey -in file.key -text) <(run openssl pkey -in file.key -text)
