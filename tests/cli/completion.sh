# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Bash completion, as bash uses it: by the script that the tool makes.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unset CCM_CONFIG

expect_failure 'a shell is named' 'missing argument: the shell, which is bash' ccm completion
expect_failure 'one that is known' '"fish" is no shell that is known' ccm completion fish
ccm completion bash >"$TMP/ccm.bash"
check 'it is bash' bash -n "$TMP/ccm.bash"
equal 'the one that is installed' "$(cat "$TMP/ccm.bash")" "$(cat "$BUILD/conf/ccm")"
. "$TMP/ccm.bash"
expect_output 'bash knows it' '^complete -F _ccm ccm$' complete -p ccm
mkdir "$TMP/files" && touch "$TMP/files/"{one.csr,two.csr} && mkdir "$TMP/files/dir" && cd "$TMP/files"

# What bash gets for a line, sorted, in one line.
completed() {
	COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDBREAKS=${2-$' \t\n"\'@><=;|&(:'}
	COMPREPLY=()
	_ccm "$BUILD/src/ccm"
	printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd' '
}

equal 'groups' 'ca cert completion crl' "$(completed 'ccm c')"
equal 'commands' 'parse-csr sign-csr' "$(completed 'ccm cert ' | tr ' ' '\n' | grep csr | paste -sd' ')"
equal 'options' '--validity' "$(completed 'ccm cert issue --v')"
equal 'their choices' 'ec256 ec384' "$(completed 'ccm cert issue --key e')"
equal 'behind = only the choice is replaced' 'ec256 ec384' "$(completed 'ccm cert issue --key=e')"
equal 'the whole word where = takes nothing apart' '--key=ec256 --key=ec384' \
	"$(completed 'ccm cert issue --key=e' $' \t\n')"
equal 'operations' 'pca_order_ca' "$(completed 'ccm api pca_o')"
equal 'fields' 'validity.start_from= validity.type= validity.value=' "$(completed 'ccm api pca_create_ca val')"
equal 'enumerations' 'DAY HOUR MONTH YEAR' "$(completed 'ccm api pca_create_ca validity.type=')"
equal 'files' 'dir one.csr two.csr' "$(completed 'ccm cert sign-csr ')"
equal 'that begin so' 'one.csr' "$(completed 'ccm cert sign-csr o')"
equal 'behind @, too' 'one.csr' "$(completed 'ccm api pca_parse_csr csr=@o')"
equal 'directories' 'dir' "$(completed 'ccm cert export x --out ')"
equal 'nothing where nobody knows' '' "$(completed 'ccm ca show ')"
COMP_LINE='ccm ca lis web' COMP_POINT=10
COMP_WORDBREAKS=' ' _ccm "$BUILD/src/ccm"
equal 'where the cursor is, not at the end' list "${COMPREPLY[*]}"
