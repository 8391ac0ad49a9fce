# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/crash.sh
# The tool is killed at every step of issuing for a key of the keystore, and the emulator before and
# after it issued: no certificate is lost, none is there twice, and every key has its certificate.
. "${CCM_SOURCE:?}/tests/support/crash.sh"

points=0
while ! survives $((points + 1)) "a$((points + 1)).example.com"; do
	((++points))
	check "killed at point $points, the next run ends it" ends "a$points.example.com"
	check 'with all in order' whole "a$points.example.com"
done
check 'what is not killed is in order, too' whole "a$((points + 1)).example.com"
check "there were $points points" test "$points" -ge 12

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
	name=${fault%%=*}.example.com
	fault --clear "pca_issue_certificate_by_csr:$fault:1" 'pca_list_certificates:status=503'
	expect_failure "the service dies ($fault)" . local_issue "$name"
	restart
	check 'the next run ends it' local_issue "$name"
	check 'with all in order' whole "$name"
done
