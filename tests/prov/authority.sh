# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A key of the account as an authority of one's own: certificates, CRLs, OCSP answers, time stamps.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator
make_ca
cd "$TMP"
for key in rsa2048 ec256; do
	issue "${key%%[0-9]*}.example.com" --key $key >/dev/null
	ccm cert export "${key%%[0-9]*}.example.com" --out . --reference >/dev/null
done
openssl genpkey -algorithm EC -pkeyopt group:P-256 -out leaf.key
openssl req -new -key leaf.key -subj /CN=leaf -out leaf.csr
echo 'what is stamped' >data

cat >ca.cnf <<'END'
[ca]
default_ca = authority
[authority]
dir = .
database = index
serial = serial
crlnumber = crlnumber
new_certs_dir = .
default_md = sha256
default_days = 30
default_crl_days = 7
policy = policy
unique_subject = no
x509_extensions = leaf
[policy]
commonName = supplied
[leaf]
basicConstraints = critical,CA:FALSE
[responder]
extendedKeyUsage = OCSPSigning
[stamper]
extendedKeyUsage = critical,timeStamping
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = keyCertSign,cRLSign
[tsa]
serial = tsaserial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
END

authority() { openssl_ccm ca -config ca.cnf -batch -notext -cert root.crt "$@"; }
pss='-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest'

# key as the account names it, or as a file has it; options of the signatures
works() {
	local uri=$1 options=$2 other
	other=$([[ $uri == *rsa* ]] && echo ccm:ec.example.com || echo ccm:rsa.example.com)
	claim="$uri${options:+, pss}"
	rm -f index* serial* crlnumber*
	: >index
	echo 1000 >serial
	echo 01 >crlnumber
	echo 01 >tsaserial
	# shellcheck disable=SC2086
	{
		check "$claim: a root of its own" openssl_ccm req -new -x509 -config ca.cnf -extensions root -days 30 \
			-key "$uri" -subj '/CN=Own Root' $options -out root.crt
		check "$claim: the root: verified" openssl verify -check_ss_sig -CAfile root.crt root.crt
		for purpose in leaf responder stamper; do
			check "$claim: ca issues for a $purpose" authority -keyfile "$uri" -extensions $purpose \
				-subj "/CN=$purpose" -in leaf.csr -out $purpose.crt $options
			check "$claim: for a $purpose: verified" openssl verify -CAfile root.crt $purpose.crt
		done
		expect_failure "$claim: ca: the key of another" 'do not match' authority -keyfile "$other" -in leaf.csr -out no.crt
		expect_failure "$claim: ca: no such key" 'nothing matches URI ccm:nobody' \
			authority -keyfile ccm:nobody -in leaf.csr -out no.crt
		check "$claim: x509 issues" openssl_ccm x509 -req -in leaf.csr -CA root.crt -CAkey "$uri" -days 3 \
			-set_serial 77 $options -out issued.crt
		check "$claim: x509 issues: verified" openssl verify -CAfile root.crt issued.crt
		check "$claim: x509 signs itself" openssl_ccm x509 -in root.crt -signkey "$uri" $options -out again.crt
		check "$claim: x509 signs itself: verified" openssl verify -check_ss_sig -CAfile again.crt again.crt
		refute "$claim: x509: the key of another" openssl_ccm x509 -req -in leaf.csr -CA root.crt -CAkey "$other" -set_serial 1

		check "$claim: an empty CRL" authority -keyfile "$uri" -gencrl $options -out empty.crl
		check "$claim: an empty CRL lets pass" openssl verify -crl_check -CRLfile empty.crl -CAfile root.crt leaf.crt
		check "$claim: ca revokes" authority -keyfile "$uri" -revoke leaf.crt
		check "$claim: a CRL" authority -keyfile "$uri" -gencrl $options -out full.crl
	}
	expect_output "$claim: a CRL: verified" 'verify OK' openssl crl -in full.crl -CAfile root.crt -noout
	expect_failure "$claim: a CRL stops" 'certificate revoked' \
		openssl verify -crl_check -CRLfile full.crl -CAfile root.crt leaf.crt
	expect_failure "$claim: no CRL with the key of another" 'do not match' authority -keyfile "$other" -gencrl -out no.crl
	check "$claim: a CRL from an older one" openssl_ccm crl -in empty.crl -gendelta full.crl -key "$uri" -out delta.crl
	expect_output "$claim: a CRL from an older one: verified" 'verify OK' openssl crl -in delta.crl -CAfile root.crt -noout

	# The root answers itself.
	openssl ocsp -no_nonce -issuer root.crt -cert leaf.crt -cert responder.crt -reqout query
	check "$claim: answers OCSP" openssl_ccm ocsp -index index -rsigner root.crt -rkey "$uri" -CA root.crt \
		-reqin query -respout answer
	expect_output "$claim: OCSP: what is revoked" 'leaf.crt: revoked' openssl ocsp -no_nonce -issuer root.crt -cert leaf.crt \
		-cert responder.crt -respin answer -CAfile root.crt
	also "$claim: OCSP: what is good" 'responder.crt: good'
	also "$claim: OCSP: verified" 'Response verify OK'
	refute "$claim: OCSP: the key of another" openssl_ccm ocsp -index index -rsigner root.crt -rkey "$other" \
		-CA root.crt -reqin query -respout no
	check "$claim: asks OCSP with its signature" openssl_ccm ocsp -issuer root.crt -cert leaf.crt -signer root.crt \
		-signkey "$uri" -reqout query

	# Time stamps, with a certificate for that. This command takes files, so references, only.
	local file=${uri#ccm:} strange=${other#ccm:}.key
	file=${file%.key}.key
	openssl_ccm req -new -config ca.cnf -key "$uri" -subj /CN=stamper -out stamper.csr
	openssl_ccm x509 -req -in stamper.csr -CA root.crt -CAkey "$uri" -set_serial 99 -extfile ca.cnf \
		-extensions stamper -out stamper.crt
	openssl ts -query -data data -sha256 -cert -out query
	check "$claim: stamps" openssl_ccm ts -reply -config ca.cnf -section tsa -queryfile query -signer stamper.crt \
		-inkey "$file" -out stamp
	expect_output "$claim: stamps: verified" 'Verification: OK' openssl ts -verify -data data -in stamp -CAfile root.crt
	expect_failure "$claim: stamps nothing else" 'message imprint mismatch|FAILED' openssl ts -verify -data ca.cnf \
		-in stamp -CAfile root.crt
	openssl_ccm ts -reply -config ca.cnf -section tsa -queryfile query -signer stamper.crt -inkey "$strange" \
		-out no 2>/dev/null || :
	refute "$claim: stamps: not with the key of another" openssl ts -verify -data data -in no -CAfile root.crt
}

works ccm:rsa.example.com ''
works ccm:rsa.example.com "$pss"
works ccm:ec.example.com ''
works rsa.example.com.key "$pss"
works ec.example.com.key ''
