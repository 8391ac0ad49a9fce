# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The claims of lib.sh can fail, nothing hangs, nothing is left behind.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

# A script of its own: lib.sh, then the given lines.
script() { bash -c '. "$0"; eval "$1"' "$SOURCE/tests/support/lib.sh" "$1"; }

check 'a command that succeeds is fine' script 'check yes true'
expect_failure 'check breaks on failure, with claim, command, status and output' \
	'^not ok - water is dry$' script 'check "water is dry" sh -c "echo splash; exit 3"'
equal 'the report is complete' \
	'not ok - water is dry#   why:     exit status 3#   command: sh -c echo\ splash\;\ exit\ 3#   | splash' \
	"$(tr -d '\n' <<<"$OUTPUT")"
expect_failure 'check sees a failure in the middle of a function' 'not ok - f' \
	script 'f() { false; true; }; check f f'
expect_failure 'refute breaks on success' 'a failure was expected' script 'refute no true'
expect_failure 'refute breaks on a signal' 'exit status 139 is not an orderly failure' \
	script 'refute no sh -c "kill -SEGV \$\$"'
expect_failure 'refute breaks when there is no such command' 'exit status 127' \
	script 'refute no no-such-command'
expect_failure 'expect_output breaks on other output' "no line like 'xyz'" \
	script 'expect_output no xyz echo abc'
expect_failure 'expect_output breaks on failure' 'exit status 1' \
	script 'expect_output no abc sh -c "echo abc; exit 1"'
expect_failure 'refute_output breaks on that output' "a line like 'abc'" \
	script 'refute_output no abc echo abc'
expect_failure 'expect_failure breaks on success' 'a failure was expected' \
	script 'expect_failure no abc echo abc'
expect_failure 'expect_failure breaks on another reason' "no line like 'abc'" \
	script 'expect_failure no abc sh -c "echo xyz >&2; exit 1"'
expect_failure 'expect_status breaks on another status' 'exit status 4, not 5' \
	script 'expect_status no 5 sh -c "exit 4"'
expect_failure 'also breaks on other output' "no line like 'xyz'" \
	script 'check yes echo abc; also no xyz'
expect_failure 'equal breaks on a difference' "want 'a', got 'b'" script 'equal no a b'
expect_failure 'lacks breaks on that line' "a line like 'a.c' in .*file" \
	script 'echo abc >"$TMP/file"; lacks no a.c "$TMP/file"'
expect_failure 'and on a file that is not there' 'there is nothing in .*none' script 'lacks no a.c "$TMP/none"'
expect_failure 'or empty' 'there is nothing in .*file' script ': >"$TMP/file"; lacks no a.c "$TMP/file"'
expect_output 'nothing else' '^ok - yes$' script 'echo xyz >"$TMP/file"; lacks yes a.c "$TMP/file"'
expect_failure 'it looks at what was printed last' "a line like 'a.c' in " script 'check yes echo abc; lacks no a.c'
expect_output 'what is alike is' '^ok - yes$' script 'check yes alike <(echo a) <(echo a)'
expect_failure 'what differs is not' '^not ok - no$' script 'check no alike <(echo a) <(echo b)'
expect_output 'which can be claimed, too' '^ok - yes$' script 'refute yes alike <(echo a) <(echo b)'
for claim in check refute; do
	expect_failure "$claim breaks where there is nothing to compare" 'exit status 126' \
		script "$claim no alike <(false) <(false)"
	expect_failure "$claim breaks where there is nothing beside something" 'exit status 126' \
		script "$claim no alike <(echo a) <(:)"
done
masked() { script "$1" 2>&1 | sed 's/Sanitizer/Masked/'; }
expect_failure 'a report of a sanitizer is never an expected failure' 'a sanitizer complains' \
	masked 'refute no sh -c "echo ==1==ERROR: AddressSanitizer: heap-use-after-free; exit 1"'
expect_failure 'a command outside of a claim breaks the test too' 'not ok - .*: false$' script 'false'
expect_status 'skip tells meson' 77 script 'skip because'
expect_output 'the reason is seen' 'skip: no-such-program is not installed' \
	sh -c "bash -c '. \"\$0\"; need no-such-program' '$SOURCE/tests/support/lib.sh' || test \$? = 77"

expect_failure 'a server that dies early does not hang' 'no line like .*or it ended' \
	script 'spawn ready sh -c "echo nothing; echo oops >&2; exit 1"'
expect_failure 'nor one that is not there' 'No such file|not found' script 'spawn ready /no/such/program'
expect_failure 'nor one that never gets ready' 'within 1 s' \
	script 'DEADLINE=1; spawn ready sleep 300'
expect_output 'a server ends with the script' '^[0-9]+ [0-9]+$' \
	script 'spawn "^ready" sh -c "echo ready; exec sleep 300"; echo $$ $SPAWN_PID'
refute 'it is gone' kill -0 "${OUTPUT#* }"
expect_output 'the private directory goes with the script' '/ccm-test' script 'echo "$TMP"'
refute 'it is gone' test -e "$OUTPUT"
check 'a server that ignores SIGTERM is ended all the same' \
	script 'DEADLINE=2; spawn ready sh -c "trap : TERM; echo ready; while :; do sleep 0.1; done"'
