# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For people: tables and progress on a terminal; for programs: neither.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need script
start_emulator
make_ca ec256
issue web.example.com >/dev/null
issue '证书' >/dev/null
export TERM=xterm
# Standard output and standard error on a terminal, without its carriage returns.
on_terminal() { script -qec "$(printf '%q ' "$BUILD/src/ccm" "$@")" /dev/null </dev/null | tr -d '\r'; }

expect_output 'a table has a header' '^NAME             STATUS  KEY    EXPIRES +ISSUER +ID$' on_terminal cert list
expect_output 'and aligned columns' '^web\.example\.com  ISSUED  EC256  20' on_terminal cert list
expect_output 'whatever their script' '^证书             ISSUED  EC256  20' on_terminal cert list
equal 'elsewhere there is no header' 2 "$(ccm cert list | wc -l)"
equal 'but tabs' 6 "$(ccm cert list --name web | tr '\t' '\n' | wc -l)"
refute_output 'and no escape' $'\033' ccm cert list
expect_output 'tokens as well' '^PCA +PCA +PCA +[0-9a-f]{16} +Cloud Certificate Manager +export +2 +2 +pkcs11:token=PCA$' \
	on_terminal token list
refute_output 'quick work shows no progress' '\[=====' on_terminal cert list
equal 'what is listed is not lost in a pipe that closes' web.example.com \
	"$(ccm cert list --name web | head -1 | cut -f1)"

rm -f "$TMP/emulator.log"
stop_emulator
start_emulator --latency 1500
expect_output 'slow work does' 'cert list  \[ *===== *\]  1 s' on_terminal cert list
refute_output 'but not with --quiet' '=====' on_terminal cert list --quiet
refute_output 'nor where standard error is no terminal' '=====' ccm cert list
TERM=dumb refute_output 'nor on a dumb one' '=====' on_terminal cert list
stop_emulator

# A pipe whose reader is gone before anything is written.
start_emulator
make_ca ec256
mkfifo "$TMP/fifo"
exec {reader}<>"$TMP/fifo" {writer}>"$TMP/fifo" {reader}<&-
expect_status 'a closed pipe ends the program as it ends every filter' 141 \
	bash -c "'$BUILD/src/ccm' ca list >&$writer"
equal 'quietly' '' "$OUTPUT"
expect_status 'JSON too' 141 bash -c "'$BUILD/src/ccm' ca list --json >&$writer"
exec {writer}>&-
