# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Faults for an emulator that runs, through its FIFO.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

faults() { timeout "$DEADLINE" "$BUILD/src/ccm-emulator" fault "$@"; }
get() { api GET "$CAS?$1"; }
statuses() {
	local i seen=
	for ((i = 0; i < $1; i++)); do
		get ''
		seen+=" $STATUS"
	done
	echo "${seen# }"
}
queue() { equal "$1" "$2" "$(statuses "$(wc -w <<<"$2")")"; }

# In a subshell, where it ends again.
start_emulator_in() {
	start_emulator --data "$1"
	stop_emulator
}

start_emulator
CONTROL=${EMU_CA%/*}/control
log_in
root Root
ROOT=$ID
sub "$ROOT" Sub

check 'a fault is set' fault pca_list_cas:status=503:1
queue 'and acts at once, as often as was said' '503 200'
check 'several are a queue' fault pca_list_cas:status=500:1 '*:status=404:2'
queue 'the first in it acts first' '500 404 404 200'
check 'one without an end is set' fault pca_list_cas:status=503
queue 'and stays' '503 503 503'
check 'all go at a word' fault --clear
queue 'and are gone' '200'
fault pca_list_cas:status=503
check 'others may take their places at once' fault --clear pca_list_cas:status=502:1
queue 'as the queue shows' '502 200'

expect_failure 'an operation that is not there is refused' '^ccm-emulator fault: pca_list:reset: there is no operation "pca_list"$' \
	fault pca_list_cas:status=503 pca_list:reset
expect_status 'as a mistake of usage' 2 fault 'pca_list_cas:status=0'
queue 'and nothing of the same command is done' '200'
expect_failure 'a command without a fault is refused' 'neither a fault nor --clear' fault
expect_failure 'one without FIFO is refused' '--control FIFO is missing' faults '*:reset'
expect_failure 'a FIFO that is not there is named' "/nothing: No such file" faults --control "$TMP/nothing" --clear
expect_failure 'and a file that is none' 'ca.pem is no FIFO' faults --control "$EMU_CA" --clear
mkfifo "$TMP/alone"
expect_status 'where nobody listens nobody waits' 1 faults --control "$TMP/alone" --clear
also 'and it is said' "no emulator listens on $TMP/alone"
expect_output 'help has the kinds' '^  wrongtype\[=MEMBER\] ' faults --help
equal 'the FIFO is only for its owner' 'fifo 600' "$(stat -c '%F %a' "$CONTROL")"
equal 'no answer is left lying about' '' "$(find "$TMP" -name 'ccm-fault.*')"

# Whoever writes lines needs no answer; the next command comes behind them.
{
	printf '\n\tx\nno fault\n'
	printf '%05000d\n' 0
	echo 'pca_list_cas:status=501:1'
} >"$CONTROL"
fault '*:delay=0:1'
queue 'lines of a shell do it, too, and bad ones do no harm' '501 200'
echo mine >"$TMP/mine"
printf 'pca_list_cas:status=501:1\t%s\n' "$TMP/mine" >"$CONTROL"
fault '*:delay=0:1'
equal 'an answer goes into no file' mine "$(cat "$TMP/mine")"
queue 'though the line counts' '501 200'

fault pca_list_cas:wrongtype:1 pca_list_cas:wrongtype=total:1 \
	pca_list_cas:wrongtype=certificate_authorities.distinguished_name.common_name:1
get ''
equal 'every member gets another type' '{"total":[2],"certificate_authorities":"of another type"}' "$BODY"
get ''
equal 'or one of them' '[2]' "$(json total)"
equal 'and no other' 2 "$(json 'certificate_authorities.#')"
get ''
equal 'or one in each element' '["Sub"] ["Root"]' \
	"$(json certificate_authorities.0.distinguished_name.common_name) $(json certificate_authorities.1.distinguished_name.common_name)"

first() { json certificate_authorities.0.distinguished_name.common_name; }
fault pca_list_cas:duplicate:2
get 'limit=1&offset=1'
equal 'the first page comes again' Sub "$(first)"
get 'limit=1'
equal 'also where it is asked for' Sub "$(first)"
get 'limit=1&offset=1'
equal 'then offset counts' Root "$(first)"

fault pca_list_cas:throttle=7:1 pca_list_cas:throttle=0:1
get ''
equal 'throttling has no window' '429 APIGW.0308' "$(code)"
lacks 'in its text' time: "$TMP/body"
check 'but says when to come back' grep -q $'^Retry-After: 7\r$' "$TMP/headers"
get ''
equal 'or nothing' '429 APIGW.0308' "$(code)"
lacks 'at all' '^[Rr]etry-[Aa]fter' "$TMP/headers"
stop_emulator
refute 'the FIFO goes at the end' test -e "$CONTROL"

start_emulator --control "$TMP/here" --data "$TMP/data"
check 'it may be elsewhere' faults --control "$TMP/here" '*:reset:1'
expect_failure 'where one emulator listens no other does' "another emulator listens on $TMP/here" \
	ccm_emulator --port 0 --control "$TMP/here"
check 'which harms nobody' faults --control "$TMP/here" --clear
expect_failure 'nor where something else is' "$EMU_CA is there already, and is no FIFO" \
	ccm_emulator --port 0 --control "$EMU_CA"
mkdir -p "$TMP/odd/control"
check 'where it has no place of its own the emulator does without' start_emulator_in "$TMP/odd"
kill_emulator
check 'a crash leaves it behind' test -p "$TMP/here"
start_emulator --control "$TMP/here" --data "$TMP/data"
check 'where it is made anew' faults --control "$TMP/here" --clear
stop_emulator
