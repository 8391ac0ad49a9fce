# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Certificate signing requests: issuing from those of others, and our own, signed outside.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

start_emulator --certificate-quota 20
log_in
NOBODY=00000000-0000-4000-8000-000000000000
# A request into $TMP/NAME.csr, as a JSON text in $CSR: csr NAME SUBJECT [openssl option]..
csr() {
	[[ -e $TMP/$1.key ]] || openssl ecparam -name "${CURVE:-prime256v1}" -genkey -noout -out "$TMP/$1.key" 2>/dev/null
	openssl req -new -key "$TMP/$1.key" -subj "$2" -out "$TMP/$1.csr" "${@:3}" 2>/dev/null
	CSR=$(text "$TMP/$1.csr")
}
text() { "$PYTHON" -ISc 'import json, sys; print(json.dumps(open(sys.argv[1]).read()))' "$1"; }
by_csr() { echo "{\"issuer_id\": \"$ROOT\", \"csr\": $CSR, $YEAR ${1:+, $1}}"; }
issue() {
	api POST $CERTS/csr "$(by_csr "${1:-}")"
	created "${2:-a certificate}" certificate_id
}
read_text() { openssl x509 -in "$TMP/$1.crt" -noout -text; }
extension() { openssl x509 -in "$TMP/$1.crt" -noout -ext "$2"; }

root Root
ROOT=$ID
export_pem ca "$ROOT" root

# --- certificates
csr web '/C=DE/O=Example/O=Second/emailAddress=a@b.c/CN=web.example.com' -addext 'subjectAltName=DNS:web.example.com,IP:10.0.0.1' \
	-addext extendedKeyUsage=serverAuth,1.2.3.4
issue '"enterprise_project_id": "e", "subject_alternative_names": [{"type": "DNS", "value": "other.example.com"}]'
WEB=$ID
api GET "$CERTS/$WEB"
for want in 'status ISSUED' 'gen_mode CSR' 'key_algorithm EC256' 'signature_algorithm SHA384' "issuer_id $ROOT" \
	'enterprise_project_id e' 'enc_cert_info null' 'distinguished_name.common_name web.example.com' \
	'distinguished_name.organization Example' 'distinguished_name.state null'; do
	equal "a certificate from a CSR has ${want%% *}" "${want#* }" "$(json "${want%% *}")"
done
api GET "$CERTS?name=web"
equal 'it is in the list' "1 $WEB" "$(json total) $(json certificates.0.certificate_id)"
api GET $CERTS/quotas
equal 'and uses the quota' 1 "$(json quotas.resources.0.used)"
api POST "$CERTS/$WEB/export" '{"type": "OTHER", "is_compressed": false}'
equal 'it is exported without a key' '200 certificate certificate_chain' \
	"$STATUS $("$PYTHON" -ISc "import json; print(*sorted(k for k, v in json.load(open('$TMP/body')).items() if v))")"
json certificate >"$TMP/web.crt"
check 'it verifies' openssl verify -x509_strict -CAfile "$TMP/root.crt" "$TMP/web.crt"
equal 'its key is that of the CSR' "$(openssl pkey -in "$TMP/web.key" -pubout)" "$(openssl x509 -in "$TMP/web.crt" -noout -pubkey)"
equal 'its subject is that of the CSR to the last part' "$(openssl req -in "$TMP/web.csr" -noout -subject)" "$(openssl x509 -in "$TMP/web.crt" -noout -subject)"
expect_output 'the hash is SHA384' 'ecdsa-with-SHA384' read_text web
expect_output 'the names are those of the CSR' '^ *DNS:web.example.com, IP Address:10.0.0.1$' extension web subjectAltName
expect_output 'and the extended usages' '^ *TLS Web Server Authentication, 1.2.3.4$' extension web extendedKeyUsage
expect_output 'key usages have a default' '^ *Digital Signature, Key Agreement$' extension web keyUsage
refute_output 'it is not one of a CA' 'Basic Constraints' read_text web
csr usage /CN=usage -addext keyUsage=critical,keyEncipherment
issue
api POST "$CERTS/$ID/export" '{"type": "OTHER", "is_compressed": false}'
json certificate >"$TMP/usage.crt"
expect_output 'or are those of the CSR' '^ *Key Encipherment$' extension usage keyUsage

