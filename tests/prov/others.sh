# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Another provider that has the scheme pkcs11:, before and behind ours. OpenSSL gives a scheme to one of
# those who have it, whatever that one says, unless a property query says to whom.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator
make_ca
issue web.example.com --key ec256 --server >/dev/null
OURS='pkcs11:token=PCA;object=web.example.com' THEIRS='pkcs11:token=Other;object=x'
echo data >"$TMP/data"
export OPENSSL_CONF=$TMP/openssl.cnf

# the providers of openssl.cnf, in this order
configure() {
	local name
	{
		printf 'openssl_conf = init\n[init]\nproviders = providers\n[providers]\n'
		for name; do echo "$name = $name-section"; done
		printf '[default-section]\nactivate = 1\n[ccm-section]\nactivate = 1\nmodule = %s\n' "$MODULE"
		printf '[other-section]\nactivate = 1\nmodule = %s\n' "$BUILD/tests/prov/prov_other.so"
	} >"$OPENSSL_CONF"
}
utl() { run openssl storeutl -noout "$@"; }
signs() {
	run openssl dgst -sha256 -sign "$1" -out "$TMP/sig" "${@:2}" "$TMP/data" &&
		OPENSSL_CONF=/dev/null openssl dgst -sha256 -verify "$TMP/pub" -signature "$TMP/sig" "$TMP/data"
}
OPENSSL_CONF=/dev/null openssl_ccm pkey -in ccm:web.example.com -pubout -out "$TMP/pub"

for order in 'default other ccm' 'default ccm other' 'other ccm default'; do
	# shellcheck disable=SC2086
	configure $order
	check "$order: ccm: is ours" signs ccm:web.example.com
	expect_output "$order: pkcs11: is ours where we are asked for" 'Pkey' utl -propquery provider=ccm "$OURS"
	expect_output "$order: and theirs where they are" 'what the other provider has' \
		utl -propquery provider=other "$THEIRS"
	if utl "$THEIRS" 2>/dev/null | grep -q 'what the other provider has'; then
		expect_output "$order: pkcs11: is theirs" 'what the other provider has' utl "$OURS"
	else
		check "$order: pkcs11: is ours" signs "$OURS"
		expect_failure "$order: and theirs is declined" 'no token matches URI pkcs11:token=Other' utl "$THEIRS"
	fi
done
