# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# ccm sync: what it costs, what it leaves when the service fails in the middle of it, and where it
# goes on.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need sqlite3 openssl
COUNT=12000

# What a command costs: calls of an operation.
cost() {
	local before
	before=$(calls "$1")
	"${@:2}" >"$TMP/out" 2>"$TMP/err"
	echo $(($(calls "$1") - before))
}
column() { awk -F'\t' -v n="$1" '$1 == "PCA" { print $n }' "$TMP/out"; }
cache() { sqlite3 -cmd '.timeout 20000' "$(echo "$XDG_CACHE_HOME"/ccm/cache-*.db)" "$1"; }
intact() { equal "the cache is whole $1" ok "$(cache 'PRAGMA integrity_check')"; }
records() { cache 'SELECT count(*) FROM record WHERE kind = 1'; }
# The time that a failed service is left alone is over.
later() { cache 'DELETE FROM outage'; }
# While a command runs, the service fails from the N-th call of an operation on,
# each of which takes DELAY ms.
fails_at() {
	local n=$2 began=$SECONDS pid
	fault --clear "$1:delay=$DELAY"
	n=$((n + $(calls "$1")))
	"${@:3}" >"$TMP/out" 2>&1 &
	pid=$!
	while (($(calls "$1") < n)); do
		((SECONDS - began < 60)) || return 0
		read -rt 0.02 <> <(:) || :
	done
	fault '*:status=503'
	wait $pid
}

start_emulator --data "$TMP/data" --seed-certs $COUNT
fault 'pca_list_certificates:status=503'
expect_failure 'without the service there is nothing to sync' '503' ccm sync
fault --clear
cold

DELAY=700
refute 'a sync ends when the service does, in the middle' fails_at pca_list_certificates 3 ccm sync
check 'and tells why' grep -q 503 "$TMP/out"
some=$(records)
((some > 0 && some < COUNT)) || broken 'some of it is in the cache' "$some"
echo "ok - some of it is in the cache ($some)"
intact 'after that'
equal 'and does not pass for complete' 0 \
	"$(cache "SELECT count(*) FROM answer WHERE question LIKE 'all PCA 1 %'")"
fault --clear
later
pages=$(cost pca_list_certificates ccm sync)
equal 'the next one has all of them' "$(column 2)" "$(records)"
expect_output 'as many as the service has' "^$(column 2)\$" \
	bash -c "$(printf '%q ' "$BUILD/src/ccm") cert list --status issued | wc -l"
equal 'a sync of what is there is one call' 1 "$(cost pca_list_certificates ccm sync)"
equal 'which brings nothing new' 0 "$(column 4)"
equal 'all of it on request' "$pages" "$(cost pca_list_certificates ccm sync --full)"
equal 'brings nothing new either' 0 "$(column 4)"

# what is exported is what the token shows, each once, and from where it was broken off
printf '[token PCA]\nservice = pca\nname = seed-000[1-4]*\n' >>"$CCM_CONFIG"
exported() { cache 'SELECT count(*) FROM bundle JOIN record ON number = record WHERE kind = 1'; }
DELAY=100
refute 'exporting ends when the service does' fails_at pca_export_certificate 70 ccm sync --certificates
have=$(exported)
((have >= 64)) || broken 'what was exported till then is kept' "$have"
echo "ok - what was exported till then is kept ($have)"
intact 'in the middle of exports'
fault --clear
later
more=$(cost pca_export_certificate ccm sync --certificates)
equal 'the rest is exported, and nothing twice' "$(exported)" $((have + more))
check 'all that the token shows' test "$(exported)" -ge 380
equal 'again it is nothing' 0 "$(cost pca_export_certificate ccm sync --certificates)"

# what was exported is found by what only certificates tell
cache "SELECT hex(c.der) FROM certificate c JOIN bundle b ON b.certificate = c.number
	JOIN record r ON r.number = b.record WHERE r.label = 'seed-000277.example.com'" | xxd -r -p >"$TMP/some.der"
fingerprint=$(openssl dgst -sha256 -r "$TMP/some.der" | cut -d' ' -f1)
by_fingerprint() { openssl_ccm storeutl -noout -certs "ccm:token=PCA;fingerprint=$fingerprint"; }
before=$(calls)
expect_output 'a fingerprint finds its certificate, with the root' 'Total found: 2' by_fingerprint
equal 'without a call' 0 $(($(calls) - before))
stop_emulator
