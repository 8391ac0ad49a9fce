# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# ccm api: every operation by its id, requests from words and files, checked before they are sent.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq script
start_emulator
make_ca ec256
export TERM=xterm
on_terminal() { script -qec "$(printf '%q ' "$BUILD/src/ccm" "$@")" /dev/null </dev/null | tr -d '\r'; }
NOBODY=00000000-0000-4000-8000-000000000000
LEAF=(issuer_id="$SUB_ID" distinguished_name.common_name=web.example.com validity.type=DAY validity.value=30)

equal 'all operations are listed' 56 "$(ccm api --list | wc -l)"
expect_output 'with id, method, path and summary' \
	$'^pca_revoke_ca\tPOST\t/v1/private-certificate-authorities/\{ca_id\}/revoke\tRevoke a subordinate CA$' ccm api --list
expect_output 'on a terminal under a header' '^OPERATION +METHOD +PATH +SUMMARY$' on_terminal api --list
equal 'as JSON too' '56 scm_apply_certificate POST' \
	"$(ccm api --list --json | jq -r '"\(.operations | length) \(.operations[0] | .id + " " + .method)"')"
while read -r id; do
	expect_output "help of $id" "^usage: ccm api $id" ccm api "$id" --help
done < <(ccm api --list | cut -f1)
expect_output 'ccm help tells the same' '^  ca_id  \(text, 36 characters, needed\)$' ccm help api pca_revoke_ca
expect_failure 'and takes nothing else' '--list and --all exclude each other' ccm api --list --all
expect_failure 'a file is overwritten by --output alone' '--force goes with --output only' \
	ccm api scm_list_certificates --force
expect_failure 'every page is no file' '--all and --output exclude each other' \
	ccm api scm_list_certificates --all --output "$TMP/pages"
expect_failure 'an operation is needed' 'missing argument: OPERATION, or --list' ccm api
expect_failure 'a known one' 'unknown operation "pca_get_cas"; did you mean "pca_get_ca"\?' ccm api pca_get_cas
expect_status 'that is a usage error' 2 ccm api pca_get_cas

sent=$(calls)
bad() { expect_failure "$@"; expect_status "$1: a usage error" 2 "${@:3}"; }
bad 'an unknown field' 'pca_list_cas: unknown field "lmit"; did you mean "limit"\?' ccm api pca_list_cas lmit=3
bad 'a bound' 'pca_list_cas: limit: 1001 is not between 0 and 1000' ccm api pca_list_cas limit=1001
bad 'a type' 'limit: "ten" is not a whole number' ccm api pca_list_cas limit=ten
bad 'an enumeration' 'status: "GONE" is not one of PENDING, ' ccm api pca_list_cas status=GONE
bad 'a missing field' 'pca_get_ca: ca_id is missing' ccm api pca_get_ca
bad 'one deep inside' 'validity.value is missing' ccm api pca_create_certificate "${LEAF[@]:0:3}"
bad 'an element of a list' 'subject_alternative_names\[0\]\.type: "X" is not one of' \
	ccm api pca_create_certificate "${LEAF[@]}" subject_alternative_names[0].{type=X,value=x}
bad 'a word that says nothing' '"limit" is not NAME=VALUE' ccm api pca_list_cas limit
bad 'a file that is not there' 'csr: cannot open /no/such: No such file' ccm api pca_parse_csr csr=@/no/such
bad 'a body that is not there' '--body /no/such: cannot open /no/such' ccm api pca_list_cas --body /no/such
echo '[1]' >"$TMP/list.json"
bad 'a body that is no object' 'holds a list, not an object' ccm api pca_list_cas --body "$TMP/list.json"
echo '{"limit": ' >"$TMP/cut.json"
bad 'a body that is cut' 'cut.json: not JSON' ccm api pca_list_cas --body "$TMP/cut.json"
bad 'paging what is no list' '--all: pca_get_ca lists nothing' ccm api pca_get_ca ca_id=$NOBODY --all
bad 'money without --yes' '--yes is needed to call pca_create_certificate' ccm api pca_create_certificate "${LEAF[@]}"
also 'says why' '^note: Each private certificate is charged for\.$'
bad 'and what cannot be undone' "--yes is needed to call pca_delete_certificate for certificate_id $NOBODY" \
	ccm api pca_delete_certificate certificate_id=$NOBODY
equal 'nothing was sent for all this' "$sent" "$(calls)"

id=$(ccm api pca_create_certificate "${LEAF[@]}" --yes | jq -r .certificate_id)
equal 'nested fields go where they belong' 'web.example.com 30' "$(ccm api pca_get_certificate certificate_id="$id" |
	jq -r '"\(.distinguished_name.common_name) \((.not_after - .not_before) / 86400000 | floor)"')"
cat >"$TMP/body.json" <<-END
	{"issuer_id": "$SUB_ID", "distinguished_name": {"common_name": "below", "locality": "Munich"},
	 "validity": {"type": "YEAR", "value": 1}, "key_usages": ["keyAgreement"]}
