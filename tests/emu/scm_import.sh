# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# SSL certificates from elsewhere: imported, checked, exported, pushed, deployed.
. "${CCM_SOURCE:?}/tests/emu/ssl.sh"

start_emulator
log_in
outside
printf 'subjectAltName = DNS:web.example.com, DNS:*.example.com, IP:192.0.2.1' >"$TMP/sans"
pair web.example.com web.example.com -extfile "$TMP/sans"

upload web.example.com "\"certificate_chain\": \"$(pem "$TMP/outside.crt")\""
WEB=$ID
api GET "$SSL/$WEB"
equal 'what is imported is UPLOAD' UPLOAD "$(json status)"
equal 'for its domain' web.example.com "$(json domain)"
equal 'and its other names' '*.example.com;192.0.2.1' "$(json sans)"
equal 'which are three' 3 "$(json domain_count)"
equal 'one a wildcard' 1 "$(json wildcard_count)"
equal 'so it is of several' MULTI_DOMAIN "$(json domain_type)"
equal 'by whom it is' Outside "$(json brand)"
equal 'signed as it is' SHA256WITHECDSA "$(json signature_algorithm)"
equal 'it can be pushed' ON "$(json push_support)"
equal 'no order brought it' null "$(json order_id)"
api POST "$SSL/$WEB/export"
for part in certificate certificate_chain private_key; do json $part | grep . >"$TMP/$part"; done
check 'the certificate comes back' alike "$TMP/web.example.com.crt" "$TMP/certificate"
check 'with its chain' alike "$TMP/outside.crt" "$TMP/certificate_chain"
check 'and its key' alike "$TMP/web.example.com.key" "$TMP/private_key"

# The same in other forms
windows() { sed 's/$/\\r\\n/' "$1" | tr -d '\n'; }
api POST $SSL/import "{\"name\": \"windows\", \"certificate\": \"$(windows "$TMP/web.example.com.crt")\",
	\"private_key\": \"$(windows "$TMP/web.example.com.key")\"}"
equal 'line ends may be those of Windows' 200 "$STATUS"
api POST $SSL/import "$(body_of web.example.com | sed 's/\\n/\\\\n/g')"
equal 'or escaped twice' 200 "$STATUS"
cat "$TMP/web.example.com.crt" "$TMP/outside.crt" >"$TMP/whole.crt"
cp "$TMP/web.example.com.key" "$TMP/whole.key"
upload whole
api POST "$SSL/$ID/export"
json certificate_chain | grep . >"$TMP/certificate_chain"
check 'the chain may stand in the certificate' alike "$TMP/outside.crt" "$TMP/certificate_chain"
openssl pkcs8 -topk8 -nocrypt -in "$TMP/whole.key" -out "$TMP/pkcs8.key"
cp "$TMP/web.example.com.crt" "$TMP/pkcs8.crt"
upload pkcs8
answers 'that is the same certificate again' 400 SCM.0005 -- POST $SSL/import "$(body_of pkcs8 '"duplicate_check": false')"
answers 'which is right for who says so' 200 -- POST $SSL/import "$(body_of pkcs8 '"duplicate_check": true')"

# What stands behind a NUL would go unseen: a certificate for www.bank.example and a NUL.
openssl req -x509 -key "$TMP/whole.key" -subj /O=None -days 9 -addext 2.5.29.17=DER:30:08:82:06:61:2e:62:00:2e:63 -out "$TMP/nul.crt"
cp "$TMP/whole.key" "$TMP/nul.key"
refused 'a name with a NUL in it is none' 400 SCM.0070 'has a NUL in it' -- POST $SSL/import "$(body_of nul)"

# What is wrong
wrong() { refused "$1" "$2" "$3" "$4" -- POST $SSL/import "$5"; }
name_of() { body_of web.example.com "\"name\": \"$1\""; }
wrong 'a name has three letters' 400 SCM.0032 name "$(name_of ab)"
wrong 'not more than 63' 400 SCM.0032 name "$(name_of "$(printf 'a%.0s' {1..64})")"
wrong 'of the allowed ones' 400 SCM.0032 'a b' "$(name_of 'a b')"
PAIR="\"certificate\": \"$(pem "$TMP/web.example.com.crt")\", \"private_key\": \"$(pem "$TMP/web.example.com.key")\""
wrong 'and is needed' 400 SCM.0032 'name is missing' "{$PAIR}"
wrong 'a certificate is one' 400 SCM.0006 'certificate: is not' "{\"name\": \"abc\", \"certificate\": \"abc\", $PAIR}"
wrong 'not a key' 400 SCM.0006 'certificate: is not' "{\"name\": \"abc\", \"certificate\": \"$(pem "$TMP/whole.key")\", $PAIR}"
wrong 'whole' 400 SCM.0006 'certificate: is not' \
	"{\"name\": \"abc\", \"certificate\": \"$(head -5 "$TMP/web.example.com.crt" | pem)\", $PAIR}"
