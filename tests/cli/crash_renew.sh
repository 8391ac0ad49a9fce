# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/crash.sh
# The tool is killed at steps of a renewal with a key of the keystore, the same and a new one:
# each renewal has its one certificate, and the files are of one certificate and its key.
. "${CCM_SOURCE:?}/tests/support/crash.sh"

name=web.example.com
ccm cert issue --ca "$SUB_ID" --name "$name" --validity 10h --local >/dev/null
ccm cert export "$name" --out . >/dev/null
# Times in certificates are whole seconds; one that ends no later than the last is no renewal.
tick() {
	local now=$EPOCHSECONDS
	until ((EPOCHSECONDS > now)); do read -rt 0.05 <> <(:) || :; done
}
state() { jq -r "$1" keystore/renewal/????????????????????????????????.json; }
pair() {
	openssl_ccm dgst -sha256 -sign "$name.key" -out data.sig data.txt &&
		openssl dgst -sha256 -verify <(openssl x509 -in "$name.crt" -pubkey -noout) -signature data.sig data.txt
}
for how in '' --rotate-key; do
	points=0
	renewals=$(state '.renewals // 0')
	tick
	while ! runs_through $((points + 1)) renew "$name" --force $how; do
		((points += ${CCM_CRASH_STEP:-4})) # 1: at every point
		tick
		# what was done, all but the end of it, is not asked for again
		[[ $(state '.renewals // 0') == "$((renewals + 1))" ]] ||
			check "renew $how: killed near point $points, the next run ends it" ccm renew "$name" --force $how
		((++renewals))
		equal 'one certificate for each renewal, nothing left to do' "$((renewals + 1)) 0" \
			"$(certificates "$name" | wc -l) $(journal "$name")"
		check 'certificate and reference belong together' pair
		tick
	done
	((++renewals)) # the one that went through
	check "there were $points points" test "$points" -ge 12
done
