# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What changes a CA's or certificate's state: by name or id, asked for first where there is no way back.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq script
start_emulator
make_ca ec256
NOBODY=00000000-0000-4000-8000-000000000000
state() { ccm "$1" show "$2" --json | jq -r .status; }

expect_output 'quotas' $'^CERTIFICATE_AUTHORITY\t2\t100$' ccm ca quota
expect_output 'of certificates' $'^CERTIFICATE\t0\t[0-9]+$' ccm cert quota
equal 'in the service'"'"'s own fields' 2 "$(ccm ca quota --json | jq '.quotas.resources[0].used')"

equal 'a CA is disabled silently' '' "$(ccm ca disable "$SUB_NAME" 2>&1)"
equal 'and is then' DISABLED "$(state ca "$SUB_ID")"
expect_status 'only once' 7 ccm ca disable "$SUB_NAME"
also 'since it is' '^note: the CA "CCM Test Issuer" is DISABLED$'
check 'it can be enabled' ccm ca enable "$SUB_ID"
equal 'and is then' ACTIVED "$(state ca "$SUB_ID")"
expect_status 'one that is not there' 5 ccm ca enable "$NOBODY"
expect_failure 'by name, with those like it' 'no CA named "CCM"; like it: "CCM Test' ccm ca enable CCM

expect_status 'an active CA is not deleted' 7 ccm ca delete "$SUB_NAME" --yes
also 'since it is' '^note: the CA "CCM Test Issuer" is ACTIVED$'
ccm ca disable "$SUB_ID"
for command in 'ca delete' 'ca revoke'; do
	expect_status "$command needs --yes where nobody can be asked" 2 ccm $command "$SUB_NAME" --quiet
	also 'which names what it is about' \
		"--yes is needed to ${command#ca } the CA \"CCM Test Issuer\" \($SUB_ID\), since nobody can be asked here"
	also 'and why' '^note: '
done
equal 'nothing happens then' DISABLED "$(state ca "$SUB_ID")"
expect_failure 'days have bounds' 'pending_days: 6 is not between 7 and 30' ccm ca delete "$SUB_NAME" --days 6 --yes
check 'a disabled CA is deleted' ccm ca delete "$SUB_NAME" --days 7 --yes
equal 'which takes its time' "DELETED 7" \
	"$(ccm ca show "$SUB_ID" --json | jq -r '"\(.status) \((.delete_time / 1000 - now) / 86400 | round)"')"
check 'until then it comes back' ccm ca restore "$SUB_NAME"
equal 'disabled' DISABLED "$(state ca "$SUB_ID")"
ccm ca enable "$SUB_ID"
pending=$(ccm ca create --name Pending --type subordinate --country DE --state S --locality L --organization O --unit U)
check 'a pending one goes at once' ccm ca delete Pending -y
expect_status 'and is gone' 5 ccm ca show "$pending"
expect_failure 'a root is not revoked' 'pca_revoke_ca: HTTP 40' ccm ca revoke "$ROOT_NAME" --yes

web=$(issue web.example --server)
issue other.example >/dev/null
expect_status 'a certificate is not revoked unasked' 2 ccm cert revoke web.example
expect_failure 'reasons are known' '--reason: "bored" is none of unspecified\|key-compromise\|' \
	ccm cert revoke web.example --reason bored --yes
check 'a certificate is revoked' ccm cert revoke web.example --reason superseded --yes
equal 'and is then' REVOKED "$(state cert "$web")"
web2=$(issue web.example)
check 'of two with a name the issued one is meant' ccm cert revoke web.example --yes --reason KEY_COMPROMISE
equal 'that one' REVOKED "$(state cert "$web2")"
expect_status 'then it could be either' 7 ccm cert delete web.example --yes
also 'which are listed' "^  $web  REVOKED  20"
expect_status 'a certificate is not deleted unasked' 2 ccm cert delete "$web"
check 'but with --yes' ccm cert delete "$web" --yes
expect_status 'and is gone' 5 ccm cert show "$web"
check 'the other one then goes by its name' ccm cert delete web.example --yes
check 'a CA is revoked' ccm ca revoke "$SUB_NAME" --reason cessation --yes
equal 'and is then' REVOKED "$(state ca "$SUB_ID")"

# A person at a terminal is asked.
answer() {
	script -qec "$(printf '%q ' "$BUILD/src/ccm" "${@:2}")" /dev/null <<<"$1" | tr -d '\r'
	return "${PIPESTATUS[0]}"
}
id=$(ccm cert list --name other.example | cut -f6)
expect_failure 'the question names it' "^Really delete the certificate \"other\.example\" \($id\)\? \[y/N\]" \
	answer n cert delete other.example
also 'after the consequences' '^The certificate, and its key if PCA made it, are gone'
also 'no is no' 'cert delete: given up: nothing was done$'
expect_status 'with a status of its own kind' 1 answer '' cert delete other.example
equal 'it is still there' ISSUED "$(state cert "$id")"
check 'yes is yes' answer yes cert delete other.example
expect_status 'and it is gone' 5 ccm cert show "$id"

# Orders
expect_status 'an order costs money' 2 ccm ca order --term 1y
also 'how much of it' '--yes is needed to order 1 CA for 1y'
expect_failure 'it is for months or years' '--term: "90d" is not a number of years or months' ccm ca order --term 90d --yes
expect_failure 'in their bounds' 'subscription_num' ccm ca order --term 1y --count 0 --yes
bought=$(ccm ca order --term 6m --auto-pay --yes --quiet | head -1)
equal 'it brings a pending CA' PENDING "$(state ca "$bought")"
expect_output 'that is filled in' "^$bought$" ccm ca create --bought "$bought" --name Bought --type root \
	--country DE --state S --locality L --organization O --unit U --key ec256
equal 'and is active then' 'Bought ACTIVED' \
	"$(ccm ca show "$bought" --json | jq -r '"\(.distinguished_name.common_name) \(.status)"')"
stop_emulator

# Answers that are lost: what counts is how it looks.
rm -f "$TMP/emulator.log"
start_emulator --fault pca_disable_ca:lost:1 --fault pca_enable_ca:reset:1 --fault pca_delete_ca:lost:1 \
	--fault pca_delete_certificate:lost:1 --fault pca_revoke_certificate:reset:1
make_ca ec256
issue web >/dev/null
expect_output 'disabled after all' 'but the CA is disabled$' ccm ca disable "$SUB_NAME"
equal 'asked for once' 1 "$(calls pca_disable_ca)"
expect_failure 'not enabled' '^note: the CA is DISABLED now$' ccm ca enable "$SUB_NAME"
equal 'asked for once' 1 "$(calls pca_enable_ca)"
expect_output 'deleted after all' 'but the CA is deleted$' ccm ca delete "$SUB_NAME" --yes
expect_failure 'not revoked' '^note: the certificate is ISSUED now$' ccm cert revoke web --yes
expect_output 'a certificate that is gone' 'but the certificate is deleted$' ccm cert delete web --yes
