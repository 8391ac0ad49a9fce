# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Keys that are for PSS alone, with and without restrictions: what they refuse and how they sign is
# what the same key in a file does.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator
cd "$TMP"
echo 'what is signed' >data
echo 'what is not' >other
openssl dgst -sha256 -binary data >digest

bits='-pkeyopt rsa_keygen_bits:2048'
declare -A made=(
	[open]=$bits
	[bound]="$bits -pkeyopt rsa_pss_keygen_md:sha256 -pkeyopt rsa_pss_keygen_mgf1_md:sha256 -pkeyopt rsa_pss_keygen_saltlen:32"
	[long]="$bits -pkeyopt rsa_pss_keygen_md:sha512 -pkeyopt rsa_pss_keygen_mgf1_md:sha1 -pkeyopt rsa_pss_keygen_saltlen:20"
)
for key in "${!made[@]}"; do
	# shellcheck disable=SC2086
	openssl genpkey -algorithm RSA-PSS ${made[$key]} -out $key.key 2>/dev/null
	openssl req -new -x509 -key $key.key -subj /CN=$key.example.com -days 90 -config /dev/null \
		-addext subjectAltName=DNS:$key.example.com -out $key.crt
	openssl pkey -in $key.key -pubout -out $key.pub
	ccm ssl import --name $key --cert $key.crt --key $key.key >/dev/null
done

ossl() { openssl_ccm "$@"; }
status() { "$@" >/dev/null 2>&1 && echo fine || echo refused; }
# claim, key, arguments behind the key: the account's key does what the file does
alike() {
	local claim="$2: $1" key=$2 file account
	file=$(status openssl dgst -sign $key.key -out file.sig "${@:3}" data)
	account=$(status ossl dgst -sign ccm:$key.example.com -out sig "${@:3}" data)
	equal "$claim, as a file" "$file" "$account"
	[[ $file == fine ]] || return 0
	# Who signs with auto takes all the salt; who verifies with a restricted key has to say so.
	set -- "$1" "$2" "${@/%saltlen:auto/saltlen:max}"
	check "$claim: verified" openssl dgst -verify $key.pub "${@:5}" -signature sig data
	refute "$claim: of nothing else" openssl dgst -verify $key.pub "${@:5}" -signature sig other
	check "$claim: with the key" ossl dgst -prverify ccm:$key.example.com "${@:5}" -signature sig data
	equal "$claim: as long a signature" "$(stat -c %s file.sig)" "$(stat -c %s sig)"
}

