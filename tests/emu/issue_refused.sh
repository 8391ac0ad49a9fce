# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What is refused when issuing, each with its own code.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

start_emulator
log_in
request() { echo "{\"issuer_id\": \"$SUB\", \"distinguished_name\": {\"common_name\": \"x\"}, \"validity\": {\"type\": \"DAY\", \"value\": 1} ${1:+, $1}}"; }
bad() { refused "$1" 400 "$2" "$3" -- POST $CERTS "$(request "$4")"; }

root Root
ROOT=$ID
sub "$ROOT" Sub
SUB=$ID

leaf "$SUB" web.example.com
LEAF=$ID
answers 'the issuer has to be there' 404 PCA.00030103 \
	-- POST $CERTS "$(request | sed "s/$SUB/00000000-0000-4000-8000-000000000000/")"
answers 'a certificate is no issuer' 404 PCA.00030103 -- POST $CERTS "$(request | sed "s/$SUB/$LEAF/")"
pending Pending
answers 'a pending CA issues nothing' 403 PCA.00030201 -- POST $CERTS "$(request | sed "s/$SUB/$ID/")"
san() { echo "\"subject_alternative_names\": [{\"type\": \"$1\", \"value\": \"$2\"}]"; }
bad 'a domain is one' PCA.00020110 'DNS a b' "$(san DNS 'a b')"
bad 'a star is a whole label' PCA.00020110 'DNS a\*.b' "$(san DNS 'a*.b')"
bad 'an address is one' PCA.00020111 'IP 1.2.3' "$(san IP 1.2.3)"
bad 'a mailbox is one' PCA.00020001 'EMAIL me' "$(san EMAIL me)"
bad 'a URI is one' PCA.00020001 'URI x' "$(san URI x)"
bad 'there are five kinds of names' PCA.00020112 'subject_alternative_names\[0\].type' "$(san X400 x)"
bad 'a name has 253 characters at most' PCA.00020110 DNS "$(san DNS "$(printf 'a.%.0s' {1..130})a")"
bad 'there are 20 names at most' PCA.00020001 'has 21 elements' \
	"\"subject_alternative_names\": [$(printf '{"type": "DNS", "value": "a"},%.0s' {1..20}) {\"type\": \"DNS\", \"value\": \"a\"}]"
bad 'an unknown key usage is refused' PCA.00020001 'key_usages\[0\]' '"key_usages": ["sign"]'
bad 'an extension needs a value' PCA.00020001 'needs both' '"customized_extension": {"object_identifier": "1.2.3"}'
bad 'an extension needs an OID' PCA.00020001 'no OID' '"customized_extension": {"object_identifier": "x", "value": "y"}'
bad 'which is not taken' PCA.00020001 'has its own field' '"customized_extension": {"object_identifier": "2.5.29.17", "value": "y"}'
bad 'SM2 is for another site' PCA.00020102 SM2 '"key_algorithm": "SM2"'
bad 'as SM3 is' PCA.00020103 SM3 '"signature_algorithm": "SM3"'
refused 'names have letters of some kinds only' 400 PCA.00020101 'organization has "@"' \
	-- POST $CERTS "{\"issuer_id\": \"$SUB\", \"distinguished_name\": {\"common_name\": \"x\", \"organization\": \"a@b\"}, $YEAR}"

# --- time
now=$(date +%s)
api POST $CERTS "{\"issuer_id\": \"$SUB\", $(name later), \"validity\": {\"type\": \"HOUR\", \"value\": 2, \"start_from\": \"$((now + 3600))000\"}}"
created later certificate_id
api GET "$CERTS/$ID"
equal 'a certificate may begin later' "$((now + 3600))000 $((now + 3 * 3600 + 60))000" "$(json not_before) $(json not_after)"
answers 'but not long ago' 400 PCA.00020109 \
	-- POST $CERTS "{\"issuer_id\": \"$SUB\", $(name past), \"validity\": {\"type\": \"HOUR\", \"value\": 2, \"start_from\": $((now - 600))000}}"
answers 'nor after the end of the issuer' 400 PCA.00020109 \
	-- POST $CERTS "{\"issuer_id\": \"$SUB\", $(name never), \"validity\": {\"type\": \"HOUR\", \"value\": 2, \"start_from\": $((now + 366 * 86400))000}}"
refused 'nor where years have five digits' 400 PCA.00020109 'start_from 9007199254740991' -- POST $CAS \
	"{\"type\": \"ROOT\", \"key_algorithm\": \"EC256\", \"signature_algorithm\": \"SHA256\", $(name late),
		\"validity\": {\"type\": \"HOUR\", \"value\": 2, \"start_from\": 9007199254740991}}"
for value in 0 -1 1.5 '"x"' 241; do
	answers "$value months are refused" 400 PCA.00020109 \
		-- POST $CERTS "{\"issuer_id\": \"$SUB\", $(name x), \"validity\": {\"type\": \"MONTH\", \"value\": $value}}"
done
answers 'weeks are no unit' 400 PCA.00020109 \
	-- POST $CERTS "{\"issuer_id\": \"$SUB\", $(name x), \"validity\": {\"type\": \"WEEK\", \"value\": 1}}"
stop_emulator
