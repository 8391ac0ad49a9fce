# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# CAs: making, activating, showing, listing.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq
start_emulator
UUID='[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
DN=(--country DE --state Bavaria --locality Munich --organization 'ACME, Inc' --unit IT)

expect_output 'an account without CAs' '^ccm: ca list: no CAs$' ccm ca list
equal 'lists nothing' '' "$(ccm ca list 2>/dev/null)"
equal 'as JSON too' 0 "$(ccm ca list --json | jq '.certificate_authorities | length')"

expect_failure 'a root needs a whole name' \
	'missing --country, --locality, --organization, --unit$' ccm ca create --name R --state S
expect_status 'that is a usage error' 2 ccm ca create --name R
expect_failure 'what the service allows is known' 'country: "DEU" has 3 characters' \
	ccm ca create --name R "${DN[@]:2}" --country DEU
equal 'and nothing was sent for all this' 0 "$(calls pca_create_ca)"

expect_output 'a root is created; its id is all that is printed' "^$UUID$" \
	ccm ca create --name 'Root CA' --key ec384 --hash sha384 "${DN[@]}"
root=$OUTPUT
ca=$(ccm ca show "$root" --json)
field() { jq -r "$1" <<<"$ca"; }
equal 'active' 'ROOT ACTIVED EC384 SHA384' \
	"$(field '[.type, .status, .key_algorithm, .signature_algorithm] | join(" ")')"
equal 'for ten years' 10 "$(field '(.not_after - .not_before) / 1000 / 86400 / 365 | floor')"

expect_output 'a subordinate takes name, key and hash from its issuer' "^$UUID$" \
	ccm ca create --name 'Sub CA' --issuer 'Root CA' --unit Ops
sub=$OUTPUT
ca=$(ccm ca show 'Sub CA' --json)
equal 'except what is given' 'SUBORDINATE ACTIVED EC384 SHA384 ACME, Inc/Ops/DE' "$(field \
	'[.type, .status, .key_algorithm, .signature_algorithm,
	  ([.distinguished_name | .organization, .organizational_unit, .country] | join("/"))] | join(" ")')"
equal 'and is signed by it' "$root 5" \
	"$(field '.issuer_id + " " + ((.not_after - .not_before) / 1000 / 86400 / 365 | floor | tostring)')"
equal 'JSON is the service'"'"'s own' "$sub" "$(field .ca_id)"

expect_failure 'a root has no issuer' '--issuer: a root CA has none' \
	ccm ca create --name X --type root --issuer "$root"
expect_failure 'an issuer that is not there' 'no CA named "Rot"$' ccm ca create --name X --issuer Rot
expect_status 'is not found' 5 ccm ca create --name X --issuer Rot
expect_failure 'a pending one has no validity yet' \
	'--validity: a subordinate CA without --issuer gets it when it is activated' \
	ccm ca create --name P --type subordinate --validity 1y "${DN[@]}"

expect_output 'a pending subordinate' "^$UUID$" \
	ccm ca create --name 'Later CA' --type subordinate --key rsa2048 "${DN[@]}"
later=$OUTPUT
equal 'is pending' PENDING "$(ccm ca show "$later" --json | jq -r .status)"
expect_failure 'it cannot sign' 'the CA "Later CA" is PENDING' ccm ca create --name X --issuer "$later"
expect_status 'which is a conflict' 7 ccm ca create --name X --issuer "$later"
expect_failure 'nor be activated by one who is not there' 'no CA named "nobody"' \
	ccm ca activate 'Later CA' --issuer nobody
check 'it is activated' ccm ca activate 'Later CA' --issuer 'Root CA' --validity 90d --path-length 0
equal 'silently' '' "$OUTPUT"
ca=$(ccm ca show "$later" --json)
equal 'and active then' "ACTIVED $root SHA384 90" \
	"$(field '[.status, .issuer_id, .signature_algorithm, ((.not_after - .not_before) / 86400000 | floor | tostring)] | join(" ")')"
expect_status 'only once' 7 ccm ca activate "$later" --issuer "$root"
expect_failure 'as its state tells' '^note: the CA "Later CA" is ACTIVED$' ccm ca activate "$later" --issuer "$root"
refute_output 'of which its issuer is not to blame' '^note: the CA "Root CA"' \
	bash -c "'$BUILD/src/ccm' ca activate $later --issuer $root 2>&1 || :"
expect_status 'an id that does not exist is not found' 5 \
	ccm ca activate 00000000-0000-4000-8000-000000000000 --issuer "$root"

expect_output 'show is readable' '^Subject: +CN=Sub CA,OU=Ops,O=ACME\\, Inc,L=Munich,ST=Bavaria,C=DE$' ccm ca show "$sub"
expect_output 'times are UTC, and relative' \
	'^Expires: +20[0-9-]{8} [0-9:]{8} UTC \(in [0-9]+ days\)$' ccm ca show "$sub"
expect_output 'no limit is said so' '^Path length: +no limit$' ccm ca show "$root"
expect_output 'what is not there is left out' '^Serial number: ' ccm ca show "$root"
refute_output 'such as the issuer of a root' '^Issuer' ccm ca show "$root"
expect_status 'show of an unknown id is not found' 5 ccm ca show 00000000-0000-4000-8000-000000000000
expect_failure 'with id and code' \
	'CA 00000000-0000-4000-8000-000000000000: .*PCA\.[0-9]+.*request id [0-9a-f]+' \
	ccm ca show 00000000-0000-4000-8000-000000000000
expect_failure 'a name like others lists them' 'no CA named "CA"; like it: ("[A-Za-z]+ CA"(, )?){3}$' ccm ca show CA

rows() { ccm ca list "$@" | cut -f1 | sort | tr '\n' '|'; }
equal 'all are listed' 'Later CA|Root CA|Sub CA|' "$(rows)"
equal 'by type' 'Root CA|' "$(rows --type root)"
equal 'by part of the name' 'Sub CA|' "$(rows --name ub)"
equal 'by state, as people write it' 'Later CA|Root CA|Sub CA|' "$(rows --status active)"
equal 'and as the service does' 'Later CA|Root CA|Sub CA|' "$(rows --status=ACTIVED)"
equal 'there is none of another' '' "$(rows --status expired 2>/dev/null)"
equal 'a row has its columns' "Root CA|ROOT|ACTIVED|EC384|-|$root" \
	"$(ccm ca list --type root | cut -f1-4,6- | tr '\t' '|')"
expect_failure 'an unknown state is refused' \
	'--status: "gone" is none of pending\|active\|disabled\|deleted\|expired' ccm ca list --status gone
equal 'JSON lists are one document' '3 3' \
	"$(ccm ca list --json | jq -r '"\(.total) \(.certificate_authorities | length)"')"

twin=$(ccm ca create --name 'Root CA' --key ec256 "${DN[@]}")
expect_failure 'a name that two have is not guessed' '2 CAs are named "Root CA"; give the id of one' ccm ca show 'Root CA'
expect_failure 'both are listed' "^  $twin  ACTIVED  20" ccm ca show 'Root CA'
expect_failure 'each' "^  $root  ACTIVED  20" ccm ca show 'Root CA'
expect_status 'it is a conflict' 7 ccm ca create --name X --issuer 'Root CA'
id=$(ccm ca create --name Twice --type subordinate "${DN[@]}")
ccm ca create --name Twice --issuer "$root" >/dev/null
check 'unless only one can be meant' ccm ca activate Twice --issuer "$twin"
equal 'that one' ACTIVED "$(ccm ca show "$id" --json | jq -r .status)"
