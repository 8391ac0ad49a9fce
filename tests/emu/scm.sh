# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# SSL certificates: bought, applied for, withdrawn, granted, rejected, listed, expired.
. "${CCM_SOURCE:?}/tests/emu/ssl.sh"

start_emulator --data "$TMP/data"
log_in

# Buying
answers 'as the example of the reference has it' 200 -- POST $SSL/buy "$(purchase GLOBALSIGN OV_SSL_CERT MULTI_DOMAIN 1 5 1)"
[[ $(json order_id) =~ ^CS[0-9]{10}[0-9A-Z]{5}$ ]] || broken 'the order has an id' "$BODY"
MULTI=$(json cert.0.cert_id)
[[ $MULTI =~ ^scs[0-9]{13}$ ]] || broken 'the id is scs and 13 digits' "$BODY"
equal 'what is bought is PAID' PAID "$(state "$MULTI")"
equal 'for five names' 5 "$(json domain_count)"
equal 'of no wildcards' 0 "$(json wildcard_count)"
equal 'the first of which is a single one' primary_single "$(json multi_domain_type)"
equal 'it has no certificate yet' null "$(json not_after)"
equal 'nor can it be pushed' OFF "$(json push_support)"
answers 'three at once' 200 -- POST $SSL/buy "$(purchase SYMANTEC DV_SSL_CERT_BASIC SINGLE_DOMAIN 1 1 3 '"enterprise_project_id": "0"')"
equal 'have three ids' 3 "$(for i in 0 1 2; do json "cert.$i.cert_id"; done | sort -u | wc -l)"
buy_refused() { refused "$1" 400 "$2" "$3" -- POST $SSL/buy "$4"; }
buy_refused 'no more than 20 are free' SCM.0011 '3 of 20' "$(purchase SYMANTEC DV_SSL_CERT_BASIC SINGLE_DOMAIN 1 1 18)"
buy_refused 'the brand is one of six' SCM.0049 ACME "$(purchase ACME DV_SSL_CERT SINGLE_DOMAIN 1 1 1)"
buy_refused 'the type, too' SCM.0050 XV "$(purchase CFCA XV SINGLE_DOMAIN 1 1 1)"
buy_refused 'the domain type of three' SCM.0051 ALL "$(purchase CFCA DV_SSL_CERT ALL 1 1 1)"
buy_refused 'for one to three years' SCM.0052 effective_time "$(purchase CFCA DV_SSL_CERT WILDCARD 4 1 1)"
buy_refused 'a single domain is one' SCM.0036 SINGLE_DOMAIN "$(purchase CFCA DV_SSL_CERT SINGLE_DOMAIN 1 2 1)"
buy_refused 'several are two at least' SCM.0036 MULTI_DOMAIN "$(purchase CFCA DV_SSL_CERT MULTI_DOMAIN 1 1 1)"
buy_refused 'and as many as they are' SCM.0036 'not the 5' "$(purchase CFCA DV_SSL_CERT MULTI_DOMAIN 1 5 1 '"single_domain_number": 2, "wildcard_domain_number": 1')"
buy_refused 'one buys 1 to 100' SCM.0060 order_number "$(purchase CFCA DV_SSL_CERT SINGLE_DOMAIN 1 1 101)"
buy_refused 'in one project' SCM.0005 'all is neither' "$(purchase CFCA DV_SSL_CERT SINGLE_DOMAIN 1 1 1 '"enterprise_project_id": "all"')"
buy_refused 'only who agrees' SCM.0005 agree_privacy "$(purchase CFCA DV_SSL_CERT SINGLE_DOMAIN 1 1 1 '"agree_privacy_protection": false')"

