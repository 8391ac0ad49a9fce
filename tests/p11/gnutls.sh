# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# TLS with keys from the token on GnuTLS's side, OpenSSL without us on the other: RSA and EC, TLS 1.2
# and 1.3, as server and as client.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized
need gnutls-serv gnutls-cli certtool p11tool openssl python3

start_emulator
make_ca ec256
for name in rsa:rsa2048 ec:ec256 ec384:ec384; do
	ccm cert issue --ca "$ROOT_ID" --name "${name%:*}.example.com" --key "${name#*:}" \
		--server --client >/dev/null
done
url() { echo "pkcs11:token=PCA;object=$1.example.com;type=$2"; }
ROOT_URL="pkcs11:token=PCA;object=${ROOT_NAME// /%20};type=cert"
run p11tool --provider="$MODULE" --export "$ROOT_URL" >"$TMP/root.pem"
# It says on standard error that it is ready, and cannot choose a port.
serve() {
	port=$(python3 -c 'import socket as s; l = s.socket(); l.bind(("", 0)); print(l.getsockname()[1])')
	# shellcheck disable=SC2016
	spawn '^HTTP Server listening on IPv4' run bash -c 'exec "$@" 2>&1' serve gnutls-serv --http \
		--provider="$MODULE" --port "$port" "$@"
}

for name in rsa ec ec384; do
	echo "cn = $name.example.com" >"$TMP/template"
	check "certtool makes a request with $name" run certtool --provider="$MODULE" --generate-request \
		--load-privkey "$(url $name private)" --template "$TMP/template" --outfile "$TMP/$name.csr"
	expect_output 'openssl verifies it' 'self-signature verify OK' openssl req -in "$TMP/$name.csr" -noout -verify
done

# A server with three keys, which picks by what the client can do.
keys=()
for name in rsa ec ec384; do
	keys+=(--x509certfile "$(url $name cert)" --x509keyfile "$(url $name private)")
done
serve --x509cafile "$TMP/root.pem" --disable-client-cert "${keys[@]}"

connect() {
	local name=$1
	shift
	openssl s_client -connect "127.0.0.1:$port" -CAfile "$TMP/root.pem" -verify_return_error \
		-verify_hostname "$name.example.com" "$@" </dev/null
}
while read -r name version signature; do
	expect_output "a GnuTLS server signs with $name: TLS $version, $signature" 'Verif.* return code: 0 .ok' \
		connect "$name" "-tls${version/./_}" -sigalgs "$signature"
done <<-END
	rsa 1.2 RSA+SHA256
	rsa 1.2 RSA+SHA512
	rsa 1.2 rsa_pss_rsae_sha256
	rsa 1.3 rsa_pss_rsae_sha256
	rsa 1.3 rsa_pss_rsae_sha384
	rsa 1.3 rsa_pss_rsae_sha512
	ec 1.2 ECDSA+SHA256
	ec 1.3 ecdsa_secp256r1_sha256
	ec384 1.3 ecdsa_secp384r1_sha384
END
end "$SPAWN_PID" || :

# A client with each key.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
	-keyout "$TMP/server.key" -out "$TMP/server.crt" 2>/dev/null
start_server -cert "$TMP/server.crt" -key "$TMP/server.key" -CAfile "$TMP/root.pem" -Verify 1 \
	-verify_return_error -www
authenticate() {
	local name=$1 version=$2
	run gnutls-cli --provider="$MODULE" --port "$SERVER_PORT" 127.0.0.1 --verify-hostname=localhost \
		--x509cafile "$TMP/server.crt" --priority "NORMAL:-VERS-ALL:+VERS-TLS$version" \
		--x509certfile "$(url "$name" cert)" --x509keyfile "$(url "$name" private)" \
		< <(printf 'GET / HTTP/1.0\r\n\r\n')
}
for version in 1.2 1.3; do
	for name in rsa ec ec384; do
		expect_output "a GnuTLS client shows $name: TLS $version" "Subject: CN ?= ?$name.example.com" \
			authenticate $name $version
	done
done
stop_server

# Both ends from the token, and the trust anchor too.
serve --x509cafile "$ROOT_URL" --require-client-cert --verify-client-cert \
	--x509certfile "$(url ec cert)" --x509keyfile "$(url ec private)"
both() {
	run gnutls-cli --provider="$MODULE" --port "$port" 127.0.0.1 --verify-hostname=ec.example.com \
		--x509cafile "$1" --x509certfile "$(url rsa cert)" --x509keyfile "$(url rsa private)" \
		< <(printf 'GET / HTTP/1.0\r\n\r\n')
}
expect_output 'server, client and anchor come from the token' 'The certificate is trusted' both "$ROOT_URL"
expect_failure 'another anchor does not do' 'NOT trusted' both "$TMP/server.crt"
end "$SPAWN_PID" || :
stop_emulator
