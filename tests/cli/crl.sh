# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# CRLs; and the whole life of a CA that is signed outside, by the tool.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq curl
start_emulator --bucket crls --bucket hidden:private
make_ca ec256
cd "$TMP"
bad() { expect_failure "$@"; expect_status 'which is a usage error' 2 "${@:3}"; }

expect_output 'there is no agency' '^Granted: +no$' ccm crl agency
expect_failure 'so there is no CRL' '^note: `ccm crl agency` shows' ccm crl enable "$SUB_NAME" --bucket crls --days 7
expect_failure 'and there are no buckets' '^note: `ccm crl agency` shows' ccm crl buckets
expect_output 'an agency is created' '^Agency id: +[0-9a-f]{32}$' ccm crl agency --create
expect_output 'once' '^Granted: +yes$' ccm crl agency --create
equal 'that is, asked for once' 1 "$(calls pca_create_agency)"
equal 'as JSON' true "$(ccm crl agency --json | jq -r .agency_granted)"
expect_output 'buckets are listed' $'^crls\t20[0-9-]{8} [0-9:]{8} UTC$' ccm crl buckets
equal 'as JSON' 2 "$(ccm crl buckets --json | jq '.obs_buckets | length')"
sent=$(calls)
bad 'a bucket is needed' '--bucket is missing' ccm crl enable "$SUB_ID" --days 7
bad 'days, too' '--days is missing' ccm crl enable "$SUB_ID" --bucket crls
equal 'nothing was sent for this' "$sent" "$(calls)"
bad 'days have bounds' 'valid_days: 31 is not between 7 and 30' ccm crl enable "$SUB_ID" --bucket crls --days 31
expect_failure 'a bucket is there' 'nothing' ccm crl enable "$SUB_ID" --bucket nothing --days 7
equal 'publishing begins silently' '' "$(ccm crl enable "$SUB_NAME" --bucket crls --days 7 --name issuer 2>&1)"
expect_output 'as the CA shows' '^CRL address: +http://.*issuer\.crl$' ccm ca show "$SUB_NAME"
check 'and ends so' ccm crl disable "$SUB_ID"
expect_output 'as it shows, too' '^CRL published: +no$' ccm ca show "$SUB_NAME"

# The life of a CA
DN=(--country DE --state Bavaria --locality Munich --organization ACME --unit IT)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=Outside Root' \
	-keyout root.key -out root.crt 2>/dev/null
printf 'basicConstraints = critical, CA:TRUE, pathlen:0\nkeyUsage = critical, keyCertSign, cRLSign\n' >ca.ext
printf 'subjectKeyIdentifier = hash\n' >>ca.ext
id=$(ccm ca create --name 'Life CA' --type subordinate --key ec256 "${DN[@]}")
ccm ca csr 'Life CA' --out life.csr
openssl x509 -req -in life.csr -CA root.crt -CAkey root.key -days 365 -extfile ca.ext -out life.crt 2>/dev/null
check 'a CA gets its certificate from outside' ccm ca import 'Life CA' --cert life.crt --chain root.crt
check 'publishes a CRL' ccm crl enable 'Life CA' --bucket crls --days 7
for name in good.example bad.example; do
	check "issues $name" ccm cert issue --ca 'Life CA' --name $name --server --quiet
	check 'which is exported' ccm cert export $name
done
# What a client does: it has the root, gets the chain from the server and the CRL from its address.
verify() {
	local point
	point=$(ccm ca show 'Life CA' --json | jq -r .crl_configuration.crl_dis_point)
	curl -sSf "$point" -o life.crl
	openssl verify -crl_check -CRLfile <(openssl crl -in life.crl) -CAfile root.crt -untrusted "$1.crt" "$1.crt"
}
check 'both verify' verify good.example
check 'both' verify bad.example
check 'one is revoked' ccm cert revoke bad.example --reason key-compromise --yes
check 'the other one still verifies' verify good.example
expect_failure 'the revoked one does not' 'certificate revoked' verify bad.example
expect_output 'for the reason that was given' 'Key Compromise' openssl crl -in life.crl -noout -text
serial=$(openssl x509 -in bad.example.crt -noout -serial | cut -d= -f2)
serial=$(python3 -c "print(int('$serial', 16))")
expect_output 'crl show tells of it' "^$serial	20[0-9: -]+ UTC	key-compromise\$" ccm crl show 'Life CA'
also 'and of the list' '^Revoked: +1$'
equal 'as JSON' "$serial" "$(ccm crl show 'Life CA' --json | jq -r '.revoked[0].serial')"
check 'crl fetch writes the same list' ccm crl fetch 'Life CA' --der --out fetched.crl
check 'byte for byte' cmp fetched.crl <(openssl crl -in life.crl -outform der)
expect_output 'or PEM' '^-----BEGIN X509 CRL-----$' ccm crl fetch "$id"
expect_status 'a file is not overwritten' 7 ccm crl fetch "$id" --out fetched.crl
expect_status 'a CA that publishes none has none' 5 ccm crl show "$ROOT_ID"
also 'as it says' "$ROOT_NAME \\($ROOT_ID\\) publishes no CRL"
check 'the CA is disabled' ccm ca disable 'Life CA'
expect_status 'and issues nothing' 7 ccm cert issue --ca 'Life CA' --name x
check 'it is deleted' ccm ca delete 'Life CA' --days 7 --yes
check 'restored' ccm ca restore 'Life CA'
check 'enabled' ccm ca enable 'Life CA'
equal 'and is what it was' ACTIVED "$(ccm ca show "$id" --json | jq -r .status)"
check 'it issues again' ccm cert issue --ca 'Life CA' --name again.example
stop_emulator

# Answers that are lost: what counts is what is there.
rm -f "$EMU_LOG"
start_emulator --bucket crls --fault pca_create_agency:lost:1 --fault pca_enable_crl:lost:1 --fault pca_disable_crl:reset:1
make_ca ec256
expect_output 'an agency that was created' '^Granted: +yes$' ccm crl agency --create
also 'as is told' 'but the agency is there$'
expect_output 'a CRL that is published' 'but the CA publishes a CRL$' ccm crl enable "$SUB_NAME" --bucket crls --days 7
expect_failure 'one that is not ended' 'outcome unknown' ccm crl disable "$SUB_NAME"
equal 'each was asked for once' '1 1 1' "$(calls pca_create_agency) $(calls pca_enable_crl) $(calls pca_disable_crl)"
