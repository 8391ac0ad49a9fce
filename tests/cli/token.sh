# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What programs see: tokens.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq
start_emulator
make_ca
issue web.example.com >/dev/null
issue other.example >/dev/null

expect_output 'two tokens by default' '^PCA	PCA	PCA	[0-9a-f]{16}	Cloud Certificate Manager	export	2	2	pkcs11:token=PCA$' ccm token list
expect_output 'the second is of SCM' '^SCM	SCM	SCM	[0-9a-f]{16}	' ccm token list
equal 'as JSON' 'PCA 2 2 pkcs11:token=PCA' \
	"$(ccm token list --json | jq -r '.tokens[0] | "\(.label) \(.certificates) \(.cas) \(.uri)"')"
equal 'serial numbers stay' "$(ccm token list | cut -f4)" "$(ccm token list | cut -f4)"

cat >>"$CCM_CONFIG" <<-'END'
	[token My web servers]
	name = web.*
	keys = none
END
expect_output 'a configured one shows what it lets through, under its name' \
	'^My web servers	PCA	PCA	[0-9a-f]{16}	Cloud Certificate Manager	none	1	[0-9]	pkcs11:token=My%20web%20servers$' \
	ccm token list
equal 'and there are no others then' 1 "$(ccm token list | wc -l)"

kill_emulator
expect_output 'without the service it shows what was seen' '^My web servers	.*	none	1	[0-9]	pkcs11:' ccm token list
cold
expect_output 'and tokens are there without that, too' '^My web servers	.*	none	-	-	pkcs11:' \
	bash -c "'$BUILD/src/ccm' token list || :"
expect_status 'but the failure is told' 6 ccm token list
