# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Requests that are wrong, each answered with the code of the reference.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

start_emulator
log_in
NONE=00000000-0000-4000-8000-000000000000

# --- paths
refused 'an unknown path is none of the API' 404 APIGW.0101 'GET /v1/nothing' -- GET /v1/nothing
equal 'the gateway quotes the request' "$(json request_id)" "$(sed -n 's/^X-Request-Id: \([^\r]*\)\r$/\1/p' "$TMP/headers")"
answers 'so is another method' 404 APIGW.0101 -- PUT $CAS
answers 'so is a slash too many' 404 APIGW.0101 -- GET "$CAS/"
answers 'so is the root' 404 APIGW.0101 -- GET /
refused 'a broken escape is a bad request' 400 APIGW.0201 "'%zz'" -- GET "$CAS?name=%zz"
answers 'so is a hidden end' 400 APIGW.0201 -- GET "$CAS/%00"

# --- ids
answers 'an id of a CA is a UUID' 400 PCA.00020201 -- GET "$CAS/42"
answers 'so is that of a certificate' 400 PCA.00020301 -- GET "$CERTS/42"
answers 'also when exporting' 400 PCA.00020301 -- POST "$CERTS/42/export" '{"type": "OTHER", "is_compressed": "false"}'
refused 'an unknown CA is not found' 404 PCA.00030102 "$NONE" -- GET "$CAS/$NONE"
refute 'errors of PCA have no request id in the body' json request_id
check 'but in the header' grep -qi '^X-Request-Id: ' "$TMP/headers"
answers 'nor is an unknown certificate' 404 PCA.00030102 -- GET "$CERTS/$NONE"
answers 'nor is its export' 404 PCA.00030102 -- POST "$CERTS/$NONE/export" '{"type": "OTHER", "is_compressed": "false"}'
answers 'nor is that of a CA' 404 PCA.00030102 -- POST "$CAS/$NONE/export"
root Root
ROOT=$ID
answers 'a CA is no certificate' 404 PCA.00030102 -- GET "$CERTS/$ROOT"
answers 'an id may be in upper case' 200 -- GET "$CAS/${ROOT^^}"

# --- bodies
refused 'what is not JSON is refused' 400 PCA.00020001 'not JSON' -- POST $CAS '{"type": '
refused 'so is no body' 400 PCA.00020202 'type is missing' -- POST $CAS
refused 'so is a list' 400 PCA.00020001 'a list, not an object' -- POST $CAS '[]'
refused 'so is what is not UTF-8' 400 PCA.00020101 'common_name: is not UTF-8' \
	-- POST $CAS "{\"type\": \"ROOT\", \"key_algorithm\": \"EC256\", $(name $'\xff'), \"signature_algorithm\": \"SHA256\", $YEAR}"
for body in '' '{}' 'null' 'anything'; do
	answers "a call without a body takes '$body'" 200 -- POST "$CAS/$ROOT/export" "$body"
done

# what is wrong, code, what is said, the request
wrong() { refused "$1" 400 "$2" "$3" -- POST $CAS "{$4}"; }
base="\"type\": \"ROOT\", \"key_algorithm\": \"EC256\", $(name x)"
whole="$base, \"signature_algorithm\": \"SHA256\", $YEAR"
wrong 'a type is one of two' PCA.00020202 'type: "LEAF"' "${whole/ROOT/LEAF}"
wrong 'a key algorithm is needed' PCA.00020102 'key_algorithm is missing' "\"type\": \"ROOT\", $(name x)"
wrong 'of those that there are' PCA.00020102 'key_algorithm: "RSA1024"' "${whole/EC256/RSA1024}"
wrong 'SM2 is not for this site' PCA.00020102 'SM2' "${whole/EC256/SM2}"
wrong 'a hash is one of those that there are' PCA.00020103 'signature_algorithm: "SHA1"' "${whole/SHA256/SHA1}"
wrong 'SM3 is not for this site' PCA.00020103 'SM3' "${whole/SHA256/SM3}"
wrong 'a root needs a hash' PCA.00020103 'signature_algorithm is missing' "$base, $YEAR"
wrong 'a root needs a validity' PCA.00020109 'validity is missing' "$base, \"signature_algorithm\": \"SHA256\""
wrong 'a CA has a whole name' PCA.00020101 'organizational_unit is missing' \
	"${whole/\"organizational_unit\": \"CloudBU\"/\"x\": 1}"
