# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# SM2 double certificates by the provider: signing by one key, decryption by the other.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator --site cn
make_ca sm2
cd "$TMP"
ID=$(issue pair.example.com --key sm2)
check 'the service writes its archive' ccm cert export pair.example.com --type other --zip pair.zip
unzip -qo pair.zip
plain() { OPENSSL_CONF=/dev/null openssl "$@"; }
echo 'what is sealed' >text
plain pkeyutl -encrypt -pubin -inkey <(plain x509 -in encCert.pem -noout -pubkey) -in text -out sealed
PASSWORD=$(cat keystorePass.txt)
HEX=${ID//-/}
FIRST="ccm:id=$(sed 's/../%&/g' <<<"$HEX")" SECOND="ccm:id=$(sed 's/../%&/g' <<<"${HEX}65")"
expect_output 'a name is that of the half that signs' "$(plain x509 -in signCert.pem -noout -serial)" \
	openssl_ccm x509 -in ccm:pair.example.com -noout -serial
equal 'with the chain above it, and that is all' 3 \
	"$(openssl_ccm storeutl -noout -certs "ccm:object=pair.example.com;type=cert" 2>/dev/null | sed -n 's/^Total found: //p')"
expect_output 'the other has an id of its own' "$(plain x509 -in encCert.pem -noout -serial)" \
	openssl_ccm x509 -in "$SECOND" -noout -serial
check 'its key decrypts' cmp text <(openssl_ccm pkeyutl -decrypt -inkey "$SECOND" -in sealed)
check 'it is the key of the archive' cmp <(plain pkey -in encCert.key -passin "pass:$PASSWORD" -pubout) \
	<(openssl_ccm pkey -in "$SECOND" -pubout)
check 'the first signs' openssl_ccm dgst -sm3 -sign "$FIRST" -out sig text
check 'as its certificate says' plain dgst -sm3 -verify <(plain x509 -in signCert.pem -noout -pubkey) -signature sig text
openssl_ccm pkeyutl -encrypt -inkey "$SECOND" -in text -out again
check 'what is encrypted by the second is for its key' cmp text \
	<(plain pkeyutl -decrypt -inkey encCert.key -passin "pass:$PASSWORD" -in again)
refute 'the first does not open it' openssl_ccm pkeyutl -decrypt -inkey "$FIRST" -in sealed -out opened

# --- from a CSR, by a key that was made here
LOCAL=$(issue local.example.com --key sm2 --local)
ccm cert export local.example.com --type other --zip local.zip --force
mkdir local && unzip -qo local.zip -d local
plain pkeyutl -encrypt -pubin -inkey <(plain x509 -in local/encCert.pem -noout -pubkey) -in text -out sealed
SECOND="ccm:id=$(sed 's/../%&/g' <<<"${LOCAL//-/}65")"
check 'the second half decrypts, too' cmp text <(openssl_ccm pkeyutl -decrypt -inkey "$SECOND" -in sealed)
stop_emulator
