# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/crash.sh
# The tool is killed at every step of having a CSR signed: each wish has its one certificate.
. "${CCM_SOURCE:?}/tests/support/crash.sh"

openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout csr.key -out csr.csr \
	-subj /CN=csr.example.com 2>/dev/null
sign() { echo cert sign-csr csr.csr --ca "$SUB_ID" --validity "$1d"; }
again() { [[ -s out && $(journal csr.example.com) == 0 ]] || ccm $(sign "$1") >out 2>err || { cat err; return 126; }; }
points=0
while ! runs_through $((points + 1)) $(sign $((points + 1))); do
	((++points))
	check "killed at point $points, the next run ends it" again "$points"
	equal 'one certificate more, nothing left to do' "$points 0" \
		"$(certificates csr.example.com | wc -l) $(journal csr.example.com)"
done
check "there were $points points" test "$points" -ge 8
