# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# When the service or the configuration is at fault: OpenSSL's message tells what, and why.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator --data "$TMP/data"
make_ca
issue web.example.com --key ec256 --server >/dev/null
issue other.example.com --key ec256 --server >/dev/null
stop_emulator
echo data >"$TMP/file"

# claim, fault, what openssl says, command..: the fault lasts as long as the emulator
faulty() {
	start_emulator --data "$TMP/data" --fault "$2"
	expect_failure "$1" "error:.*$3" "${@:4}"
	stop_emulator
}
sign() { openssl_ccm dgst -sha256 -sign ccm:web.example.com -out "$TMP/sig" "$TMP/file"; }
show() { openssl_ccm x509 -in ccm:web.example.com -noout; }

faulty 'export is forbidden' pca_export_certificate:status=403 'permission denied.*web.example.com.*request' sign
faulty 'export is throttled' pca_export_certificate:status=429 'throttled.*web.example.com' sign
faulty 'the service is ill' pca_export_certificate:status=503 'service unavailable.*web.example.com' sign
faulty 'the list is forbidden' pca_list_certificates:status=403 'permission denied' sign
faulty 'a certificate cut in the middle' pca_export_certificate:badpem 'unexpected answer.*PEM' show
faulty 'a key cut in the middle' pca_export_certificate:badpem=private_key 'unexpected answer.*PEM' sign
faulty 'a key of another certificate' pca_export_certificate:wrongkey \
	'unexpected answer.*web.example.com.*does not belong to its certificate' sign
faulty 'half an answer' pca_export_certificate:truncate 'unexpected answer.*web.example.com' sign
faulty 'no JSON' pca_export_certificate:garbage 'unexpected answer.*web.example.com' sign
faulty 'a connection that breaks' pca_export_certificate:reset 'network failure.*web.example.com' sign
refute 'nothing was signed' test -s "$TMP/sig"

start_emulator --data "$TMP/data" --fault 'pca_export_certificate:status=503:1'
check 'what passes is tried again' sign
stop_emulator

start_emulator --data "$TMP/data"
sed -i 's/^secret_key = .*/secret_key = wrong/' "$CCM_CONFIG"
expect_failure 'a wrong secret key' 'error:.*authentication failed.*(signature|verify)' sign
write_config
sed -i 's/^method = .*/metod = aksk/' "$CCM_CONFIG"
expect_failure 'a key of the configuration that there is not' 'error:.*configuration.*metod.*method' sign
write_config
chmod 644 "$CCM_CONFIG"
expect_failure 'a configuration that others may read' "error:.*configuration.*$CCM_CONFIG" sign
chmod 600 "$CCM_CONFIG"
sed -i '/^tls_ca_file/d' "$CCM_CONFIG"
expect_failure 'a service that cannot be verified' 'error:.*TLS failure' sign
write_config
sed -i 's,^pca_endpoint.*,pca_endpoint = https://service.invalid,' "$CCM_CONFIG"
expect_failure 'an endpoint that does not exist' 'error:.*network failure.*service.invalid' sign

# What happens meanwhile: those who have the key go on, those who come learn why there is none.
write_config
mkdir "$TMP/pem"
ccm cert export other.example.com --out "$TMP/pem" >/dev/null
other() { openssl_ccm pkey -in "$TMP/pem/other.example.com.key" -pubout; }
connect() { run openssl s_client -brief -connect "127.0.0.1:$SERVER_PORT" </dev/null; }
check 'a reference' other
start_server "${PROV[@]}" -cert "$TMP/pem/other.example.com.crt" -key "$TMP/pem/other.example.com.key"
ccm cert revoke other.example.com --reason superseded --yes
expect_failure 'its certificate was revoked' 'other.example.com .* is REVOKED, which the token does not show' other
also 'so there is none' 'nothing matches URI ccm:token=PCA;'
check 'a certificate is seen' show
expect_output 'a server that has it goes on' 'CONNECTION ESTABLISHED' connect
stop_emulator
expect_output 'without the service as well' 'CONNECTION ESTABLISHED' connect
stop_server
check 'without the service: a certificate that was seen before' show
cold
expect_failure 'a reference without service and cache' 'no connection to 127.0.0.1' other
expect_failure 'a URI without service and cache' 'error:.*network failure.*no connection to 127.0.0.1' show
start_emulator --data "$TMP/data"
printf '[token Mine]\nservice = pca\n' >>"$CCM_CONFIG"
expect_failure 'its token is not configured any more' 'no token matches URI ccm:token=PCA;' other
write_config

# libcurl comes when it is needed, so it may be found missing as late as that.
mkdir "$TMP/no-libcurl"
: >"$TMP/no-libcurl/libcurl.so.4"
write_config
expect_failure 'libcurl is not there' 'error:.*libcurl.so.4: file too short' \
	run env LD_LIBRARY_PATH="$TMP/no-libcurl" openssl storeutl -provider-path "$BUILD/src" -provider ccm ccm:web.example.com
expect_output 'which ccm version does not mind' 'libcurl +none' env LD_LIBRARY_PATH="$TMP/no-libcurl" "$BUILD/src/ccm" version

# The provider's own section of openssl.cnf may name another configuration.
write_config
mv "$CCM_CONFIG" "$TMP/elsewhere.conf"
cat >"$TMP/openssl.cnf" <<-END
	openssl_conf = init
	[init]
	providers = providers
	[providers]
	default = files
	ccm = account
	[files]
	activate = 1
	[account]
	activate = 1
	module = $MODULE
	ccm-config = $TMP/elsewhere.conf
END
check 'ccm-config in openssl.cnf' env OPENSSL_CONF="$TMP/openssl.cnf" "${RUN[@]}" openssl storeutl -noout ccm:web.example.com
expect_failure 'without it' "error:.*configuration.*$CCM_CONFIG" show
# No secret shows up, whatever is logged.
check 'a trace' env OPENSSL_CONF="$TMP/openssl.cnf" CCM_LOG=trace "${RUN[@]}" \
	openssl dgst -sha256 -sign ccm:web.example.com -out "$TMP/sig" "$TMP/file"
lacks 'a trace has no secret' 'emulator-secret-key|BEGIN [A-Z ]*PRIVATE KEY'
