# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What is wrong with the configuration is said exactly, and nothing is sent.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
export CCM_CONFIG

# The configuration, of the owner's eyes only.
config() {
	rm -f "$CCM_CONFIG"
	(umask 077 && cat >"$CCM_CONFIG")
}

(unset CCM_CONFIG && expect_failure 'no configuration: where it was looked for' \
	"no configuration: .*$HOME/.config/ccm/ccm.conf nor /etc/ccm/ccm.conf" ccm ca list)
(unset CCM_CONFIG && expect_failure 'and the smallest one that would do' \
	'^ +secret_key_file = ' ccm ca list)
(unset CCM_CONFIG && expect_status 'with a status of its own' 3 ccm ca list)
expect_failure 'a file that is not there' "cannot open $CCM_CONFIG: No such file" ccm ca list
expect_failure '--config says which' 'cannot open /no/such: No such file' ccm ca list --config /no/such
expect_failure 'also before the command' 'cannot open /no/such: No such file' ccm --config /no/such ca list
expect_status 'it is a configuration error' 3 ccm ca list

config <<<$'[cloud]\nregion = eu-west-101\npca_endpiont = https://localhost'
expect_failure 'an unknown key: file, line, nearest' \
	"$CCM_CONFIG:3: unknown key pca_endpiont in \[cloud\]; did you mean pca_endpoint\?" ccm ca list
config <<<$'[clod]\n'
expect_failure 'an unknown section' "$CCM_CONFIG:1: unknown section \[clod\]; did you mean \[cloud\]\?" ccm ca list
config <<<$'[cloud]\npca_endpoint = http://localhost:1'
expect_failure 'an endpoint without TLS' 'pca_endpoint: "http://localhost:1" is not an https:// URL' ccm ca list
config <<<$'[cloud]\nregion =\n'
expect_failure 'neither region nor endpoint' 'region ""' ccm ca list
expect_status 'is a configuration error' 3 ccm ca list
config <<<$'[auth]\nmethod = password\nuser = me'
expect_failure 'half a login' '\[auth\] user_domain is needed for method password' ccm ca list
config <<<$'[auth]\naccess_key = AK'
expect_failure 'a key without its secret' '\[auth\] secret_key is needed for method aksk' ccm ca list
config <<<$'[cloud]\npca_endpoint = https://127.0.0.1:1\n[auth]\nmetadata_endpoint = http://127.0.0.1:1'
expect_failure 'no login at all' 'no credentials: \[auth\] has neither token, nor access_key, nor user, .* none at the metadata service http://127.0.0.1:1: no connection' ccm ca list
expect_status 'is a configuration error' 3 ccm ca list
config <<<$'[cloud]\npca_endpoint = https://127.0.0.1:1\n[auth]\nmetadata_endpoint ='
expect_failure 'not even a place to look' "no credentials: \\[auth\\] of $CCM_CONFIG has neither .* profile file has any$" ccm ca list
expect_status 'is a configuration error' 3 ccm ca list

config <<<$'[auth]\naccess_key = AK\nsecret_key = very-secret'
chmod o+r "$CCM_CONFIG"
expect_failure 'a secret that everybody may read' "everybody may read it: chmod o= $CCM_CONFIG" ccm ca list
refute_output 'is not shown either' 'very-secret' bash -c "'$BUILD/src/ccm' ca list 2>&1 || :"
config <<<$'[auth]\naccess_key = AK\nsecret_key_file = '"$TMP/secret"
(umask 022 && echo very-secret >"$TMP/secret")
expect_failure 'nor a file with one' "secret_key_file: $TMP/secret holds a secret, but everybody" ccm ca list
expect_status 'it is a configuration error' 3 ccm ca list
rm "$TMP/secret"
expect_failure 'which has to be there' "secret_key_file: cannot open $TMP/secret" ccm ca list

start_emulator
check '--config wins over the environment' env CCM_CONFIG=/no/such "$BUILD/src/ccm" ca list --config "$CCM_CONFIG"
mkdir -p "$HOME/.config/ccm"
cp -p "$CCM_CONFIG" "$HOME/.config/ccm/ccm.conf"
(unset CCM_CONFIG && check 'the file in the usual place is found' ccm ca list)
sed -i 's/^secret_key .*/secret_key_file = '"${TMP//\//\\/}"'\/secret/' "$CCM_CONFIG"
(umask 077 && echo emulator-secret-key >"$TMP/secret")
check 'a secret in a file of its own works' ccm ca list
write_config password
check 'so does a password' ccm ca list
equal 'by logging in once' 1 "$(calls iam_create_token)"
