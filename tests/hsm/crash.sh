#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck source=tests/support/lib.sh
# The tool is killed at steps of issuing for a key of a cluster: the next run finds the
# certificate by its key, or issues it; there is one of each, and no key without a certificate.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
. "${CCM_SOURCE:?}/tests/hsm/cluster.sh"
need jq sqlite3

ONE=11111111-2222-4333-8444-555555555555
make_cluster one
start_emulator --data "$TMP/data"
{
	printf '\n[token one]\nhsm = %s\n' "$ONE"
	hsm_section "$ONE" one
} >>"$CCM_CONFIG"
make_ca ec256
cd "$TMP"
sed -i '/^\[cloud\]/a timeout = 2 s' "$CCM_CONFIG"
echo data >data.txt
count() { ccm cert list --name "$1" --json | jq "[.certificates[] | select(.distinguished_name.common_name == \"$1\")] | length"; }
keys() { ccm hsm show "$ONE" --json | jq .keys; }
journal() { sqlite3 keystore/keystore.db "SELECT count(*) FROM journal WHERE name = '$1'" 2>/dev/null || echo 0; }
signs() {
	openssl_ccm dgst -sha256 -sign "ccm:$1" -out data.sig data.txt &&
		openssl dgst -sha256 -verify <(openssl_ccm x509 -in "ccm:$1" -noout -pubkey) -signature data.sig data.txt
}
# killed POINT COMMAND...: false when it went through
killed() {
	local status=0
	CCM_CRASH_AT=$1 "$BUILD/tests/cli/ccm-crash" "${@:2}" >out 2>err || status=$?
	((status == 0 || status == 137)) || { cat err; broken "killed at $1" "exit status $status"; }
	((status == 137))
}
# again NAME COMMAND...: the next run, unless the killed one had told
again() {
	[[ -s out && $(journal "$1") == 0 ]] || ccm "${@:2}" >out 2>err || { cat err; return 126; }
}
issue() { echo cert issue --ca "$SUB_ID" --name "$1" --validity 10h --key ec256 --hsm "$ONE"; }

n=0
before=$(keys)
while name=h$((n + 1)).example.com && killed $((n + 1)) $(issue "$name"); do
	((n += ${CCM_CRASH_STEP:-4})) # 1: at every point
	check "killed near point $n, the next run ends it" again "$name" $(issue "$name")
	equal 'one certificate, one key, nothing left to do' "1 $((before + 1)) 0" "$(count "$name") $(keys) $(journal "$name")"
	check 'which belong together' signs "$name"
	before=$(keys)
done
check "there were $n points" test "$n" -ge 12
