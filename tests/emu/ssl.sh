# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# SCM's calls, for tests: . "${CCM_SOURCE:?}/tests/emu/ssl.sh"
#
#   buy [MEMBERS]              buy a DV certificate (MEMBERS come first, so they win): its id is in $ID
#   purchase BRAND TYPE DOMAIN-TYPE YEARS DOMAINS NUMBER [MEMBERS]   the body of a purchase
#   application DOMAIN [MEMBERS]   the body of an application
#   state ID                   the status that the details tell
#   outside                    a CA of somebody else: $TMP/outside.crt and .key
#   pair NAME [CN] [option]..  $TMP/NAME.crt and .key, by $TMP/outside.crt; options are x509's
#   upload NAME [MEMBERS]      import that pair: its id is in $ID
#   body_of NAME [MEMBERS]     the body of an import

. "${CCM_SOURCE:?}/tests/emu/api.sh"

SSL=/v3/scm/certificates

buy() {
	api POST $SSL/buy "{${1:+$1,} \"cert_brand\": \"GEOTRUST\", \"cert_type\": \"DV_SSL_CERT\",
		\"domain_type\": \"SINGLE_DOMAIN\", \"effective_time\": 1, \"domain_numbers\": 1,
		\"order_number\": 1, \"agree_privacy_protection\": true}"
	[[ $STATUS == 200 ]] || broken 'a certificate is bought' "$STATUS $BODY"
	ID=$(json cert.0.cert_id)
}

purchase() {
	printf '{"cert_brand": "%s", "cert_type": "%s", "domain_type": "%s", "effective_time": %s,
		"domain_numbers": %s, "order_number": %s, %s "agree_privacy_protection": true}' "${@:1:6}" "${7:+$7,}"
}

application() {
	printf '{%s "domain": "%s", "applicant_name": "Some One", "applicant_phone": "13212345678",
		"applicant_email": "one@example.com", "agree_privacy_protection": true,
		"domain_method": "DNS"}' "${2:+$2,}" "$1"
}

state() {
	api GET "$SSL/$1"
	json status
}

outside() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/O=Outside/CN=Outside CA" \
		-keyout "$TMP/outside.key" -out "$TMP/outside.crt" 2>/dev/null
}

pair() {
	local name=$1 cn=${2:-$1}
	shift $(($# > 1 ? 2 : 1))
	openssl req -new -newkey rsa:2048 -nodes -subj "/CN=$cn" -keyout "$TMP/$name.key" -out "$TMP/$name.csr" 2>/dev/null
	openssl x509 -req -in "$TMP/$name.csr" -CA "$TMP/outside.crt" -CAkey "$TMP/outside.key" -set_serial 77 \
		-days 20 "$@" -out "$TMP/$name.crt" 2>/dev/null
}

pem() { awk '{ printf "%s\\n", $0 }' "$@"; }

body_of() {
	printf '{%s "name": "%s", "certificate": "%s", "private_key": "%s"}' "${2:+$2,}" "$1" \
		"$(pem "$TMP/$1.crt")" "$(pem "$TMP/$1.key")"
}

upload() {
	api POST $SSL/import "$(body_of "$@")"
	[[ $STATUS == 200 ]] || broken "$1 is imported" "$STATUS $BODY"
	ID=$(json certificate_id)
}
