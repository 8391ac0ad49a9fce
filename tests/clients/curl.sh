# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# curl (OpenSSL with libp11's engine) and wget (GnuTLS) show a certificate of the token, by URI. Both
# find the module through p11-kit.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized 'p11-kit does not survive a preloaded sanitizer'
need curl wget p11tool openssl
[[ $(curl --version) == *OpenSSL* ]] || skip 'curl is not built with OpenSSL'
[[ -n $(find /usr/lib -path '*engines-3/pkcs11.so' -print -quit) ]] || skip 'libengine-pkcs11-openssl is not installed'

mkdir -p "$TMP/modules" "$HOME/.config/pkcs11/modules"
sed "s|^module:.*|module: $MODULE|" "$SOURCE/conf/ccm.module.in" >"$TMP/modules/ccm.module"
if ((UID == 0)); then
	unshare --mount true 2>/dev/null || skip 'no mount namespaces here'
	# shellcheck disable=SC2016
	registered() {
		unshare --mount bash -c \
			'mount --bind "$0" /usr/share/p11-kit/modules && exec "$@"' "$TMP/modules" "$@"
	}
else
	ln -s "$TMP/modules/ccm.module" "$HOME/.config/pkcs11/modules/"
	registered() { "$@"; }
fi

start_emulator
make_ca ec256
for name in rsa:rsa2048 ec:ec256; do
	ccm cert issue --ca "$ROOT_ID" --name "${name%:*}.example.com" --key "${name#*:}" --client >/dev/null
done
url() { echo "pkcs11:token=PCA;object=$1.example.com;type=$2"; }
p11tool --provider="$MODULE" --export "pkcs11:token=PCA;object=${ROOT_NAME// /%20};type=cert" >"$TMP/root.pem"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
	-addext subjectAltName=DNS:localhost -keyout "$TMP/server.key" -out "$TMP/server.crt" 2>/dev/null
start_server -cert "$TMP/server.crt" -key "$TMP/server.key" -CAfile "$TMP/root.pem" -Verify 1 \
	-verify_return_error -www

with_curl() {
	registered curl -sS --cacert "$TMP/server.crt" --cert "$(url "$1" cert)" --key "$(url "$1" private)" \
		"--tlsv$2" --tls-max "$2" "https://localhost:$SERVER_PORT/"
}
with_wget() {
	registered wget -q -O - --ca-certificate="$TMP/server.crt" --certificate="$(url "$1" cert)" \
		--private-key="$(url "$1" private)" "https://localhost:$SERVER_PORT/"
}
for name in rsa ec; do
	for version in 1.2 1.3; do
		expect_output "curl shows $name: TLS $version" "CN ?= ?$name.example.com" with_curl $name $version
	done
	expect_output "wget shows $name" "CN ?= ?$name.example.com" with_wget $name
done
refute 'what is not on the token is not shown' with_curl nobody 1.3
stop_server
stop_emulator
