#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ccm renew: keys that the service makes.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq

start_emulator
make_ca
cd "$TMP"
STATES=$([[ $EUID == 0 ]] && echo /var/lib/ccm/renewal || echo "$XDG_DATA_HOME/ccm/renewal")
short() { ccm cert issue --ca "$SUB_ID" --name "$1" --validity 10h --server "${@:2}"; }
serial() { openssl x509 -in "$1" -noout -serial; }
outcome() { ccm renew "$@" --json | jq -r '.renewals[] | "\(.name) \(.outcome)"'; }
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
expect_output 'the reference names the new key' '^Verified OK$' bash -c "
	set -e
	openssl dgst -sha256 ${PROV[*]} -sign web.example.com.key -out sig old.crt
	openssl x509 -in web.example.com.crt -pubkey -noout >pub.pem
	openssl dgst -sha256 -verify pub.pem -signature sig old.crt"
rm reloaded
expect_output 'then it is not due any more' 'not due' outcome --all --before 1h --exec "touch $TMP/reloaded"
refute 'and nobody reloads' test -e reloaded

# --- by name, by force; a reload that fails is caught up on ---
expect_output 'by name' '^web.example.com renewed$' outcome web.example.com --force
equal 'a third' 3 "$(count web.example.com)"
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
equal 'leaves what is not issued' "$(count web.example.com)" "$(($(ls -1 "$STATES"/*.json | wc -l) > 0 ? $(count web.example.com) : 0))"
expect_failure 'nothing named' 'either --all or the names' ccm renew
expect_failure 'a time that is none' '"soon" is neither' ccm renew --all --before soon

# --- a run that broke off ---
fault 'pca_issue_certificate:after:kill' 2>/dev/null || :
