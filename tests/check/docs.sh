# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What there is, is documented: every configuration key with its default in conf/ccm.conf.example
# and in the README; every command in the README. And the example holds no key that there is not.
# Usage: docs.sh SOURCE-DIRECTORY BUILD-DIRECTORY
set -euo pipefail
build=$(cd "${2:?a build directory}" && pwd)
cd "${1:?a source directory}"
example=conf/ccm.conf.example
status=0

wrong() {
	echo "$*"
	status=1
}

# The example's lines as LINE SECTION KEY VALUE; a default is shown behind a single '#'.
settings() {
	awk -v OFS='\t' '
		/^#?\[/ { section = $1; gsub(/[#\[\]]/, "", section); next }
		/^#?[a-z_]+ *=/ {
			key = value = $0
			sub(/^#/, "", key); sub(/ *=.*/, "", key)
			sub(/^[^=]*= */, "", value)
			print NR, section, key, value
		}' "$example"
}

keys=$("$build/tests/check/keys")
shown=$(settings)
while IFS=$'\t' read -r section key default; do
	line=$(awk -F'\t' -v s="$section" -v k="$key" '$2 == s && $3 == k { print; exit }' <<<"$shown")
	if [[ -z $line ]]; then
		wrong "$example:1: [$section] lacks $key"
	elif [[ -n $default && ${line##*$'\t'} != "$default" ]]; then
		wrong "$example:${line%%$'\t'*}: the default of $key is $default, not ${line##*$'\t'}"
	fi
	grep -Eq "\`$key\`" README.md || wrong "README.md:1: lacks the key $key of [$section]"
done <<<"$keys"

while IFS=$'\t' read -r line section key _; do
	awk -F'\t' -v s="$section" -v k="${key%_file}" -v full="$key" \
		'$1 == s && ($2 == k || $2 == full) { found = 1 } END { exit !found }' <<<"$keys" ||
		wrong "$example:$line: there is no key $key in [$section]"
done <<<"$shown"

if [[ -x $build/src/ccm ]]; then
	while read -r command; do
		grep -Eq "ccm $command($|[^a-z-])" README.md || wrong "README.md:1: lacks the command ccm $command"
	done < <("$build/src/ccm" help | sed -nE '/^options/,$d; s/^  ([a-z]+( [a-z][a-z-]*)?)( .*)?$/\1/p' | grep . || echo '(none is found)')
fi
exit "$status"
