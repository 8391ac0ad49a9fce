# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# Mozilla's NSS and its tools: the module is registered, seen, trusted, and used by a TLS client.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized 'the tools of NSS do not survive a preloaded sanitizer'
need modutil certutil tstclnt openssl

start_emulator
make_ca ec256
for name in rsa:rsa2048 ec:ec256; do
	ccm cert issue --ca "$ROOT_ID" --name "${name%:*}.example.com" --key "${name#*:}" --client >/dev/null
done
SERVER_ID=$(ccm cert issue --ca "$ROOT_ID" --name localhost --key ec256 --server)

DB=sql:$TMP/db
mkdir "$TMP/db"
check 'a database is made' modutil -dbdir "$DB" -create -force
check 'the module is registered' modutil -dbdir "$DB" -add CCM -libfile "$MODULE" -force
check 'the module is listed' modutil -dbdir "$DB" -list CCM
also 'with version 3.0' 'PKCS #11 Version 3.0'
also 'with its token' 'Token Name: PCA'
also 'without a login' 'Public .no login required'
also 'write protected' 'Access: Write Protected'

expect_output 'certificates with keys are the user'\''s' '^PCA:rsa.example.com +u,u,u' certutil -d "$DB" -L -h all
also 'the root is trusted for TLS, mail and code' "^PCA:$ROOT_NAME +CT,C,C"
expect_output 'keys are listed' 'rsa .*rsa.example.com' certutil -d "$DB" -K -h PCA
also 'each with its id' 'ec +[0-9a-f]{32} +ec.example.com'
# by name certutil takes only keys whose id is a hash of theirs, as in NSS's own database
key_id() { certutil -d "$DB" -K -h PCA | sed -nE "s/.* ([0-9a-f]{32}) +$1.example.com$/\\1/p"; }
for name in rsa ec; do
	check "$name signs a request" certutil -d "$DB" -R -k "$(key_id $name)" -h PCA \
		-s "CN=$name.example.com" -a -o "$TMP/$name.csr"
	expect_output 'openssl verifies it' 'self-signature verify OK' openssl req -in "$TMP/$name.csr" -noout -verify
done
check 'by that trust a client certificate is valid' certutil -d "$DB" -V -n PCA:rsa.example.com -u C
check 'and a server'\''s' certutil -d "$DB" -V -n PCA:localhost -u V
expect_status 'not a client'\''s as a server'\''s' 255 certutil -d "$DB" -V -n PCA:rsa.example.com -u V
export_certificate() { certutil -d "$DB" -L -n "PCA:$1" -a >"$2"; }
check 'a certificate is exported' export_certificate rsa.example.com "$TMP/rsa.pem"
expect_output 'it is the right one' 'CN = rsa.example.com' openssl x509 -in "$TMP/rsa.pem" -noout -subject
check 'so is the root' export_certificate "$ROOT_NAME" "$TMP/root.pem"

# The server has a certificate of our CA, whose root NSS knows from the token only.
check 'a server'\''s files are exported' ccm cert export "$SERVER_ID" --key --out "$TMP"
start_server -cert "$TMP/localhost.crt" -key "$TMP/localhost.key" -CAfile "$TMP/root.pem" -Verify 1 \
	-verify_return_error -www
printf 'GET / HTTP/1.0\r\n\r\n' >"$TMP/request"
authenticate() {
	local name=$1 version=$2
	timeout 20 tstclnt -4 -d "$DB" -h localhost -p "$SERVER_PORT" -V "$version:$version" \
		-n "PCA:$name.example.com" -A "$TMP/request"
}
for version in tls1.2 tls1.3; do
	for name in rsa ec; do
		expect_output "an NSS client shows $name: $version" "CN ?= ?$name.example.com" \
			authenticate $name $version
	done
done
stop_server

# What its CA revoked is so by the CRL object of the token.
ccm crl agency --create >/dev/null
ccm crl enable "$ROOT_ID" --bucket emulator-crl --days 7
for name in good bad; do
	check "$name.example.com is exported" ccm cert export "$(ccm cert issue --ca "$ROOT_ID" \
		--name $name.example.com --key ec256 --server)" --out "$TMP"
	check 'and imported into the database' certutil -d "$DB" -A -n $name -t ,, -i "$TMP/$name.example.com.crt"
done
check 'one is revoked' ccm cert revoke bad.example.com --yes
check 'the other one is valid' certutil -d "$DB" -V -n good -u V
expect_status 'it is not' 255 certutil -d "$DB" -V -n bad -u V
also 'because it is revoked' 'has been revoked'
stop_emulator
