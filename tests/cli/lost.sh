# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Answers that get lost: nothing is made twice, nothing that was made is lost (design rule 7).
. "${CCM_SOURCE:?}/tests/support/lib.sh"
UUID='[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
DN=(--country DE --state S --locality L --organization O --unit U)
certificates() { ccm cert list --name web | wc -l; }
# In an emulator of its own, whose log begins anew.
with() {
	rm -f "$TMP/emulator.log"
	start_emulator "$@"
}

for fault in lost truncate garbage; do
	with --fault "pca_create_certificate:$fault:1"
	make_ca
	expect_output "$fault: the certificate is found and adopted" "^$UUID$" issue web --server
	id=$(grep -Ex "$UUID" <<<"$OUTPUT")
	expect_output 'what happened is told' 'ISSUED' ccm cert list
	equal 'one was asked for' 1 "$(calls pca_create_certificate)"
	equal 'one is there' "1 $id" "$(certificates) $(ccm cert list --name web | cut -f6)"
	stop_emulator
done

with --fault pca_create_certificate:lost
make_ca
expect_output 'what happened is told' '^ccm: cert issue: the answer was lost .*, but the certificate is there: '"$UUID$" \
	issue web --server
old=$(ccm cert list --name web | cut -f6)
expect_output 'the next one of the same name is not mistaken for it' "^$UUID$" issue web --key ec384
refute_output 'but another' "$old" printf '%s\n' "$(grep -Ex "$UUID" <<<"$OUTPUT")"
equal '--quiet prints the id only' 1 "$(issue quiet --quiet 2>&1 | grep -Exc "$UUID")"
stop_emulator

for fault in reset status=503; do
	with --fault "pca_create_certificate:$fault"
	make_ca
	expect_failure "$fault: nothing was made, and that is told" \
		'^note: looked for it, and no such certificate was created$' issue web --server
	equal 'one was asked for' 1 "$(calls pca_create_certificate)"
	equal 'none is there' 0 "$(certificates 2>/dev/null)"
	stop_emulator
done

with --fault pca_create_certificate:delay=1500:1
make_ca
sed -i 's/^\[cloud\]/[cloud]\ntimeout = 1 s/' "$CCM_CONFIG"
expect_output 'one that is made after the deadline is waited for' "^$UUID$" issue web
equal 'one was asked for' 1 "$(calls pca_create_certificate)"
equal 'one is there' 1 "$(certificates)"
stop_emulator

with --fault pca_create_certificate:lost --fault pca_list_certificates:status=500
make_ca
sed -i 's/^\[cloud\]/[cloud]\nretries = 0/' "$CCM_CONFIG"
expect_failure 'when it cannot be looked for, that is told' \
	'^note: whether it was created could not be seen .*ccm cert list. before trying again$' issue web
equal 'one was asked for' 1 "$(calls pca_create_certificate)"
stop_emulator

with --fault pca_create_ca:lost --fault pca_activate_ca:lost:1 --fault pca_activate_ca:reset
expect_output 'a CA is adopted as well' "^$UUID$" ccm ca create --name Root "${DN[@]}"
expect_output 'also a pending one' "^$UUID$" ccm ca create --name Sub --type subordinate "${DN[@]}"
equal 'each was asked for once' 2 "$(calls pca_create_ca)"
expect_output 'an activation that took place' 'but the CA is active$' ccm ca activate Sub --issuer Root
equal 'was asked for once' 1 "$(calls pca_activate_ca)"
ccm ca create --name Late --type subordinate "${DN[@]}" --quiet >/dev/null
expect_failure 'and one that did not' '^note: the CA is PENDING now$' ccm ca activate Late --issuer Root
