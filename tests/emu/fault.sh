# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Faults on demand, and how often.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

with() {
	[[ ! ${EMU_PID:-} ]] || stop_emulator
	start_emulator --data "$TMP/data" "$@"
}
list() { api GET $CAS; }
export_leaf() { api POST "$CERTS/$LEAF/export" '{"type": "OTHER", "is_compressed": "false"}'; }
milliseconds() { date +%s%3N; }

with
log_in
root Root
ROOT=$ID
leaf "$ROOT" web.example.com
LEAF=$ID

with --fault pca_list_cas:status=503:2 --fault 'pca_list_cas:status=429:1'
for want in '503 APIGW.0606' '503 APIGW.0606' '429 APIGW.0308' 200; do
	list
	equal "one fault after the other: $want" "$want" "$(code)"
done
equal 'the log has them' '503 503 429 200' "$(awk '/pca_list_cas/ { print $5 }' "$EMU_LOG" | tail -4 | paste -sd' ')"

with --fault '*:status=418'
for path in "$CAS" "$CERTS" "$CAS/$ROOT"; do
	answers "any operation: $path" 418 APIGW.0601 -- GET "$path"
done
: >"$TMP/body"
fetch "$EMU_URL/v3/auth/tokens" -d "$LOGIN"
equal 'also logging in' 418 "$STATUS"
fetch "$EMU_URL$CAS"
equal 'also without authentication' 418 "$STATUS"

with --fault pca_list_cas:truncate:1
list
equal 'half an answer is whole as HTTP' "$(sed -n 's/^Content-Length: \([0-9]*\)\r$/\1/p' "$TMP/headers")" "$(stat -c %s "$TMP/body")"
refute 'but not as JSON' json total
list
check 'the next is whole' json total

with --fault pca_list_cas:garbage
list
equal 'garbage is a success' 200 "$STATUS"
refute 'but no JSON' json total

with --fault pca_list_cas:reset:1
expect_failure 'a reset gives no answer' '[Rr]eset|unexpected eof|Empty reply' fetch -H "@$TMP/token" "$EMU_URL$CAS"
list
equal 'the next has one' 200 "$STATUS"
equal 'the log has a reset' 000 "$(awk '/pca_list_cas/ { print $5 }' "$EMU_LOG" | tail -2 | head -1)"

with --fault pca_create_certificate:lost:1
request="{\"issuer_id\": \"$ROOT\", $(name lost), $YEAR}"
refute 'an answer may get lost' fetch -H "@$TMP/token" "$EMU_URL$CERTS" -d "$request"
api GET "$CERTS?name=lost"
equal 'and what was asked for is done' 1 "$(json total)"

with --fault pca_list_cas:delay=700:1
before=$(milliseconds)
list
((($(milliseconds) - before) >= 700)) || broken 'a delay delays' "$(($(milliseconds) - before)) ms"
equal 'a delay delays an answer that is right' 200 "$STATUS"
with --latency 300
before=$(milliseconds)
list
((($(milliseconds) - before) >= 300)) || broken '--latency delays' "$(($(milliseconds) - before)) ms"
echo 'ok - --latency delays'

with --fault pca_export_certificate:badpem:1 --fault pca_export_certificate:badpem=private_key:1 \
	--fault pca_export_certificate:wrongkey:1
complete() { json "$1" | grep -q -- '-----END'; }
export_leaf
for part in certificate certificate_chain private_key; do
	refute "badpem cuts $part" complete $part
	check "and leaves the beginning of $part" grep -q -- '-----BEGIN' <(json $part)
done
export_leaf
refute 'badpem=private_key cuts the key' complete private_key
check 'and only that' complete certificate
key_fits() {
	export_leaf
	alike <(json certificate | openssl x509 -noout -pubkey) <(json private_key | openssl pkey -pubout)
}
refute 'wrongkey is another key' key_fits
check 'but a whole one' openssl pkey -in <(json private_key) -noout -check
check 'then all is well' key_fits
stop_emulator
