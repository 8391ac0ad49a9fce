# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# ./quickstart on this build: its steps, twice, with and without --keep, and how it fails.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
[[ ${CCM_SANITIZE:-none} == none ]] || skip './quickstart starts programs without a sanitizer'
export CCM_BUILD=$BUILD

quickstart() { "$SOURCE/quickstart" --dir "$TMP/dir" "$@"; }
emulators() { pgrep -f -- "--data $TMP/dir/emulator" || :; }

expect_output 'it goes from nothing to a verified handshake' '^    Verify return code: 0 \(ok\)$' \
	quickstart
printed=$OUTPUT
for step in 1 2 3 4 5 6 7 8; do
	also "step $step is shown with its time" "^\[$step/8\] .* \.\.\.( [0-9]+\.[0-9] s)?$"
done
also 'the handshake is shown' '^    New, TLSv1.3'
also 'what is in the token is shown' '^    web\.example\.com +Private key'
equal 'the emulator has ended' '' "$(emulators)"

# The last line starts it again, the commands before are there to be pasted.
read -ra emulator <<<"$(tail -n 1 <<<"$printed")"
spawn '^ready https://' "${emulator[@]}"
mapfile -t commands < <(awk '/Go on by hand/ { on = 1; next } on && /^    / { print } on && /^The/ { exit }' \
	<<<"$printed")
equal 'there are commands to paste' 7 "${#commands[@]}"
expect_output 'they work with the emulator started again' 'BEGIN PUBLIC KEY' \
	bash -euc "$(printf '%s\n' "${commands[@]}")"
also 'the certificate is still there' '^web\.example\.com.*ISSUED'
end "$SPAWN_PID"

expect_output 'with --keep it says how to end the emulator' '^The emulator runs until you say: kill [0-9]+$' \
	quickstart --keep
kept=$(emulators)
equal 'and it runs' "$kept" "${OUTPUT##* }"
check 'a second run ends what an earlier one has left' quickstart
refute 'it is gone' kill -0 "$kept"
equal 'and no other has stayed' '' "$(emulators)"

mkdir "$TMP/bin"
printf '#!/bin/sh\necho no token today\nexit 3\n' >"$TMP/bin/p11tool"
chmod +x "$TMP/bin/p11tool"
broken_token() { PATH=$TMP/bin:$PATH quickstart --keep; }
expect_failure 'a step that fails says so' '^\[6/8\] .*: failed with exit status 3$' broken_token
also 'it shows what went wrong' '^    no token today$'
equal 'nothing has stayed then' '' "$(emulators)"
expect_status 'an unknown option is refused' 2 quickstart --frob
expect_output 'help is there' '^usage: \./quickstart' quickstart --help
