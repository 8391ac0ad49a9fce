# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What every end-to-end test starts with: . "${CCM_SOURCE:?}/tests/support/lib.sh"
#
#   $BUILD $SOURCE $TMP       build directory, source directory, a private directory (HOME is in it)
#   $MODULE  PROV=(...)       ccm.so; the options that make an openssl subcommand load it
#   start_emulator [option].. sets EMU_URL EMU_CA EMU_PID EMU_LOG, writes $CCM_CONFIG for it
#   fault [--clear] FAULT..   more faults for the one that runs; at work when it returns
#                             with --metadata-port also EMU_METADATA
#   stop_emulator             ends it; a status other than 0 breaks the test, at exit as well
#   kill_emulator             SIGKILL, as a crash would
#   cold                      forgets what earlier programs of the test kept in the cache
#   write_config [METHOD]     $CCM_CONFIG anew: aksk (default) or password
#   calls [OPERATION]         how many exchanges (of that operation) the emulator has seen
#   ccm args..  ccm_emulator  our own programs, leak detection on when sanitized
#   run PROGRAM args..        a foreign program that loads ccm.so: the sanitizer comes first
#   openssl_ccm SUB args..    run openssl SUB "${PROV[@]}" args..
#   make_ca [KEY]             an active root and subordinate: ROOT_ID SUB_ID ROOT_NAME SUB_NAME
#   issue NAME [option]..     a certificate by that subordinate, its id on standard output
#   start_server option..     openssl s_server on a free port: SERVER_PORT SERVER_PID SERVER_OUT
#   stop_server
#   spawn REGEX command..     in the background, until it prints a line like that: SPAWN_LINE
#                             SPAWN_PID SPAWN_OUT SPAWN_ERR; end PID waits for its end
#   need PROGRAM..  skip WHY  end the test as skipped
#
# Claims. The command runs in a subshell with `set -e`, so it sets no variables; what it printed is
# in $OUTPUT afterwards. The first broken claim ends the test.
#
#   check CLAIM command..                  status 0
#   refute CLAIM command..                 status 1..125
#   expect_output CLAIM REGEX command..    status 0 and a line like REGEX
#   refute_output CLAIM REGEX command..    status 0 and no line like REGEX
#   expect_failure CLAIM REGEX command..   status 1..125 and a line like REGEX
#   expect_status CLAIM N command..        status N
#   also CLAIM REGEX                       the last command printed a line like REGEX, too
#   equal CLAIM WANT GOT
#   lacks CLAIM REGEX [FILE]..             in each there is something, but no line like REGEX;
#                                          without a file, in what the last command printed
#
# Commands for claims:
#
#   alike FILE FILE    the same content; where there is none in one of them, every claim breaks

set -Eeuo pipefail
shopt -s inherit_errexit

SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${CCM_BUILD:-$SOURCE/build}
BUILD=$(cd "$BUILD" && pwd)
MODULE=$BUILD/src/ccm.so
PROV=(-provider-path "$BUILD/src" -provider ccm -provider default)
OUTPUT=

. "$SOURCE/tests/support/spawn.sh"
TMP=$(mktemp -d "${TMPDIR:-/tmp}/ccm-test.XXXXXX")
SPAWN_DIR=$TMP
BROKEN='' STATUS=0 LAST=()

finish() {
	local status=$? pid ended
	trap - EXIT ERR
	set +e
	for pid in "${SPAWNED[@]}"; do
		end "$pid"
		ended=$?
		if [[ $pid == "${EMU_PID:-}" ]] && ((status == 0 && ended != 0)); then
			echo "not ok - the emulator ends in order (exit status $ended)" >&2
			status=1
		fi
	done
	if ((status != 0 && status != 77)) && [[ -s $TMP/emulator.err ]]; then
		sed 's/^/# emulator: /' "$TMP/emulator.err" >&2
	fi
	if [[ -n ${CCM_KEEP_TMP:-} ]]; then
		echo "# kept $TMP"
	else
		rm -rf "$TMP"
	fi
	exit "$status"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
# A command outside of any claim has failed.
stumble() {
	local command=$BASH_COMMAND file=${BASH_SOURCE[1]:-$0}
	[[ $BROKEN ]] || echo "not ok - ${file##*/}:${BASH_LINENO[0]}: $command" >&2
}
trap stumble ERR

# Nothing of the caller's leaks in, nothing of ours leaks out.
export HOME=$TMP/home TMPDIR=$TMP LC_ALL=C.UTF-8 TZ=UTC
export XDG_CONFIG_HOME=$HOME/.config XDG_CACHE_HOME=$HOME/.cache XDG_DATA_HOME=$HOME/.local/share
export XDG_RUNTIME_DIR=$TMP/run CCM_CONFIG=$TMP/ccm.conf
(umask 077 && mkdir -p "$HOME" "$XDG_RUNTIME_DIR")
for name in $(compgen -e); do
	case $name in
	CCM_LOG* | HUAWEICLOUD_* | HW_* | OS_* | OPENSSL_* | P11_KIT_* | SSL_CERT_* | CURL_* | *_proxy | *_PROXY)
		unset "$name"
		;;
	esac
