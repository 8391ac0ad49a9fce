# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the built files show the loader: the four entry points of ccm.so and nothing else, of
# libccm.so only what a public header declares, and the hardening that the build asks for.
# Usage: exports.sh BUILD-DIRECTORY SOURCE-DIRECTORY
set -euo pipefail
headers=$(cd "${2:?a source directory}" && cat include/ccm/*.h)
cd "${1:?a build directory}"/src
status=0

wrong() {
	echo "$1: $2"
	status=1
}

# file, what of readelf's output (with which option) must be there or, with !, must not
want() {
	local file=$1 option=$2 regex=$3 why=$4 shown
	shown=$(readelf -W "$option" "$file")
	if [[ $regex == '!'* ]]; then
		! grep -Eq -- "${regex#!}" <<<"$shown" || wrong "$file" "$why"
	else
		grep -Eq -- "$regex" <<<"$shown" || wrong "$file" "$why"
	fi
}

exported() {
	nm -D --defined-only "$1" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort
}

hardened() {
	local file=$1
	want "$file" -h 'Type: +DYN' 'is not position independent'
	want "$file" -l 'GNU_RELRO' 'has no RELRO segment'
	want "$file" -d '\((FLAGS|FLAGS_1)\).*NOW' 'is not bound at start (-z now)'
	want "$file" -d '!\(TEXTREL\)' 'has relocations in its text'
	want "$file" -d '!\((RPATH)\)' 'has an RPATH'
	want "$file" -l '!GNU_STACK.* RWE ' 'has an executable stack'
	want "$file" --dyn-syms '__stack_chk_fail' 'is built without stack protector'
	if [[ ${CCM_SANITIZE:-none} == none ]]; then
		want "$file" --dyn-syms '__[a-z_]+_chk(@| |$)' 'is built without _FORTIFY_SOURCE'
	fi
}

four='C_GetFunctionList
C_GetInterface
C_GetInterfaceList
OSSL_provider_init'

if [[ -e ccm.so ]]; then
	while read -r line; do
		case $line in
		'>'*) wrong ccm.so "exports ${line#> }" ;;
		'<'*) wrong ccm.so "does not export ${line#< }" ;;
		esac
	done < <(diff <(echo "$four") <(exported ccm.so))
	hardened ccm.so
	want ccm.so -d '\(FLAGS_1\).*NODELETE' 'can be unloaded (-z nodelete)'
	want ccm.so -d '\((FLAGS|SYMBOLIC)\).*SYMBOLIC|\(SYMBOLIC\)' 'can be interposed (-Bsymbolic)'
	if [[ ${CCM_SANITIZE:-none} == none ]]; then
		want ccm.so -d '!\(FINI_ARRAYSZ\) +([0-9]{2,}|9) \(bytes\)' 'has a destructor'
	fi
fi
if [[ -e libccm.so ]]; then
	[[ $(exported libccm.so) ]] || wrong libccm.so 'exports nothing'
	for name in $(exported libccm.so); do
		grep -qE "\b$name\(" <<<"$headers" || wrong libccm.so "exports $name, which no header declares"
	done
	hardened libccm.so
fi
for program in ccm ccm-emulator; do
	if [[ -e $program ]]; then
		hardened "$program"
		want "$program" -d '\(FLAGS_1\).*PIE' 'is not a PIE'
	fi
done
exit "$status"
