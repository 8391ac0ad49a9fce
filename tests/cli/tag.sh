# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Tags of CAs and certificates, the site, HSM clusters.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq
start_emulator --tag-paging honour
make_ca ec256
a=$(issue a.example)
b=$(issue b.example)
issue c.example >/dev/null
names() { cut -f1 | sort | paste -sd' '; }

equal 'tags are added silently' '' "$(ccm tag add cert a.example owner=me stage=test 2>&1)"
equal 'and listed' 'owner	me|stage	test' "$(ccm tag list cert a.example | paste -sd'|')"
equal 'by id as well' 'owner me' "$(ccm tag list cert "$a" --json | jq -r '.tags[] | select(.key == "owner") | "\(.key) \(.value)"')"
check 'values may hold = and be empty' ccm tag add cert "$b" owner=you 'formula=a=b' empty=
equal 'all of it' 'a=b' "$(ccm tag list cert b.example --json | jq -r '.tags[] | select(.key == "formula").value')"
check 'CAs have tags, too' ccm tag add ca "$SUB_NAME" owner=me
expect_output 'tags in use' $'^owner\tme you$' ccm tag list cert
expect_output 'of CAs' $'^owner\tme' ccm tag list ca

equal 'found by key' 'a.example b.example' "$(ccm tag find cert owner | names)"
equal 'by value' 'a.example' "$(ccm tag find cert owner=me | names)"
equal 'by one of some' 'a.example b.example' "$(ccm tag find cert owner=me,you | names)"
equal 'by all of some' 'a.example' "$(ccm tag find cert owner=me,you stage | names)"
equal 'by name' 'b.example' "$(ccm tag find cert owner --name b.example | names)"
expect_output 'with their tags' $'^a\\.example\towner=me stage=test\t'"$a\$" ccm tag find cert owner=me
equal 'CAs as well' "$SUB_NAME" "$(ccm tag find ca owner | names)"
equal 'all there are' 3 "$(ccm tag find cert | wc -l)"
expect_output 'or none' '^ccm: tag find: no certificates$' ccm tag find cert nothing
equal 'in the service'"'"'s own fields' "$a" "$(ccm tag find cert owner=me --json | jq -r '.resources[0].resource_id')"
equal 'counted' 2 "$(ccm tag count cert owner)"
equal 'all' 3 "$(ccm tag count cert)"
equal 'as JSON' 1 "$(ccm tag count cert owner=me --json | jq .total_count)"

check 'a tag is removed by its key' ccm tag remove cert a.example stage
check 'or by key and value' ccm tag remove cert b.example owner=you formula
equal 'and gone' 'empty	-' "$(ccm tag list cert b.example)"
expect_status 'one that is not there' 5 ccm tag remove cert a.example stage
also 'is told' 'there is no tag "stage"$'
expect_status 'one with another value stays' 5 ccm tag remove cert a.example owner=you
also 'as is told' 'the tag "owner" has the value "me"$'
equal 'none of some is removed then' 1 "$(ccm tag add cert a.example x=y && ! ccm tag remove cert a.example x owner=you 2>/dev/null &&
	ccm tag list cert a.example | grep -c '^x')"

sent=$(calls)
bad() { expect_failure "$@"; expect_status 'which is a usage error' 2 "${@:3}"; }
bad 'of CAs or certificates' '"certs" is neither ca nor cert' ccm tag add certs a.example a=b
bad 'a tag has a value' '"owner" is not KEY=VALUE' ccm tag add cert a.example owner
bad 'and a key' '"=me" is not KEY=VALUE' ccm tag add cert a.example =me
bad 'a tag is needed' 'missing argument: ca\|cert NAME\|ID KEY=VALUE\.\.\.' ccm tag add cert a.example
bad 'a key has bounds' 'tags\[0\]\.key: .* has 129 characters, 1 to 128' ccm tag add cert "$a" "$(printf 'k%.0s' {1..129})=v"
many=()
for i in {1..21}; do many+=("k$i=v"); done
bad 'a call takes twenty' 'tags: has 21 elements, 20 are allowed' ccm tag add cert "$a" "${many[@]}"
equal 'nothing was sent for all this' "$sent" "$(calls)"
expect_status 'a certificate that is not there' 5 ccm tag add cert nothing a=b

expect_output 'what the site can do' '^Dedicated HSM regions: +eu-west-101$' ccm site
equal 'as JSON' false "$(ccm site --json | jq .is_support_sm2)"
expect_output 'no clusters yet' '^ccm: hsm list: no HSM clusters$' ccm hsm list
ccm ca export "$ROOT_NAME" --out "$TMP/hsm.crt"
DN=(--country DE --state S --locality L --organization O --unit U --key ec256)
HSM=(--hsm-cluster 11111111-2222-4333-8444-555555555555)
expect_failure 'a cluster has a CA certificate' '--hsm-cluster goes with --hsm-ca-cert only' ccm ca create --name H "${DN[@]}" "${HSM[@]}"
expect_failure 'that is one' 'holds a private key' bash -c "openssl ecparam -genkey -noout -name prime256v1 >$TMP/h.key
	'$BUILD/src/ccm' ca create --name H ${DN[*]} ${HSM[*]} --hsm-ca-cert $TMP/h.key"
hsm=$(ccm ca create --name 'In HSM' "${DN[@]}" "${HSM[@]}" --hsm-ca-cert "$TMP/hsm.crt")
expect_output 'a CA has its key in a cluster' "^HSM cluster: +${HSM[1]}\$" ccm ca show "$hsm"
ccm ca create --name 'Also' --type subordinate "${DN[@]}" >/dev/null
check 'or gets there when it is activated' ccm ca activate Also --issuer "$hsm" "${HSM[@]}" --hsm-ca-cert "$TMP/hsm.crt"
expect_output 'clusters are listed with their CAs' "^${HSM[1]}"$'\t-\t-\t2\tAlso In HSM$' ccm hsm list
equal 'as JSON with the site' "2 true" "$(ccm hsm list --json | jq -r '"\(.clusters[0].cas) \(.site.is_support_dhsm)"')"
