# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Lists: pages, filters, orders, and what has expired.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

start_emulator --data "$TMP/data"
log_in
list() { api GET "$1"; }
# The members NAME of the last list's elements, in a row.
column() { "$PYTHON" -ISc "import json; print(*[e$2 for e in json.load(open('$TMP/body'))['$1']])"; }
cas() { column certificate_authorities "['distinguished_name']['common_name']"; }
certs() { column certificates "['distinguished_name']['common_name']"; }

list $CAS
equal 'no CAs are an empty list' '{"total":0,"certificate_authorities":[]}' "$BODY"
list $CERTS
equal 'no certificates are one too' '{"total":0,"certificates":[]}' "$BODY"

root b
ROOT=$ID
sub "$ROOT" a
SUB=$ID
pending c
api POST $CAS "{\"type\": \"ROOT\", \"key_algorithm\": \"EC256\", $(name d), \"signature_algorithm\": \"SHA256\", \"validity\": {\"type\": \"HOUR\", \"value\": 1}}"

by() {
	list "$CAS?$2"
	equal "$1" "$3" "$(cas)"
}
by 'the newest come first' '' 'd c a b'
by 'or the oldest' 'sort_dir=ASC' 'b a c d'
by 'by name' 'sort_key=common_name&sort_dir=ASC' 'a b c d'
by 'by type, the newest first' 'sort_key=type&sort_dir=DESC' 'c a d b'
by 'by end' 'sort_key=not_after&sort_dir=DESC' 'b a d c'
by 'only roots' 'type=ROOT' 'd b'
by 'only subordinates, in any case' 'type=subordinate' 'c a'
by 'only pending ones' 'status=PENDING' 'c'
by 'only active ones' 'status=ACTIVED&sort_dir=asc' 'b a d'
by 'only those with this in their name' 'name=a' 'a'
by 'empty parameters and unknown ones do not count' 'name=&status=&shape=round&owned_by_self=true' 'd c a b'
by 'nothing is shared with the account' 'owned_by_self=false' 'd c a b'
by 'no CA is deleted' 'status=DELETED' ''
by 'filters go together' 'type=ROOT&name=b' 'b'
by 'a page' 'limit=2&offset=1' 'c a'
equal 'the total is that of all pages' 4 "$(json total)"
by 'the last page' 'limit=3&offset=3' 'b'
by 'behind the last page is nothing' 'limit=3&offset=4' ''
by 'no page is nothing' 'limit=0' ''
equal 'but the total is there' 4 "$(json total)"

for i in 1 2 3 4 5 6 7 8 9 10 11 12; do leaf "$SUB" "leaf $i" '"key_algorithm": "EC256"'; done
leaf "$ROOT" "the_special"
list $CERTS
equal 'a page has ten unless it is asked for' '13 10' "$(json total) $(json certificates.#)"
list "$CERTS?limit=1000&sort_dir=ASC"
equal 'or all' 'leaf 1 leaf 2' "$(certs | cut -d' ' -f1-4)"
list "$CERTS?name=_"
equal 'a name filter is no pattern' 'the_special' "$(certs)"
list "$CERTS?sort_key=issuer_name&sort_dir=DESC&limit=1"
equal 'certificates sort by issuer' 'the_special' "$(certs)"
list "$CERTS?name=leaf+1&sort_dir=ASC"
equal 'a plus is a blank' 'leaf 1 leaf 10 leaf 11 leaf 12' "$(certs)"

refused 'a page has 1000 at most' 400 PCA.00020001 'limit: 1001 is not between' -- GET "$CAS?limit=1001"
answers 'an offset is not negative' 400 PCA.00020001 -- GET "$CAS?offset=-1"
answers 'a limit is a number' 400 PCA.00020001 -- GET "$CAS?limit=ten"
answers 'a status is one of five' 400 PCA.00020404 -- GET "$CAS?status=ACTIVE"
answers 'to be owned is true or false' 400 PCA.00020001 -- GET "$CAS?owned_by_self=maybe"
answers 'revoked CAs have no filter' 400 PCA.00020404 -- GET "$CAS?status=REVOKED"
answers 'a type is one of two' 400 PCA.00020202 -- GET "$CAS?type=LEAF"
answers 'CAs do not sort by issuer' 400 PCA.00020001 -- GET "$CAS?sort_key=issuer_name"
answers 'nor certificates by type' 400 PCA.00020001 -- GET "$CERTS?sort_key=type"
answers 'a direction is one of two' 400 PCA.00020001 -- GET "$CERTS?sort_dir=UP"
answers 'the name of a filter has 64 characters at most' 400 PCA.00020001 -- GET "$CERTS?name=$(printf 'a%.0s' {1..65})"
stop_emulator

# --- two hours later, and half a year
start_emulator --data "$TMP/data" --clock-offset 7200
by 'what has ended is expired' 'status=EXPIRED' 'd'
equal 'and says so' EXPIRED "$(json certificate_authorities.0.status)"
EXPIRED=$(json certificate_authorities.0.ca_id)
by 'and is not active' 'status=ACTIVED' 'a b'
answers 'an expired CA can be exported' 200 -- POST "$CAS/$EXPIRED/export"
refused 'but cannot issue' 403 PCA.00030201 'is EXPIRED' \
	-- POST $CERTS "{\"issuer_id\": \"$EXPIRED\", $(name x), $YEAR}"
stop_emulator
start_emulator --data "$TMP/data" --clock-offset $((180 * 86400)) 
log_in
list "$CERTS?status=EXPIRED&name=special"
equal 'certificates expire too' EXPIRED "$(json certificates.0.status)"
answers 'and are not exported then' 403 PCA.00030201 \
	-- POST "$CERTS/$(json certificates.0.certificate_id)/export" '{"type": "OTHER", "is_compressed": "false"}'
list "$CERTS?status=ISSUED"
equal 'none is left' 0 "$(json total)"
stop_emulator
