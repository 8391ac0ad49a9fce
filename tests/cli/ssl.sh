# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# SSL certificates of SCM: bought and applied for, uploaded, handed to other services.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq
start_emulator
cd "$TMP"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj '/O=Outside/CN=Outside Root' \
	-keyout root.key -out root.crt 2>/dev/null
pair() {
	openssl req -new -newkey rsa:2048 -nodes -subj "/CN=$1" -addext "subjectAltName=DNS:$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
	openssl x509 -req -in "$1.csr" -CA root.crt -CAkey root.key -copy_extensions copy -days 20 -out "$1.crt" 2>/dev/null
}
pair web.example.com
pair other.example.com
bad() { expect_failure "$@"; expect_status 'which is a usage error' 2 "${@:3}"; }
state() { ccm ssl show "$1" --json | jq -r .status; }
names() { cut -f1 | sort | paste -sd' '; }

expect_output 'none yet' '^ccm: ssl list: no SSL certificates$' ccm ssl list
web=$(ccm ssl import --name web --cert web.example.com.crt --key web.example.com.key --chain root.crt)
check 'uploading prints the id' test "${web:0:3}" = scs
cat web.example.com.crt root.crt >whole.crt
again=$(ccm ssl import --name whole --cert whole.crt --key web.example.com.key --allow-duplicate --json | jq -r .certificate_id)
check 'certificate and chain may be in one file' test "${again:0:3}" = scs
equal 'both are listed' 'web whole' "$(ccm ssl list | names)"
equal 'a row has its columns' "web web.example.com UPLOAD $web" "$(ccm ssl list | grep ^web | cut -f1-3,7 | tr '\t' ' ')"
equal 'by state' 'web whole' "$(ccm ssl list --status upload | names)"
equal 'there is none of another' '' "$(ccm ssl list --status paid 2>/dev/null)"
equal 'JSON has the service'"'"'s own fields' 'web.example.com 2' \
	"$(ccm ssl list --json | jq -r '"\(.certificates[0].domain) \(.total)"')"
expect_output 'shown by name' "^Id: +$web\$" ccm ssl show web
also 'with details that lists lack' '^Fingerprint: +[0-9A-Fa-f:]{40,}$'
expect_output 'shown by id' '^Name: +web$' ccm ssl show "$web"
expect_status 'a domain that two have is not guessed' 7 ccm ssl show web.example.com
also 'both are listed' "^  $again  UPLOAD"
expect_status 'one that is not there' 5 ccm ssl show nothing
expect_failure 'names those like it' 'no SSL certificate named "we"; like it: "web"' ccm ssl show we
expect_status 'an id that is not there' 5 ccm ssl show scs1000000000000

sent=$(calls)
WEB=(--name x --cert web.example.com.crt)
bad 'the key is the certificate'"'"'s' "other\.example\.com\.key: this key is not the certificate's" \
	ccm ssl import "${WEB[@]}" --key other.example.com.key
openssl pkey -in web.example.com.key -aes128 -passout pass:abcd -out sealed.key
bad 'and in the clear' 'sealed\.key: the private key is encrypted' ccm ssl import "${WEB[@]}" --key sealed.key
bad 'it is a key' 'web\.example\.com\.csr: holds a CSR, not a private key' ccm ssl import "${WEB[@]}" --key web.example.com.csr
bad 'a certificate is one' 'web\.example\.com\.csr: holds a CSR, not a certificate' \
	ccm ssl import --name x --cert web.example.com.csr --key web.example.com.key
bad 'a file is there' 'cannot open no\.key' ccm ssl import "${WEB[@]}" --key no.key
bad 'a name has three letters' 'name: "x" has 1 characters, 3 to 63' ccm ssl import "${WEB[@]}" --key web.example.com.key
bad 'an encryption certificate has its key' '--enc-cert goes with --enc-key only' \
	ccm ssl import --name abc --cert web.example.com.crt --key web.example.com.key --enc-cert web.example.com.crt
equal 'nothing was sent for all this' "$sent" "$(calls)"

BUY=(ssl buy --brand geotrust --type dv --agree-privacy)
bad 'buying is not done unasked' '--yes is needed to buy 2 dv certificate\(s\) of geotrust for 1 year\(s\)' ccm "${BUY[@]}" --count 2
bad 'nor without agreeing' '--agree-privacy is missing' ccm ssl buy --brand geotrust --type dv
bad 'nor out of bounds' 'effective_time: 4 is not between 1 and 3' ccm "${BUY[@]}" --years 4 --yes
bought=$(ccm "${BUY[@]}" --count 2 --yes --quiet)
equal 'each that is bought has an id' 2 "$(wc -l <<<"$bought")"
read -r -d '' first second <<<"$bought" || :
equal 'and is paid' 'PAID PAID' "$(state "$first") $(state "$second")"
APPLY=(--domain shop.example.com --method dns --applicant 'Some One' --phone 13212345678 --email one@example.com --agree-privacy)
bad 'applying gives data away' '--yes is needed to apply for the SSL certificate' ccm ssl apply "$first" "${APPLY[@]}"
bad 'a CSR is one' 'web\.example\.com\.crt: holds a certificate, not a CSR' \
	ccm ssl apply "$first" "${APPLY[@]}" --csr web.example.com.crt --yes
