# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The vendor's own signer as referee: what its SDK for Node.js signs, the emulator takes, and
# nothing else. The SDK comes from npm, once for a build directory.
npm_env=("npm_config_userconfig=${HOME:-}/.npmrc")
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
	[[ -z ${!name:-} ]] || npm_env+=("$name=${!name}")
done
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need node npm jq

SDK=@huaweicloud/huaweicloud-sdk-core VERSION=3.1.211
REFEREE=$BUILD/referee

installed() {
	[[ $(jq -r .version "$REFEREE/node_modules/$SDK/package.json" 2>/dev/null) == "$VERSION" ]]
}
install_sdk() {
	local fresh
	fresh=$(mktemp -d "$BUILD/referee.XXXXXX")
	env "${npm_env[@]}" npm_config_cache="$TMP/npm" timeout 100 npm install --prefix "$fresh" \
		--no-audit --no-fund --no-save --ignore-scripts --fetch-retries=1 --fetch-timeout=20000 \
		"$SDK@$VERSION" >"$TMP/npm.log" 2>&1 || {
		rm -rf "$fresh"
		skip "npm cannot install $SDK: $(grep -m1 'npm error' "$TMP/npm.log" || tail -n1 "$TMP/npm.log")"
	}
	rm -rf "$REFEREE"
	mv "$fresh" "$REFEREE"
}
installed || install_sdk

start_emulator --access-key EMULATORACCESSKEY000:emulator-secret-key \
	--temporary-key TEMPORARY:sk:a/security+token=
who=$(ccm login --json)
cp "$SOURCE/tests/emu/referee.js" "$REFEREE/referee.js"
export NODE_EXTRA_CA_CERTS=$EMU_CA
check 'the SDK and the emulator agree on every signature' node "$REFEREE/referee.js" "$EMU_URL" \
	"$(jq -r .account.id <<<"$who")" "$(jq -r .project.id <<<"$who")"
refute_output 'on none more' '^not ok' echo "$OUTPUT"
check 'on many' test "$(grep -c '^ok - ' <<<"$OUTPUT")" -gt 150
