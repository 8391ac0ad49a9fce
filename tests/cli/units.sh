#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The units of systemd: well formed, and hardened.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need systemd-analyze

# The program is the build's, and there is no manual page of it on this machine.
for unit in service timer; do
	sed "s|^ExecStart=ccm|ExecStart=$BUILD/src/ccm|; /^Documentation=/d" "$SOURCE/conf/ccm-renew.$unit" >"$TMP/ccm-renew.$unit"
done
check 'the units are well formed' systemd-analyze verify "$TMP/ccm-renew.service" "$TMP/ccm-renew.timer"
equal 'without a word' '' "$OUTPUT"
exposure() { systemd-analyze security --offline=true "$TMP/ccm-renew.service" --threshold=30; }
check 'the service is hardened: 3.0 of 10 or less' exposure
expect_output 'the timer runs twice a day' 'Next elapse' systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$TMP/ccm-renew.timer")"
