# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Who may come in: tokens, signatures, and everything that is wrong with either.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

start_emulator --data "$TMP/data"
no_token() { : >"$TMP/token"; }
login() { fetch "$EMU_URL/v3/auth/tokens" -d "$1"; }
iam_error() {
	login "$2"
	equal "$1" "$3" "$STATUS $(json error.code) $(json error.title)"
}

no_token
refused 'without authentication nothing goes' 401 APIGW.0301 'neither X-Auth-Token nor Authorization' \
	-- GET $CAS
equal 'the body of a gateway error has the request id of the header' "$(json request_id)" \
	"$(sed -n 's/^X-Request-Id: \([^\r]*\)\r$/\1/p' "$TMP/headers")"

# --- tokens
login "$LOGIN"
equal 'a password gives a token' 201 "$STATUS"
check 'the catalogue is there' json token.catalog
equal 'the token is for the project' eu-west-101 "$(json token.project.name)"
project=$(json token.project.id)
equal 'and for the user' emulator "$(json token.user.name)"
equal 'of the account' emulator-account "$(json token.user.domain.name)"
expect_output 'it ends a day after it was issued' '^86400$' "$PYTHON" -c "
from datetime import datetime
import json
token = json.load(open('$TMP/body'))['token']
times = [datetime.strptime(token[name], '%Y-%m-%dT%H:%M:%S.%fZ') for name in ('issued_at', 'expires_at')]
print((times[1] - times[0]).days * 86400 + (times[1] - times[0]).seconds)"
log_in
refute 'nocatalog leaves the catalogue out' json token.catalog
answers 'the token opens' 200 -- GET $CAS
check 'successes have a request id' grep -Eiq '^X-Request-Id: [0-9a-f]{32}' "$TMP/headers"
login "${LOGIN/\"name\": \"eu-west-101\"/\"id\": \"$project\"}"
equal 'the project may be named by its id' 201 "$STATUS"

login '{"auth": {"identity": {"methods": ["token"], "token": {"id": "'"$(cut -d' ' -f2 "$TMP/token")"'"}},
	"scope": {"domain": {"name": "emulator-account"}}}}'
equal 'a token may be got with a token, for the whole account' 201 "$STATUS"
equal 'it says so' emulator-account "$(json token.domain.name)"
equal 'it tells the roles' secu_admin "$(json token.roles | grep -o secu_admin)"
domain=$(json token.domain.id)
login '{"auth": {"identity": {"methods": ["token"], "token": {"id": "none"}}, "scope": {"domain": {"id": "x"}}}}'
equal 'not with any' 401 "$STATUS"

answers 'projects are listed' 200 -- GET /v3/projects
equal 'with their ids' "$project" "$(json projects.0.id)"
answers 'by name' 200 -- GET '/v3/projects?name=eu-west-102'
equal 'there may be none' '[]' "$(json projects)"
answers 'so is the account' 200 -- GET /v3/auth/domains
equal 'with its id' "$domain" "$(json domains.0.id)"
fetch -H "@$TMP/token" -H "X-Subject-Token: $(cut -d' ' -f2 "$TMP/token")" "$EMU_URL/v3/auth/tokens"
equal 'a token can be looked at' '200 emulator' "$STATUS $(json token.user.name)"
answers 'whose token is not said' 400 -- GET /v3/auth/tokens
answers 'an access key has a user' 200 -- GET /v3.0/OS-CREDENTIAL/credentials/EMULATORACCESSKEY000
answers 'who has a name' 200 -- GET "/v3.0/OS-USER/users/$(json credential.user_id)"
equal 'which is told' emulator "$(json user.name)"
answers 'another one has none' 404 -- GET /v3.0/OS-USER/users/0123456789

fetch -H "@$TMP/token" -H "X-Domain-Id: $domain" -H "X-Project-Id: $project" "$EMU_URL$CAS"
equal 'a request may say for whom it is' 200 "$STATUS"
fetch -H "@$TMP/token" -H "X-Domain-Id: $project" "$EMU_URL$CAS"
equal 'that has to be the account' '403 APIGW.0302' "$(code)"
fetch -H "@$TMP/token" -H "X-Project-Id: $domain" "$EMU_URL$CAS"
equal 'or one of its projects' '403 APIGW.0302' "$(code)"

