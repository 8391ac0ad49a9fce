# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/crash.sh
# A run that goes on with what a killed one left is killed at every step, too.
. "${CCM_SOURCE:?}/tests/support/crash.sh"

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
