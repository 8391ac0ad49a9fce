# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The agency, the buckets, and CRLs that are built and published to them.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

# Buckets and options are these by default, so that every emulator below has them.
emulate() {
	start_emulator "$@"
	OBS_URL=$(sed -n 's/^obs //p' "$SPAWN_OUT")
}
obs() { # PATH [curl option]..
	STATUS=$(curl -sS --max-time "$DEADLINE" -o "$TMP/object" -D "$TMP/headers" -w '%{http_code}' "${@:2}" "$OBS_URL$1")
}
fetch_crl() { # URL NAME: the list as PEM in $TMP/NAME.crl
	curl -sSf --max-time "$DEADLINE" -o "$TMP/$2.fetched" "$1"
	openssl crl -in "$TMP/$2.fetched" -out "$TMP/$2.crl"
}
crl() { openssl crl -in "$TMP/$1.crl" -noout "${@:2}"; }
number() { crl "$1" -crlnumber | sed 's/.*0x0*//'; }
enabling() { printf '{"obs_bucket_name": "%s", "valid_days": %s%s}' "${1:-emulator-crl}" "${2:-7}" "${3:+, \"crl_name\": \"$3\"}"; }
enable() { answers "the CRL of $2 is enabled" 204 -- POST "$CAS/$1/crl/enable" "$(enabling "${@:3}")"; }
point() {
	api GET "$CAS/$1"
	json crl_configuration.crl_dis_point
}
revoke() { answers "$1 is revoked" 204 -- POST "$2/revoke" "{${3:+\"reason\": \"$3\"}}"; }
serial() { openssl x509 -in "$TMP/$1.crt" -noout -serial | cut -d= -f2; }
wrong() { refused "$1" 400 PCA.00020204 "$2" -- "${@:3}"; }

emulate --bucket emulator-crl --bucket second.bucket --bucket hidden:private --clock-offset 0 --data "$TMP/data" \
	--user emulator:emulator-password:emulator-account --user guest:guest-password:emulator-account:te_admin
log_in

