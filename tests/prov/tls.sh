# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# TLS with certificates, keys and trust from the account, on either side.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator
make_ca
for key in rsa2048 ec256; do
	issue "${key%%[0-9]*}.example.com" --key $key --server --client >/dev/null
done
# What a peer sees that has never heard of us.
openssl_ccm x509 -in "ccm:$ROOT_NAME" -out "$TMP/root.crt"

serve() { start_server "${PROV[@]}" "$@"; }
# Options are s_client's; the status is 0 when the handshake was fine.
connect() { openssl_ccm s_client -connect "127.0.0.1:$SERVER_PORT" -verify_return_error -brief "$@" </dev/null; }
connect_plainly() { run openssl s_client -connect "127.0.0.1:$SERVER_PORT" -verify_return_error -brief "$@" </dev/null; }

for key in rsa ec; do
	uri=ccm:$key.example.com
	serve -cert $uri -key $uri -cert_chain "$uri;type=cert"
	for version in tls1_2 tls1_3; do
		expect_output "$key $version: server and trust from the account" 'Verification: OK' \
			connect -$version -CAstore ccm:token=PCA -verify_hostname $key.example.com
		expect_output "$key $version: a stranger verifies the server" 'Verification: OK' \
			connect_plainly -$version -CAfile "$TMP/root.crt" -verify_hostname $key.example.com
		expect_output "$key $version: the server's signature" "Signature type: $([[ $key == ec ]] && echo '(ECDSA|ecdsa_)' || echo '(RSA|rsa_)')" \
			connect -$version -CAstore "ccm:$ROOT_NAME" -curves P-256
		expect_failure "$key $version: not for another host" 'hostname mismatch|Hostname mismatch' \
			connect -$version -CAstore ccm:token=PCA -verify_hostname other.example.com
		expect_failure "$key $version: not with other trust" 'unable to get local issuer|self-signed' \
			connect -$version -no-CAfile -no-CApath
	done
	stop_server

	serve -cert $uri -key $uri -cert_chain "$uri;type=cert" -Verify 3 -verify_return_error -CAstore ccm:token=PCA
	for version in tls1_2 tls1_3; do
		for client in rsa ec; do
			expect_output "$key $version: client $client" 'Verification: OK' connect -$version \
				-CAstore ccm:token=PCA -cert ccm:$client.example.com -key ccm:$client.example.com
		done
	done
	expect_failure "$key: no client certificate" 'handshake failure|alert' \
		connect -tls1_2 -CAstore ccm:token=PCA
	stop_server
done

# What a key signs in a handshake, and sessions taken up again. The server answers and closes, so that the client
# has seen the tickets.
ask() { printf 'GET / HTTP/1.0\r\n\r\n' | openssl_ccm s_client -ign_eof -connect "127.0.0.1:$SERVER_PORT" \
	-verify_return_error -CAstore ccm:token=PCA "$@"; }
for key in rsa ec; do
	uri=ccm:$key.example.com
	serve -cert $uri -key $uri -cert_chain "$uri;type=cert" -www -verify 3 -CAstore ccm:token=PCA
	algorithms='rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512' old='rsa_pkcs1_sha256 rsa_pkcs1_sha512'
	[[ $key == rsa ]] || algorithms=ecdsa_secp256r1_sha256 old='ECDSA+SHA384 ECDSA+SHA512'
	for algorithm in $algorithms $old; do
		check "$key tls1_2: $algorithm" connect -tls1_2 -sigalgs "$algorithm" -CAstore ccm:token=PCA
	done
	for algorithm in $algorithms; do
		check "$key tls1_3: $algorithm" connect -tls1_3 -sigalgs "$algorithm" -CAstore ccm:token=PCA
	done
	for version in tls1_2 tls1_3; do
		refute "$key $version: an algorithm of another key" connect -$version -sigalgs ed25519 -CAstore ccm:token=PCA
		for client in rsa ec; do
			session=(-$version -cert ccm:$client.example.com -key ccm:$client.example.com)
			expect_output "$key $version: client $client, a first session" '^New, ' ask "${session[@]}" -sess_out "$TMP/session"
			expect_output "$key $version: client $client, taken up again" '^Reused, ' ask "${session[@]}" -sess_in "$TMP/session"
		done
	done
	stop_server
done

# What TLS 1.1 and older sign, and what RSA decrypts without forward secrecy.
serve -cert ccm:rsa.example.com -key ccm:rsa.example.com -cipher ALL:@SECLEVEL=0
for version in tls1 tls1_1 tls1_2; do
	check "rsa $version: signed key exchange" connect -$version -cipher ECDHE-RSA-AES128-SHA:@SECLEVEL=0 -CAstore ccm:token=PCA
	check "rsa $version: RSA key exchange" connect -$version -cipher AES128-SHA:@SECLEVEL=0 -CAstore ccm:token=PCA
done
stop_server

openssl genpkey -algorithm EC -pkeyopt group:P-256 -out "$TMP/other.key"
expect_failure 'a key of another certificate' 'mismatch|does not match' \
	openssl_ccm s_server -accept 0 -cert ccm:rsa.example.com -key ccm:ec.example.com
expect_failure 'a file key of another certificate' 'mismatch|does not match' \
	openssl_ccm s_server -accept 0 -cert ccm:ec.example.com -key "$TMP/other.key"
expect_failure 'no such key' 'nothing matches URI ccm:nobody' \
	openssl_ccm s_server -accept 0 -cert ccm:rsa.example.com -key ccm:nobody
expect_failure 'no key of a CA' "selects no private key" \
	openssl_ccm s_server -accept 0 -cert "ccm:$ROOT_NAME" -key "ccm:$ROOT_NAME"
