# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Starting, stopping, and what is still there afterwards.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

# --- the command line
emulator() { timeout "$DEADLINE" "$BUILD/src/ccm-emulator" "$@" </dev/null; }
says() {
	expect_status "$1" 2 emulator "${@:3}"
	grep -aEq -- "$2" "$TMP/.output" || broken "$1" "no line like '$2'" "${@:3}"
	grep -q -- '--help' "$TMP/.output" || broken "$1" 'help is not mentioned' "${@:3}"
}
says 'an unknown option is named' 'there is no option --prot' --prot 1
says 'an option without its argument too' '--port needs an argument' --port
says 'an argument too many too' 'unexpected argument "x"' x
says 'a port is a number' '--port: "x" is not a number from 0 to 65535' --port x
says 'of 16 bits' '--port: "65536"' --port 65536
says 'a user has three parts' '--user: a user is given as NAME:PASSWORD:DOMAIN' --user a:b
says 'an access key has two' '--access-key: an access key is given as AK:SK' --access-key a
says 'a certificate needs a key' 'go together' --tls-cert x
says 'a fault has a kind' '--fault: a kind of fault is missing' --fault pca_get_ca
says 'that there is' '--fault: there is no kind of fault "boom"' --fault pca_get_ca:boom
says 'and an operation that there is' '--fault: there is no operation "pca_get"' --fault pca_get:reset
says 'and a number of times' '--fault: "0" is not a number of times' --fault '*:reset:0'
says 'and a value in its bounds' '--fault: status takes a number from 400 to 599' --fault '*:status=200'
says 'or none' '--fault: reset takes no value' --fault '*:reset=1'
says 'errors are of two kinds' '--errors: "x" is neither seed nor live' --errors x
says 'there are two sites' '--site: "eu" is neither intl nor cn' --site eu
says 'a quota is a number' '--ca-quota: "many" is not a number from 0' --ca-quota many
says 'of either kind' '--certificate-quota: "-1" is not a number from 0' --certificate-quota -1
says 'a cluster has a UUID' '--hsm-cluster: "mine" is no UUID' --hsm-cluster mine
says 'a clock offset is a number' '--clock-offset: "1h"' --clock-offset 1h
expect_output 'help tells the options' '^  --data DIR$' emulator --help
expect_output 'and the faults' '^  badpem' emulator --help
expect_output 'and that keys are not encrypted' 'private keys, unencrypted' emulator --help
expect_output 'there is a version' '^ccm-emulator [0-9]+\.[0-9]+\.[0-9]+$' emulator --version

cannot() {
	expect_status "$1" 1 emulator "${@:3}"
	grep -aEq -- "$2" "$TMP/.output" || broken "$1" "no line like '$2'" "${@:3}"
}
start_emulator
cannot 'a port that is taken is told' "cannot listen on 127.0.0.1:${EMU_URL##*:}: Address already in use" \
	--port "${EMU_URL##*:}"
cannot 'so is a directory that cannot be' "cannot make the directory $TMP/a/b" --data "$TMP/a/b"
cannot 'so is a file in its place' "$TMP/ccm.conf" --data "$TMP/ccm.conf"
cannot 'so is a log that cannot be written' "cannot open $TMP/a/log" --log "$TMP/a/log"
cannot 'so is a certificate that is not there' "cannot open $TMP/none" --tls-cert "$TMP/none" --tls-key "$TMP/none"
cannot 'so is one that is none' 'not usable' --tls-cert "$TMP/ccm.conf" --tls-key "$TMP/ccm.conf"

# --- a private directory
check 'the CA is there while it runs' test -s "$EMU_CA"
directory=$(dirname "$EMU_CA")
equal 'in a directory of its own' 700 "$(stat -c %a "$directory")"
stop_emulator
refute 'which goes with it' test -e "$directory"

for signal in INT TERM; do
	start_emulator
	kill "-$signal" "$EMU_PID"
	stop_emulator
	echo "ok - SIG$signal ends it in order"
done

# --- everything survives
start_emulator --data "$TMP/data"
log_in
root Root RSA2048 '"enterprise_project_id": "e"'
ROOT=$ID
leaf "$ROOT" web.example.com
LEAF=$ID
pending Pending
PENDING=$ID
export_pem certificate "$LEAF" before
api GET "$CAS/$ROOT"
before=$BODY
kill_emulator # no farewell
equal 'nobody else reads the private keys' '700 600' "$(stat -c %a "$TMP/data") $(stat -c %a "$TMP/data/emulator.db")"
cp "$EMU_CA" "$TMP/ca-before.pem"

start_emulator --data "$TMP/data"
equal 'the TLS CA is the same' "$(cat "$TMP/ca-before.pem")" "$(cat "$EMU_CA")"
equal 'its file is in the directory' "$TMP/data/ca.pem" "$EMU_CA"
api GET "$CAS/$ROOT"
equal 'a CA is as it was, also for the old token' "$before" "$BODY"
export_pem certificate "$LEAF" after
for part in crt chain key; do
	check "so is a certificate's $part" alike "$TMP/before.$part" "$TMP/after.$part"
done
answers 'it goes on issuing' 204 -- POST "$CAS/$PENDING/activate" \
	"{\"issuer_id\": \"$ROOT\", \"signature_algorithm\": \"SHA256\", $YEAR}"
stop_emulator

"$PYTHON" -ISc "import sqlite3; sqlite3.connect('$TMP/data/emulator.db').execute('PRAGMA user_version = 99')"
cannot 'a database of a newer emulator is left alone' 'of version 99, this emulator knows version 2' --data "$TMP/data"
rm "$TMP/data/emulator.db"*
echo 'this is no database, and it is longer than a page is, or at least as long as a header' >"$TMP/data/emulator.db"
cannot 'so is what is no database' 'emulator.db: file is not a database' --data "$TMP/data"

# --- the log
start_emulator --log "$TMP/exchanges"
log_in
api GET "$CAS?limit=1"
api GET /v1/nothing
api GET "$CAS/42"
expect_output 'each exchange has a line' '^[0-9]{4}-[0-9-]+T[0-9:.]+Z pca_list_cas GET /v1/private-certificate-authorities\?limit=1 200 -$' \
	cat "$TMP/exchanges"
expect_output 'also of no operation' 'Z - GET /v1/nothing 404 APIGW.0101$' cat "$TMP/exchanges"
expect_output 'and of refusals' 'Z pca_get_ca GET [^ ]*/42 400 PCA.00020201$' cat "$TMP/exchanges"
equal 'four lines for four' 4 "$(wc -l <"$TMP/exchanges")"
lacks 'without secrets' "emulator-password|$(cut -d' ' -f2 "$TMP/token" | tr -d '\r\n' | sed 's/[^A-Za-z0-9]/./g')" "$TMP/exchanges"
stop_emulator
