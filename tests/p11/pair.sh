# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# SM2 double certificates by PKCS#11: two objects of each kind, each with its use.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized 'PyKCS11 does not survive a preloaded sanitizer'
/usr/bin/python3 -c 'import PyKCS11' 2>/dev/null || skip 'python3-pykcs11 is not installed'

start_emulator --site cn
make_ca sm2
cd "$TMP"
ID=$(issue pair.example.com --key sm2)
check 'the service writes its archive' ccm cert export pair.example.com --type other --zip pair.zip
unzip -qo pair.zip
plain() { OPENSSL_CONF=/dev/null openssl "$@"; }
echo 'what is sealed' >text
plain pkeyutl -encrypt -pubin -inkey <(plain x509 -in encCert.pem -noout -pubkey) -in text -out sealed

before=$(calls pca_export_certificate)
check 'the pair is two objects of each kind' /usr/bin/python3 -B "$CCM_SOURCE/tests/p11/pair.py" "$MODULE" "$ID" sealed
equal 'each half came with its key, once' 4 "$(($(calls pca_export_certificate) - before))"
check 'the first is the certificate that signs' cmp 16.der <(plain x509 -in signCert.pem -outform DER)
check 'the second the one that is encrypted to' cmp 17.der <(plain x509 -in encCert.pem -outform DER)
stop_emulator
