# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# The token at a distance, by what is there: `p11-kit server` has the module and the configuration, and a program
# elsewhere has p11-kit's client and a socket, neither the module's configuration nor access to the account.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized
need p11-kit p11tool openssl unshare
CLIENT=$(find /usr/lib -name p11-kit-client.so -print -quit)
SERVER=$(find /usr/lib* -path '*p11-kit/p11-kit-server' -print -quit)
[[ $CLIENT && $SERVER ]] || skip 'p11-kit has no server here'

start_emulator
make_ca
issue remote.example.com --key rsa2048 --server >/dev/null
openssl_ccm x509 -in ccm:remote.example.com -out "$TMP/remote.crt"
spawn '^P11_KIT_SERVER_PID=' p11-kit server --foreground --provider "$MODULE" --name "$TMP/p11.socket" 'pkcs11:token=PCA'

# A home of its own, and nothing of ours in the environment but the socket.
mkdir -p "$TMP/elsewhere"
elsewhere() {
	env -i PATH="$PATH" HOME="$TMP/elsewhere" XDG_RUNTIME_DIR="$TMP/elsewhere" \
		P11_KIT_SERVER_ADDRESS="unix:path=$TMP/p11.socket" "$@"
}
expect_output 'the token is there' 'Label: PCA' elsewhere p11tool --provider="$CLIENT" --list-tokens
expect_output 'so are its certificates' 'Label: remote.example.com' \
	elsewhere p11tool --provider="$CLIENT" --list-all-certs 'pkcs11:token=PCA'
check 'a certificate is read' elsewhere p11tool --provider="$CLIENT" --export 'pkcs11:token=PCA;object=remote.example.com;type=cert' \
	--outfile "$TMP/elsewhere/read.crt"
check 'it is that of the account' alike <(openssl x509 -in "$TMP/elsewhere/read.crt" -outform DER | base64) \
	<(openssl x509 -in "$TMP/remote.crt" -outform DER | base64)
echo message >"$TMP/elsewhere/message"
check 'a message is signed' elsewhere pkcs11-tool --module "$CLIENT" --token-label PCA --sign --mechanism SHA256-RSA-PKCS \
	--label remote.example.com --input-file "$TMP/elsewhere/message" --output-file "$TMP/elsewhere/signature"
openssl x509 -in "$TMP/remote.crt" -noout -pubkey -out "$TMP/remote.pub"
expect_output 'the signature is by that key' '^Verified OK' openssl dgst -sha256 -verify "$TMP/remote.pub" \
	-signature "$TMP/elsewhere/signature" "$TMP/elsewhere/message"
engine=$(find /usr/lib -path '*engines-3/pkcs11.so' -print -quit)
if [[ $engine ]]; then
	cat >"$TMP/elsewhere/engine.cnf" <<-ENGINE
		openssl_conf = init
		[init]
		engines = engines
		[engines]
		pkcs11 = pkcs11
		[pkcs11]
		engine_id = pkcs11
		dynamic_path = $engine
		MODULE_PATH = $CLIENT
		init = 0
	ENGINE
	check 'openssl signs there, too' elsewhere env OPENSSL_CONF="$TMP/elsewhere/engine.cnf" openssl dgst -sha256 \
		-engine pkcs11 -keyform engine -sign 'pkcs11:token=PCA;object=remote.example.com;type=private' \
		-out "$TMP/elsewhere/signature" "$TMP/elsewhere/message"
	expect_output 'with the same key' '^Verified OK' openssl dgst -sha256 -verify "$TMP/remote.pub" \
		-signature "$TMP/elsewhere/signature" "$TMP/elsewhere/message"
fi
expect_failure 'without the socket there is no token' '.' elsewhere env P11_KIT_SERVER_ADDRESS="unix:path=$TMP/none" \
	pkcs11-tool --module "$CLIENT" --token-label PCA -O
stop_emulator