# --- other keys
openssl genrsa -out "$TMP/rsa.key" 2048 2>/dev/null && csr rsa /CN=rsa
issue
equal 'RSA keys are named by size' RSA2048 "$(api GET "$CERTS/$ID" && json key_algorithm)"
CURVE=secp521r1 csr p521 /CN=p521
issue
equal 'those that PCA makes none of by their kind' EC "$(api GET "$CERTS/$ID" && json key_algorithm)"
openssl genrsa -out "$TMP/weak.key" 1024 2>/dev/null && csr weak /CN=weak
refused 'a weak key is refused' 400 PCA.00020102 'RSA of 1024 bits' -- POST $CERTS/csr "$(by_csr)"
openssl genpkey -algorithm ED25519 -out "$TMP/ed.key" && csr ed /CN=ed
refused 'so is one of another kind' 400 PCA.00020102 'ED25519' -- POST $CERTS/csr "$(by_csr)"
CURVE=SM2 csr sm2 /CN=sm2 -sm3
refused 'so is SM2 here' 400 PCA.00020102 'SM2' -- POST $CERTS/csr "$(by_csr)"

# --- a CA
csr ca '/C=CN/CN=Outer CA'
issue '"type": "INTERMEDIATE_CA", "path_length": 1'
OUTER=$ID
api GET "$CAS/$OUTER"
for want in 'status ACTIVED' 'type SUBORDINATE' 'gen_mode CSR' 'path_length 1' "issuer_id $ROOT" 'signature_algorithm SHA384' \
	'distinguished_name.common_name Outer CA'; do
	equal "a CA from a CSR has ${want%% *}" "${want#* }" "$(json "${want%% *}")"
done
export_pem ca "$OUTER" outer
check 'it verifies' openssl verify -x509_strict -CAfile "$TMP/root.crt" "$TMP/outer.crt"
expect_output 'it is a CA' 'CA:TRUE, pathlen:1' extension outer basicConstraints
expect_output 'that may sign' 'Digital Signature, Certificate Sign, CRL Sign' extension outer keyUsage
api GET $CAS
equal 'it is not in the list' '1' "$(json total)"
api GET $CAS/quotas
equal 'and uses no quota' 1 "$(json quotas.resources.0.used)"
answers 'nor is it a certificate' 404 PCA.00030102 -- GET "$CERTS/$OUTER"
refused 'it issues nothing' 403 PCA.00030201 'its key is not in PCA' -- POST $CERTS "{\"issuer_id\": \"$OUTER\", $(name x), $YEAR}"
issue '"type": "INTERMEDIATE_CA"'
equal 'its path length is 0 unless it is asked for' 0 "$(api GET "$CAS/$ID" && json path_length)"
sub "$ROOT" Sub
refused 'it has to fit into the one above' 400 PCA.00020203 '0 below an issuer' \
	-- POST $CERTS/csr "$(by_csr '"type": "INTERMEDIATE_CA"' | sed "s/$ROOT/$ID/")"

# --- what is refused
csr bad /CN=bad
bad() { refused "$1" 400 PCA.00020401 "$2" -- POST $CERTS/csr "$(by_csr)"; }
WHOLE=$CSR
CSR='"x"' && bad 'no PEM is no CSR' 'no PKCS #10'
CSR=$(text "$TMP/root.crt") && bad 'a certificate is none' 'no PKCS #10'
openssl req -in "$TMP/bad.csr" -outform DER -out "$TMP/bad.der"
printf '\x55' | dd of="$TMP/bad.der" bs=1 seek=$(($(stat -c %s "$TMP/bad.der") - 3)) conv=notrunc status=none
openssl req -inform DER -in "$TMP/bad.der" -out "$TMP/bad.csr"
CSR=$(text "$TMP/bad.csr") && bad 'one with another signature is refused' 'not signed by the key'
csr nameless /O=o && bad 'one without a common name too' 'no common name'
csr odd /CN=odd -addext subjectAltName=DER:30:03:82:05:61 && bad 'one with broken names too' 'cannot be decoded'
CSR=$WHOLE
answers 'the issuer has to be there' 404 PCA.00030103 -- POST $CERTS/csr "$(by_csr | sed "s/$ROOT/$NOBODY/")"
refused 'there are two types' 400 PCA.00020001 'type' -- POST $CERTS/csr "$(by_csr '"type": "ROOT"')"
answers 'path lengths have a bound' 400 PCA.00020203 -- POST $CERTS/csr "$(by_csr '"type": "INTERMEDIATE_CA", "path_length": 7')"
pending pending
answers 'a pending CA issues nothing' 403 PCA.00030201 -- POST $CERTS/csr "$(by_csr | sed "s/$ROOT/$ID/")"
CSR=$(sed ':a;N;$!ba;s/\n/\\\\n/g' "$TMP/web.csr") && CSR="\"$CSR\""
issue '' 'a CSR with literal \n'
CSR=$(sed 's/$/\\r/' "$TMP/web.csr" | sed ':a;N;$!ba;s/\n/\\n/g') && CSR="\"$CSR\""
issue '' 'a CSR with \r\n'

