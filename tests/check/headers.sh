# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Each header compiles alone; the public ones as strict C11 and as C++ too.
# Usage: headers.sh SOURCE-DIRECTORY
set -euo pipefail
cd "${1:?a source directory}"
read -ra cflags < <(pkg-config --cflags libcrypto libcurl libcjson sqlite3 p11-kit-1 libmicrohttpd)
cflags+=(-fsyntax-only -Wall -Wextra -Werror -Iinclude)

try() {
	local header=$1 language=$2 errors
	shift 2
	errors=$(printf '#include "%s"\nextern int some_declaration;\n' "$PWD/$header" |
		LC_ALL=C "$@" "${cflags[@]}" - 2>&1) && return
	echo "$header:1: does not compile alone as $language"
	grep -E '(error|warning):' <<<"$errors" | sed "s|^$PWD/|    |" || echo "    $errors"
	status=1
}

status=0
for header in $(find include src -name '*.h' | LC_ALL=C sort); do
	case $header in
	include/*)
		try "$header" C11 "${CC:-cc}" -x c -std=c11 -pedantic
		try "$header" C++ "${CXX:-c++}" -x c++ -std=c++17 -pedantic
		;;
	*) try "$header" C "${CC:-cc}" -x c -std=gnu11 -D_GNU_SOURCE -Isrc ;;
	esac
done
exit "$status"
