# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Sourced after lib.sh by tests that need HSM clusters: tokens of SoftHSM2 in $TMP.
#
#   make_cluster LABEL     a token, its PIN in $TMP/LABEL.pin, and the CA certificate that a cluster
#                          has, $TMP/LABEL.crt
#   hsm_section ID LABEL   the [hsm ID] of that token, on standard output

need softhsm2-util
SOFTHSM=
for SOFTHSM in /usr/lib/softhsm/libsofthsm2.so /usr/lib64/pkcs11/libsofthsm2.so; do
	[[ ! -r $SOFTHSM ]] || break
done
[[ -r $SOFTHSM ]] || skip 'there is no libsofthsm2.so'

export SOFTHSM2_CONF=$TMP/softhsm2.conf
mkdir -p "$TMP/tokens"
printf 'directories.tokendir = %s\nlog.level = ERROR\n' "$TMP/tokens" >"$SOFTHSM2_CONF"

# SoftHSM2 leaves an ENGINE behind at each C_Initialize, deep in libcrypto.
export ASAN_OPTIONS=$ASAN_OPTIONS:fast_unwind_on_malloc=0
printf 'leak:libsofthsm2.so\n' >"$TMP/lsan.supp"
export LSAN_OPTIONS=$LSAN_OPTIONS:suppressions=$TMP/lsan.supp:print_suppressions=0

make_cluster() {
	softhsm2-util --init-token --free --label "$1" --pin "pin-of-$1" --so-pin "so-of-$1" >"$TMP/init.out"
	(umask 077 && printf 'pin-of-%s\n' "$1" >"$TMP/$1.pin")
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$TMP/$1.key" \
		-out "$TMP/$1.crt" -subj "/CN=$1 CA" -days 30 2>"$TMP/req.err"
}

hsm_section() {
	cat <<-END

		[hsm $1]
		module = $SOFTHSM
		token = $2
		pin_file = $TMP/$2.pin
		project = cn-north-7
		ca_cert_file = $TMP/$2.crt
	END
}
