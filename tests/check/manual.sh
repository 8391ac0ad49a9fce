# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Every command and option, configuration key, fault, variable, exit status, attribute and mechanism
# has its line in a manual page, and the pages are sound mdoc(7).
# Usage: manual.sh SOURCE-DIRECTORY BUILD-DIRECTORY
set -euo pipefail
build=$(cd "${2:?a build directory}" && pwd)
cd "${1:?a source directory}"
tool=$build/conf/ccm.1 configuration=conf/man/ccm.conf.5 emulator=conf/man/ccm-emulator.1
module=$build/conf/ccm-pkcs11.7 provider=conf/man/ccm-provider.7
status=0

wrong() {
	echo "$*"
	status=1
}

# some WHAT: its input. A loop over nothing would find nothing wrong.
some() { grep . || echo "/$1/"; }

# has PAGE WHAT REGEX: the page has such a line.
has() { grep -Eq -- "$3" "$1" || wrong "${1##*/}:1: lacks $2"; }

section() { awk -v name="$2" '/^\.S[hs] / { on = $0 ~ "^.Ss [[]" name "( |])" } on' "$1"; }

while IFS=$'\t' read -r name key _; do
	section "$configuration" "$name" | grep -Eq "^\.It Cm (.* , )?$key( , .*)?$" ||
		wrong "$configuration:1: lacks the key $key of [$name]"
done < <("$build/tests/check/keys" | some keys)

# The lines of `ccm help` as names: the words before the operands.
commands() {
	"$build/src/ccm" help | awk '/^  [a-z]/ {
		sub(/^  /, ""); sub(/  .*/, "")
		count = split($0, words, " "); name = ""
		for (i = 1; i <= count && words[i] ~ /^[a-z][a-z-]*$/; i++)
			name = name (i > 1 ? " " : "") words[i]
		print name
	}'
}

# The part of the page that is about one command.
part() { awk -v ss=".Ss ccm $1" 'index($0, ".Ss ") == 1 { on = $0 == ss || index($0, ss " ") == 1 } on' "$tool"; }

if [[ -x $build/src/ccm ]]; then
	while read -r command; do
		has "$tool" "the command ccm $command" "^\.Ss ccm $command( |$)"
		while read -r option; do
			part "$command" | grep -Eq "^\.It Fl (. , )?-$option( |$)" ||
				wrong "${tool##*/}:1: lacks --$option of ccm $command"
		done < <(read -ra words <<<"$command" && "$build/src/ccm" "${words[@]}" --help |
			sed -n '/^options:$/,/^options of/s/^  \(-., \)\?--\([a-z0-9-]*\).*/\2/p')
	done < <(commands | some commands)
	while read -r number; do
		has "$tool" "exit status $number" "^\.It $number$"
	done < <("$build/src/ccm" help | sed -n '/^exit status/,/^$/p' | grep -oE '(^|  )[0-9] ' | tr -d ' ' | some numbers)
fi

if [[ -x $build/src/ccm-emulator ]]; then
	while read -r option; do
		has "$emulator" "--$option" "^\.It Fl -$option( |$)"
	done < <("$build/src/ccm-emulator" --help | sed -n 's/^  --\([a-z-]*\).*/\1/p' | some options)
	while read -r kind; do
		has "$emulator" "the fault $kind" "^\.It Cm $kind( |$)"
	done < <("$build/src/ccm-emulator" --help | sed -n '/^kinds of faults/,$s/^  \([a-z]*\).*/\1/p' | some kinds)
fi

# Ours have their numbers, too; and what programs may include has no name that is none.
if [[ -x $build/tests/check/names ]]; then
	names=$("$build/tests/check/names")
	while IFS=$'\t' read -r name number; do
		has "$module" "$name" "^\.It Dv $name( |$)"
		[[ $name != CK?_CCM_* ]] || has "$module" "$name, $number" "^\.It Dv $name Pq $number$"
	done < <(sort -u <<<"$names")
	while read -r name; do
		grep -q "^$name"$'\t' <<<"$names" || wrong "include/ccm/pkcs11.h:1: $name is nothing that the module has"
	done < <(grep -oE '^#define CK[AM]_CCM_[A-Z0-9_]+' include/ccm/pkcs11.h | cut -d' ' -f2 | grep -v '_BASE$')
fi

# What the sources ask for, and the tables of names that they ask for.
while read -r variable; do
	grep -Ehq "^\.It (.* )?Ev (.* , )?$variable( |$)" conf/man/* || wrong "conf/man: no page has the variable $variable"
done < <(grep -rhoE 'getenv\("[A-Za-z_]+"|"(HUAWEICLOUD|HW|OS|XDG|CCM)_[A-Z_]+"' src | grep -oE '[A-Za-z_]{3,}' |
	grep -vx getenv | sort -u | some variables)

# The provider: settings of its section, attributes of URIs, kinds of keys.
while read -r name; do
	has "$provider" "the setting $name" "^\.It Cm $name$"
done < <(grep -rhoE 'setting\(prov, "[a-z-]+"' src/prov | grep -oE '[a-z-]+"' | tr -d '"' | sort -u | some settings)
while read -r name; do
	has "$provider" "the attribute $name" "^\.It Cm (.* , )?$name( , .*)?$"
done < <(sed -nE 's/^    \{"([a-z-]+)", (true|false), set_.*/\1/p' src/model/uri.c | some attributes)
while read -r name; do
	has "$provider" "$name keys" "^\.It Cm $name$"
done < <(sed -nE 's/^#define CCM_PROV_[A-Z0-9_]+_NAMES "([A-Za-z0-9-]+)[:"].*/\1/p' src/prov/prov.h | some keys)

if command -v mandoc >/dev/null; then
	pages=("$tool" "$configuration" "$emulator" "$module" "$provider")
	mandoc -T lint -W warning "${pages[@]}" >/dev/null || mandoc -T lint -W warning "${pages[@]}" || status=1
fi
exit "$status"
