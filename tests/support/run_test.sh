# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What tests/run and ./quickstart stand on: steps and the sum.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

# NAME RESULT OUTPUT: one line of a test log as meson writes it
entry() {
	printf '{"name": "ccm:%s", "stdout": "%s", "result": "%s", "duration": 1.5, "returncode": 9}\n' \
		"$1" "$3" "$2" >>"$TMP/log"
}
summary() { python3 -B "$SOURCE/tests/support/summary.py" "$@"; }

entry 'a / one' OK fine
entry 'a / two' EXPECTEDFAIL fine
expect_output 'all passed' '^2 passed, 0 failed, 0 skipped$' summary "plain=$TMP/log"
entry 'b / three' SKIP 'first\nskip: softhsm is not installed\nlast'
expect_output 'a skipped test is listed with its reason' \
	'^skipped plain: b / three: softhsm is not installed$' summary "plain=$TMP/log"
expect_output 'logs are added up' '^4 passed, 0 failed, 2 skipped$' \
	summary "plain=$TMP/log" "asan=$TMP/log"
for result in FAIL TIMEOUT ERROR INTERRUPT UNEXPECTEDPASS; do
	: >"$TMP/log"
	entry 'a / one' OK fine
	entry 'b / four' "$result" "went wrong"
	expect_failure "$result has failed" '^1 passed, 1 failed, 0 skipped$' summary "plain=$TMP/log"
	expect_failure 'it is listed with the end of its output' '^    went wrong$' summary "plain=$TMP/log"
done
expect_failure 'a missing log has failed' '^0 passed, 1 failed, 0 skipped$' summary "plain=$TMP/none"
: >"$TMP/log"
expect_failure 'no test at all has failed' '^0 passed, 0 failed, 0 skipped$' summary "plain=$TMP/log"

steps() { cd "$SOURCE" && bash -c '. "$0"; STEPS=2 LOGS=$1; set -e; eval "$2"' "$SOURCE/tests/support/setup.sh" "$TMP" "$1"; }
expect_output 'a step shows its number and its time' '^\[1/2\] water \.\.\. [0-9]+\.[0-9] s$' \
	steps 'step water echo wet'
equal 'what it prints is in its log' wet "$(cat "$TMP/1.log")"
expect_output 'a step may set variables' '^wet$' steps 'f() { x=wet; }; step water f; echo $x'
expect_failure 'a failing step ends all of them' '^\[2/2\] water: failed with exit status 3$' \
	steps 'step land true; step water sh -c "echo dry >&2; exit 3"; echo never'
equal 'nothing comes after it' '' "$(grep never <<<"$OUTPUT" || :)"
expect_failure 'its output is shown' '^    dry$' steps 'step water sh -c "echo dry >&2; exit 3"'
expect_failure 'a failure in the middle of a step counts' 'failed with exit status 1' \
	steps 'f() { false; true; }; step water f'
expect_failure 'so does one in a pipe' 'failed with exit status 3' \
	steps 'set -o pipefail; f() { sh -c "exit 3" | cat; true; }; step water f'
expect_failure 'what is to happen at exit happens' '^swept$' \
	steps 'ON_EXIT="echo swept"; step land true; step water false'
expect_output 'packages that are not there are missing' '^no-such-package bas $' \
	steps 'packages_x=(bash no-such-package bas); missing_packages x | tr "\n" " "'
expect_failure 'a program in the background does not hold it up' 'failed with exit status 1' \
	steps '. tests/support/spawn.sh; SPAWN_DIR=$LOGS ON_EXIT="end \$SPAWN_PID"
		step land await ready sh -c "echo ready; exec sleep 300"; step water false'
