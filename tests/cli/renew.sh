#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ccm renew: keys that the service makes.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq

start_emulator
make_ca
cd "$TMP"
STATES=$TMP/keystore/renewal
short() { ccm cert issue --ca "$SUB_ID" --name "$1" --validity 10h --server "${@:2}"; }
serial() { openssl x509 -in "$1" -noout -serial; }
# Times in certificates are whole seconds; one that ends no later than the last is no renewal.
tick() {
	local now=$EPOCHSECONDS
	until ((EPOCHSECONDS > now)); do read -rt 0.05 <> <(:) || :; done
}
outcome() {
	tick
	ccm renew "$@" --json | jq -r '.renewals[] | "\(.name) \(.outcome)"'
}
count() { ccm cert list --json | jq --arg n "$1" '[.certificates[] | select(.distinguished_name.common_name == $n)] | length'; }

short web.example.com --san dns:web.example.com --san ip:192.0.2.7 >/dev/null
ccm cert export web.example.com --out . >/dev/null
cp web.example.com.crt old.crt
chmod 640 web.example.com.key
expect_output 'what is not due is left alone' '^web.example.com not due$' outcome --all --before 1h
equal 'and nothing is issued' 1 "$(count web.example.com)"
expect_output 'what is due is renewed' '^web.example.com renewed$' outcome --all --before 12h --exec "echo \$CCM_RENEWED >$TMP/reloaded"
equal 'once' 2 "$(count web.example.com)"
refute 'the file holds another certificate' cmp -s old.crt web.example.com.crt
equal 'that servers are told of' web.example.com "$(<reloaded)"
names() { openssl x509 -in web.example.com.crt -noout -ext subjectAltName,extendedKeyUsage; }
expect_output 'with the same names' 'DNS:web.example.com, IP Address:192.0.2.7' names
also 'and purposes' 'TLS Web Server Authentication'
equal 'the mode of a file stays' 640 "$(stat -c %a web.example.com.key)"
verifies() {
	openssl_ccm dgst -sha256 -sign web.example.com.key -out sig old.crt
	openssl x509 -in web.example.com.crt -pubkey -noout >pub.pem
	openssl dgst -sha256 -verify pub.pem -signature sig old.crt
}
expect_output 'the reference names the new key' '^Verified OK$' verifies
rm reloaded
expect_output 'then it is not due any more' 'not due' outcome --all --before 1h --exec "touch $TMP/reloaded"
refute 'and nobody reloads' test -e reloaded

# --- by name, by force; a reload that fails is caught up on ---
expect_output 'by name' '^web.example.com renewed$' outcome web.example.com --force
equal 'a third' 3 "$(count web.example.com)"
tick
expect_failure 'a command that fails' 'ended with status 3' ccm renew web.example.com --force --exec 'exit 3'
expect_output 'is run again' 'not due' outcome --all --before 1h --exec "echo \$CCM_RENEWED >$TMP/reloaded"
equal 'for what it missed' web.example.com "$(<reloaded)"

# --- trouble ---
short other.example.com >/dev/null
ccm cert export other.example.com --out . >/dev/null
sum=$(sha256sum *.crt *.key)
ccm ca disable "$SUB_ID" >/dev/null
expect_failure 'a CA that issues nothing' 'PCA\.' ccm renew --all --before 12h
equal 'leaves the files alone' "$sum" "$(sha256sum *.crt *.key)"
ccm ca enable "$SUB_ID" >/dev/null
expect_output 'then the next try waits' 'other.example.com waits after a failure' outcome --all --before 12h
expect_output 'unless it is forced' 'other.example.com renewed' outcome other.example.com --force
expect_failure 'a budget of a day' 'the budget of a day' ccm renew --all --force --budget 3
expect_failure 'nothing named' 'either --all or the names' ccm renew
expect_failure 'a time that is none' '"soon" is neither' ccm renew --all --before soon

# --- a run that broke off after the service had issued ---
state=$(grep -l '"web.example.com"' "$STATES"/*.json)
newest=$(jq -r .certificate_id "$state")
before=$(count web.example.com)
old=$(ccm cert list --json | jq -r --arg n web.example.com --arg id "$newest" '[.certificates[] | select(.distinguished_name.common_name == $n and .certificate_id != $id)][0].certificate_id')
jq --arg old "$old" '.certificate_id = $old | .next = null | .pending = {begun: (.renewed - 60000), old: $old}' "$state" >state.new
mv state.new "$state"
chmod 600 "$state"
expect_output 'its certificate is adopted' 'web.example.com renewed' outcome --all --before 1h
equal 'and none issued' "$before" "$(count web.example.com)"
equal 'of those the newest' "$newest" "$(jq -r .certificate_id "$state")"
equal 'and nothing is pending' null "$(jq .pending "$state")"

# --- one that was taken over, and revoked meanwhile ---
name=web.example.com
check 'one more is issued' short $name --san dns:$name --san ip:192.0.2.7
gone=$(ccm cert list --json | jq -r --arg n $name '[.certificates[] | select(.distinguished_name.common_name == $n)] | max_by(.create_time).certificate_id')
ccm cert revoke "$gone" --yes >/dev/null
jq --arg id "$gone" '.next = null | .pending = {begun: .renewed, old: .certificate_id, issued: $id}' "$state" >state.new
mv state.new "$state"
chmod 600 "$state"
expect_failure 'it is not taken' "$gone" ccm renew $name --force
equal 'nor waited for any more' null "$(jq .pending "$state")"
expect_output 'the next run has another' "$name renewed" outcome $name --force
equal 'which is not it' no "$([[ $(jq -r .certificate_id "$state") == "$gone" ]] && echo yes || echo no)"
before=$(count $name)

# --- two at a time; the answer that is lost ---
fault 'pca_create_certificate:delay=1500:1'
tick
"$BUILD/src/ccm" renew web.example.com --force >one.out 2>&1 &
first=$!
until [[ -n $(jq -r '.pending.begun // empty' "$state") ]] || ! kill -0 "$first"; do read -rt 0.05 <> <(:) || :; done
expect_failure 'one renews, another does not' 'another process renews it' ccm renew web.example.com --force
status=0
wait "$first" || status=$?
equal 'while the first gets its certificate' '0 ' "$status $(grep failed one.out || :)"
equal 'one' $((before + 1)) "$(count web.example.com)"
tick
fault 'pca_create_certificate:lost:1'
check 'a lost answer' ccm renew web.example.com --force
equal 'is looked for, not asked for again' $((before + 2)) "$(count web.example.com)"

# --- what is known of it, the service being away ---
stop_emulator
expect_output 'status tells where keys are' $'^web.example.com\t.*\tservice\trenewed\t' ccm status
status_json() { ccm status --json | jq -e "$1"; }
check 'as JSON' status_json '[.certificates[] | select(.name == "web.example.com" and .failures == 0 and .due < .not_after)] | length == 1'
metrics() { ccm status --prometheus --before 1h; }
expect_output 'for Prometheus' '^ccm_certificate_not_after_seconds\{name="web.example.com",identity="[0-9a-f]{32}",key="service"\} [0-9]{10}$' metrics
also 'with help' '^# HELP ccm_renewals_total '
equal 'each metric of each certificate' 12 "$(metrics | grep -c '^ccm_')"
