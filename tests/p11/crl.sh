# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# CRL objects, from buckets that everybody may read and one that not, published as DER and as PEM.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need openssl curl jq

for form in der pem; do
	start_emulator --bucket crls --bucket hidden:private --crl-format "$form"
	make_ca ec256
	ccm crl agency --create >/dev/null
	ccm crl enable "$SUB_ID" --bucket crls --days 7
	ccm crl enable "$ROOT_ID" --bucket hidden --days 7
	ccm cert issue --ca "$SUB_ID" --name bad.example.com --key ec256 >/dev/null
	ccm cert revoke bad.example.com --yes
	url=$(ccm ca show "$SUB_ID" --json | jq -r .crl_configuration.crl_dis_point)
	curl -sSf "$url" | openssl crl -outform DER -out "$TMP/crl.der"
	: >"$EMU_LOG"
	export CCM_MODULE=$MODULE CCM_EMULATOR_LOG=$EMU_LOG CCM_TEST_CA=$SUB_NAME CCM_TEST_HIDDEN_CA=$ROOT_NAME
	export CCM_TEST_CRL=$TMP/crl.der CCM_TEST_CRL_URL=$url
	check "CAs' CRLs are objects: $form" "$BUILD/tests/p11/p11_crl"
	stop_emulator
done