# Applying
apply_refused() { refused "$1" 400 "$2" "$3" -- POST "$SSL/$ID/apply" "$4"; }
buy
apply_refused 'a domain is one' SCM.0108 'a b' "$(application 'a b')"
apply_refused 'not an empty one' SCM.0108 '\(\)' "$(application '')"
apply_refused 'a wildcard was not bought' SCM.0015 'single name' "$(application '*.example.com')"
apply_refused 'nor a second name' SCM.0015 '2 names' "$(application a.example.com '"sans": "b.example.com"')"
apply_refused 'a name stands once' SCM.0063 A.example.com "$(application a.example.com '"sans": "A.example.com"')"
apply_refused 'a domain is not proved by a file' SCM.0005 'domain_method: File' "$(application a.example.com '"domain_method": "File"')"
apply_refused 'an address by nothing else' SCM.0005 'domain_method: DNS' "$(application 192.0.2.1)"
apply_refused 'one has a name' SCM.0083 applicant_name "$(application a.example.com '"applicant_name": ""')"
apply_refused 'a phone' SCM.0085 applicant_phone "$(application a.example.com '"applicant_phone": ""')"
apply_refused 'an address' SCM.0086 applicant_email "$(application a.example.com '"applicant_email": ""')"
apply_refused 'and agrees' SCM.0005 agree "$(application a.example.com '"agree_privacy_protection": false')"
apply_refused 'the key is of a known kind' SCM.0005 DSA "$(application a.example.com '"key_algorithm": "DSA"')"
apply_refused 'the CSR is one' SCM.0034 csr "$(application a.example.com '"csr": "-----BEGIN CERTIFICATE REQUEST-----"')"
outside
pair other.example.com
apply_refused 'for this domain' SCM.0035 other.example.com "$(application a.example.com "\"csr\": \"$(pem "$TMP/other.example.com.csr")\"")"
refused 'an id begins with scs' 400 SCM.0008 xyz -- POST "$SSL/xyz/apply" "$(application a.example.com)"
refused 'and is known' 404 SCM.0094 scs1 -- POST "$SSL/scs1/apply" "$(application a.example.com)"
equal 'all that changed nothing' PAID "$(state "$ID")"
refused 'there is nothing to withdraw' 400 SCM.0010 PAID -- POST "$SSL/$ID/cancel-cert"
refused 'and nothing to export' 400 SCM.0010 PAID -- POST "$SSL/$ID/export"

answers 'a right application is taken' 200 -- POST "$SSL/$ID/apply" "$(application www.example.com)"
equal 'which is a success' success "$(json request_info)"
refused 'not twice' 400 SCM.0010 CHECKING -- POST "$SSL/$ID/apply" "$(application www.example.com)"
answers 'it can be withdrawn' 200 -- POST "$SSL/$ID/cancel-cert"
equal 'which says what' "$ID" "$(json cert_id)"
equal 'then it is as it was bought' PAID "$(state "$ID")"
equal 'for no domain' null "$(json domain)"
answers 'to be applied for again' 200 -- POST "$SSL/$ID/apply" "$(application www.example.com '"contact_name": "Else"')"
equal 'at the next look it is issued' ISSUED "$(state "$ID")"
equal 'with who asked' 'Some One' "$(json application_info.applicant_name)"
equal 'and whom to call' Else "$(json application_info.contact_name)"
equal 'the record that proved it' _dnsauth.www.example.com "$(json authentification.0.record_name)"
equal 'by the way asked for' DNS "$(json validation_method)"
FINGERPRINT=$(json fingerprint) UNTIL=$(json not_after)
export_ssl() {
	api POST "$SSL/$1/export"
	[[ $STATUS == 200 ]] || broken "$2 is exported" "$STATUS $BODY"
	json certificate >"$TMP/$2.crt"
	json certificate_chain >"$TMP/$2.chain"
	json entire_certificate >"$TMP/$2.all"
	json private_key >"$TMP/$2.key" 2>/dev/null || rm "$TMP/$2.key"
}
export_ssl "$ID" www
equal 'the fingerprint is the SHA-1' "$FINGERPRINT" \
	"$(openssl x509 -in "$TMP/www.crt" -noout -fingerprint -sha1 | tr -d ':\n' | sed 's/.*=//' | tr A-F a-f)"
equal 'the end is told by the clock of Beijing' "$UNTIL" "$(TZ=Asia/Shanghai date \
	-d "$(openssl x509 -in "$TMP/www.crt" -noout -enddate | cut -d= -f2)" '+%F %T.0')"
check 'it holds under the root of its chain, for its name' openssl verify -CAfile "$TMP/www.chain" -untrusted "$TMP/www.chain" \
	-purpose sslserver -verify_hostname www.example.com "$TMP/www.crt"
check 'its key is its own' alike <(openssl x509 -in "$TMP/www.crt" -noout -pubkey) <(openssl pkey -in "$TMP/www.key" -pubout)
equal 'all is certificate and chain' "$(cat "$TMP/www.crt" "$TMP/www.chain" | grep .)" "$(grep . "$TMP/www.all")"
expect_output 'in the name of the brand' 'CN = ccm-emulator SSL CA for GEOTRUST' openssl x509 -in "$TMP/www.crt" -noout -issuer -nameopt oneline

