# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# Registered with p11-kit by our own file: its commands, its proxy, and programs that know only it.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized
need p11-kit trust p11tool openssl

# p11-kit has no private registry for root: ours is laid over the system's where only we see it.
mkdir -p "$TMP/modules" "$HOME/.config/pkcs11/modules"
sed "s|^module:.*|module: $MODULE|" "$SOURCE/conf/ccm.module.in" >"$TMP/modules/ccm.module"
if ((UID == 0)); then
	unshare --mount true 2>/dev/null || skip 'no mount namespaces here'
	# shellcheck disable=SC2016
	registered() {
		run unshare --mount bash -c \
			'mount --bind "$0" /usr/share/p11-kit/modules && exec "$@"' "$TMP/modules" "$@"
	}
else
	ln -s "$TMP/modules/ccm.module" "$HOME/.config/pkcs11/modules/"
	registered() { run "$@"; }
fi

start_emulator
make_ca ec256
issue rsa.example.com --key rsa2048 --server >/dev/null

expect_output 'the module is listed' 'library-manufacturer: Cloud Certificate Manager' \
	registered p11-kit list-modules
expect_output 'so are its tokens' '^ +token: PCA' registered p11-kit list-modules
equal 'listing modules asked nobody' 0 "$(calls pca_list_certificates)"
expect_output 'the root is an anchor' "label: $ROOT_NAME" registered trust list
expect_output 'as an anchor it is an authority' 'category: authority' registered trust list
extract() { registered trust extract --overwrite --purpose=server-auth --format=pem-bundle "$@"; }
check 'anchors are extracted' extract --filter=ca-anchors "$TMP/anchors.pem"
grep -q 'BEGIN CERTIFICATE' "$TMP/anchors.pem"
expect_output 'they are the root' "CN = $ROOT_NAME" openssl x509 -in "$TMP/anchors.pem" -noout -subject
expect_output 'a program of p11-kit sees the objects' 'Label: rsa.example.com' \
	registered p11tool --list-all-certs pkcs11:token=PCA
proxy=$(find /usr/lib -name p11-kit-proxy.so -print -quit)
if [[ $proxy ]] && command -v pkcs11-tool >/dev/null; then
	expect_output 'the proxy shows the objects' 'label: *rsa.example.com' \
		registered pkcs11-tool --module "$proxy" --token-label PCA -O
fi

cp "$CCM_CONFIG" "$TMP/other.conf"
printf '[token Other]\nservice = pca\n' >>"$TMP/other.conf"
echo "x-init-reserved: config=$TMP/other.conf" >>"$TMP/modules/ccm.module"
expect_output 'a registration can have its own configuration' 'token: Other' \
	registered p11-kit list-modules
sed -i 's/config=/configuration=/' "$TMP/modules/ccm.module"
expect_output 'parameters that are none are refused by name' 'configuration=.*config=/path' \
	registered p11-kit list-modules
stop_emulator
