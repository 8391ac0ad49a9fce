# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# What clients see and the log tells when something is wrong: with the configuration, the
# credentials, the clock, the service or its answers.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized
need p11tool pkcs11-tool openssl

p11tool() { run p11tool --provider="$MODULE" "$@"; }
p11() { run pkcs11-tool --module "$MODULE" "$@"; }
list() { p11tool --list-all pkcs11:token=PCA; }
url() { echo "pkcs11:token=PCA;object=$1.example.com;type=private"; }

no_configuration() { env -u CCM_CONFIG HOME="$TMP/nowhere" XDG_CONFIG_HOME= "${RUN[@]:1}" \
	p11tool --provider="$MODULE" --list-tokens; }
if [[ ! -e /etc/ccm/ccm.conf ]]; then
	expect_output 'without configuration there are no tokens, and a warning' \
		'warn p11: no slots: no configuration' no_configuration
	refute_output 'without configuration there are no tokens' Token no_configuration
fi
(umask 077 && printf '[cloud]\npca_endpiont = https://x\n' >"$CCM_CONFIG")
expect_output 'a misspelt key is named, with the right one' 'pca_endpiont.*pca_endpoint' \
	p11tool --list-tokens
(umask 077 && printf '[cloud]\npca_endpoint = https://127.0.0.1:1\nretries = 0\n' >"$CCM_CONFIG")
expect_output 'tokens are listed with nobody there' 'Label: PCA' p11tool --list-tokens

data=$TMP/data
start_emulator --data "$data"
make_ca ec256
issue rsa.example.com --key rsa2048 --server >/dev/null
issue ec.example.com --key ec256 --server >/dev/null
check 'all is well at first' p11tool --test-sign "$(url rsa)"

sed -i 's/^secret_key = .*/secret_key = wrong/' "$CCM_CONFIG"
before=$(calls)
expect_failure 'a wrong secret key is an error of the user' CKR_USER_NOT_LOGGED_IN p11 -O
grep -q 'APIGW.0301' <<<"$OUTPUT" || broken 'the gateway'\''s code is in the log' "$OUTPUT"
grep -q 'secret' <<<"$OUTPUT" || broken 'the secret key is what the message is about' "$OUTPUT"
equal 'it is tried once' 1 $(($(calls) - before))
write_config
cp "$EMU_CA" "$TMP/ca.pem"
sed "s|^tls_ca_file = .*|tls_ca_file = $TMP/other.pem|" "$CCM_CONFIG" >"$TMP/tls.conf"
chmod 600 "$TMP/tls.conf"
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=other -keyout "$TMP/other.key" \
	-out "$TMP/other.pem" 2>/dev/null
untrusted() { CCM_CONFIG=$TMP/tls.conf p11 -O; }
expect_failure 'a server of another CA is not talked to' 'certificate' untrusted
stop_emulator

# with FAULT command..: the emulator anew, on the same data, with that fault
with() {
	start_emulator --data "$data" "${@:1:2}"
	shift 2
	"$@"
	stop_emulator
}
wrong_key() {
	expect_failure 'a key of another certificate signs nothing' 'does not belong to its certificate' \
		p11tool --test-sign "$(url rsa)"
	expect_output 'everything is listed all the same' 'Private key \(RSA-2048\)' list
}
broken_pem() {
	expect_output 'a certificate that is cut off does not hide the others' "Label: $ROOT_NAME" list
	grep -q 'exporting rsa.example.com .*cut off' <<<"$OUTPUT" ||
		broken 'the log names certificate and reason' "$OUTPUT"
}
broken_once() {
	expect_output 'what was cut off once is asked for again' 'ok$' \
		p11tool --test-sign "$(url rsa)"
}
no_json() {
	expect_failure 'an answer that is no JSON is an error of the device' CKR_DEVICE_ERROR p11 -O
	grep -q 'not JSON' <<<"$OUTPUT" || broken 'the log says so' "$OUTPUT"
}
unavailable() {
	expect_failure 'an unavailable service is an error of the device' CKR_DEVICE_ERROR p11 -O
	grep -q 'HTTP 503.*request ' <<<"$OUTPUT" || broken 'the log quotes status and request' "$OUTPUT"
}
wrong_clock() {
	expect_failure 'a clock that is off is named' 'clock of this machine is 20 min' p11 -O
}
with --fault pca_export_certificate:wrongkey wrong_key
with --fault pca_export_certificate:badpem broken_pem
with --fault pca_export_certificate:badpem:1 broken_once
with --fault pca_list_certificates:garbage no_json
with --fault pca_list_certificates:truncate no_json
with --fault '*:status=503' unavailable
with --clock-offset 1200 wrong_clock

# The service dies in the middle: who has the key goes on, who comes late is told.
start_emulator --data "$data"
export CCM_MODULE=$MODULE CCM_EMULATOR_PID=$EMU_PID
check 'a process that has its keys survives the service' "$BUILD/tests/p11/p11_outage"
end "$EMU_PID" || :
expect_failure 'a process that comes later is told' '(Connection refused|Could.?n.t connect|connect to)' list
