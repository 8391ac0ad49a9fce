# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Lists of many pages: how often the service is called, what is kept, what an interruption leaves.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need python3
PYTHON=/usr/bin/python3
[[ -x $PYTHON ]] || PYTHON=python3
CCM=$BUILD/src/ccm
COUNT=5000

list_calls() {
	local before
	before=$(calls pca_list_certificates)
	"$@" >"$TMP/out"
	echo $(($(calls pca_list_certificates) - before))
}
# Peak memory of a command in KiB; its output goes to $TMP/out.
peak() {
	"$PYTHON" -ISc 'import resource, subprocess, sys
subprocess.run(sys.argv[2:], stdout=open(sys.argv[1], "wb"), check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$TMP/out" "$@"
}
whole_rows() {
	[[ -s $TMP/out ]] || return 1
	awk -F'\t' 'NF != 6 { bad = 1 } END { exit bad }' "$TMP/out" && [[ $(tail -c 1 "$TMP/out") == '' ]]
}
whole_elements() {
	(cat "$TMP/out" && printf ']}') | "$PYTHON" -ISc 'import json, sys; json.load(sys.stdin)'
}

if [[ ! $runtime ]]; then
	start_emulator --data "$TMP/data" --seed-certs 2000
	two=$(peak "$CCM" cert list) two_json=$(peak "$CCM" cert list --json)
	stop_emulator
fi
start_emulator --data "$TMP/data" --seed-certs $COUNT
if [[ ! $runtime ]]; then
	all=$(peak "$CCM" cert list) all_json=$(peak "$CCM" cert list --json)
	((all - two < 1024)) || broken 'five pages need no more memory than two' "$two and $all KiB"
	echo "ok - five pages need no more memory than two ($two and $all KiB)"
	((all_json - two_json < 1024)) || broken 'nor do they as JSON' "$two_json and $all_json KiB"
	echo "ok - nor do they as JSON ($two_json and $all_json KiB)"
	: >"$EMU_LOG"
fi
equal 'a call brings a thousand' 5 "$(list_calls "$CCM" cert list)"
equal 'and all are shown' $COUNT "$(cut -f1 "$TMP/out" | sort -u | wc -l)"
equal 'likewise as JSON' 5 "$(list_calls "$CCM" cert list --json)"
equal 'which is whole' "$COUNT $COUNT" "$("$PYTHON" -ISc "import json
answer = json.load(open('$TMP/out'))
print(answer['total'], len({c['certificate_id'] for c in answer['certificates']}))")"
equal 'states are filtered by the service' 1 "$(list_calls "$CCM" cert list --status revoked)"
equal 'which shows those' 100 "$(grep -c $'\tREVOKED\t' "$TMP/out")"
equal 'and names' 1 "$(list_calls "$CCM" cert list --name seed-000 --status issued)"
check 'as the log tells' grep -q 'limit=1000&name=seed-000&offset=0&status=ISSUED' "$EMU_LOG"

for rows in 0 1 900 1500; do
	equal "Ctrl-C ends it at once after $rows rows" 'signal 2' \
		"$(fault pca_list_certificates:delay=300 && "$PYTHON" -ISB "$SOURCE/tests/cli/interrupt.py" "$TMP/out" $rows "$CCM" cert list | cut -d" " -f1,2)"
	fault --clear
	((rows == 0)) || check 'with whole rows' whole_rows
done
equal 'JSON too' 'signal 2' \
	"$("$PYTHON" -ISB "$SOURCE/tests/cli/interrupt.py" "$TMP/out" 700 "$CCM" cert list --json | cut -d" " -f1,2)"
check 'with whole elements' whole_elements
fault pca_list_certificates:delay=1600
equal 'and takes its bar off the terminal' "signal 2 '\\x1b[K'" \
	"$(BAR=1 TERM=xterm "$PYTHON" -ISB "$SOURCE/tests/cli/interrupt.py" "$TMP/out" 0 "$CCM" cert list)"
fault --clear pca_list_certificates:delay=400
bar() { TERM=xterm script -qec "$(printf '%q ' "$CCM" cert list) >$TMP/out" /dev/null </dev/null; }
if command -v script >/dev/null; then
	expect_output 'the bar tells how far it is' "cert list  \[=+ +\]  [1-4]000/$COUNT" bar
	equal 'and does not disturb' $COUNT "$(wc -l <"$TMP/out")"
fi
fault --clear

before=$(calls pca_list_certificates)
closed() {
	set +o pipefail
	"$CCM" cert list 2>"$TMP/err" | head -1 >"$TMP/out"
	echo "${PIPESTATUS[0]}"
}
equal 'a pipe that closes ends the work' 141 "$(closed)"
equal 'quietly' '' "$(cat "$TMP/err")"
equal 'and asks for no more than was wanted' 1 $(($(calls pca_list_certificates) - before))

fault pca_list_certificates:duplicate
expect_output 'pages that repeat end the list, and what is missing is told' \
	"the service tells of $COUNT records, but showed 1000" ccm cert list
equal 'each is shown once' 1000 "$(grep -c ^seed- <<<"$OUTPUT")"
fault --clear pca_list_certificates:wrongtype=certificates
expect_status 'no list is no list' 6 ccm cert list
also 'and it is said' 'pca_list_certificates: certificates is a string, not a list'
fault --clear pca_list_certificates:wrongtype=certificates.not_after
expect_output 'a member of another type does no harm' $'\t\\[[0-9]{13}\\]\t' ccm cert list --name seed-000001
fault --clear pca_list_certificates:throttle=1:1
equal 'throttling is waited for' 2 "$(list_calls "$CCM" cert list --name seed-000001)"
fault pca_list_certificates:status=429
expect_status 'but not for ever' 6 env CCM_CONFIG=<(cat "$CCM_CONFIG" && printf '[cloud]\nretries = 0\n') "$CCM" cert list
also 'and the window is told' 'limit:200,time:5 minute'
fault --clear pca_list_certificates:truncate
expect_status 'half an answer is none' 6 ccm cert list
fault --clear
stop_emulator