wrong 'which is no text' PCA.00020101 'distinguished_name: "x" is not an object' \
	"\"type\": \"ROOT\", \"key_algorithm\": \"EC256\", \"distinguished_name\": \"x\""
wrong 'a country has two letters' PCA.00020101 'country: "CHN" has 3 characters' "${whole/\"CN\"/\"CHN\"}"
wrong 'letters, not digits and signs' PCA.00020101 'country has "_"' "${whole/\"CN\"/\"C_\"}"
wrong 'a name has 64 characters at most' PCA.00020101 'has 65 characters' "${whole/\"x\"/\"$(printf '根%.0s' {1..65})\"}"
wrong 'a star is for common names' PCA.00020101 'locality has "\*"' "${whole/Chengdu/\*}"
wrong 'a path length is 0 to 6' PCA.00020203 'path_length: 7' "$whole, \"path_length\": 7"
wrong 'a validity has a unit' PCA.00020109 'validity.type is missing' "${whole/\"type\": \"YEAR\", /}"
wrong 'lists are renewed after 7 to 30 days' PCA.00020204 'valid_days: 31' \
	"$whole, \"crl_configuration\": {\"enabled\": true, \"obs_bucket_name\": \"b\", \"valid_days\": 31}"
refused 'lists need an agency' 403 PCA.00000006 'no OBS agency' \
	-- POST $CAS "{$whole, \"crl_configuration\": {\"enabled\": true, \"obs_bucket_name\": \"b\", \"valid_days\": 7}}"
wrong 'half of an HSM is none' PCA.00020001 'hsm_ca_cert is missing' \
	"$whole, \"hsm_cluster_info\": {\"hsm_project\": \"p\", \"hsm_cluster_id\": \"c\"}"
subordinate="${base/ROOT/SUBORDINATE}"
wrong 'a subordinate has issuer, hash and validity' PCA.00020001 'issuer_id is missing' \
	"$subordinate, \"signature_algorithm\": \"SHA256\", $YEAR"
wrong 'or none of them' PCA.00020001 'signature_algorithm is missing' "$subordinate, \"issuer_id\": \"$ROOT\", $YEAR"
wrong 'an issuer is a UUID' PCA.00020201 'issuer_id: 1' "$subordinate, \"issuer_id\": \"1\", \"signature_algorithm\": \"SHA256\", $YEAR"
answers 'a bought CA has to be there' 404 PCA.00030102 -- POST $CAS "{$whole, \"ca_id\": \"$NONE\"}"

# --- what is tolerated
answers 'case, unknown fields and numbers as text' 200 -- POST $CAS \
	"{\"type\": \"root\", \"key_algorithm\": \"ec256\", $(name x), \"signature_algorithm\": \"sha256\",
	\"validity\": {\"type\": \"year\", \"value\": \"1\"}, \"path_length\": 3, \"colour\": \"red\", \"issuer_id\": \"\",
	\"key_usages\": [\"DIGITALSIGNATURE\"], \"crl_configuration\": {\"enabled\": \"false\", \"crl_name\": null}}"
stop_emulator

# --- as the live service answers
start_emulator --errors live
log_in
answers 'live, what is not found is a bad request' 400 PCA.10010002 -- GET "$CERTS/$NONE"
answers 'live, a malformed id has another code' 400 PCA.10010105 -- GET "$CAS/42"
cp "$TMP/token" "$TMP/good"
echo 'X-Auth-Token: MIIabc' >"$TMP/token"
answers 'live, an unknown token is refused by the gateway' 401 APIGW.0301 -- GET "$CAS"
check 'which quotes the request' json request_id
cp "$TMP/good" "$TMP/token"
answers 'the rest is as it was' 400 PCA.00020202 -- GET "$CAS?type=LEAF"
stop_emulator
