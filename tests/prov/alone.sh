# SPDX-License-Identifier: Apache-2.0
# `-provider ccm` and nothing else: OpenSSL then loads no default provider, so that digests, TLS and
# text forms are missing, but what concerns our keys and certificates works.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator
make_ca
issue web.example.com --key ec256 --server >/dev/null
issue rsa.example.com --key rsa2048 --server >/dev/null
export OPENSSL_MODULES=$BUILD/src
echo message >"$TMP/message"

for name in web.example.com rsa.example.com; do
	check "the public key of $name comes as PEM" \
		run openssl pkey -provider ccm -in "ccm:$name" -pubout -out "$TMP/public.pem"
	check "which is the certificate's" \
		alike "$TMP/public.pem" <(run openssl storeutl -provider ccm -certs "ccm:$name;type=cert" |
			openssl x509 -noout -pubkey)
	check "and as DER" \
		run openssl pkey -provider ccm -in "ccm:$name" -pubout -outform der -out "$TMP/public.der"
	check "the same" \
		alike "$TMP/public.pem" <(openssl pkey -pubin -inform der -in "$TMP/public.der")
	check "$name signs" \
		run openssl dgst -sha256 -provider ccm -sign "ccm:$name" -out "$TMP/signature" "$TMP/message"
	expect_output "what its public key verifies" 'Verified OK' \
		openssl dgst -sha256 -verify "$TMP/public.pem" -signature "$TMP/signature" "$TMP/message"
	check "its private half is written" \
		run openssl pkey -provider ccm -in "ccm:$name" -out "$TMP/private.pem"
	equal "as a reference, not even in part" '-----BEGIN CCM KEY REFERENCE-----' \
		"$(grep BEGIN "$TMP/private.pem")"
done
expect_output "the store lists" 'object=web.example.com;type=cert' \
	run openssl storeutl -provider ccm ccm:

openssl genpkey -algorithm EC -pkeyopt group:P-256 -out "$TMP/file.pem"
check "a key of the default provider is encoded by the default provider" \
	alike <(openssl_ccm pkey -in "$TMP/file.pem" -pubout) <(openssl pkey -in "$TMP/file.pem" -pubout)