# --- parsing
parse() { api POST $CERTS/csr/parse "{\"csr\": $CSR}"; }
csr rsa '/C=CN/ST=四川/L=Chengdu/O=HW/OU=IT/CN=test.com' -utf8
parse
equal 'a CSR is parsed' '200 RSA 2048 SHA256withRSA CN 四川 Chengdu HW IT test.com' \
	"$STATUS $(json key_algorithm) $(json key_algorithm_length) $(json signature_algorithm) $(for part in country state locality organization organizational_unit common_name; do json distinguished_name.$part; done | xargs)"
equal 'with its public key' "$(openssl pkey -in "$TMP/rsa.key" -pubout)" "$(json public_key | tr -d '\r')"
csr ca '/CN=Outer CA' -sha512
parse
equal 'so is one of another kind' '200 EC 256 SHA512withECDSA null' "$STATUS $(json key_algorithm) $(json key_algorithm_length) $(json signature_algorithm) $(json distinguished_name.country)"
CSR='"x"' && refused 'what is none is not' 400 PCA.00020401 'no PKCS #10' -- POST $CERTS/csr/parse '{"csr": "x"}'

# --- a CA of ours, signed outside: root and intermediate by openssl
cd "$TMP"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout o-root.key -out o-root.crt -days 100 -subj '/CN=Outside Root' 2>/dev/null
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout o-mid.key -out o-mid.csr -subj '/CN=Outside Mid' 2>/dev/null
printf 'basicConstraints=critical,CA:true\nkeyUsage=keyCertSign,cRLSign\n' >ca.cnf
printf 'basicConstraints=critical,CA:true,pathlen:2\nkeyUsage=keyCertSign\n' >sub.cnf
openssl x509 -req -in o-mid.csr -CA o-root.crt -CAkey o-root.key -CAcreateserial -days 90 -extfile ca.cnf -out o-mid.crt 2>/dev/null
sign_outside() { openssl x509 -req -in "$1" -CA o-mid.crt -CAkey o-mid.key -CAcreateserial -days "$3" "${@:4}" -out "$2" 2>/dev/null; }
pending 'Inner, CA' '"path_length": 3'
INNER=$ID
api GET "$CAS/$INNER/csr"
equal 'a pending CA has a CSR' 200 "$STATUS"
json csr >inner.csr
equal 'with the line breaks of the examples' "$(openssl req -in inner.csr | sed 's/$/\r/' | head -c -2 | od -c)" "$(json csr | head -c -1 | od -c)"
check 'that is signed with its key' openssl req -in inner.csr -verify -noout
equal 'for its name' 'subject=CN = "Inner, CA", C = CN, ST = Sichuan, L = Chengdu, O = Huawei, OU = CloudBU' "$(openssl req -in inner.csr -noout -subject)"
answers 'an active one has none' 403 PCA.00030201 -- GET "$CAS/$ROOT/csr"
answers 'nor one that is not there' 404 PCA.00030102 -- GET "$CAS/$NOBODY/csr"

