# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Whole processes of the openssl tool, with our provider in its configuration and without.
#   whole_keys KEY                      $TMP/KEY/KEY.bench.key, a reference, a local key
#   whole THING KEY MORE (FORM WAY)...  forms: file, loaded, local, reference, uri
sed "s|^#module = .*|module = $MODULE|" "$SOURCE/conf/openssl-ccm.cnf" >"$TMP/ccm.cnf"
echo message >"$TMP/message"
WARM=(file 'file' loaded 'file, ccm loaded' local 'ccm, local key')

whole_keys() {
	issue "$1.bench" --key "$1" >/dev/null
	mkdir -p "$TMP/$1"
	ccm cert export "$1.bench" --out "$TMP" >/dev/null
	ccm cert export "$1.bench" --out "$TMP/$1" --key >/dev/null
	ccm key generate --name "$1.local" --key "$1" >/dev/null
}

whole() {
	local what=$1 key=$2 more=$3 arguments='pkey -pubout -in %s' ways=()
	local with="env OPENSSL_CONF=$TMP/ccm.cnf openssl" without='env OPENSSL_CONF=/dev/null openssl'
	shift 3
	[[ $what != 'dgst -sign' ]] || arguments="dgst -sha256 -out /dev/null -sign %s $TMP/message"
	local -A program=([file]=$without [loaded]=$with [local]=$with [reference]=$with [uri]=$with)
	local -A from=([file]=$TMP/$key/$key.bench.key [loaded]=$TMP/$key/$key.bench.key [local]=ccm:$key.local
		[reference]=$TMP/$key.bench.key [uri]=ccm:$key.bench)
	while (($#)); do
		# shellcheck disable=SC2059 # it is our own
		ways+=("$2" "${program[$1]} $(printf "$arguments" "${from[$1]}")")
		shift 2
	done
	python3 -B "$BENCH/process.py" "openssl $what $key$more" "${ways[@]}" | table
}