done

# A sanitizer's report is never an ordinary failure: it aborts the program. What a foreign program
# leaks is not ours to judge, what our own programs leak is.
sanitize=${CCM_SANITIZE:-}
if [[ -z $sanitize && -r $BUILD/meson-info/intro-buildoptions.json ]]; then
	sanitize=$(grep -o '"name": "b_sanitize", "value": "[^"]*"' \
		"$BUILD/meson-info/intro-buildoptions.json" | cut -d'"' -f8)
fi
RUN=(env)
case $sanitize in
*address*) RUN+=(ASAN_OPTIONS=abort_on_error=1:detect_leaks=0) runtime=libasan.so ;;
*thread*) runtime=libtsan.so ;;
*) runtime= ;;
esac
if [[ $runtime ]]; then
	RUN+=(LD_PRELOAD="$(${CCM_CC:-gcc} -print-file-name=$runtime)")
fi
export ASAN_OPTIONS=abort_on_error=1:detect_leaks=1
export UBSAN_OPTIONS=halt_on_error=1:abort_on_error=1:print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:abort_on_error=1
export LSAN_OPTIONS=exitcode=134

run() { "${RUN[@]}" "$@"; }
ccm() { "$BUILD/src/ccm" "$@"; }
ccm_emulator() { "$BUILD/src/ccm-emulator" "$@"; }
tool() { run "$@"; }

openssl_ccm() {
	local subcommand=$1
	shift
	run openssl "$subcommand" "${PROV[@]}" "$@"
}

skip() {
	echo "skip: $*"
	exit 77
}

# For the clients of p11-kit and OpenSC: with libasan preloaded p11tool hangs in libp11-kit's destructor
# (`p11tool --list-tokens` alone does, without ccm.so) and pkcs11-tool 0.23 reads what it has freed.
# The C clients of the suite p11 run everywhere.
unsanitized() {
	[[ -z $runtime ]] || skip "${1:-p11tool, gnutls-cli and pkcs11-tool do not survive a preloaded sanitizer}"
}

need() {
	local program
	for program; do
		command -v "$program" >/dev/null || skip "$program is not installed"
	done
}

# --- claims ---------------------------------------------------------------------------------

