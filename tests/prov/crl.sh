# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# CRLs through the store: shown, searched, and looked into by what verifies.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

cd "$TMP"
kinds() { openssl_ccm storeutl -noout "$@" | sed -nE 's/^ *[0-9]+: ([A-Za-z ]+).*/\1/p' | tr '\n' ','; }
for form in der pem; do
	start_emulator --bucket crls --bucket hidden:private --crl-format $form
	make_ca
	issue good.example.com --server >/dev/null
	bad=$(issue bad.example.com --server)
	openssl_ccm x509 -in ccm:bad.example.com -out bad.crt
	ccm crl agency --create >/dev/null
	expect_failure "$form: a CA without a CRL has none" 'selects no CA that publishes a CRL' \
		openssl_ccm crl -in "ccm:$SUB_NAME" -noout
	ccm crl enable "$SUB_ID" --bucket crls --days 7
	ccm crl enable "$ROOT_ID" --bucket hidden --days 7
	ccm cert revoke "$bad" --reason key-compromise --yes
	# Each command is a process of its own, and fetches the list anew.
	expect_output "$form: the CRL of a CA" "issuer=.*$SUB_NAME" openssl_ccm crl -in "ccm:$SUB_NAME" -noout -issuer
	expect_output "$form: it lists what was revoked" 'Key Compromise' openssl_ccm crl -in "ccm:$SUB_NAME" -noout -text
	equal "$form: a CA has certificates and CRL" 'Certificate,Certificate,CRL,' "$(kinds "ccm:$SUB_NAME")"
	equal "$form: its CRL alone" 'CRL,' "$(kinds -crls "ccm:$SUB_NAME")"
	equal "$form: a type excludes it" 'Certificate,Certificate,' "$(kinds "ccm:$SUB_NAME;type=cert")"
	subject=$(openssl_ccm x509 -in "ccm:$SUB_NAME" -noout -subject -nameopt compat | sed 's/^[^=]*=//')
	equal "$form: a search by its issuer" 'CRL,' "$(kinds -crls -subject "$subject" ccm:token=PCA)"
	expect_failure "$form: a list that is not public" 'permission denied|not found|service unavailable' \
		openssl_ccm crl -in "ccm:$ROOT_NAME" -noout

	verify() { openssl_ccm verify -CAstore "ccm:$ROOT_NAME" -untrusted "ccm:$SUB_NAME" "$@"; }
	check "$form: nothing revoked is looked for unasked" verify bad.crt
	check "$form: a CRL file may be a URI" verify -crl_check -CRLfile "ccm:$SUB_NAME" ccm:good.example.com
	expect_failure "$form: what is revoked is not valid" 'certificate revoked' \
		verify -crl_check -CRLfile "ccm:$SUB_NAME" bad.crt
	stores() { openssl_ccm verify -CAstore ccm:token=PCA -crl_check "$@"; }
	check "$form: a CA store has CRLs, too" stores ccm:good.example.com
	expect_failure "$form: from the store: not valid" 'certificate revoked' stores bad.crt
	stop_emulator
done
check 'the service is gone: the CRL of before' openssl_ccm crl -in "ccm:$SUB_NAME" -noout
cold
expect_failure 'the service is gone, and what was seen before' 'network failure|refused' openssl_ccm crl -in "ccm:$SUB_NAME" -noout