wrong 'the chain as well' 500 SCM.0013 certificate_chain "$(body_of web.example.com '"certificate_chain": "abc"')"
pair else.example.com
wrong 'it is that of the certificate' 400 SCM.0079 'not the issuer' \
	"$(body_of web.example.com "\"certificate_chain\": \"$(pem "$TMP/else.example.com.crt")\"")"
wrong 'a key is one' 400 SCM.0012 'private_key: is not' "$(body_of web.example.com '"private_key": "abc"')"
openssl pkcs8 -topk8 -in "$TMP/whole.key" -passout pass:secret -out "$TMP/sealed.key"
wrong 'without a password' 400 SCM.0012 'without a password' "$(body_of web.example.com "\"private_key\": \"$(pem "$TMP/sealed.key")\"")"
wrong 'and that of the certificate' 400 SCM.0014 'another one' \
	"$(body_of web.example.com "\"private_key\": \"$(pem "$TMP/else.example.com.key")\"")"
wrong 'a name has the form of a domain' 400 SCM.0070 'Test Server' "$(pair server 'Test Server' && body_of server)"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /O=Nobody \
	-keyout "$TMP/nobody.key" -out "$TMP/nobody.crt" 2>/dev/null
wrong 'there is one' 400 SCM.0009 'neither' "$(body_of nobody)"
wrong 'an encryption certificate is for SM2' 400 SCM.0005 SM2 \
	"$(body_of web.example.com "\"enc_certificate\": \"$(pem "$TMP/outside.crt")\", \"enc_private_key\": \"$(pem "$TMP/outside.key")\"")"
refused 'nothing is no upload' 400 SCM.0032 name -- POST $SSL/import '{}'
refused 'and JSON is JSON' 400 SCM.0005 body -- POST $SSL/import '{'

# SM2 pairs
for use in sign enc; do
	openssl req -x509 -newkey sm2 -sm3 -nodes -days 30 -subj /CN=sm.example.com -addext "subjectAltName=DNS:sm.example.com" \
		-keyout "$TMP/$use.key" -out "$TMP/$use.crt" 2>/dev/null
done
PAIR2="\"enc_certificate\": \"$(pem "$TMP/enc.crt")\", \"enc_private_key\": \"$(pem "$TMP/enc.key")\""
wrong 'the second key fits its certificate' 400 SCM.0014 enc_private_key \
	"$(body_of sign "\"enc_private_key\": \"$(pem "$TMP/sign.key")\", $PAIR2")"
upload sign "$PAIR2"
SM=$ID
api POST "$SSL/$SM/export"
json enc_private_key | grep . >"$TMP/part"
check 'both pairs are kept' alike "$TMP/enc.key" "$TMP/part"
refused 'SM2 is not pushed' 400 SCM.0401 "$SM" -- POST "$SSL/$SM/push" '{"target_project": "eu-west-101", "target_service": "elb"}'
api GET "$SSL?content=sm.example&limit=10"
equal 'nor deployed' false "$(json certificates.0.deploy_support)"

# Pushing
push() { printf '{"target_service": "%s", "target_project": "%s"}' "$@"; }
answers 'to a load balancer' 204 -- POST "$SSL/$WEB/push" "$(push elb eu-west-101)"
answers 'in capitals' 204 -- POST "$SSL/$WEB/push" "$(push WAF cn-north-7)"
answers 'CDN is everywhere' 204 -- POST "$SSL/$WEB/push" "$(push cdn '')"
refused 'ELB is not' 400 SCM.0075 '\(\)' -- POST "$SSL/$WEB/push" "$(push elb '')"
refused 'a region is one' 400 SCM.0075 nowhere -- POST "$SSL/$WEB/push" "$(push elb nowhere)"
refused 'there are three services' 400 SCM.0030 vpn -- POST "$SSL/$WEB/push" "$(push vpn cn-north-7)"
refused 'which may refuse: ELB' 400 SCM.0201 fail-north-1 -- POST "$SSL/$WEB/push" "$(push elb fail-north-1)"
refused 'CDN' 400 SCM.0211 fail-north-1 -- POST "$SSL/$WEB/push" "$(push cdn fail-north-1)"
refused 'and WAF' 400 SCM.0221 fail-north-1 -- POST "$SSL/$WEB/push" "$(push waf fail-north-1)"
answers 'several at once' 200 -- POST "$SSL/$WEB/batch-push" \
	'{"target_service": "waf", "target_projects": ["cn-north-7", "nowhere", "fail-north-1"]}'
