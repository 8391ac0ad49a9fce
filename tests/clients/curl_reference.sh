# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/clients/server.sh
#
# curl shows a certificate whose key it has by reference.
. "${CCM_SOURCE:?}/tests/clients/server.sh"
need curl
[[ $(curl --version) == *OpenSSL* ]] || skip 'curl is not built with OpenSSL'

set_up
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
	-addext subjectAltName=DNS:localhost -keyout local.key -out local.crt 2>/dev/null
start_server -cert local.crt -key local.key -CAfile root.crt -Verify 3 -verify_return_error -www
# certificate, key, which requests, more options: s_server ends the connection behind each
with_curl() {
	env OPENSSL_CONF="$TMP/ccm.cnf" curl -sSf --cacert local.crt --cert "$1" --key "$2" "${@:4}" \
		"https://localhost:$SERVER_PORT/?[$3]" | grep -c "CN *= *www.example.com"
}
for type in rsa ec; do
	for version in 1.2 1.3; do
		expect_output "curl, $type, TLS $version: thirty connections" '^[36]0$' with_curl $type/www.example.com.crt \
			$type/www.example.com.key 1-30 --tls-max $version
	done
	cat $type/www.example.com.crt $type/www.example.com.key >both.pem
	expect_output "curl, $type, both in one file" '^[12]$' with_curl both.pem both.pem 1-1
done
reference_to_nobody >gone.key
refute 'curl: a key that is gone' with_curl ec/www.example.com.crt gone.key 1-1
expect_failure 'which is told' 'nothing matches URI ccm:nobody|unable to set private key file' env OPENSSL_CONF="$TMP/ccm.cnf" \
	curl -sS --cert ec/www.example.com.crt --key gone.key "https://localhost:$SERVER_PORT/"
stop_server