# --- the agency and the buckets
O=$CAS/obs
root Root
ROOT=$ID
answers 'there is no agency' 200 -- GET "$O/agencies"
equal 'and the answer is a text' '{"agency_granted":"false"}' "$BODY"
refused 'without it there are no buckets' 403 PCA.00000006 'no OBS agency' -- GET "$O/buckets"
refused 'and no CRL' 403 PCA.00000006 'no OBS agency' -- POST "$CAS/$ROOT/crl/enable" "$(enabling)"
cp "$TMP/token" "$TMP/token.admin"
(LOGIN=${LOGIN//emulator-password/guest-password} LOGIN=${LOGIN/\"emulator\"/\"guest\"} && log_in)
for method in GET POST; do
	refused "$method of the agency is for secu_admin" 401 PCA.00010004 'guest has not the role secu_admin' -- "$method" "$O/agencies"
done
cp "$TMP/token.admin" "$TMP/token"
answers 'an administrator makes it' 200 -- POST "$O/agencies"
AGENCY=$(json agency_id)
expect_output 'it has an id of IAM' '^[0-9a-f]{32}$' echo "$AGENCY"
api GET "$O/agencies"
equal 'then it is there' '{"agency_granted":"true"}' "$BODY"
api POST "$O/agencies" '{}'
equal 'and is the one' "$AGENCY" "$(json agency_id)"
api GET "$O/buckets"
equal 'the buckets are those of the command line' '3 emulator-crl hidden second.bucket' \
	"$(json total) $(json obs_buckets.0.bucket_name) $(json obs_buckets.1.bucket_name) $(json obs_buckets.2.bucket_name)"
expect_output 'with the time of their making' '^[0-9]{13}$' json obs_buckets.0.create_time
MADE=$BODY

# --- what is wrong
leaf "$ROOT" early.example.com
EARLY=$ID
export_pem certificate "$EARLY" early
E=$CAS/$ROOT/crl/enable
wrong 'a bucket has to be there' 'there is no bucket nothing' POST "$E" "$(enabling nothing)"
wrong 'a bucket has to be named' 'obs_bucket_name' POST "$E" '{"valid_days": 7}'
wrong 'days too' 'valid_days' POST "$E" '{"obs_bucket_name": "emulator-crl"}'
for days in 6 31 '"x"'; do wrong "$days days are wrong" valid_days POST "$E" "$(enabling '' "$days")"; done
for name in 'a/b' 'a b' 'a\\b'; do wrong "$name is no name" crl_name POST "$E" "$(enabling '' 7 "$name")"; done
wrong 'nor is a very long one' crl_name POST "$E" "$(enabling '' 7 "$(printf 'x%.0s' {1..256})")"
new_root() { echo "{\"type\": \"ROOT\", \"key_algorithm\": \"EC256\", $(name Root), \"signature_algorithm\": \"SHA256\", $YEAR, \"crl_configuration\": $1}"; }
wrong 'creating asks the same' 'there is no bucket x' POST $CAS "$(new_root '{"enabled": true, "obs_bucket_name": "x", "valid_days": 7}')"
wrong 'a bucket' 'obs_bucket_name is missing' POST $CAS "$(new_root '{"enabled": true, "valid_days": 7}')"
wrong 'and days' 'valid_days is missing' POST $CAS "$(new_root '{"enabled": true, "obs_bucket_name": "emulator-crl"}')"
wrong 'of which there are 7 to 30' 'crl_configuration.valid_days: 31' POST $CAS "$(new_root '{"enabled": true, "obs_bucket_name": "emulator-crl", "valid_days": 31}')"
pending Pending
refused 'a pending CA has no list' 403 PCA.00030201 'is PENDING' -- POST "$CAS/$ID/crl/enable" "$(enabling)"
refused 'what is not enabled is not disabled' 403 PCA.00030201 'not enabled' -- POST "$CAS/$ROOT/crl/disable"
answers 'a CA has to be there' 404 PCA.00030102 -- POST "$CAS/00000000-0000-4000-8000-000000000000/crl/enable" "$(enabling)"

# --- the list
enable "$ROOT" 'a root' emulator-crl 30
api GET "$CAS/$ROOT"
equal 'the settings are shown' "{\"enabled\":true,\"obs_bucket_name\":\"emulator-crl\",\"valid_days\":30,\"crl_name\":\"$ROOT\",\"crl_dis_point\":\"$OBS_URL/emulator-crl/$ROOT.crl\"}" \
	"$(json crl_configuration)"
refused 'twice is once too often' 403 PCA.00030201 'enabled already' -- POST "$E" "$(enabling)"
export_pem ca "$ROOT" root
URL=$(point "$ROOT")
fetch_crl "$URL" first
expect_output 'the file is DER' 'Certificate Revocation List' openssl crl -inform DER -in "$TMP/first.fetched" -noout -text
also 'of version 2' 'Version 2'
also 'with the hash of the CA' 'ecdsa-with-SHA256'
also 'by the CA' 'Issuer: CN = Root, C = CN'
also 'which has revoked nothing' 'No Revoked Certificates'
check 'the CA has signed it' openssl crl -in "$TMP/first.crl" -CAfile "$TMP/root.crt" -noout
equal 'it has the key id of the CA' "$(openssl x509 -in "$TMP/root.crt" -noout -ext subjectKeyIdentifier | tail -1 | tr -d ' ')" \
	"$(crl first -text | grep -A1 'Authority Key Identifier' | tail -1 | tr -d ' ')"
equal 'it is the first' 1 "$(number first)"
equal 'it lasts 30 days' "$(date -d "$(crl first -lastupdate | cut -d= -f2) 30 days" +%s)" "$(date -d "$(crl first -nextupdate | cut -d= -f2)" +%s)"
fetch_crl "$URL" again
check 'it stays while nothing changes' alike "$TMP/first.fetched" "$TMP/again.fetched"

refute_output 'what was issued before has no distribution point' 'CRL Distribution' openssl x509 -in "$TMP/early.crt" -noout -text
leaf "$ROOT" good.example.com
export_pem certificate "$ID" good
GOOD=$ID
leaf "$ROOT" bad.example.com
export_pem certificate "$ID" bad
BAD=$ID
sub "$ROOT" 'Bad Sub'
BAD_SUB=$ID
export_pem ca "$BAD_SUB" bad-sub
for certificate in good bad-sub; do
	expect_output "what is issued now has it ($certificate)" "URI:$URL\$" openssl x509 -in "$TMP/$certificate.crt" -noout -ext crlDistributionPoints
done
verify() { openssl verify -x509_strict -crl_check -CAfile "$TMP/root.crt" -CRLfile "$TMP/$1.crl" "$TMP/$2.crt"; }
check 'a certificate is accepted' verify first good
check 'another one too' verify first bad

revoke 'a certificate' "$CERTS/$BAD" KEY_COMPROMISE
fetch_crl "$URL" second
equal 'the next list has the next number' 2 "$(number second)"
check 'a good one is accepted' verify second good
expect_failure 'the revoked one is not' 'certificate revoked' verify second bad
expect_output 'the reason is told' 'Key Compromise' crl second -text
also 'and the serial number' "Serial Number: $(serial bad)"

# --- every reason; a hold too; a subordinate is in its parent's list
declare -A REASONS=([UNSPECIFIED]='' [KEY_COMPROMISE]='Key Compromise' [CERTIFICATE_AUTHORITY_COMPROMISE]='CA Compromise'
	[AFFILIATION_CHANGED]='Affiliation Changed' [SUPERSEDED]='Superseded' [CESSATION_OF_OPERATION]='Cessation Of Operation'
	[CERTIFICATE_HOLD]='Certificate Hold' [PRIVILEGE_WITHDRAWN]='Privilege Withdrawn'
	[ATTRIBUTE_AUTHORITY_COMPROMISE]='AA Compromise')
for reason in "${!REASONS[@]}"; do
	leaf "$ROOT" "$reason"
	export_pem certificate "$ID" "$reason"
	revoke "$reason" "$CERTS/$ID" "$reason"
done
revoke 'a subordinate' "$CAS/$BAD_SUB" CESSATION_OF_OPERATION
fetch_crl "$URL" third
crl third -text >"$TMP/third.txt"
for reason in "${!REASONS[@]}"; do
	equal "$reason is in the list as ${REASONS[$reason]:-no reason}" "${REASONS[$reason]}" \
		"$("$PYTHON" -ISc 'import re, sys
entry = re.search(f"Serial Number: {sys.argv[1]}\n(.*?)(?=    Serial Number|    Signature)", sys.stdin.read(), re.S)[1]
print("".join(re.findall("Reason Code: *\n *(.*)", entry)))' "$(serial "$reason")" <"$TMP/third.txt")"
done
expect_failure 'a held certificate is refused' 'certificate revoked' verify third CERTIFICATE_HOLD
expect_failure 'so is a revoked subordinate' 'certificate revoked' verify third bad-sub
equal 'all of them are there' 11 "$(grep -c 'Serial Number' "$TMP/third.txt")"
equal 'in one new list' 3 "$(number third)"
answers 'a revoked certificate may be deleted' 204 -- DELETE "$CERTS/$BAD"
fetch_crl "$URL" deleted
check 'and stays in the list' alike "$TMP/third.fetched" "$TMP/deleted.fetched"

# --- other kinds of CAs, other places
crl_of() { printf '"crl_configuration": {"enabled": %s, "obs_bucket_name": "%s", "valid_days": 7%s}' "$1" "$2" "${3:+, \"crl_name\": \"$3\"}"; }
sub "$ROOT" 'RSA Sub' RSA2048 "$(crl_of true second.bucket '列表-&%')"
RSA=$ID
RSA_URL=$(point "$RSA")
equal 'a CA is created with a CRL, of a name that a URL escapes' "$OBS_URL/second.bucket/%E5%88%97%E8%A1%A8-%26%25.crl" "$RSA_URL"
fetch_crl "$RSA_URL" rsa
export_pem ca "$RSA" rsa
check 'it is signed by that CA' openssl crl -in "$TMP/rsa.crl" -CAfile "$TMP/rsa.crt" -noout
expect_output 'with its hash' 'sha256WithRSAEncryption' crl rsa -text
leaf "$RSA" leaf.example.com
export_pem certificate "$ID" leaf
cat "$TMP/third.crl" "$TMP/rsa.crl" >"$TMP/all.crl"
chain() { openssl verify -x509_strict -crl_check_all -CAfile "$TMP/root.crt" -untrusted "$TMP/rsa.crt" -CRLfile "$TMP/all.crl" "$TMP/leaf.crt"; }
check 'a whole chain is checked' chain
wrong 'a name is for one CA' "crl_name: CA $RSA publishes" POST "$CAS" \
	"{\"type\": \"SUBORDINATE\", \"key_algorithm\": \"EC256\", $(name Other), \"issuer_id\": \"$ROOT\", \"signature_algorithm\": \"SHA256\", $YEAR, $(crl_of true second.bucket '列表-&%')}"
api GET "$CAS?name=Other"
equal 'and the CA was not made' 0 "$(json total)"
root Quiet EC256 "$(crl_of false nothing)"
equal 'the rest has no effect unless it is enabled' null "$(point "$ID")"

pending 'Pending CRL' "$(crl_of true emulator-crl)"
PENDING=$ID
PENDING_URL=$(point "$PENDING")
obs "/emulator-crl/$PENDING.crl"
equal 'a pending CA publishes nothing yet' 404 "$STATUS"
answers 'when it is activated' 204 -- POST "$CAS/$PENDING/activate" "{\"issuer_id\": \"$ROOT\", \"signature_algorithm\": \"SHA256\", $YEAR}"
fetch_crl "$PENDING_URL" pending
equal 'it does' 1 "$(number pending)"
pending 'Late CRL'
answers 'activating may name it' 204 -- POST "$CAS/$ID/activate" \
	"{\"issuer_id\": \"$ROOT\", \"signature_algorithm\": \"SHA256\", $YEAR, $(crl_of true second.bucket)}"
equal 'and does' "$OBS_URL/second.bucket/$ID.crl" "$(point "$ID")"

# --- off and on
answers 'it is disabled' 204 -- POST "$CAS/$PENDING/crl/disable"
api GET "$CAS/$PENDING"
equal 'then nothing is shown' '{"enabled":false,"obs_bucket_name":null,"valid_days":null,"crl_name":null,"crl_dis_point":null}' "$(json crl_configuration)"
leaf "$PENDING" off.example.com
OFF=$ID
export_pem certificate "$OFF" off
refute_output 'certificates have no distribution point' 'CRL Distribution' openssl x509 -in "$TMP/off.crt" -noout -text
revoke 'one of them' "$CERTS/$OFF"
fetch_crl "$PENDING_URL" stale
check 'the last list stays in the bucket, and as it was' alike "$TMP/pending.fetched" "$TMP/stale.fetched"
enable "$PENDING" 'a CA again' second.bucket 8 again
fetch_crl "$OBS_URL/second.bucket/again.crl" on
equal 'the number goes on' 2 "$(number on)"
expect_output 'with what was revoked in the meantime' "Serial Number: $(serial off)" crl on -text

# --- the bucket as others see it
says() { # CLAIM STATUS CODE PATH [curl option]..
	obs "${@:4}"
	equal "$1" "$2 $3" "$STATUS $("$PYTHON" -ISc 'import sys, xml.etree.ElementTree as xml
print(xml.parse(sys.argv[1]).findtext("Code"))' "$TMP/object")"
}
says 'what is not there' 404 NoSuchKey /emulator-crl/none.crl
says 'nor there' 404 NoSuchKey '/emulator-crl/%3Ca%26b%3E.txt'
says 'a bucket that is not there' 404 NoSuchBucket /none/none.crl
says 'a list of objects is for the owner' 403 AccessDenied /emulator-crl/
says 'and one of buckets' 403 AccessDenied /
says 'writing too' 405 MethodNotAllowed /emulator-crl/x -X PUT -d x
says 'a broken escape' 400 InvalidURI /emulator-crl/%zz
says 'whatever is in a private bucket' 403 AccessDenied /hidden/none.crl
answers 'a CRL may go there' 204 -- POST "$CAS/$RSA/crl/disable"
enable "$RSA" 'another CA' hidden 7 list
says 'for those who may read' 403 AccessDenied /hidden/list.crl
obs "/emulator-crl/$ROOT.crl" -I
equal 'HEAD is like GET' 200 "$STATUS"
expect_output 'but for the body' "^Content-Length: $(stat -c %s "$TMP/third.fetched")" cat "$TMP/headers"
expect_output 'it is a CRL' '^Content-Type: application/pkix-crl' cat "$TMP/headers"
expect_output 'from OBS' '^Server: OBS' cat "$TMP/headers"
expect_output 'the log has the reading' ' obs_get GET /emulator-crl/none.crl 404 NoSuchKey$' cat "$EMU_LOG"

# --- who publishes
sub "$ROOT" Mortal EC256 "$(crl_of true emulator-crl mortal)"
MORTAL=$ID
mortal() { fetch_crl "$OBS_URL/emulator-crl/mortal.crl" "$1" && number "$1"; }
for certificate in disabled deleted restored; do
	leaf "$MORTAL" "$certificate" && declare "${certificate^^}=$ID"
done
answers 'a CA is disabled' 204 -- POST "$CAS/$MORTAL/disable"
revoke 'of a disabled CA, one' "$CERTS/$DISABLED"
equal 'and it goes on publishing' 2 "$(mortal disabled)"
answers 'its CRL may be changed' 204 -- POST "$CAS/$MORTAL/crl/disable"
enable "$MORTAL" 'a disabled CA' emulator-crl 7 mortal
answers 'a CA is deleted' 204 -- DELETE "$CAS/$MORTAL"
revoke 'of a deleted CA, one' "$CERTS/$DELETED"
equal 'but it publishes no more' 3 "$(mortal deleted)"
answers 'a CA is restored' 204 -- POST "$CAS/$MORTAL/restore"
equal 'and publishes again' 4 "$(mortal restored)"
stop_emulator

# --- time and buckets pass
emulate --data "$TMP/data" --clock-offset 604800 --bucket emulator-crl
log_in
api GET "$O/buckets"
equal 'buckets keep their age' "$("$PYTHON" -ISc 'import json, sys
print(json.loads(sys.argv[1])["obs_buckets"][0]["create_time"])' "$MADE")" "$(json obs_buckets.0.create_time)"
equal 'those not named are gone' 1 "$(json total)"
equal 'a list is renewed when its days are over' 5 "$(mortal renewed)"
fetch_crl "$OBS_URL/emulator-crl/$ROOT.crl" later
equal 'and not before' 3 "$(number later)"
says 'a bucket that is gone is that' 404 NoSuchBucket /second.bucket/again.crl
equal 'its CA does not know' "$OBS_URL/second.bucket/again.crl" "$(point "$PENDING")"
revoke 'the last' "$CERTS/$RESTORED"
equal 'shows' 6 "$(mortal last)"
stop_emulator

emulate --data "$TMP/data" --clock-offset $((2 * 366 * 86400)) --bucket emulator-crl --bucket second.bucket
equal 'an expired CA publishes no more' 6 "$(mortal expired)"
check 'so what is there is the last one' alike "$TMP/last.fetched" "$TMP/expired.fetched"
fetch_crl "$OBS_URL/emulator-crl/$ROOT.crl" much-later
equal 'a CA that is active does' 4 "$(number much-later)"
equal 'what ended long ago is not listed any more' 'No Revoked Certificates.' "$(crl much-later -text | grep -o 'No Revoked.*')"
says 'a new bucket of an old name has no old objects' 404 NoSuchKey /second.bucket/again.crl
stop_emulator

# --- delayed, and as PEM
emulate --crl-delay 3600 --crl-format pem
log_in
api POST "$CAS/obs/agencies"
root 'PEM Root' EC384 "$(crl_of true emulator-crl pem)"
leaf "$ID" late.example.com
revoke 'late' "$CERTS/$ID"
fetch_crl "$OBS_URL/emulator-crl/pem.crl" pem
equal 'the file is PEM' '-----BEGIN X509 CRL-----' "$(head -1 "$TMP/pem.fetched")"
obs /emulator-crl/pem.crl
expect_output 'and says so' '^Content-Type: application/x-pem-file' cat "$TMP/headers"
expect_output 'a revocation takes its time' 'No Revoked Certificates' crl pem -text
stop_emulator

# --- SM2
emulate --site cn
log_in
api POST "$CAS/obs/agencies"
api POST $CAS "{\"type\": \"ROOT\", \"key_algorithm\": \"SM2\", $(name 'SM2 Root'), \"signature_algorithm\": \"SM3\", $DECADE, $(crl_of true emulator-crl sm2)}"
created 'SM2 Root' ca_id
leaf "$ID" pair.example.com
revoke 'a pair' "$CERTS/$ID"
fetch_crl "$OBS_URL/emulator-crl/sm2.crl" sm2
expect_output 'SM2 signs with SM3' 'Signature Algorithm: SM2-with-SM3' crl sm2 -text
equal 'both certificates of a pair are listed' 2 "$(crl sm2 -text | grep -c 'Serial Number')"
stop_emulator

# --- the command line
refuses() { expect_status "$1" 2 timeout "$DEADLINE" "$BUILD/src/ccm-emulator" "${@:3}" && also "$1 ($2)" "$2"; }
refuses 'a bucket has a name' '"AB" is no name of a bucket' --bucket AB
refuses 'and one option' '"abc:x" is neither' --bucket abc:x
refuses 'once' 'two buckets "abc"' --bucket abc --bucket abc:private
refuses 'there are two formats' '"x" is neither der nor pem' --crl-format x
refuses 'a delay is a number' '--crl-delay: "x" is not a number' --crl-delay x
refuses 'so is a port' '--obs-port: "x" is not a number' --obs-port x
