# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
# For tests that kill the tool (ccm-crash, tests/support/crash.c) while it issues a certificate for a
# key of the keystore, and look whether the next run puts all in order.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq sqlite3
start_emulator --data "$TMP/data"
make_ca ec256
cd "$TMP"
sed -i '/^\[cloud\]/a timeout = 2 s' "$CCM_CONFIG"
echo data >data.txt
local_issue() { ccm cert issue --ca "$SUB_ID" --name "$1" --local; }
killed() { CCM_CRASH_AT=$1 "$BUILD/tests/cli/ccm-crash" "${@:2}"; }
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
# runs_through POINT ARG...: killed there, or not; anything else is a failure.
runs_through() {
	local status=0
	killed "$@" >out 2>err || status=$?
	((status == 0 || status == 137)) || { cat err; broken "killed at $1" "exit status $status"; }
	((status == 0))
}
survives() { runs_through "$1" cert issue --ca "$SUB_ID" --name "$2" --local; }

# ends NAME: the next run, unless the killed one was done and had said so; it says the same.
ends() {
	local said
	said=$(<out)
	[[ -n $said && $(journal "$1") == 0 ]] && return
	local_issue "$1" >again 2>err || { cat err; return 126; }
	[[ -z $said || $said == "$(<again)" ]] || { echo "$said became $(<again)"; return 126; }
}
