# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Each header compiles alone; the public ones as strict C11 and as C++ too.
# Usage: headers.sh SOURCE-DIRECTORY [HEADER]...
set -euo pipefail
self=$(realpath "$0")
cd "${1:?a source directory}"
if (($# == 1)); then
	verdicts=$(find include src -name '*.h' -print0 | xargs -0 -n 8 -P "$(nproc)" bash "$self" "$PWD") && exit
	LC_ALL=C sort -s -t: -k1,1 <<<"$verdicts"
	exit 1
fi

read -ra cflags < <(pkg-config --cflags libcrypto libcurl libcjson sqlite3 p11-kit-1 libmicrohttpd)
cflags+=(-fsyntax-only -Wall -Wextra -Werror -Iinclude)

try() {
	local header=$1 language=$2 errors
	shift 2
	errors=$(printf '#include "%s"\nextern int some_declaration;\n' "$PWD/$header" |
		LC_ALL=C "$@" "${cflags[@]}" - 2>&1) && return
	echo "$header:1: does not compile alone as $language"
	sed -nE "/(error|warning):/s|^$PWD/||p" <<<"$errors" | sed "s|^|$header:    |"
	status=1
}

status=0
for header in "${@:2}"; do
	case $header in
	include/*)
		try "$header" C11 "${CC:-cc}" -x c -std=c11 -pedantic
		try "$header" C++ "${CXX:-c++}" -x c++ -std=c++17 -pedantic
		;;
	*) try "$header" C "${CC:-cc}" -x c -std=gnu11 -D_GNU_SOURCE -Isrc ;;
	esac
done
exit "$status"
