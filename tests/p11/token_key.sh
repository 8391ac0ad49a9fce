# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
# Keys that PKCS#11 programs make on a token with a PIN: pkcs11-tool and p11tool.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need pkcs11-tool p11tool
start_emulator
make_ca ec256
cd "$TMP"
cat >>"$CCM_CONFIG" <<-END
	[token Work]
	keys = local
	login = pin
	read_only = no
	[token Other]
	keys = local
END
SO=87654321 PIN=123456
p11() { tool pkcs11-tool --module "$MODULE" --token-label Work "$@"; }
user() { p11 --login --pin "$PIN" "$@"; }
echo data >data.txt

slot=$(tool pkcs11-tool --module "$MODULE" --list-slots | sed -n 's/^Slot \([0-9]*\) .*Work.*/\1/p')
check 'the token is made the user'\''s' tool pkcs11-tool --module "$MODULE" --slot-index "$slot" --init-token --label Work --so-pin "$SO"
check 'who gets a PIN' p11 --login --login-type so --so-pin "$SO" --init-pin --pin "$PIN"
expect_failure 'another is refused' CKR_PIN_INCORRECT p11 --login --pin 000000 --list-objects
expect_failure 'without one no key is made' 'CKR_USER_NOT_LOGGED_IN' p11 --keypairgen --key-type EC:prime256v1 --id 01 --label mine
check 'an EC key is made' user --keypairgen --key-type EC:prime256v1 --id 01 --label mine
check 'one of RSA' user --keypairgen --key-type rsa:2048 --id 02 --label rsa
expect_failure 'none where nothing may be written' 'CKR_TOKEN_WRITE_PROTECTED' \
	tool pkcs11-tool --module "$MODULE" --token-label Other --keypairgen --key-type EC:prime256v1 --id 03 --label no
expect_output 'they are there' 'label: +mine' user --list-objects --type privkey
also 'as made here and never seen' 'Access: .*sensitive, always sensitive, never extract.*, local'
refute_output 'but not for who has no PIN' 'Private Key Object' p11 --list-objects
check 'they sign' user --sign --mechanism ECDSA-SHA256 --id 01 --input-file data.txt --output-file data.sig --signature-format openssl
# not by pkcs11-tool, which uses the name of the curve after it has freed it (0.23)
check 'their public half' openssl_ccm pkey -in 'ccm:token=Work;object=mine;type=public' -pubin -pubout -out mine.pem
check 'verifies it' openssl dgst -sha256 -verify mine.pem -signature data.sig data.txt
check 'RSA decides likewise' user --sign --mechanism SHA256-RSA-PKCS --id 02 --input-file data.txt --output-file data.sig
check 'and is right' bash -c "'$BUILD/src/ccm' key list | grep -q rsa"

# Brought, renamed, destroyed
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -outform DER -out brought.der 2>/dev/null
check 'a key is brought' user --write-object brought.der --type privkey --id 04 --label brought
expect_output 'it was not made here' 'Access: +sensitive$' user --list-objects --type privkey --id 04
check 'renamed' user --set-id 05 --type privkey --id 04
expect_output 'it has the new id' 'ID: +05' user --list-objects --type privkey
check 'destroyed' user --delete-object --type privkey --id 05
refute_output 'and gone' 'brought' user --list-objects
expect_output 'the tool shows the rest' '^mine.*\bWork\b' ccm key list

# GnuTLS. Under the sanitizer certtool waits for ever at its end, in p11-kit's destructor (freelocale).
if [[ ${CCM_SANITIZE:-none} == none ]]; then
	uri="pkcs11:token=Work;object=gnu;type=private?pin-value=$PIN"
	check 'p11tool makes one' tool p11tool --provider="$MODULE" --login --set-pin="$PIN" --generate-privkey=ECDSA --curve=secp256r1 --label gnu --outfile gnu.pub 'pkcs11:token=Work'
	expect_output 'and finds it' 'Label: gnu' tool p11tool --provider="$MODULE" --login --set-pin="$PIN" --list-privkeys 'pkcs11:token=Work'
	check 'a CSR is made with it' tool certtool --provider="$MODULE" --generate-request --load-privkey "$uri" --template <(echo 'cn = gnu.example.com') --outfile gnu.csr
	check 'whose certificate' ccm cert sign-csr gnu.csr --ca "$SUB_NAME"
	id=$(ccm key show gnu --json | sed -n 's/.*"id": *"\([0-9a-f]*\)".*/\1/p')
	expect_output 'has the id of the key' "$id" user --list-objects --type cert
fi
stop_emulator
