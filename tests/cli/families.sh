# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The codes of the API Reference and those of the live service mean the same to whoever uses the tool.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

NOTHING=11111111-2222-4333-8444-555555555555
statuses() {
	local operation seen=
	for operation in "pca_get_certificate certificate_id=$NOTHING" "pca_get_ca ca_id=$NOTHING" \
		"pca_export_ca ca_id=$NOTHING" "pca_get_ca_csr ca_id=$ROOT_ID" "pca_enable_ca ca_id=$ROOT_ID" \
		"pca_get_certificate certificate_id=not-a-uuid-but-of-36-characters-long" \
		"pca_restore_ca ca_id=$SUB_ID"; do
		local status=0
		# shellcheck disable=SC2086
		ccm api --yes $operation >/dev/null 2>>"$TMP/said" || status=$?
		seen+=" $status"
	done
	echo "${seen# }"
}

for family in seed live; do
	start_emulator --errors $family
	make_ca
	: >"$TMP/said"
	equal "$family: missing, of the wrong state, malformed" '5 5 5 7 7 2 7' "$(statuses)"
	cp "$TMP/said" "$TMP/$family"
	stop_emulator
done
check 'the codes are shown as they came' grep -q 'HTTP 404 PCA\.00030102' "$TMP/seed"
check 'whichever they are' grep -q 'HTTP 400 PCA\.10010002' "$TMP/live"
refute 'and they differ' alike <(grep -o 'PCA\.[0-9]*' "$TMP/seed") <(grep -o 'PCA\.[0-9]*' "$TMP/live")
