# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The C clients of the provider, against an account.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator
printf '[token PCA]\nservice = pca\nread_only = no\n[token FIXED]\nservice = pca\n' >>"$CCM_CONFIG"
make_ca
issue rsa.example.com --key rsa2048 --server >/dev/null
issue ec.example.com --key ec256 --server >/dev/null
issue old.example.com --key ec256 --server >/dev/null
export CCM_MODULE_DIR=$BUILD/src CCM_MODULE=$MODULE OPENSSL_CONF=/dev/null CCM_LOG=prov:error

# LeakSanitizer's own thread dies in some orders in which libraries come and go: it has judged nothing
# then, so leaks are left out.
client() {
	local leaks
	for leaks in 1 0; do
		if ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=$leaks "$BUILD/tests/prov/$1" "${@:2}" 2>"$TMP/client.err"; then return; fi
		grep -q 'LeakSanitizer has encountered a fatal error' "$TMP/client.err" || break
	done
	cat "$TMP/client.err"
	return 1
}
check 'what programs do to a provider' client prov_provider
check 'what programs do to a store' client prov_store
check 'a program ends with everything open' client prov_provider leave

# openssl.cnf with the providers of these names, in this order
configure() {
	local name
	{
		printf 'openssl_conf = init\n[init]\nproviders = providers\n[providers]\n'
		for name; do echo "$name = $name-section"; done
		printf '[%s-section]\nactivate = 1\n' default
		printf '[%s-section]\nactivate = 1\nmodule = %s\n' ccm "$MODULE"
	} >"$TMP/openssl.cnf"
	export OPENSSL_CONF=$TMP/openssl.cnf
}
for configured in '' 'ccm default' 'default ccm'; do
	# shellcheck disable=SC2086
	[[ -z $configured ]] || configure $configured
	for orders in 'provider module' 'module provider'; do
		for last in provider module; do
			# shellcheck disable=SC2086
			check "openssl.cnf has '$configured': both faces in one process, in the order $orders; $last leaves last" \
				client prov_both_faces $orders $last
		done
	done
	if [[ $configured ]] && command -v pkcs11-tool >/dev/null; then
		expect_output "openssl.cnf has '$configured': a PKCS#11 program that loads it as well" \
			'rsa.example.com' run pkcs11-tool --module "$MODULE" --slot-index 0 -O
	fi
done
