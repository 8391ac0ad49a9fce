# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# `p11tool --list-all` of the account of 1,000, next to p11-kit's trust module with the same certificates. Both are
# registered with p11-kit, ours laid over the system's where only p11tool sees it (which root can do alone).
mkdir -p "$TMP/modules" "$TMP/trust"
openssl_ccm storeutl -certs 'ccm:token=PCA' 2>/dev/null | sed -n '/^-----BEGIN/,/^-----END/p' >"$TMP/trust/all.pem"
printf 'module: %s\n' "$MODULE" >"$TMP/modules/ccm.module"
printf "module: %s\nx-init-reserved: paths='%s'\n" "$(find /usr/lib -name p11-kit-trust.so -print -quit)" \
	"$TMP/trust" >"$TMP/modules/peer.module"
if unshare --mount true 2>/dev/null; then
	# shellcheck disable=SC2016
	CCM_BENCH_RUNS=1 unshare --mount bash -c \
		'mount --bind "$0" /usr/share/p11-kit/modules && exec "$@"' "$TMP/modules" \
		python3 -B "$BENCH/process.py" "p11tool --list-all of $size" \
		'p11-kit-trust' "p11tool --list-all pkcs11:model=p11-kit-trust" \
		'ccm' "p11tool --list-all pkcs11:token=PCA" | table
else
	row "p11tool --list-all of $size" ccm 'not as root'
fi
