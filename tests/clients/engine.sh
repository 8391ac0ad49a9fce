# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# OpenSSL's engine pkcs11 (libp11), which makes itself the default for RSA and EC in the process that
# we are loaded in.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized
need openssl
engine_dir=$(openssl version -e | sed 's/.*"\(.*\)"/\1/')
[[ -e $engine_dir/pkcs11.so ]] || skip 'the engine pkcs11 is not installed'

start_emulator
make_ca ec256
cd "$TMP"
for kind in rsa:rsa2048 ec:ec256; do
	issue "${kind%:*}.example.com" --key "${kind#*:}" --server >/dev/null
done
cat >engine.cnf <<END
openssl_conf = openssl_init
[openssl_init]
engines = engine_section
[engine_section]
pkcs11 = pkcs11_section
[pkcs11_section]
engine_id = pkcs11
MODULE_PATH = $MODULE
init = 1
END
by_engine() { OPENSSL_CONF=engine.cnf run openssl "$1" -engine pkcs11 "${@:2}"; }
key() { printf 'pkcs11:token=PCA;object=%s.example.com;type=private' "$1"; }
echo data >data

for name in rsa ec; do
	check "the public half of $name" by_engine pkey -inform engine -in "$(key $name)" -pubout -out $name.pub
	check "$name signs" by_engine dgst -keyform engine -sha256 -sign "$(key $name)" -out $name.sig data
	check 'what openssl verifies' openssl dgst -sha256 -verify $name.pub -signature $name.sig data
done
openssl dgst -sha256 -binary -out digest data
check 'PSS' by_engine pkeyutl -sign -keyform engine -inkey "$(key rsa)" -pkeyopt digest:sha256 \
	-pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:32 -in digest -out pss.sig
check 'is verified, too' openssl pkeyutl -verify -pubin -inkey rsa.pub -pkeyopt digest:sha256 \
	-pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:32 -in digest -sigfile pss.sig
for padding in pkcs1 oaep; do
	openssl pkeyutl -encrypt -pubin -inkey rsa.pub -pkeyopt rsa_padding_mode:$padding -in data -out sealed
	check "$padding is decrypted" by_engine pkeyutl -decrypt -keyform engine -inkey "$(key rsa)" \
		-pkeyopt rsa_padding_mode:$padding -in sealed -out opened
	check 'to what it was' cmp data opened
done
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out peer.pem
openssl pkey -in peer.pem -pubout -out peer.pub
openssl pkeyutl -derive -inkey peer.pem -peerkey ec.pub -out shared
check 'a secret is agreed on' by_engine pkeyutl -derive -keyform engine -inkey "$(key ec)" \
	-peerkey peer.pub -out derived
check 'which is the same for both' cmp shared derived
stop_emulator
