# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# ccm trust: the roots in force, as a list, as a file, in the system's store and out of it.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
start_emulator
expect_output 'no root, no anchor' 'no trust anchors$' ccm trust list
expect_status 'and no bundle' 5 ccm trust bundle --out "$TMP/none.pem"
refute 'nor a file of it' test -e "$TMP/none.pem"
make_ca
issue server.example.com --san dns:localhost --server >"$TMP/id"

expect_output 'a root is one' "^$ROOT_NAME	PCA	$ROOT_ID	" ccm trust list
refute_output 'a subordinate is none' "$SUB_ID" ccm trust list
fingerprint=$(ccm ca export "$ROOT_ID" --out "$TMP/root.crt" >/dev/null &&
	openssl x509 -in "$TMP/root.crt" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr A-F a-f)
equal 'with its fingerprint' "$fingerprint" "$(ccm trust list --json | jq -r '.anchors[0].sha256')"

check 'it goes into a file' ccm trust bundle --out "$TMP/bundle.pem"
expect_output 'that has it' "^$(sed -n 2p "$TMP/root.crt" | sed 's/[+]/\\+/g')" cat "$TMP/bundle.pem"
expect_status 'which is not overwritten' 7 ccm trust bundle --out "$TMP/bundle.pem"
check 'unless that is wanted' ccm trust bundle --out "$TMP/bundle.pem" --force

cat >>"$CCM_CONFIG" <<-END
	[token A]
	[token B]
	[token C]
	service = scm
END
equal 'a root that two tokens show is one anchor' 1 "$(ccm trust list | wc -l)"
sed -i 's/^\[token [AB]\]/&\ntrust = no/' "$CCM_CONFIG"
expect_output 'without trust there is none' 'no trust anchors$' ccm trust list
write_config

# A system of its own, but for the files of its store.
need unshare update-ca-certificates
[[ $(id -u) == 0 ]] || skip 'the store of the system is root'"'"'s'
store=/usr/local/share/ca-certificates
mkdir "$TMP/store"
cp -a /etc/ssl "$TMP/ssl"
apart() {
	unshare -m sh -c "mount --bind $TMP/store $store && mount --bind $TMP/ssl /etc/ssl && \"\$@\"" \
		sh "$@"
}
apart true 2>/dev/null || skip 'no mount namespaces here'
trusted() { apart openssl verify -CAfile /etc/ssl/certs/ca-certificates.crt "$TMP/root.crt"; }
ours() { apart "$BUILD/src/ccm" trust "$@"; }
refute 'the system does not know the root' trusted
expect_output 'it is installed' "^$store/ccm-$ROOT_ID\.crt$" ours install
check 'the system knows it' trusted
equal 'for everybody' 644 "$(stat -c %a "$TMP/store/ccm-$ROOT_ID.crt")"
check 'again is the same' ours install
echo other >"$TMP/store/ccm-other.txt"
echo other >"$TMP/store/other.crt"

ccm ca disable "$SUB_ID" >/dev/null && ccm ca disable "$ROOT_ID" >/dev/null
expect_status 'a root that is disabled is none' 5 ours install
also 'what to do is said' 'ccm trust remove takes away'
check 'so it is removed' ours remove
refute 'the system has forgotten it' trusted
equal 'what is not ours has stayed' "$(printf 'ccm-other.txt\nother.crt')" "$(ls "$TMP/store")"

mv "$TMP/ssl/certs" "$TMP/ssl/gone"
ln -s /proc/version "$TMP/ssl/certs"
expect_failure 'a program that fails is named' 'update-ca-certificates ended with exit status' ours remove