check 'an application' ccm ssl apply "$first" "${APPLY[@]}" --yes
check 'is looked at' test "$(state "$first")" != PAID
expect_status 'and made once' 7 ccm ssl apply "$first" "${APPLY[@]}" --yes
expect_status 'what was not applied for is not withdrawn' 7 ccm ssl withdraw "$second"
also 'as its state tells' '^note: the SSL certificate "[^"]*" is PAID$'

# To other services
equal 'pushed silently' '' "$(ccm ssl push web --service elb --region eu-west-101 2>&1)"
check 'CDN has no regions' ccm ssl push web --service cdn
bad 'so none is given' '--region: CDN has no regions' ccm ssl push web --service cdn --region eu-west-101
bad 'others have' '--region is missing' ccm ssl push web --service waf
check 'to several regions at once' ccm ssl push web --service elb --region eu-west-101 --region eu-west-102
expect_status 'where some fail' 8 ccm ssl push web --service elb --region eu-west-101 --region fail-region-1
also 'each is named' '1 of 2 targets failed: fail-region-1: '
equal 'JSON tells of all' 'eu-west-101 fail-region-1' "$({ ccm ssl push web --service elb --region eu-west-101 \
	--region fail-region-1 --json 2>/dev/null || :; } | jq -r '[.results[].project_name] | join(" ")')"
expect_status 'one that fails' 6 ccm ssl push web --service elb --region fail-region-1
bad 'deploying may cost money' '--yes is needed to deploy the SSL certificate "web" to 1 resource of elb' \
	ccm ssl deploy web --service elb --resource a
check 'to load balancers' ccm ssl deploy web --service elb --resource a --resource b --yes
check 'to a CDN domain' ccm ssl deploy web --service cdn --domain web.example.com --yes
check 'to a firewall' ccm ssl deploy web --service waf --resource a --waf-type cloud --waf-project 0 --yes
expect_status 'where some fail' 8 ccm ssl deploy web --service elb --resource a --resource dead --yes
also 'each is named' 'failed: dead: '
expect_status 'through ccm api, too' 8 ccm api scm_deploy_certificate certificate_id="$web" service_name=ELB \
	project_name=eu-west-101 resources[0].id=a resources[1].id=dead --yes
also 'with the answer' '"failure_list":'
sent=$(calls)
bad 'a firewall wants more' '--waf-type is missing: WAF needs it' ccm ssl deploy "$web" --service waf --resource a --yes
bad 'which is for it only' '--waf-project is for WAF only' ccm ssl deploy "$web" --service elb --resource a --waf-project 0 --yes
bad 'a domain is for CDN' '--domain is not for ELB' ccm ssl deploy "$web" --service elb --resource a --domain x --yes
bad 'which takes nothing else' '--resource is not for CDN' ccm ssl deploy "$web" --service cdn --resource x --domain x --yes
bad 'and needs one' '--domain is missing' ccm ssl deploy "$web" --service cdn --yes
equal 'nothing was sent for all this' "$sent" "$(calls)"

bad 'nothing is deleted unasked' "--yes is needed to delete the SSL certificate \"whole\" \($again\)" ccm ssl delete whole
check 'but with --yes' ccm ssl delete whole --yes
expect_status 'and is gone' 5 ccm ssl show "$again"
check 'then the domain is enough' ccm ssl show web.example.com
stop_emulator

rm -f "$EMU_LOG"
start_emulator --fault scm_import_certificate:lost:1 --fault scm_import_certificate:reset:1 --fault scm_delete_certificate:lost:1
IMPORT=(--name web --cert web.example.com.crt --key web.example.com.key)
expect_output 'an upload that took place is found by its content' '^scs[0-9]+$' ccm ssl import "${IMPORT[@]}"
also 'as is told' 'but the SSL certificate is there: scs[0-9]+$'
equal 'it was asked for once' 1 "$(calls scm_import_certificate)"
expect_output 'so is a deletion' 'but the SSL certificate is deleted$' ccm ssl delete web --yes
expect_failure 'one that did not is not made up' '^note: looked for it, and no such SSL certificate was created$' \
	ccm ssl import "${IMPORT[@]}"
stop_emulator

# Of those that are there already none is mistaken for the one that was to be made
rm -f "$EMU_LOG"
start_emulator --fault scm_import_certificate:delay=1500:2
first=$(ccm ssl import "${IMPORT[@]}")
sed -i 's/^\[cloud\]/[cloud]\ntimeout = 1 s/' "$CCM_CONFIG"
second=$(ccm ssl import "${IMPORT[@]}" --allow-duplicate --quiet)
refute 'an upload after the deadline is waited for, and is another' test "$first" = "$second"
equal 'both are there' 'web web' "$(ccm ssl list | names)"
stop_emulator
rm -f "$EMU_LOG"
start_emulator
ccm ssl import "${IMPORT[@]}" >/dev/null
fault scm_import_certificate:reset:1
expect_failure 'nor when it did not come about' 'no such SSL certificate was created' ccm ssl import "${IMPORT[@]}" --allow-duplicate
stop_emulator
rm -f "$EMU_LOG"
start_emulator --fault scm_import_certificate:lost --fault scm_list_certificates:status=500
sed -i 's/^\[cloud\]/[cloud]\nretries = 0/' "$CCM_CONFIG"
expect_failure 'when it cannot be looked for, that is told' \
	'^note: whether it was created could not be seen .*ccm ssl list. before trying again$' ccm ssl import "${IMPORT[@]}"
equal 'it was asked for once' 1 "$(calls scm_import_certificate)"