iam_error 'a wrong password is refused' "${LOGIN/emulator-password/wrong}" '401 401 Unauthorized'
iam_error 'so is an unknown user' "${LOGIN/\"emulator\"/\"nobody\"}" '401 401 Unauthorized'
iam_error 'so is the user of another account' "${LOGIN/emulator-account/other}" '401 401 Unauthorized'
iam_error 'there is no other project' "${LOGIN/eu-west-101/eu-west-102}" '404 404 Not Found'
iam_error 'a token needs a scope' "${LOGIN/project/projects}" '400 400 Bad Request'
iam_error 'what is not JSON is told so' '{' '400 400 Bad Request'
lacks 'a refused login gives no token' '^[Xx]-[Ss]ubject-[Tt]oken' "$TMP/headers"

cp "$TMP/token" "$TMP/good"
echo 'X-Auth-Token: MIIabc' >"$TMP/token"
refused 'a token that was never issued is refused' 401 PCA.00010001 'decrypt token fail' -- GET $CAS
cp "$TMP/good" "$TMP/token"
stop_emulator
start_emulator --data "$TMP/data" --clock-offset 80000
answers 'a token survives a restart' 200 -- GET $CAS
stop_emulator
start_emulator --data "$TMP/data" --clock-offset 90000
refused 'a token dies after a day' 401 APIGW.0307 'token must be updated' -- GET $CAS
stop_emulator
start_emulator --data "$TMP/data" --token-lifetime 60
log_in
stop_emulator
start_emulator --data "$TMP/data" --clock-offset 61
refused '--token-lifetime makes it die earlier' 401 APIGW.0307 'token must be updated' -- GET $CAS
stop_emulator

# --- signatures
start_emulator
opens() {
	local claim=$1
	shift
	signed "$@"
	equal "$claim" 200 "$STATUS"
}
shut() {
	local claim=$1 regex=$2
	shift 2
	signed "$@"
	equal "$claim" '401 APIGW.0301' "$(code)"
	[[ $(json error_msg) =~ $regex ]] || broken "$claim" "no message like '$regex': $BODY"
}

opens 'a signature opens' GET $CAS
opens 'so does one with a query' GET "$CAS?offset=0&limit=5&name=a%20b%2Bc%2Fd*~&status="
opens 'so does one with more headers' GET $CAS --header "X-Project-Id:$project" --header 'Content-Type:application/json' \
	--header 'X-Language:  en-us '
opens 'so does one that leaves out the host' GET $CAS --unsigned-host
opens 'so does one with SM3' GET $CAS --hash sm3
opens 'so does one of a clock 14 minutes ahead' GET $CAS --ahead 840
opens 'so does one of a clock 14 minutes behind' GET $CAS --ahead -840
body="{\"type\": \"ROOT\", \"key_algorithm\": \"EC256\", $(name 根CA), \"signature_algorithm\": \"SHA256\", $YEAR}"
opens 'so does one over a body' POST $CAS --body "$body"
opens 'so does one over a body without its hash' POST $CAS --body "$body" --payload UNSIGNED-PAYLOAD
opens 'so does one that tells its hash' POST $CAS --body "$body" \
	--payload "$(printf '%s' "$body" | sha256sum | cut -d' ' -f1)"

shut 'a hash that is not the body is refused' "body's hash" POST $CAS --body "$body" \
	--payload "$(sha256sum </dev/null | cut -d' ' -f1)"
shut 'a clock 20 minutes ahead is refused, with both times' \
	'signature expired, signature time:20[0-9T]{13}Z,server time:20[0-9T]{13}Z$' GET $CAS --ahead 1200
shut 'so is one 20 minutes behind' 'signature expired' GET $CAS --ahead -1200
shut 'an unknown access key is refused' 'ak NOBODY not exist' GET $CAS --access-key NOBODY
sign GET $CAS | sed 's/SDK-HMAC-SHA256/V11-HMAC-SHA256/' >"$TMP/curlrc"
fetch -K "$TMP/curlrc"
equal 'the algorithm of derived keys is refused, with the one to use' '401 APIGW.0301 use SDK-HMAC-SHA256' \
	"$(code) $(json error_msg | grep -o 'use SDK-HMAC-SHA256$')"