for key in "${!made[@]}"; do
	uri=ccm:$key.example.com
	check "$key: the public half goes out" cmp $key.pub <(ossl pkey -in $uri -pubout)
	check "$key: with its restrictions" cmp <(openssl pkey -in $key.key -text_pub -noout) <(ossl pkey -in $uri -text_pub -noout)
	check "$key: it is valid" ossl pkey -in $uri -check -noout
	ossl pkey -in $uri -out ref.key
	expect_output "$key: a reference is written" 'BEGIN CCM KEY REFERENCE' cat ref.key
	check "$key: the reference is read" cmp $key.pub <(ossl pkey -in ref.key -pubout)
	refute "$key: the private half stays" ossl pkey -in $uri -outform DER -out out
	for digest in '' -sha1 -sha256 -sha384 -sha512; do
		# shellcheck disable=SC2086
		alike "signs${digest:+ $digest}" $key $digest
	done
	for salt in digest max auto 0 20 32 48 222; do
		alike "signs with SHA-256 and salt $salt" $key -sha256 -sigopt rsa_pss_saltlen:$salt
		alike "signs with SHA-512 and salt $salt" $key -sha512 -sigopt rsa_pss_saltlen:$salt
	done
	for mgf1 in sha1 sha256; do
		alike "signs with MGF1 of $mgf1" $key -sha256 -sigopt rsa_mgf1_md:$mgf1
	done
	for padding in pkcs1 pss none x931; do
		alike "signs with padding $padding" $key -sha256 -sigopt rsa_padding_mode:$padding
	done
	equal "$key: decrypts as a file" "$(status openssl pkeyutl -decrypt -inkey $key.key -in data)" \
		"$(status ossl pkeyutl -decrypt -inkey $uri -in data)"
	equal "$key: a digest is signed as with a file" \
		"$(status openssl pkeyutl -sign -inkey $key.key -in digest -pkeyopt digest:sha256)" \
		"$(status ossl pkeyutl -sign -inkey $uri -in digest -pkeyopt digest:sha256)"

	digest=-sha256
	[[ $key != long ]] || digest=-sha512
	check "$key: requests" ossl req -new -key $uri $digest -subj /CN=new -config /dev/null -out new.csr
	check "$key: requests: verified" openssl req -in new.csr -verify -noout
	openssl req -new -key $key.key $digest -subj /CN=new -config /dev/null -out file.csr
	algorithm() { openssl req -in "$1" -noout -text | sed -n '/Signature Algorithm/,/Trailer/p'; }
	equal "$key: the algorithm says what was done" "$(algorithm file.csr)" "$(algorithm new.csr)"
	check "$key: signs itself a certificate" ossl req -new -x509 -key $uri $digest -subj /CN=self -config /dev/null -out self.crt
	check "$key: the certificate: verified" openssl verify -check_ss_sig -CAfile self.crt self.crt
	check "$key: signs messages" ossl cms -sign -md ${digest#-} -signer $uri -in data -out signed \
		-nodetach -keyopt rsa_padding_mode:pss # without it OpenSSL 3.0 names rsaEncryption, for files too
	check "$key: signs messages: verified" openssl cms -verify -in signed -noverify -out plain

	for source in file account; do
		if [[ $source == file ]]; then
			spawn '^ACCEPT ' openssl s_server -accept 127.0.0.1:0 -cert $key.crt -key $key.key
			SERVER_PORT=${SPAWN_LINE##*:} SERVER_PID=$SPAWN_PID
		else
			start_server "${PROV[@]}" -cert $uri -key $uri
		fi
		for version in tls1_2 tls1_3; do
			openssl s_client -$version -connect "127.0.0.1:$SERVER_PORT" -CAfile $key.crt -verify_return_error \
				</dev/null 2>/dev/null | grep -E 'Cipher is|Peer sign' | sort -u >$source.$version || :
		done
		stop_server
	done
	for version in tls1_2 tls1_3; do
		check "$key: serves $version as a file does" diff file.$version account.$version
	done
done
expect_output 'an unrestricted one serves TLS 1.3' 'rsa_pss_pss|RSA-PSS' cat account.tls1_3 file.tls1_3

# --- keys of files, where the provider is asked first ---
export OPENSSL_CONF=$TMP/openssl.cnf
printf '%s\n' 'openssl_conf = init' '[init]' 'providers = providers' '[providers]' 'ccm = ccm_section' \
	'default = default_section' '[default_section]' 'activate = 1' '[ccm_section]' 'activate = 1' \
	"module = $MODULE" >openssl.cnf
plain() { OPENSSL_CONF=/dev/null openssl "$@"; }
for key in "${!made[@]}"; do
	check "$key: a file is read as without us" cmp <(plain pkey -in $key.key -text) <(run openssl pkey -in $key.key -text)
	# shellcheck disable=SC2086
	check "$key: such a key is made" run openssl genpkey -algorithm RSA-PSS ${made[$key]} -out new.key
	check "$key: it is restricted alike" cmp <(plain pkey -in $key.key -text_pub -noout | sed -n '/PSS/,$p') \
		<(plain pkey -in new.key -text_pub -noout | sed -n '/PSS/,$p')
	check "$key: it is one" plain pkey -in new.key -check -noout
done
check 'a file signs' run openssl dgst -sha256 -sign bound.key -out sig data
check 'a file signs well' plain dgst -sha256 -verify bound.pub -signature sig data
refute 'a file keeps to its restrictions' run openssl dgst -sha512 -sign bound.key -out sig data
check 'a certificate is verified' run openssl verify -check_ss_sig -CAfile bound.crt bound.crt