sign_outside inner.csr inner.crt 60 -extfile sub.cnf
chain() { cat "$@" >chain.pem && text chain.pem; }
import() { echo "{\"certificate\": $(text "$1") ${2:+, \"certificate_chain\": $2}}"; }
wrong() { refused "$1" "$2" "$3" "$4" -- POST "$CAS/$INNER/import" "$5"; }
WHOLE=$(chain o-mid.crt o-root.crt)
openssl req -new -key o-root.key -subj '/CN=Inner, CA' -out other.csr && sign_outside other.csr other.crt 60 -extfile sub.cnf
wrong 'a certificate for another key is not taken' 403 PCA.00030301 "not made from this CA's CSR" "$(import other.crt "$WHOLE")"
sign_outside inner.csr leaf.crt 60
wrong 'nor one that is none of a CA' 400 PCA.00020402 'not one of a CA' "$(import leaf.crt "$WHOLE")"
printf 'basicConstraints=CA:true\nkeyUsage=digitalSignature\n' >weak.cnf && sign_outside inner.csr weak.crt 60 -extfile weak.cnf
wrong 'nor one that may not sign certificates' 400 PCA.00020402 'not one of a CA' "$(import weak.crt "$WHOLE")"
wrong 'nor none' 400 PCA.00020402 'not one certificate' "$(import inner.csr)"
cat inner.crt o-mid.crt >two.crt
wrong 'nor two' 400 PCA.00020402 'not one certificate' "$(import two.crt)"
sign_outside inner.csr old.crt -1 -extfile sub.cnf
wrong 'nor one that has expired' 400 PCA.00020402 'expired' "$(import old.crt)"
wrong 'a chain has all up to the root' 400 PCA.00020403 'does not end at a root' "$(import inner.crt "$(chain o-mid.crt)")"
wrong 'and begins with the issuer' 400 PCA.00020403 'number 1 is not the issuer' "$(import inner.crt "$(chain o-root.crt)")"
wrong 'and goes upwards' 400 PCA.00020403 'number 1 is not the issuer' "$(import inner.crt "$(chain o-root.crt o-mid.crt)")"
wrong 'and has no more than that' 400 PCA.00020403 'number 3 is not the issuer' "$(import inner.crt "$(chain o-mid.crt o-root.crt root.crt)")"
wrong 'and is one' 400 PCA.00020403 'no certificates in PEM' "$(import inner.crt '"x"')"
openssl req -x509 -key o-mid.key -out fake.crt -days 100 -subj '/CN=Outside Root' 2>/dev/null
wrong 'and is by the right root' 400 PCA.00020403 'unable to get local issuer' "$(import inner.crt "$(chain o-mid.crt fake.crt)")"
openssl x509 -in o-mid.crt -outform DER -out forged.der
printf '\x55' | dd of=forged.der bs=1 seek=$(($(stat -c %s forged.der) - 3)) conv=notrunc status=none
openssl x509 -inform DER -in forged.der -out forged.crt
wrong 'and is signed throughout' 400 PCA.00020403 'signature failure' "$(import inner.crt "$(chain forged.crt o-root.crt)")"
wrong 'a certificate has to be there' 400 PCA.00020001 'certificate' '{}'
equal 'it is still pending' PENDING "$(api GET "$CAS/$INNER" && json status)"
answers 'the right one is taken' 204 -- POST "$CAS/$INNER/import" "$(import inner.crt "$WHOLE")"
api GET "$CAS/$INNER"
for want in 'status ACTIVED' 'gen_mode IMPORT' 'issuer_id null' 'issuer_name Outside Mid' 'path_length 2' 'signature_algorithm SHA256' \
	"not_after $(date -d "$(openssl x509 -in inner.crt -noout -enddate | cut -d= -f2)" +%s)000" \
	"serial_number $(openssl x509 -in inner.crt -noout -serial | cut -d= -f2 | "$PYTHON" -c 'print(int(input(), 16))')"; do
	equal "the CA has ${want%% *} then" "${want#* }" "$(json "${want%% *}")"
done
wrong 'a second time it is not' 403 PCA.00030201 'is ACTIVED' "$(import inner.crt "$WHOLE")"
export_pem ca "$INNER" inner-out
equal 'the chain is the one imported' "$(cat o-mid.crt o-root.crt)" "$(tr -d '\r' <inner-out.chain)"
leaf "$INNER" inner.example.com
export_pem certificate "$ID" inner-leaf
check 'what it issues has it, too' openssl verify -CAfile o-root.crt -untrusted inner-leaf.chain inner-leaf.crt
equal 'and ends when it ends' "$(openssl x509 -in inner.crt -noout -enddate)" "$(openssl x509 -in inner-leaf.crt -noout -enddate)"
refused 'only its issuer revokes it' 403 PCA.00030201 'signed outside' -- POST "$CAS/$INNER/revoke" '{}'

pending 'No chain'
api GET "$CAS/$ID/csr" && json csr >nochain.csr
printf 'basicConstraints=critical,CA:true\n' >free.cnf && sign_outside nochain.csr nochain.crt 60 -extfile free.cnf
"$PYTHON" -ISc 'import json; print(json.dumps({"certificate": open("nochain.crt").read().strip().replace("\n", "\\r\\n")}))' >body.json
answers 'a chain may be missing, and line breaks be literal' 204 -- POST "$CAS/$ID/import" "$(cat body.json)"
equal 'no path length is no limit' 7 "$(api GET "$CAS/$ID" && json path_length)"
api POST "$CAS/$ID/export"
equal 'then there is none to export' null "$(json certificate_chain)"

pending 'Old hash'
api GET "$CAS/$ID/csr" && json csr >old.csr
sign_outside old.csr old.crt 60 -sha1 -extfile free.cnf
answers 'one signed with an old hash is taken' 204 -- POST "$CAS/$ID/import" "$(import old.crt)"
equal 'and shows it' SHA1 "$(api GET "$CAS/$ID" && json signature_algorithm)"
leaf "$ID" new.example.com
equal 'but signs with another' SHA256 "$(api GET "$CERTS/$ID" && json signature_algorithm)"

# --- the quota counts certificates from CSRs
csr web /CN=web
while api POST $CERTS/csr "$(by_csr)" && [[ $STATUS == 200 ]]; do :; done
equal 'the quota ends it' '403 PCA.00030001' "$(code)"
api GET $CERTS/quotas
equal 'at its number' 20 "$(json quotas.resources.0.used)"
answers 'but CAs from CSRs go on' 200 -- POST $CERTS/csr "$(by_csr '"type": "INTERMEDIATE_CA"')"
stop_emulator
