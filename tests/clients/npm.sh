# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# pkcs11js and graphene-pk11, the bindings of Node.js. They come from npm, once for a build directory;
# the first has a part in C++, which is built against the headers of Node.js.
npm_env=("npm_config_userconfig=${HOME:-}/.npmrc")
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
	[[ -z ${!name:-} ]] || npm_env+=("$name=${!name}")
done
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized 'Node.js does not survive a preloaded sanitizer'
need node npm g++ make python3
PREFIX=$(dirname "$(dirname "$(node -p process.execPath)")")
[[ -e $PREFIX/include/node/node.h ]] || skip 'the headers of Node.js are not there'

PACKAGES=(pkcs11js@2.1.7 graphene-pk11@2.3.6)
MODULES=$BUILD/npm-clients
BINDING=node_modules/pkcs11js/build/Release/pkcs11.node

npm_run() {
	env "${npm_env[@]}" npm_config_cache="$TMP/npm" npm_config_nodedir="$PREFIX" timeout 100 npm "$@" \
		--no-audit --no-fund --fetch-retries=1 --fetch-timeout=20000 >>"$TMP/npm.log" 2>&1
}
# Newer versions of npm run what a package builds only when that is approved of.
install_modules() {
	mkdir "$1"
	cd "$1"
	echo '{"private": true}' >package.json
	npm_run install --ignore-scripts "${PACKAGES[@]}"
	npm_run install-scripts approve pkcs11js || :
	npm_run rebuild pkcs11js
	[[ -e $BINDING ]]
}
if [[ ! -e $MODULES/$BINDING ]]; then
	rm -rf "$MODULES" "$MODULES.new"
	(install_modules "$MODULES.new") || skip "npm cannot install ${PACKAGES[*]}: $(tail -n1 "$TMP/npm.log")"
	mv "$MODULES.new" "$MODULES"
fi

start_emulator
make_ca ec256
issue rsa.example.com --key rsa2048 --client >/dev/null
issue ec.example.com --key ec256 --client >/dev/null
cp "$SOURCE/tests/clients/npm.js" "$MODULES/npm.js"
expect_output 'pkcs11js finds, reads and signs' '^pkcs11js: done$' node "$MODULES/npm.js" "$MODULE"
also 'and so does graphene-pk11' '^graphene-pk11: done$'
stop_emulator