broken() {
	local claim=$1 why=$2
	shift 2
	BROKEN=1
	{
		echo "not ok - $claim"
		echo "#   why:     $why"
		if (($#)); then
			printf '#   command:%s\n' "$(printf ' %.500q' "$@")"
			sed 's/^/#   | /' "$TMP/.output"
		fi
	} >&2
	exit 1
}

# Run it, leave its status in STATUS and what it printed in $TMP/.output and OUTPUT.
attempt() {
	local claim=$1
	shift
	LAST=("$@")
	trap - ERR
	set +e
	(
		set -e
		"$@"
	) >"$TMP/.output" 2>&1
	STATUS=$?
	set -e
	trap stumble ERR
	OUTPUT=$(tr -d '\0' <"$TMP/.output")
	if grep -aEq '(Address|Leak|Thread|UndefinedBehavior)Sanitizer|: runtime error: ' "$TMP/.output"; then
		broken "$claim" "a sanitizer complains (exit status $STATUS)" "$@"
	fi
}

succeeded() { ((STATUS == 0)) || broken "$1" "exit status $STATUS" "${@:2}"; }

failed() {
	((STATUS != 0)) || broken "$1" 'exit status 0, a failure was expected' "${@:2}"
	((STATUS < 126)) || broken "$1" "exit status $STATUS is not an orderly failure" "${@:2}"
}

shows() { grep -aEq -- "$2" "$TMP/.output" || broken "$1" "no line like '$2' (exit status $STATUS)" "${@:3}"; }

check() {
	attempt "$@"
	succeeded "$@"
	echo "ok - $1"
}

refute() {
	attempt "$@"
	failed "$@"
	echo "ok - $1"
}

expect_output() {
	attempt "$1" "${@:3}"
	succeeded "$1" "${@:3}"
	shows "$@"
	echo "ok - $1"
}

refute_output() {
	attempt "$1" "${@:3}"
	succeeded "$1" "${@:3}"
	! grep -aEq -- "$2" "$TMP/.output" || broken "$1" "a line like '$2'" "${@:3}"
	echo "ok - $1"
}

expect_failure() {
	attempt "$1" "${@:3}"
	failed "$1" "${@:3}"
	shows "$@"
	echo "ok - $1"
}

expect_status() {
	attempt "$1" "${@:3}"
	((STATUS == $2)) || broken "$1" "exit status $STATUS, not $2" "${@:3}"
	echo "ok - $1"
}

also() {
	shows "$1" "$2" "${LAST[@]}"
	echo "ok - $1"
}

equal() {
	[[ $2 == "$3" ]] || broken "$1" "want '$2', got '$3'"
	echo "ok - $1"
}

lacks() {
	local claim=$1 regex=$2 file
	shift 2
	(($#)) || set -- "$TMP/.output"
	for file; do
		[[ -s $file ]] || broken "$claim" "there is nothing in $file"
		! grep -aEq -- "$regex" "$file" || broken "$claim" "a line like '$regex' in $file"
	done
	echo "ok - $claim"
}

# Two commands that both fail print the same: nothing. 126 is neither a success nor an orderly failure.
alike() {
	cat -- "$1" >"$TMP/.one" && cat -- "$2" >"$TMP/.other" || return 126
	[[ -s $TMP/.one && -s $TMP/.other ]] || {
		echo "there is nothing in $1 or in $2"
		return 126
	}
	cmp -- "$TMP/.one" "$TMP/.other"
}

# --- programs in the background -------------------------------------------------------------

spawn() {
	local regex=$1
	shift
	[[ $1 != run ]] || set -- "${RUN[@]}" "${@:2}"
	await "$regex" "$@" || {
		cat "$SPAWN_OUT" "$SPAWN_ERR" >"$TMP/.output"
		broken "$1 gets ready" "no line like '$regex' within $DEADLINE s, or it ended" "$@"
	}
}

start_emulator() {
	local options=("$@")
	[[ " $* " == *' --port '* ]] || options+=(--port 0)
	[[ " $* " == *' --log '* ]] || options+=(--log "$TMP/emulator.log")
	EMU_LOG=$TMP/emulator.log
	spawn '^ready https://' "$BUILD/src/ccm-emulator" "${options[@]}"
	EMU_PID=$SPAWN_PID
	read -r _ EMU_URL EMU_CA <<<"$SPAWN_LINE"
	EMU_METADATA=$(sed -n 's/^metadata //p' "$SPAWN_OUT")
	ln -sf "$SPAWN_ERR" "$TMP/emulator.err"
	write_config
}

fault() { ccm_emulator fault --control "${EMU_CA%/*}/control" "$@"; }

stop_emulator() {
	local status=0
	end "$EMU_PID" || status=$?
	EMU_PID=
	cp "$TMP/emulator.err" "$TMP/.output"
	((status == 0)) || broken 'the emulator ends in order' "exit status $status" ccm-emulator
}

kill_emulator() {
	kill -KILL "$EMU_PID"
	end "$EMU_PID" || :
	EMU_PID=
}

cold() { rm -rf "$XDG_CACHE_HOME/ccm"; }

write_config() {
	(umask 077 && : >"$CCM_CONFIG")
	cat >>"$CCM_CONFIG" <<-END
		[cloud]
		region = eu-west-101
		pca_endpoint = $EMU_URL
		scm_endpoint = $EMU_URL
		iam_endpoint = $EMU_URL
		tls_ca_file = $EMU_CA

		[keystore]
		dir = $TMP/keystore

		[auth]
	END
	case ${1:-aksk} in
	aksk)
		cat >>"$CCM_CONFIG" <<-END
			method = aksk
			access_key = EMULATORACCESSKEY000
			secret_key = emulator-secret-key
		END
		;;
	password)
		cat >>"$CCM_CONFIG" <<-END
			method = password
			user = emulator
			user_domain = emulator-account
			password = emulator-password
		END
		;;
	esac
}

calls() {
	awk -v want="${1:-}" 'want == "" || $2 == want { n++ } END { print n + 0 }' "$EMU_LOG"
}

make_ca() {
	local key=${1:-ec256}
	ROOT_NAME='CCM Test Root' SUB_NAME='CCM Test Issuer'
	ROOT_ID=$(ccm ca create --name "$ROOT_NAME" --type root --key "$key" --validity 10y \
		--country DE --state Berlin --locality Berlin --organization 'CCM Tests' --unit PKI)
	SUB_ID=$(ccm ca create --name "$SUB_NAME" --type subordinate --issuer "$ROOT_ID" --key "$key" \
		--validity 5y)
}

issue() {
	local name=$1
	shift
	ccm cert issue --ca "$SUB_ID" --name "$name" --validity 90d "$@"
}

# Options are s_server's; the port is a free one.
start_server() {
	spawn '^ACCEPT ' run openssl s_server -accept 127.0.0.1:0 "$@"
	SERVER_PID=$SPAWN_PID SERVER_OUT=$SPAWN_OUT SERVER_ERR=$SPAWN_ERR
	SERVER_PORT=${SPAWN_LINE##*:}
}

stop_server() { end "$SERVER_PID" || :; }
