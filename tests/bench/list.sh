# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What long lists cost: CCM_SOURCE=$PWD bash tests/bench/list.sh [N]... (1000 10000 100000). Prints, for each size of the account, how long the
# emulator needs to make it, and for `ccm cert list` calls, seconds and peak memory of the tool.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need python3
DEADLINE=600
CCM=$BUILD/src/ccm

measure() {
	python3 -ISc 'import resource, subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[2:], stdout=open(sys.argv[1], "wb"), check=True)
print("%.1f s %7.1f MiB" % (time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024))' \
		"$TMP/out" "$@"
}
row() {
	local before figures
	before=$(calls pca_list_certificates)
	figures=$(measure "$CCM" "${@:2}")
	printf '%-8d ccm %-18s %4d calls %s %9d rows\n' "$1" "${*:2}" \
		$(($(calls pca_list_certificates) - before)) "$figures" "$(grep -c 'seed-[0-9]' "$TMP/out")"
}

(($#)) || set -- 1000 10000 100000
for count; do
	began=$(date +%s%3N)
	start_emulator --seed-certs "$count"
	printf '%-8d seeded in %.1f s\n' "$count" "$(($(date +%s%3N) - began))e-3"
	row "$count" cert list
	row "$count" cert list --json
	row "$count" cert list --status revoked
	stop_emulator
done