equal 'have results' 'cn-north-7 nowhere fail-north-1' "$(echo "$(for i in 0 1 2; do json "results.$i.project_name"; done)" | xargs)"
equal 'a good one' "$WEB success" "$(json results.0.cert_id) $(json results.0.message)"
equal 'one without a certificate' '' "$(json results.1.cert_id)"
[[ $(json results.1.message) == 'Invalid region id.'* ]] || broken 'that says why' "$BODY"
[[ $(json results.2.message) == 'Failed to push to WAF.'* ]] || broken 'and another' "$BODY"
refused 'one region at least' 400 SCM.0505 target_projects -- POST "$SSL/$WEB/batch-push" '{"target_service": "waf", "target_projects": []}'

# Deploying
deploy() { printf '{"service_name": "%s", "project_name": "eu-west-101", "resources": [%s]}' "$@"; }
answers 'to listeners' 200 -- POST "$SSL/$WEB/deploy" "$(deploy ELB '{"id": "1"}, {"id": "2"}')"
equal 'none of which fails' 0 "$(json 'failure_list.#')"
answers 'one may be gone' 200 -- POST "$SSL/$WEB/deploy" "$(deploy elb '{"id": "1"}, {"id": "dead2"}')"
equal 'which is told' 'dead2 ELB.8904:certificate does not exist' "$(json failure_list.0.resource) $(json failure_list.0.failure_info)"
equal 'of it alone' 1 "$(json 'failure_list.#')"
answers 'CDN goes by domains' 200 -- POST "$SSL/$WEB/deploy" '{"service_name": "CDN", "resources": [
	{"domain_name": "web.example.com"}, {"domain_name": "www.example.com"}, {"domain_name": "a.b.example.com"},
	{"domain_name": "example.com"}, {"domain_name": "fail.example.com"}]}'
equal 'that the certificate is for' 'a.b.example.com example.com fail.example.com' \
	"$(echo "$(for i in 0 1 2; do json "failure_list.$i.resource"; done)" | xargs)"
[[ $(json failure_list.0.failure_info) == SCM.0106:* ]] || broken 'or says that it is not' "$BODY"
needs() { refused "$1 needs $2" 400 SCM.0501 "$2" -- POST "$SSL/$WEB/deploy" "$3"; }
needs ELB id "$(deploy ELB '{"domain_name": "a"}')"
needs WAF type "$(deploy WAF '{"id": "1", "enterprise_project_id": "0"}')"
needs WAF enterprise_project_id "$(deploy WAF '{"id": "1", "type": "cloud"}')"
needs CDN domain_name "$(deploy CDN '{"id": "1"}')"
needs ELB project_name '{"service_name": "ELB", "resources": [{"id": "1"}]}'
needs 'a service' VPN "$(deploy VPN '{"id": "1"}')"
answers 'WAF has all of that' 200 -- POST "$SSL/$WEB/deploy" "$(deploy WAF '{"id": "1", "type": "premium", "enterprise_project_id": "0"}')"
refused 'to something' 400 SCM.0505 resources -- POST "$SSL/$WEB/deploy" "$(deploy ELB '')"
refused 'once' 400 SCM.0507 twin -- POST "$SSL/$WEB/deploy" "$(deploy ELB '{"id": "twin"}, {"id": "twin"}')"

stop_emulator

# In SCM's own words
start_emulator --clock-offset 2592000 --fault scm_export_certificate:wrongkey
log_in
wrong 'what has ended is not imported' 400 SCM.0042 certificate "$(body_of web.example.com)"
openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=long.example.com \
	-keyout "$TMP/long.key" -out "$TMP/long.crt" 2>/dev/null
upload long
api POST "$SSL/$ID/export"
json private_key >"$TMP/wrong.key"
refute 'a fault gives another key' alike <(openssl pkey -in "$TMP/long.key" -pubout) <(openssl pkey -in "$TMP/wrong.key" -pubout)
echo 'X-Auth-Token: abc' >"$TMP/token"
answers 'who is not known' 401 SCM.1000 -- GET $SSL
stop_emulator
