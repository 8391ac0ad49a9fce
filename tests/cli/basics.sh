# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Help, versions, command lines: nothing here needs a configuration or a service.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unset CCM_CONFIG

expect_status 'no command is a usage error' 2 ccm
expect_failure 'that lists the commands' '^  cert issue +Issue a certificate' ccm
equal 'on standard error' '' "$(ccm 2>/dev/null || :)"
expect_status 'a group without a command is one as well' 2 ccm cert
expect_failure 'that lists the group' '^  cert export NAME\|ID +Write' ccm cert
refute_output 'and only the group' '^  ca list' ccm help cert

expect_output 'help is an answer' '^  ca activate NAME\|ID ' ccm help
expect_output '--help too' '^  ca activate NAME\|ID ' ccm --help
expect_output '-h too' '^usage: ccm COMMAND' ccm -h
expect_output 'help of a command' '^usage: ccm cert issue --ca NAME\|ID --name CN ' ccm help cert issue
expect_output '--help after a command' '^  --san KIND:NAME +' ccm cert issue --help
expect_output '--help of a group' '^  ca show ' ccm ca --help
equal 'help goes to standard output' '' "$(ccm help 2>&1 >/dev/null)"
asked=0
while read -r group word _; do
	((++asked))
	words=("$group")
	[[ ! $word =~ ^[a-z-]+$ ]] || words+=("$word")
	expect_output "help of ${words[*]}" "^usage: ccm ${words[*]}" ccm help "${words[@]}"
	# what stands in the usage beside brackets is needed
	needed=$(ccm help "${words[@]}" | sed -n "1s/^usage: ccm ${words[*]}//p" | sed 's/\[[^]]*\]\.*//g')
	if [[ ${needed// /} ]]; then
		expect_status "${words[*]} without what it needs is a usage error" 2 ccm "${words[@]}"
	fi
	[[ ${words[*]} != help ]] || continue
	expect_failure "${words[*]} knows its options" 'unknown option --zzz.*' ccm "${words[@]}" --zzz
	expect_status 'with the status of usage errors' 2 ccm "${words[@]}" --zzz
done < <(ccm help | sed -n '/^options/,$d; s/^  \([a-z]\)/\1/p')
check 'which are all the commands there are' test "$asked" -ge 50

expect_failure 'an unknown command names the nearest' \
	'^ccm: unknown command "cert isue"; did you mean "cert issue"\?$' ccm cert isue x
expect_failure 'an unknown group too' 'unknown command "crt"; did you mean "cert"\?' ccm crt list
expect_failure 'help of it as well' 'did you mean "token list"' ccm help token lst
expect_status 'with the status of usage errors' 2 ccm crt list
expect_failure 'an unknown option names the nearest, and where to read' \
	'^hint: `ccm help cert issue`' ccm cert issue --nme x
expect_failure 'the option' 'unknown option --nme; did you mean --name\?' ccm cert issue --nme x
expect_failure 'a missing option is named' 'cert issue: --ca is missing' ccm cert issue --name x
expect_failure 'a bad value names option, value and what would do' \
	'--key: "dsa" is none of rsa2048\|rsa4096\|ec256\|ec384' ccm cert issue --ca x --name x --key dsa
expect_failure 'one argument too many' '"b" is one argument too many' ccm ca show a b
refute_output '--quiet leaves the hints out' '^hint' bash -c "'$BUILD/src/ccm' ca show -q 2>&1 || :"

expect_output 'the version of ccm' '^ccm [0-9]+\.[0-9]+\.[0-9]+$' ccm version
expect_output 'of OpenSSL' '^openssl 3\.' ccm version
expect_output 'of libcurl' '^libcurl [0-9]+\.' ccm version
need jq
equal 'as JSON too' "ccm $(ccm version --json | jq -r .ccm)" "$(ccm version | head -1)"
equal 'global options may come first' "$(ccm version --json)" "$(ccm --json version)"

full() { "$BUILD/src/ccm" "$@" >/dev/full; }
expect_failure 'a full disk is an error' 'cannot write to standard output: No space left on device' full version
expect_status 'of its own kind' 1 full help
closed() { "$BUILD/src/ccm" "$@" >&-; }
expect_status 'a closed standard output as well' 1 closed version