sign GET $CAS | sed 's/SDK-HMAC-SHA256/SDK-HMAC-MD5/' >"$TMP/curlrc"
fetch -K "$TMP/curlrc"
equal 'an unknown algorithm is refused' '401 APIGW.0301' "$(code)"
sign GET $CAS | sed '/X-Sdk-Date/d' >"$TMP/curlrc"
fetch -K "$TMP/curlrc"
equal 'a signed header has to be there' '401 APIGW.0301' "$(code)"
sign GET $CAS | sed 's/host;x-sdk-date/host/' >"$TMP/curlrc"
fetch -K "$TMP/curlrc"
equal 'the date has to be signed' '401 APIGW.0301' "$(code)"
sign GET $CAS >"$TMP/curlrc"
fetch -K "$TMP/curlrc" -X POST -d "$body"
equal 'a signature is for one method and body' '401 APIGW.0301' "$(code)"

canonical() { sign GET "$CAS?limit=1&offset=0" --print-canonical | sed 's/x-sdk-date:[0-9TZ]*/x-sdk-date:*/'; }
signed GET "$CAS?offset=0&limit=1" --secret-key wrong
equal 'a wrong secret key is refused' '401 APIGW.0301' "$(code)"
equal 'with the canonical request of the gateway' \
	"Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest:$(canonical)" \
	"$(json error_msg | sed 's/x-sdk-date:[0-9TZ]*/x-sdk-date:*/')"
opens 'a good one makes up for it' GET $CAS
for _ in 1 2 3 4 5; do signed GET $CAS --secret-key wrong; done
opens 'five wrong ones do not lock the key' GET $CAS
for _ in 1 2 3 4 5 6; do signed GET $CAS --secret-key wrong; done
shut 'six in a row do' 'AK access failed to reach the limit, forbidden' GET $CAS

# --- sizes
head -c 12582913 /dev/zero | tr '\0' ' ' >"$TMP/large"
sign POST $CAS --body-file "$TMP/large" >"$TMP/curlrc"
fetch -K "$TMP/curlrc" --data-binary "@$TMP/large"
equal 'signed requests are limited to 12 MB' '413 APIGW.0201' "$(code)"
log_in
fetch -H "@$TMP/token" --data-binary "@$TMP/large" "$EMU_URL$CAS"
equal 'those with a token are not' '400 PCA.00020001' "$(code)"
stop_emulator

# --- other credentials
start_emulator --access-key OTHER:sec:ret --access-key MORE:x --user me:pass:word:corp --security-token temporary
shut 'options replace the default access key' 'not exist' GET $CAS
shut 'a security token is asked for' 'X-Security-Token is missing' GET $CAS --access-key OTHER --secret-key sec:ret
opens 'and opens, with a secret key with a colon in it' GET $CAS --access-key OTHER --secret-key sec:ret \
	--header 'X-Security-Token:temporary'
shut 'another security token does not' 'X-Security-Token is wrong' GET $CAS --access-key MORE \
	--secret-key x --header 'X-Security-Token:permanent'
login "$LOGIN"
equal 'options replace the default user' 401 "$STATUS"
other=${LOGIN/\"emulator\"/\"me\"}
other=${other/emulator-password/pass:word}
login "${other/emulator-account/corp}"
equal 'the user of the options may log in' 201 "$STATUS"
stop_emulator

# --- temporary keys
temporary=(--access-key TEMPORARY --secret-key sk)
start_emulator --temporary-key TEMPORARY:sk:token:60 --access-key AK:SK --project other
opens 'a temporary key opens with its token' GET $CAS "${temporary[@]}" --header 'X-Security-Token:token'
signed GET /v3/auth/domains "${temporary[@]}" --header 'X-Security-Token:token'
equal 'it sees no account' '200 []' "$STATUS $(json domains)"
signed GET /v3/projects --access-key AK --secret-key SK
equal 'projects are those of the options' '200 other' "$STATUS $(json projects.0.name)"
shut 'not without it' 'X-Security-Token is missing' GET $CAS "${temporary[@]}"
stop_emulator
