# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Talking to the emulator without any of our own client code: . "${CCM_SOURCE:?}/tests/emu/api.sh"
#
#   log_in                    get a token for the calls below
#   api METHOD PATH [BODY]    a call; the answer's body is in $BODY, its status in $STATUS, its
#                             headers in $TMP/headers
#   signed METHOD PATH [sign.py option]..   the same with a signature
#   json PATH                 a member of the last answer
#   answers CLAIM STATUS [CODE] -- METHOD PATH [BODY]   the call has this status and error code
#   refused CLAIM STATUS CODE REGEX -- METHOD PATH [BODY]   and a message like that
#   name CN                   a whole distinguished_name
#   root CN [KEY], sub ISSUER CN [KEY], leaf ISSUER CN [MEMBERS]   create one: its id is in $ID
#   export_pem ca|certificate ID NAME [BODY]   $TMP/NAME.crt, NAME.chain, NAME.key

. "${CCM_SOURCE:?}/tests/support/lib.sh"
need curl python3

# The system's own: it starts at once, whatever manages other versions.
PYTHON=/usr/bin/python3
[[ -x $PYTHON ]] || PYTHON=python3

CAS=/v1/private-certificate-authorities CERTS=/v1/private-certificates
LOGIN='{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "emulator",
	"password": "emulator-password", "domain": {"name": "emulator-account"}}}},
	"scope": {"project": {"name": "eu-west-101"}}}}'
YEAR='"validity": {"type": "YEAR", "value": 1}' DECADE='"validity": {"type": "YEAR", "value": 10}'

fetch() {
	STATUS=$(curl -sS --cacert "$EMU_CA" --max-time "$DEADLINE" -H 'Content-Type: application/json' \
		-D "$TMP/headers" -o "$TMP/body" -w '%{http_code}' "$@")
	BODY=$(tr -d '\0' <"$TMP/body")
}

log_in() {
	fetch "$EMU_URL/v3/auth/tokens?nocatalog=true" -d "$LOGIN"
	equal 'logging in succeeds' 201 "$STATUS"
	sed -n 's/^X-Subject-Token: \([^\r]*\)\r$/X-Auth-Token: \1/p' "$TMP/headers" >"$TMP/token"
}

api() {
	: >"$TMP/body"
	fetch -X "$1" ${3+--data-binary "$3"} -H "@$TMP/token" "$EMU_URL$2"
}

sign() { "$PYTHON" -ISB "${CCM_SOURCE:?}/tests/emu/sign.py" "$1" "$EMU_URL$2" "${@:3}"; }

signed() {
	local i data=()
	for ((i = 3; i < $#; i++)); do
		[[ ${!i} != --body ]] || { ((i++)) && data=(--data-binary "${!i}"); }
	done
	: >"$TMP/body"
	sign "$@" >"$TMP/curlrc"
	fetch -K "$TMP/curlrc" "${data[@]}"
}

json() { "$PYTHON" -ISB "${CCM_SOURCE:?}/tests/emu/member.py" "$1" <"$TMP/body"; }

code() {
	local found
	found=$(json error_code 2>/dev/null) || found=
	echo "$STATUS${found:+ $found}"
}

answers() {
	local claim=$1 want=$2
	shift 2
	[[ $1 == -- ]] || { want+=" $1" && shift; }
	shift
	api "$@"
	equal "$claim" "$want" "$(code)"
}

refused() {
	answers "$1" "$2" "$3" "${@:5}"
	[[ $(json error_msg) =~ $4 ]] || broken "$1" "no message like '$4': $BODY"
}

name() {
	printf '"distinguished_name": {"common_name": "%s", "country": "CN", "state": "Sichuan",
		"locality": "Chengdu", "organization": "Huawei", "organizational_unit": "CloudBU"}' "$1"
}

created() {
	[[ $STATUS == 200 ]] || broken "$1 is created" "$STATUS $BODY"
	ID=$(json "$2")
}

root() {
	api POST $CAS "{\"type\": \"ROOT\", \"key_algorithm\": \"${2:-EC256}\", $(name "$1"),
		\"signature_algorithm\": \"SHA256\", $DECADE ${3:+, $3}}"
	created "$1" ca_id
}

sub() {
	api POST $CAS "{\"type\": \"SUBORDINATE\", \"key_algorithm\": \"${3:-EC256}\", $(name "$2"),
		\"issuer_id\": \"$1\", \"signature_algorithm\": \"SHA256\", $YEAR ${4:+, $4}}"
	created "$2" ca_id
}

pending() {
	api POST $CAS "{\"type\": \"SUBORDINATE\", \"key_algorithm\": \"EC256\", $(name "$1") ${2:+, $2}}"
	created "$1" ca_id
}

leaf() {
	api POST $CERTS "{\"issuer_id\": \"$1\", \"distinguished_name\": {\"common_name\": \"$2\"}
		${3:+, $3}, \"validity\": {\"type\": \"DAY\", \"value\": 90}}"
	created "$2" certificate_id
}

export_pem() {
	local paths=([1]=$CAS [2]=$CERTS) kind=1
	[[ $1 == ca ]] || kind=2
	api POST "${paths[kind]}/$2/export" "${4:-{\"type\": \"OTHER\", \"is_compressed\": \"false\"\}}"
	[[ $STATUS == 200 ]] || broken "$3 is exported" "$STATUS $BODY"
	json certificate >"$TMP/$3.crt"
	json certificate_chain >"$TMP/$3.chain"
	[[ $1 == ca ]] || json private_key >"$TMP/$3.key"
}
