# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Mail with certificates and keys of the account, against an openssl that does not know the provider.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator
make_ca
cd "$TMP"
echo 'what is said' >data
echo 'what is not' >other
for key in rsa2048 ec256; do
	name=${key%%[0-9]*}.example.com
	issue $name --key $key --client >/dev/null
	ccm cert export $name --out . --reference >/dev/null
done
openssl_ccm x509 -in "ccm:$ROOT_NAME" -out root.crt
openssl_ccm x509 -in "ccm:$SUB_NAME" -out sub.crt

said() { alike data <(tr -d '\r' <"$1"); }
verify() { openssl "$1" -verify -purpose any -CAfile root.crt -certfile sub.crt "${@:2}"; }
# claim, command, key, options of the signature
signs() {
	local claim=$1 command=$2 key=$3
	shift 3
	check "$claim: signs" openssl_ccm "$command" -sign -signer "$crt" -inkey "$key" -certfile sub.crt -in data \
		-out signed -text "$@"
	check "$claim: verified" verify "$command" -in signed -text -out plain
	check "$claim: says it" said plain
	check "$claim: signs apart" openssl_ccm "$command" -sign -signer "$crt" -inkey "$key" -certfile sub.crt \
		-binary -in data -outform DER -out signed "$@"
	check "$claim: apart: verified" verify "$command" -binary -inform DER -in signed -content data -out plain
	expect_failure "$claim: of nothing else" 'digest failure|[Vv]erification failure' \
		verify "$command" -binary -inform DER -in signed -content other -out plain
}
pss=(-keyopt rsa_padding_mode:pss)

for key in rsa ec; do
	wrong=ccm:$([[ $key == rsa ]] && echo ec || echo rsa).example.com
	for crt in ccm:$key.example.com $key.example.com.crt; do
		private=${crt/%.crt/.key}
		for command in cms smime; do
			signs "$command $crt" $command $private
			expect_failure "$command $crt: the key of another" 'mismatch|match' openssl_ccm $command -sign -signer "$crt" \
				-inkey "$wrong" -in data -out no
		done
		if [[ $key == rsa ]]; then
			for salt in digest max auto 11; do
				signs "cms $crt, pss, salt $salt" cms $private "${pss[@]}" -keyopt rsa_pss_saltlen:$salt
			done
			signs "cms $crt, pss with sha512" cms $private -md sha512 "${pss[@]}" -keyopt rsa_mgf1_md:sha256
		fi
		openssl_ccm cms -sign -md sha512 -signer "$crt" -inkey $private -certfile sub.crt -binary -in data \
			-outform DER -out signed
		check "cms $crt: signed by another as well" openssl_ccm cms -resign -signer "$wrong" -inkey "$wrong" \
			-md sha512 -inform DER -in signed -outform DER -out twice
		check "cms $crt: signed by both: verified" verify cms -binary -inform DER -in twice -content data -out plain

		# --- what is read ---
		sealings=('')
		[[ $key == ec ]] || sealings+=('-keyopt rsa_padding_mode:oaep'
			'-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha1'
			'-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_label:0102ff')
		[[ $key == rsa ]] || sealings+=('-keyopt ecdh_kdf_md:sha256' '-keyopt ecdh_kdf_md:sha512'
			'-keyopt ecdh_cofactor_mode:1')
		for options in "${sealings[@]}"; do
			for cipher in aes128 aes-256-gcm; do
				# shellcheck disable=SC2086
				openssl cms -encrypt -binary -$cipher -outform DER -in data -out sealed -recip $key.example.com.crt $options
				check "cms $crt: reads $cipher $options" openssl_ccm cms -decrypt -recip "$crt" -inkey $private \
					-inform DER -in sealed -out plain
				check "cms $crt: reads $cipher $options: right" alike data plain
			done
			check "cms $crt: reads by the key alone $options" openssl_ccm cms -decrypt -inkey $private \
				-inform DER -in sealed -out plain
			check "cms $crt: by the key alone: right" alike data plain
			# Without a MAC an RSA key that does not fit yields rubbish rather than an oracle.
			refute "cms $crt: not for another $options" openssl_ccm cms -decrypt -recip "$wrong" \
				-inkey "$wrong" -inform DER -in sealed -out plain
		done
		check "cms $crt: seals for a URI" openssl_ccm cms -encrypt -binary -aes128 -recip "ccm:$key.example.com" -in data -out sealed
		check "cms $crt: seals for a URI: read" openssl_ccm cms -decrypt -inkey $private -in sealed -out plain
		check "cms $crt: seals for a URI: right" alike data plain
		if [[ $key == rsa ]]; then
			openssl smime -encrypt -aes128 -binary -in data -out sealed $key.example.com.crt
			check "smime $crt: reads" openssl_ccm smime -decrypt -recip "$crt" -inkey $private -in sealed -out plain
			check "smime $crt: reads: right" alike data plain
		fi
		openssl cms -encrypt -binary -aes128 -outform DER -in data -out sealed rsa.example.com.crt ec.example.com.crt
		check "cms $crt: one of two readers" openssl_ccm cms -decrypt -recip "$crt" -inkey $private -inform DER \
			-in sealed -out plain
		check "cms $crt: one of two readers: right" alike data plain
	done
done