END
id=$(ccm api pca_create_certificate --body "$TMP/body.json" distinguished_name.common_name=above \
	key_usages=digitalSignature key_usages=nonRepudiation --yes | jq -r .certificate_id)
equal 'arguments lie above the body, member by member' 'above Munich' "$(ccm api pca_get_certificate \
	certificate_id="$id" | jq -r '.distinguished_name | "\(.common_name) \(.locality)"')"
mkdir "$TMP/out"
ccm cert export "$id" --out "$TMP/out" >/dev/null
expect_output 'lists as a whole' '^ +Digital Signature, Non Repudiation$' \
	openssl x509 -noout -text -in "$TMP/out/above.crt"
equal 'the body may be standard input' 1 "$(echo '{"limit": 1}' | ccm api pca_list_cas --body - |
	jq '.certificate_authorities | length')"
equal 'JSON values' 1 "$(ccm api pca_list_cas limit:=1 | jq '.certificate_authorities | length')"
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$TMP/x.key" -out "$TMP/x.csr" \
	-subj /CN=csr.example 2>/dev/null
equal 'texts from files' csr.example \
	"$(ccm api pca_parse_csr csr=@"$TMP/x.csr" | jq -r .distinguished_name.common_name)"
equal 'and from standard input' csr.example \
	"$(ccm api pca_parse_csr csr=@- <"$TMP/x.csr" | jq -r .distinguished_name.common_name)"
equal 'an empty answer prints nothing' '' "$(ccm api pca_revoke_certificate certificate_id="$id" --yes 2>&1)"
equal 'and did what it should' REVOKED "$(ccm cert show "$id" --json | jq -r .status)"
expect_status 'not found is told by the status' 5 ccm api pca_get_ca ca_id=$NOBODY
expect_status 'a state in the way, too' 7 ccm api pca_enable_ca ca_id="$SUB_ID"

page=$(ccm api pca_list_certificates limit=1 --all)
equal 'every page of a list as one document' '2 2' "$(jq -r '"\(.total) \(.certificates | length)"' <<<"$page")"
equal 'a list without pages, too' 0 "$(ccm api pca_list_all_ca_tags --all | jq '.tags | length')"

# Archives
id=$(issue zip.example --server)
ZIP=(pca_export_certificate certificate_id="$id" is_compressed=true type=nginx password=abc)
ccm api "${ZIP[@]}" >"$TMP/a.zip"
equal 'an archive goes to standard output' PK "$(head -c 2 "$TMP/a.zip")"
on_terminal api "${ZIP[@]}" >"$TMP/terminal" || :
check 'but not to a terminal' grep -q 'is a ZIP archive of [0-9]* bytes.*--output FILE' "$TMP/terminal"
lacks 'not a byte of it' PK "$TMP/terminal"
check 'to a file' ccm api "${ZIP[@]}" --output "$TMP/b.zip"
equal 'for its owner alone' "600 PK" "$(stat -c %a "$TMP/b.zip") $(head -c 2 "$TMP/b.zip")"
sent=$(calls)
expect_status 'which is not overwritten' 7 ccm api "${ZIP[@]}" --output "$TMP/b.zip"
equal 'as is known before' "$sent" "$(calls)"
check 'unless it should be' ccm api "${ZIP[@]}" --output "$TMP/b.zip" --force
ccm api pca_list_cas --output "$TMP/cas.json"
equal 'JSON goes to a file as well' 2 "$(jq .total "$TMP/cas.json")"

# Dry runs
sent=$(calls)
expect_output 'a dry run shows where it would go' \
	"^GET $EMU_URL/v1/private-certificate-authorities\?limit=3&name=a%20b%2F%C3%BC$" \
	ccm api pca_list_cas name='a b/ü' limit=3 --dry-run
also 'its headers' '^X-Language: en-us$'
also 'the signature but named' '^Authorization: SDK-HMAC-SHA256 Access=EMULATORACCESSKEY000, \(not shown\)$'
expect_output 'the body without secrets' '^\{"is_compressed":"true","type":"NGINX","password":"\(not shown\)"\}$' \
	ccm api "${ZIP[@]}" --dry-run
check 'it needs no --yes' ccm api pca_delete_ca ca_id=$NOBODY --dry-run
write_config password
expect_output 'a token is but named' '^X-Auth-Token: \(not shown\)$' ccm api pca_list_cas --dry-run
bad 'it checks all the same' 'limit: 1001 is not' ccm api pca_list_cas limit=1001 --dry-run
equal 'and sends nothing, not even a login' "$sent" "$(calls)"
write_config

# Answers that tell of failures
ssl=$(ccm api scm_purchase_certificate cert_brand=GEOTRUST cert_type=DV_SSL_CERT domain_type=SINGLE_DOMAIN \
	effective_time=1 domain_numbers=1 order_number=1 agree_privacy_protection=true --yes | jq -r '.cert[0].cert_id')
check 'SCM answers as well' test "${ssl:0:3}" = scs
