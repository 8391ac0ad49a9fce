# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What openssl.cnf says to the provider, and what the provider says of itself.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator
make_ca
issue web.example.com --key ec256 >/dev/null
mv "$CCM_CONFIG" "$TMP/elsewhere.conf"

# The lines of the provider's section.
configure() {
	printf '%s\n' 'openssl_conf = init' '[init]' 'providers = providers' '[providers]' 'default = default_section' \
		'ccm = ccm_section' '[default_section]' 'activate = 1' '[ccm_section]' 'activate = 1' "module = $MODULE" "$@" \
		>"$TMP/openssl.cnf"
}
ossl() { OPENSSL_CONF=$TMP/openssl.cnf run openssl "$@"; }
utl() { ossl storeutl -noout ccm:web.example.com; }
version=$(ccm version | awk 'NR == 1 { print $NF }')

configure
expect_output 'it has a name' 'name: Cloud Certificate' ossl list -providers -verbose
also 'a version' "version: ${version:?}"
also 'build information' "build info: .*$version.*OpenSSL 3"
also 'and works' 'status: active'
expect_failure 'no configuration where it is looked for' "$CCM_CONFIG" utl

configure "ccm-config = $TMP/elsewhere.conf"
expect_output 'ccm-config' 'Total found: [1-9]' utl
refute_output 'nothing is logged unasked' ' (debug|info) ' utl
configure "ccm-config = $TMP/nowhere.conf"
expect_failure 'ccm-config names what is not there' "$TMP/nowhere.conf.*No such file" utl
check 'which the rest of openssl does not mind' ossl rand -hex 8

configure "ccm-config = $TMP/elsewhere.conf" 'ccm-log = http:debug'
cold
expect_output 'ccm-log' ' info http: ' utl
cold
refute_output 'ccm-log: of what it names' ' (debug|info) [^h]' utl
cold
expect_output 'ccm-log gives way to the environment' 'Total found' env CCM_LOG=error OPENSSL_CONF="$TMP/openssl.cnf" \
	"${RUN[@]}" openssl storeutl -noout ccm:web.example.com
lacks 'which has silenced it' ' (debug|info) '
printf '[log]\nlevel = error\n' >>"$TMP/elsewhere.conf"
cold
expect_output 'ccm-log goes before the configuration' ' info http: ' utl
configure "ccm-config = $TMP/elsewhere.conf" 'ccm-log = http:loud'
expect_failure 'a wrong ccm-log' 'ccm-log.*log level "http:loud" is none of error' utl
check 'which the rest of openssl does not mind either' ossl rand -hex 8

# --- one process, one configuration ---
contexts() { run "$BUILD/tests/prov/prov_contexts" "$@"; }
configure "ccm-config = $TMP/elsewhere.conf"
mv "$TMP/openssl.cnf" "$TMP/one.cnf"
ln -s elsewhere.conf "$TMP/alias.conf"
configure "ccm-config = $TMP/alias.conf"
mv "$TMP/openssl.cnf" "$TMP/same.cnf"
cp -p "$TMP/elsewhere.conf" "$TMP/other.conf"
configure "ccm-config = $TMP/other.conf"
mv "$TMP/openssl.cnf" "$TMP/other.cnf"
configure
if [[ -x $BUILD/tests/prov/prov_contexts ]]; then
	expect_output 'two library contexts' '^/.*/same.cnf: [1-9]' contexts "$TMP/one.cnf" "$TMP/same.cnf"
	expect_output 'one that names nothing has what there is' 'openssl.cnf: [1-9]' contexts "$TMP/one.cnf" "$TMP/openssl.cnf"
	expect_output 'one that names another file is told' "other.conf: this process already works with .*elsewhere.conf" \
		contexts "$TMP/one.cnf" "$TMP/other.cnf" "$TMP/same.cnf"
	also 'it gets nothing' 'other.cnf: 0'
	also 'the others go on' 'same.cnf: [1-9]'
fi