answers 'a CSR brings its own key' 200 -- POST "$SSL/$MULTI/apply" "$(application other.example.com "
	\"csr\": \"$(pem "$TMP/other.example.com.csr")\", \"sans\": \"192.0.2.7;mail.example.com\", \"country\": \"DE\",
	\"company_name\": \"ACME\", \"company_province\": \"Berlin\", \"company_city\": \"Berlin\"")"
export_ssl "$MULTI" multi
check 'which is not exported' test ! -e "$TMP/multi.key"
expect_output 'the company stands in it' 'C = DE, ST = Berlin, L = Berlin, O = ACME' openssl x509 -in "$TMP/multi.crt" -noout -subject
expect_output 'and all names' 'DNS:other.example.com, IP Address:192.0.2.7, DNS:mail.example.com' openssl x509 -in "$TMP/multi.crt" -noout -ext subjectAltName
refused 'nor pushed' 400 SCM.0059 "$MULTI" -- POST "$SSL/$MULTI/push" '{"target_project": "eu-west-101", "target_service": "ELB"}'

buy '"cert_type": "OV_SSL_CERT"'
apply_refused 'OV wants a company' SCM.0005 'company_name: is needed' "$(application a.example.com)"
COMPANY='"country": "DE", "company_name": "ACME", "company_province": "Berlin", "company_city": "Berlin"'
apply_refused 'of GeoTrust a hash' SCM.0005 ca_hash_algorithm "$(application a.example.com "$COMPANY")"
apply_refused 'a country has two letters' SCM.0005 'country: D1' "$(application a.example.com "\"country\": \"D1\", $COMPANY, \"ca_hash_algorithm\": \"SHA-256\"")"
OV=$ID
answers 'and an elliptic key is to be had' 200 -- POST "$SSL/$OV/apply" "$(application a.example.com "$COMPANY, \"ca_hash_algorithm\": \"SHA-256\", \"key_algorithm\": \"EC_P256\"")"
export_ssl "$OV" ov
expect_output 'it is one' 'BEGIN EC PRIVATE KEY' cat "$TMP/ov.key"
buy
answers 'an address is proved by a file' 200 -- POST "$SSL/$ID/apply" "$(application 192.0.2.9 '"domain_method": "file"')"
equal 'so it is issued' ISSUED "$(state "$ID")"
equal 'with that file' FILE "$(json authentification.0.record_type)"
buy
answers 'and one that many look at' 200 -- POST "$SSL/$ID/apply" "$(application many.example.com)"
for i in 1 2 3 4; do
	curl -sS --cacert "$EMU_CA" --max-time "$DEADLINE" -H "@$TMP/token" -X POST -o "$TMP/many.$i" "$EMU_URL$SSL/$ID/export" &
	looks[i]=$!
