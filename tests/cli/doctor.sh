# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# ccm doctor: each layer when it is well, and when it is not.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

mkdir -p "$TMP/modules" "$XDG_CONFIG_HOME"
export OPENSSL_MODULES=$BUILD/src
export OPENSSL_CONF=$TMP/openssl.cnf
echo >"$OPENSSL_CONF"

expect_status 'without a configuration it says so and looks at the rest' 3 ccm doctor
also 'the configuration is what failed' '^configuration +failed +[0-9]+ ms cannot open'
also 'with what to do' '^ {32}write ~/\.config/ccm/ccm\.conf'
also 'what needs it is skipped' '^PCA +skipped +needs: configuration$'
also 'and what needs that' '^certificates +skipped +needs: credentials$'
also 'the provider needs none' '^provider +ok +[0-9]+ ms OpenSSL 3\.[0-9.]+ finds Cloud Certificate Manager'
also 'how many failed' '^ccm: doctor: 1 of 10 checks failed$'

start_emulator
expect_output 'all is well' '^configuration +ok +[0-9]+ ms .*/ccm\.conf: region' ccm doctor
also 'PCA, with the end of its certificate' \
	"^PCA +ok +[0-9]+ ms $EMU_URL answers; its"
also 'the clock' '^clock +ok +0 ms (as the service.s|1 s (ahead of|behind) the service.s)$'
also 'the credentials' '^credentials +ok +[0-9]+ ms aksk from '
also 'what may be listed' '^certificates +ok +[0-9]+ ms may be listed$'
also 'of both services' '^SSL certificates +ok +[0-9]+ ms may be listed$'

as_json() { ccm doctor --json | jq -r '.checks[] | [.layer, .result] | join("=")'; }
expect_output 'the same as JSON' '^credentials=ok$' as_json

activated() {
	printf '%s\n' 'openssl_conf = a' '[a]' 'providers = b' '[b]' 'ccm = c' '[c]' 'activate = 1' \
		>"$OPENSSL_CONF"
	ccm doctor | tr '\n' ' '
}
expect_output 'a provider that openssl.cnf activates' 'openssl\.cnf +activates it' activated
expect_output 'one that is not where OpenSSL looks is a warning' \
	'^provider +warning +[0-9]+ ms OpenSSL 3\.[0-9.]+ does not find ccm\.so in' \
	env OPENSSL_MODULES="$TMP/modules" OPENSSL_CONF=/dev/null "$BUILD/src/ccm" doctor

# A key that the service does not know
sed -i 's/^secret_key = .*/secret_key = wrong-wrong-wrong-wrong-wrong-wrong/' "$CCM_CONFIG"
expect_status 'credentials that are refused' 4 ccm doctor
also 'are named' '^credentials +failed +[0-9]+ ms .*'
also 'the rest waits for them' '^SSL certificates +skipped +needs: credentials$'
write_config

# The clocks
stop_emulator
start_emulator --clock-offset 300
expect_output 'a clock that is five minutes behind' '^clock +warning +0 ms (299|300|301) s behind the service' \
	ccm doctor
also 'with what to do' 'timedatectl set-ntp true'
stop_emulator
start_emulator --clock-offset -1200
expect_status 'one that is twenty minutes ahead' 4 ccm doctor
also 'is why signatures will be refused' '^clock +failed +0 ms signature expired: the clock of this machine is'

# Nobody there
stop_emulator
expect_status 'no service' 6 ccm doctor
also 'is what it says of each' '^SCM +failed +[0-9]+ ms no connection to 127\.0\.0\.1:'
also 'its clock is not known' '^clock +skipped +no service told its time$'
