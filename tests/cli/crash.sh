# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The tool is killed at every step of issuing for a key of the keystore, and the emulator before and
# after it issued: no certificate is lost, none is there twice, and every key has its certificate.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq sqlite3
start_emulator --data "$TMP/data"
make_ca ec256
cd "$TMP"
sed -i '/^\[cloud\]/a timeout = 2 s' "$CCM_CONFIG"
echo data >data.txt
local_issue() { ccm cert issue --ca "$SUB_ID" --name "$1" --local; }
killed_issue() { CCM_CRASH_AT=$1 "$BUILD/tests/cli/ccm-crash" cert issue --ca "$SUB_ID" --name "$2" --local; }
certificates() { ccm cert list --name "$1" --json | jq -r ".certificates[] | select(.distinguished_name.common_name == \"$1\") | .certificate_id"; }
journal() { sqlite3 keystore/keystore.db "SELECT count(*) FROM journal WHERE name = '$1'" 2>/dev/null || echo 0; }
# whole NAME: there is one certificate, one key, they belong together, and nothing is left to do.
whole() {
	local ids keys
	ids=$(certificates "$1")
	[[ $ids == ????????-????-????-????-???????????? ]] || { echo "certificates of $1: $ids"; return 126; }
	keys=$(ccm key list --json | jq -r "[.keys[] | select(.name == \"$1\") | .certificates[]] | join(\" \")")
	[[ $keys == "$ids" ]] || { echo "keys of $1 are those of '$keys', not of $ids"; return 126; }
	[[ $(journal "$1") == 0 ]] || { echo 'something is left in the journal'; return 126; }
	openssl_ccm dgst -sha256 -sign "ccm:$1" -out data.sig data.txt &&
		openssl dgst -sha256 -verify <(openssl_ccm x509 -in "ccm:$1" -noout -pubkey) -signature data.sig data.txt
}
# survives POINT NAME: killed there, or not; anything else is a failure.
survives() {
	local status=0
	killed_issue "$1" "$2" >out 2>err || status=$?
	((status == 0 || status == 137)) || { cat err; broken "killed at $1" "exit status $status"; }
	((status == 0))
}

# ends NAME: the next run, unless the killed one was done and had said so; it says the same.
ends() {
	local said
	said=$(<out)
	[[ -n $said && $(journal "$1") == 0 ]] && return
	local_issue "$1" >again 2>err || { cat err; return 126; }
	[[ -z $said || $said == "$(<again)" ]] || { echo "$said became $(<again)"; return 126; }
}

points=0
while ! survives $((points + 1)) "a$((points + 1)).example.com"; do
	((++points))
	check "killed at point $points, the next run ends it" ends "a$points.example.com"
	check 'with all in order' whole "a$points.example.com"
done
check 'what is not killed is in order, too' whole "a$((points + 1)).example.com"
check "there were $points points" test "$points" -ge 12

# A run that finds something to go on with is killed as well: where the first was killed after the
# certificate was issued, and where before.
for first in 8 12; do
	second=0
	while
		name="b$first-$((second + 1)).example.com"
		! survives "$first" "$name" && ! survives $((second + 1)) "$name"
	do
		((++second))
		check "killed at $first, then at $second, the third run ends it" ends "$name"
		check 'with all in order' whole "$name"
	done
	check "there were $second points" test "$second" -ge 4
done

# A key that waits for its certificate is there to be seen.
for ((n = 1; n <= points; n++)); do
	survives "$n" "left$n.example.com" || :
	! ccm key list | grep -q "left$n" || break
done
expect_output 'a key that was left is shown' "left$n\.example\.com" ccm key list

# The emulator dies before it issued, and after
restart() {
	kill_emulator
	start_emulator --data "$TMP/data"
	sed -i '/^\[cloud\]/a timeout = 2 s' "$CCM_CONFIG"
}
for fault in delay=60000 lost; do
	fault --clear "pca_issue_certificate_by_csr:$fault:1" 'pca_list_certificates:status=503'
	expect_failure "the service dies ($fault)" . local_issue "$fault.example.com"
	restart
	check 'the next run ends it' local_issue "$fault.example.com"
	check 'with all in order' whole "$fault.example.com"
done
