# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Each check refuses what it is there for: tests/check/bad/CHECK is a small tree, its file `expected`
# is exactly what the check says of it.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
here=$SOURCE/tests/check

# check, arguments: like the tests in meson.build
verdict() {
	local name=$1
	shift
	case $name in
	exports) CCM_SANITIZE=none bash "$here/exports.sh" "$@" ;;
	headers | format | docs | manual) bash "$here/$name.sh" "$@" ;;
	*) python3 -B "$here/$name.py" "$@" ;;
	esac
}

# A tool's own words come after `:    `; they are not compared.
verdict_kept() {
	verdict "$@" >"$TMP/got" 2>&1
}

same_verdict() { diff -u "$1" <(grep -v ':    ' "$TMP/got"); }

for name in banned docs format headers includes manual sizes spdx; do
	bad=$here/bad/$name
	case $name in
	docs | manual) arguments=("$bad" "$bad") ;;
	*) arguments=("$bad") ;;
	esac
	refute "$name refuses its bad tree" verdict_kept "$name" "${arguments[@]}"
	check "$name says what is wrong, and where" same_verdict "$bad/expected"
done

mkdir "$TMP/src"
for name in ccm.so libccm.so ccm ccm-emulator; do
	options=(-Wl,-z,norelro -Wl,-z,lazy -Wl,-z,execstack -fno-stack-protector -O0 -U_FORTIFY_SOURCE)
	[[ $name == *.so ]] && options+=(-shared -fPIC) || options+=(-no-pie -DMAIN)
	check "$name is built badly" cc "${options[@]}" -o "$TMP/src/$name" "$here/bad/exports/all.c"
done
refute 'exports refuses badly built files' verdict_kept exports "$TMP" "$here/bad/exports"
check 'exports says what is wrong with which' same_verdict "$here/bad/exports/expected"
