# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Certificates: issuing, showing, listing.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq
start_emulator
make_ca rsa2048
UUID='[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'

# The certificate itself, as openssl prints it.
printed() {
	local file
	rm -rf "$TMP/out" && mkdir "$TMP/out"
	file=$(ccm cert export "$1" --out "$TMP/out" | head -1)
	openssl x509 -noout -text -in "$file"
}
issue_and_print() {
	local id
	id=$(ccm cert issue --ca "$SUB_ID" "$@")
	printed "$id"
}

expect_output 'no certificates yet' '^ccm: cert list: no certificates$' ccm cert list
expect_output 'issuing prints the id and nothing else' "^$UUID$" \
	ccm cert issue --ca "$SUB_NAME" --name web.example.com --server
web=$OUTPUT
cert=$(ccm cert show "$web" --json)
equal 'key and hash are the CA'"'"'s, for a year' 'ISSUED RSA2048 SHA256 365' "$(jq -r '[.status, .key_algorithm,
	.signature_algorithm, ((.not_after - .not_before) / 86400000 | floor | tostring)] | join(" ")' <<<"$cert")"
expect_output 'a server gets its name as alternative name' 'DNS:web.example.com$' printed "$web"
expect_output 'the extended usage' '^ +TLS Web Server Authentication$' printed "$web"
expect_output 'and with RSA two key usages' '^ +Digital Signature, Key Encipherment$' printed "$web"
expect_output 'with EC one' '^ +Digital Signature$' issue_and_print --name ec.example --server --key ec256
expect_output 'a server may be an address' 'IP Address:10.0.0.1$' issue_and_print --name 10.0.0.1 --server
expect_output 'a client' '^ +TLS Web Client Authentication$' issue_and_print --name me --client
refute_output 'has no alternative name by itself' 'Alternative Name' printed me
expect_output 'usages can be chosen' '^ +Non Repudiation, Key Agreement$' \
	issue_and_print --name usage --usage nonRepudiation,keyagreement
expect_output 'and all that is extended' \
	'Code Signing, E-mail Protection, Time Stamping, Microsoft Smartcard Login' \
	issue_and_print --name all --code-signing --email-protection --time-stamping --smart-card-logon
expect_output 'alternative names of every kind' \
	'DNS:a.example, DNS:\*\.b\.example, IP Address:192\.0\.2\.7, IP Address:2001:DB8:0:0:0:0:0:1, email:me@example\.com, URI:spiffe://x/y' \
	issue_and_print --name sans --server --san a.example --san 'dns:*.b.example' --san 192.0.2.7 \
	--san ip:2001:db8::1 --san me@example.com --san uri:spiffe://x/y
expect_output 'parts of the name' '^ +Subject: CN = part, C = DE, .*, OU = Ops$' issue_and_print --name part --unit Ops
expect_output 'key, hash and validity' 'EC384 SHA512 30' bash -c "
	id=\$('$BUILD/src/ccm' cert issue --ca $SUB_ID --name choice --key ec384 --hash sha512 --validity 30d)
	'$BUILD/src/ccm' cert show \$id --json | jq -r '[.key_algorithm, .signature_algorithm,
		((.not_after - .not_before) / 86400000 | floor | tostring)] | join(\" \")'"
expect_output 'with --json the id is in a document' '^[[:space:]]*"certificate_id":[[:space:]]*"'"$UUID\"" \
	ccm cert issue --ca "$SUB_ID" --name json --json

before=$(calls pca_create_certificate)
expect_failure 'a server needs a host name' '--server: "My Server" is no host name; --san' \
	ccm cert issue --ca "$SUB_ID" --name 'My Server' --server
expect_failure 'an alternative name that is none' '--san: "300.1.1.1" is not an IP address' \
	ccm cert issue --ca "$SUB_ID" --name x --san ip:300.1.1.1
expect_failure 'an unknown usage' '--usage: "sign" is none of digitalSignature\|' \
	ccm cert issue --ca "$SUB_ID" --name x --usage sign
many=()
for i in {1..21}; do many+=(--san "h$i.example"); done
expect_failure 'more names than the service takes' 'subject_alternative_names: .*20' \
	ccm cert issue --ca "$SUB_ID" --name x "${many[@]}"
expect_failure 'a name that is too long' 'common_name: .*65 characters' \
	ccm cert issue --ca "$SUB_ID" --name "$(printf 'x%.0s' {1..65})"
expect_status 'a CA that is not there' 5 ccm cert issue --ca 'CCM Test' --name x
expect_failure 'with those like it' 'no CA named "CCM Test"; like it: "CCM Test' ccm cert issue --ca 'CCM Test' --name x
equal 'and nothing was issued by all this' "$before" "$(calls pca_create_certificate)"

pending=$(ccm ca create --name Pending --type subordinate --country DE --state S --locality L \
	--organization O --unit U)
expect_status 'a CA that is not active cannot issue' 7 ccm cert issue --ca "$pending" --name x
expect_failure 'and is told to be so' 'the CA "Pending" is PENDING' ccm cert issue --ca "$pending" --name x
expect_status 'an id that does not exist' 5 ccm cert show 00000000-0000-4000-8000-000000000000
expect_status 'a name that does not exist' 5 ccm cert show nothing
expect_failure 'one like others lists five of them' \
	'no certificate named "a"; like it: ("[^"]+", ){5}\.\.\.$' ccm cert show a

expect_output 'show is readable' '^Issuer: +CCM Test Issuer$' ccm cert show web.example.com
twin=$(ccm cert issue --ca "$SUB_ID" --name web.example.com)
expect_failure 'a name that two have is not guessed' '2 certificates are named "web.example.com"' \
	ccm cert show web.example.com
expect_failure 'both are listed with state and end' "^  $twin  ISSUED  20.* \(in [0-9]+ days\)$" \
	ccm cert show web.example.com

rows() { ccm cert list "$@" | cut -f1 | sort | tr '\n' '|'; }
equal 'by part of the name' 'web.example.com|web.example.com|' "$(rows --name web)"
equal 'by state' '' "$(rows --status revoked 2>/dev/null)"
other=$(ccm ca create --name Other --issuer "$ROOT_ID")
ccm cert issue --ca "$other" --name other.example --validity 12h >/dev/null
equal 'by CA' 'other.example|' "$(rows --ca Other)"
equal 'by its id too' 'other.example|' "$(rows --ca "$other")"
equal 'what ends soon' 'other.example|' "$(rows --expires-within 1d)"
equal 'the first to end comes first' 'other.example choice' \
	"$(ccm cert list --expires-within 31d | cut -f1 | paste -sd' ')"
equal 'and of one CA' '' "$(rows --expires-within 1d --ca "$SUB_ID" 2>/dev/null)"
expect_failure 'a time that is none' '--expires-within: "soon" is not a period' ccm cert list --expires-within soon
equal 'a row has its columns' "other.example|ISSUED|RSA2048|Other" \
	"$(ccm cert list --ca Other | cut -f1-3,5 | tr '\t' '|')"
equal 'JSON has the service'"'"'s fields' "other.example Other 1" "$(ccm cert list --ca Other --json |
	jq -r '"\(.certificates[0] | .distinguished_name.common_name + " " + .issuer_name) \(.total)"')"

issue '证书 名' --client >/dev/null
expect_output 'names in other scripts' '^证书 名	ISSUED' ccm cert list --name 证书
expect_output 'are found by them' '^Name: +证书 名$' ccm cert show '证书 名'
