# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Certificates for keys of the keystore: none is lost, none is made twice.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq
start_emulator
make_ca ec256
cd "$TMP"
sed -i '/^\[cloud\]/a timeout = 3 s' "$CCM_CONFIG"
local_issue() { ccm cert issue --ca "$SUB_NAME" --name "$1" --local "${@:2}"; }
certificates() { ccm cert list --name "$1" --json | jq "[.certificates[] | select(.distinguished_name.common_name == \"$1\")] | length"; }
keys() { ccm key list --json | jq "[.keys[] | select(.name == \"$1\")] | length"; }
echo data >data
signs() { openssl_ccm dgst -sha256 -sign "ccm:$1" -out data.sig data &&
	openssl dgst -sha256 -verify <(openssl_ccm x509 -in "ccm:$1" -noout -pubkey) -signature data.sig data; }

id=$(local_issue web.example.com --server --key ec256)
check 'its id is printed' grep -Eqx '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}' <<<"$id"
equal 'it was made of a CSR' CSR "$(ccm cert show "$id" --json | jq -r .gen_mode)"
equal 'the keystore has its key' "$id" "$(ccm key show web.example.com --json | jq -r '.certificates | join(" ")')"
check 'which signs as it should' signs web.example.com
expect_output 'names and usages are what was asked for' 'DNS:web\.example\.com' \
	openssl_ccm x509 -in ccm:web.example.com -noout -ext subjectAltName,extendedKeyUsage
also 'both' 'TLS Web Server Authentication'
equal 'the journal is empty' 0 "$(sqlite3 keystore/keystore.db 'SELECT count(*) FROM journal' 2>/dev/null || echo 0)"
for kind in rsa2048 ec384; do
	check "a key of $kind" local_issue "$kind.example.com" --key "$kind"
	check 'signs' signs "$kind.example.com"
done

# Refused: nothing is left
ccm ca disable "$SUB_NAME"
expect_failure 'a CA that is disabled issues nothing' 'DISABLED' local_issue no.example.com
equal 'no key is left' 0 "$(keys no.example.com)"
ccm ca enable "$SUB_NAME"

# The answer gets lost: the certificate is looked for
for kind in lost truncate garbage; do
	fault --clear "pca_issue_certificate_by_csr:$kind:1"
	check "an answer that does not come whole ($kind)" local_issue "$kind.example.com"
	equal 'costs no second certificate' 1 "$(certificates "$kind.example.com")"
	check 'and no key' signs "$kind.example.com"
done

# Nobody knows whether it was issued; it was not: the next run goes on with the same key
fault --clear pca_issue_certificate_by_csr:reset:1
expect_failure 'a call that got lost' 'outcome unknown' local_issue reset.example.com
also 'will be looked for' 'the next run looks for it again'
key=$(ccm key show reset.example.com --json | jq -r .id)
expect_output 'the next run goes on' 'had nothing issued for reset\.example\.com: it is issued now' \
	local_issue reset.example.com
equal 'with the same key' "$key" "$(ccm key show reset.example.com --json | jq -r .id)"
equal 'one certificate' 1 "$(certificates reset.example.com)"
check 'and one key' signs reset.example.com

# It was, but the service was gone before that could be seen
fault --clear pca_issue_certificate_by_csr:lost:1 'pca_list_certificates:status=503:20'
expect_failure 'a service that goes away' 'outcome unknown' local_issue away.example.com
fault --clear
expect_output 'the next run adopts' 'issued for away\.example\.com: it is adopted' local_issue away.example.com
equal 'the one certificate' 1 "$(certificates away.example.com)"
check 'that has its key' signs away.example.com
equal 'another run makes another' 2 "$(local_issue away.example.com >/dev/null; certificates away.example.com)"
stop_emulator
