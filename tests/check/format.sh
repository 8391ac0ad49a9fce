# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# clang-format changes nothing. Usage: format.sh SOURCE-DIRECTORY
set -euo pipefail
style=$(cd "$(dirname "$0")/../.." && pwd)/.clang-format
cd "${1:?a source directory}"
command -v clang-format >/dev/null || {
	echo 'skip: clang-format is not installed'
	exit 77
}
problems=$(find src include tests -path tests/check/bad -prune -o -name '*.[ch]' -print0 2>/dev/null |
	LC_ALL=C sort -z |
	xargs -0r clang-format --style="file:$style" --dry-run -Werror 2>&1 | grep -E ': (error|warning): ') || :
[[ -z $problems ]] || {
	echo "$problems"
	exit 1
}