done
for i in 1 2 3 4; do wait "${looks[i]}"; done
equal 'is issued once' 1 "$(cat "$TMP"/many.[1-4] | grep -o '"certificate":"[^"]*"' | sort | uniq -c | awk '{ print NR }')"
api DELETE "$SSL/$ID"
buy
answers 'a name under .invalid' 200 -- POST "$SSL/$ID/apply" "$(application web.invalid)"
equal 'is rejected' UNPASSED "$(state "$ID")"
REJECTED=$ID
buy
answers 'one of revoked.' 200 -- POST "$SSL/$ID/apply" "$(application revoked.example.com)"
equal 'is revoked' REVOKED "$(state "$ID")"
equal 'with a reason' keyCompromise "$(json revoke_reason)"

# Lists
total() { # QUERY
	api GET "$SSL?$1"
	[[ $STATUS == 200 ]] || broken "a list of $1" "$STATUS $BODY"
	json total_count
}
equal 'all are counted' 9 "$(total limit=50)"
equal 'ALL is all' 9 "$(total status=ALL)"
equal 'the last that changed comes first' "$ID" "$(json certificates.0.id)"
equal 'those of a state' 4 "$(total status=ISSUED)"
equal 'a state that is nobody'"'"'s' 0 "$(total status=SUPPLEMENTCHECKING)"
equal 'the rejected one' 1 "$(total status=UNPASSED)"
equal 'is the one' "$REJECTED" "$(json certificates.0.id)"
equal 'those that can be deployed have a key' 3 "$(total deploy_support=true)"
equal 'a word of the domain' 1 "$(total 'content=WWW.exam')"
equal 'or of the other names' 1 "$(total content=mail)"
equal 'none ends soon' 0 "$(total expired_days_since=300)"
equal 'four do within 400 days' 4 "$(total expired_days_since=400)"
equal 'all are of project 0' 9 "$(total enterprise_project_id=0)"
equal 'none of another' 0 "$(total enterprise_project_id=01234567-89ab-cdef-0123-456789abcdef)"
equal 'all is any' 9 "$(total enterprise_project_id=all)"
total 'sort_key=certExpiredTime&sort_dir=DESC&status=ISSUED' >/dev/null
equal 'they are sorted' "$(for i in 0 1 2 3; do json "certificates.$i.expire_time"; done)" \
	"$(for i in 0 1 2 3; do json "certificates.$i.expire_time"; done | sort -r)"
total 'sort_key=certStatus&sort_dir=ASC&limit=10' >/dev/null
equal 'by state as well' "$(for i in {0..8}; do json "certificates.$i.status"; done)" \
	"$(for i in {0..8}; do json "certificates.$i.status"; done | sort)"
refused 'pages have 10, 20 or 50' 400 SCM.0005 limit -- GET "$SSL?limit=30"
refused 'and end at 100' 400 SCM.0005 'offset: 101' -- GET "$SSL?offset=101"
refused 'one sorts by what there is' 400 SCM.0005 sort_key -- GET "$SSL?sort_key=name"
answers 'the last page is empty' 200 -- GET "$SSL?offset=100"
equal 'of as many' 9 "$(json total_count)"
answers 'twelve more' 200 -- POST $SSL/buy "$(purchase CFCA DV_SSL_CERT SINGLE_DOMAIN 1 1 12)"
equal 'are counted, too' 21 "$(total limit=10)"
equal 'on a page of ten' 10 "$(json 'certificates.#')"
api GET "$SSL?limit=20&offset=20"
equal 'the last has the rest' 1 "$(json 'certificates.#')"

# Deleting
answers 'it goes at once' 204 -- DELETE "$SSL/$REJECTED"
refused 'for good' 404 SCM.0094 "$REJECTED" -- DELETE "$SSL/$REJECTED"
refused 'with all it had' 404 SCM.0094 "$REJECTED" -- GET "$SSL/$REJECTED"

# Time
stop_emulator
start_emulator --data "$TMP/data" --ssl-review 3600
log_in
buy '"cert_type": "EV_SSL_CERT", "cert_brand": "CFCA"'
answers 'a review takes its time' 200 -- POST "$SSL/$ID/apply" "$(application ev.example.com "$COMPANY")"
EV=$ID
equal 'meanwhile it is looked at' CHECKING "$(state "$EV")"
buy
answers 'one more' 200 -- POST "$SSL/$ID/apply" "$(application late.example.com)"
answers 'is withdrawn' 200 -- POST "$SSL/$ID/cancel-cert"
equal 'which is looked at, too' CANCELCHECKING "$(state "$ID")"
refused 'once' 400 SCM.0010 CANCELCHECKING -- POST "$SSL/$ID/cancel-cert"
stop_emulator
start_emulator --data "$TMP/data" --ssl-review 3600 --clock-offset 2700
log_in
equal 'later it is the company that is looked at' CHECKING_ORG "$(state "$EV")"
equal 'as the list has it' 1 "$(total status=CHECKING_ORG)"
stop_emulator
start_emulator --data "$TMP/data" --ssl-review 3600 --clock-offset 7200
log_in
equal 'then it is issued' ISSUED "$(state "$EV")"
equal 'and the other one PAID' PAID "$(state "$ID")"
stop_emulator
start_emulator --data "$TMP/data" --clock-offset 33000000
log_in
equal 'after a year and more it has ended' EXPIRED "$(state "$EV")"
equal 'with the others' 5 "$(total status=EXPIRED)"
equal 'none is in use' 0 "$(total deploy_support=true)"
refused 'so it cannot be pushed' 400 SCM.0010 EXPIRED -- POST "$SSL/$EV/push" '{"target_project": "eu-west-101", "target_service": "ELB"}'
answers 'but exported' 200 -- POST "$SSL/$EV/export"
stop_emulator

# A review that cannot be concluded is that certificate's trouble, not the list's.
start_emulator --data "$TMP/data"
buy
answers 'a name is asked for' 200 -- POST "$SSL/$ID/apply" "$(application stuck.example.com)"
"$PYTHON" -ISc "import sqlite3; db = sqlite3.connect('$TMP/data/emulator.db')
db.execute('UPDATE ssl SET application = ? WHERE id = ?', ('{', '$ID')); db.commit()"
answers 'the list is there' 200 -- GET "$SSL?content=stuck.example"
equal 'and the certificate goes on being looked at' "$ID CHECKING" "$(json certificates.0.id) $(json certificates.0.status)"
stop_emulator
