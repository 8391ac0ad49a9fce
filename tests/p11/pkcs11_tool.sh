# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# OpenSC's tool on the token; what it signs, openssl verifies, and the other way round.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized
need pkcs11-tool openssl

start_emulator
make_ca ec256
declare -A ID
ID[rsa]=$(issue rsa.example.com --key rsa2048 --server)
ID[ec]=$(issue ec.example.com --key ec256 --client)
ID[ec384]=$(issue ec384.example.com --key ec384 --client)
ID=([rsa]=${ID[rsa]//-/} [ec]=${ID[ec]//-/} [ec384]=${ID[ec384]//-/})
p11() { run pkcs11-tool --module "$MODULE" "$@"; }
cd "$TMP"

expect_output 'slots are listed' 'token label *: PCA' p11 -L
expect_output 'the token says that it is read only' 'token flags.*readonly' p11 -T
refute_output 'the token does not ask for a login' 'login required' p11 -T
expect_output 'both interfaces are listed' 'version: 3.0' p11 --list-interfaces
expect_output 'mechanisms are listed with key sizes' '^ *ECDSA-SHA384, keySize=.256,521., sign, verify' p11 -M
check 'objects are listed' p11 -O
for want in 'Certificate Object' 'Public Key Object; RSA 2048' 'Private Key Object; EC' 'Profile object'; do
	grep -q "^$want" <<<"$OUTPUT" || broken 'objects are listed' "no $want"
done
expect_output 'a login is welcome' 'Private Key Object; RSA' p11 --login --pin 1234 -O

for name in rsa ec ec384; do
	check "the certificate of $name is read" p11 --read-object --type cert --id "${ID[$name]}" -o $name.der
	check "it is one" openssl x509 -inform der -in $name.der -noout -pubkey -out $name.pub
	[[ $name != ec384 ]] || continue # pkcs11-tool 0.23 writes no key of this curve, SoftHSM's neither
	check "the public key of $name is read" \
		p11 --read-object --type pubkey --id "${ID[$name]}" -o $name.spki
	equal 'it is the certificate'\''s' "$(<$name.pub)" "$(openssl pkey -pubin -inform der -in $name.spki)"
done

seq 20000 >message # more than one part
openssl dgst -sha256 -binary -out digest message

# signs NAME MECHANISM INPUT "OPTION of openssl dgst".. -- [option of pkcs11-tool]..
signs() {
	local name=$1 mechanism=$2 input=$3 verify=()
	shift 3
	while [[ $1 != -- ]]; do
		verify+=("$1")
		shift
	done
	shift
	check "$name signs with $mechanism" p11 --sign --mechanism "$mechanism" --id "${ID[$name]}" \
		--input-file "$input" --output-file signature "$@"
	check 'openssl verifies it' \
		openssl dgst "${verify[@]}" -verify "$name.pub" -signature signature message
	expect_output 'so do we' 'Signature is valid' p11 --verify --mechanism "$mechanism" \
		--id "${ID[$name]}" --input-file "$input" --signature-file signature "$@"
	expect_output 'and not for something else' 'Invalid signature' p11 --verify \
		--mechanism "$mechanism" --id "${ID[$name]}" --input-file other --signature-file signature "$@"
}
openssl dgst -sha256 -binary -out other "$EMU_CA"
for bits in 224 256 384 512; do
	signs rsa SHA$bits-RSA-PKCS message -sha$bits --
done
for bits in 224 256 384 512; do
	signs rsa SHA$bits-RSA-PKCS-PSS message -sha$bits -sigopt rsa_padding_mode:pss --
done
signs rsa RSA-PKCS-PSS digest -sha256 -sigopt rsa_padding_mode:pss -- \
	--hash-algorithm SHA256 --mgf MGF1-SHA256 --salt-len 32
signs ec ECDSA digest -sha256 -- --signature-format openssl
for bits in 224 256 384 512; do
	signs ec384 ECDSA-SHA$bits message -sha$bits -- --signature-format openssl
done

expect_output 'its self test finds no errors' 'No errors' p11 --test
expect_output 'its self test is lucky after a fork' 'forked child' p11 --test-fork
expect_output 'random bytes come' . p11 --generate-random 16
for bits in 1 224 256 384 512; do
	name=SHA$bits
	[[ $bits != 1 ]] || name=SHA-1
	check "$name is computed" p11 --hash --mechanism "$name" -i message -o hashed
	equal 'as openssl does' "$(openssl dgst -sha$bits -r message | cut -d' ' -f1)" "$(xxd -p -c 64 hashed)"
done
for padding in pkcs1:RSA-PKCS: oaep:RSA-PKCS-OAEP:SHA-1 oaep:RSA-PKCS-OAEP:SHA256; do
	IFS=: read -r mode mechanism hash <<<"$padding"
	options=()
	[[ $mode != oaep ]] || options=(-pkeyopt rsa_oaep_md:"${hash/-/}" -pkeyopt rsa_mgf1_md:"${hash/-/}")
	check "openssl encrypts for us ($mode $hash)" openssl pkeyutl -encrypt -pubin -inkey rsa.pub \
		-pkeyopt rsa_padding_mode:"$mode" "${options[@]}" -in digest -out sealed
	options=()
	[[ $mode != oaep ]] || options=(--hash-algorithm "$hash" --mgf "MGF1-${hash/-/}")
	check "we decrypt it ($mode $hash)" p11 --decrypt --mechanism "$mechanism" "${options[@]}" \
		--id "${ID[rsa]}" -i sealed -o opened
	check 'to what it was' cmp digest opened
done
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out peer.pem
openssl pkey -in peer.pem -pubout -outform DER -out peer.spki
openssl pkeyutl -derive -inkey peer.pem -peerkey ec.pub -out shared
check 'a secret is agreed on' p11 --derive --mechanism ECDH1-DERIVE --id "${ID[ec]}" \
	-i peer.spki -o derived
check 'it is the one that the peer has' cmp shared derived
expect_failure 'no pair is made on the token' CKR_TOKEN_WRITE_PROTECTED \
	p11 --keypairgen --key-type EC:prime256v1 --label made --id 01
expect_failure 'nothing is written' CKR_TOKEN_WRITE_PROTECTED \
	p11 --write-object rsa.der --type cert --label x
expect_failure 'nothing is deleted' CKR_TOKEN_WRITE_PROTECTED \
	p11 --delete-object --type cert --id "${ID[rsa]}"
expect_failure 'an RSA key makes no ECDSA' CKR_KEY_TYPE_INCONSISTENT \
	p11 --sign --mechanism ECDSA --id "${ID[rsa]}" --input-file digest --output-file signature
stop_emulator
