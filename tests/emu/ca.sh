# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# CAs: their certificates, their states, what may be below what.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

start_emulator
log_in
text() { openssl x509 -in "$TMP/$1.crt" -noout -text -nameopt oneline,show_type; }
extension() { openssl x509 -in "$TMP/$1.crt" -noout -ext "$2"; }
extensions() { text "$1" | grep -oE 'X509v3 [A-Z][A-Za-z ]+: ?(critical)?' | sed 's/X509v3 //; s/ *$//'; }
NOBODY=00000000-0000-4000-8000-000000000000
show() { api GET "$CAS/$1"; }

# --- a root
root 'Test Root' RSA2048
ROOT=$ID
show "$ROOT"
for want in 'status ACTIVED' 'type ROOT' 'path_length 7' 'issuer_id null' 'issuer_name null' \
	'key_algorithm RSA2048' 'signature_algorithm SHA256' 'gen_mode GENERATE' 'freeze_flag 0' \
	'delete_time null' 'cluster_id null' 'enterprise_project_id 0' 'free_quota 100000' 'charging_mode 1' \
	'crl_configuration {"enabled":false,"obs_bucket_name":null,"valid_days":null,"crl_name":null,"crl_dis_point":null}' \
	'distinguished_name.common_name Test Root' 'distinguished_name.organizational_unit CloudBU'; do
	equal "a root has ${want%% *}" "${want#* }" "$(json "${want%% *}")"
done
before=$(json not_before) after=$(json not_after) serial=$(json serial_number)
equal 'its serial number is a time and ten digits' "$(date -u -d "@$((before / 1000))" +%Y%m%d%H%M%S)" "${serial:0:14}"
equal 'of 24 digits together' 24 "${#serial}"
equal 'it ends ten years and a minute later' \
	"$(date -u -d "$(date -u -d "@$((before / 1000))" '+%F %T') 10 years 60 seconds" +%s)000" "$after"

export_pem ca "$ROOT" root
equal 'a root has no chain' null "$(json certificate_chain)"
equal 'PEM has the line breaks of the examples' "$(openssl x509 -in "$TMP/root.crt" | sed 's/$/\r/' | head -c -2 | od -c)" \
	"$(json certificate | head -c -1 | od -c)"
check 'the root verifies itself' openssl verify -x509_strict -check_ss_sig -CAfile "$TMP/root.crt" "$TMP/root.crt"
equal 'the serial number is that of the API in hex' "$serial" \
	"$(openssl x509 -in "$TMP/root.crt" -noout -serial | cut -d= -f2 | "$PYTHON" -c 'print(int(input(), 16))')"
equal 'the dates are those of the API' "$before $after" \
	"$(date -d "$(openssl x509 -in "$TMP/root.crt" -noout -startdate | cut -d= -f2)" +%s)000 $(date -d "$(openssl x509 -in "$TMP/root.crt" -noout -enddate | cut -d= -f2)" +%s)000"
equal 'the subject is in the order and the types of the examples' \
	'subject=CN = UTF8STRING:Test Root, C = PRINTABLESTRING:CN, ST = UTF8STRING:Sichuan, L = UTF8STRING:Chengdu, O = UTF8STRING:Huawei, OU = UTF8STRING:CloudBU' \
	"$(openssl x509 -in "$TMP/root.crt" -noout -subject -nameopt oneline,show_type)"
equal 'extensions are in the order of the examples' \
	$'Authority Key Identifier:\nSubject Key Identifier:\nBasic Constraints: critical\nKey Usage:' "$(extensions root)"
refute_output 'a root has no path length' pathlen extension root basicConstraints
expect_output 'a root may sign certificates and lists' 'Digital Signature, Certificate Sign, CRL Sign' extension root keyUsage

# --- a subordinate, at once
sub "$ROOT" 'Test Sub' EC384 '"path_length": 2, "key_usages": ["keyCertSign"], "enterprise_project_id": "e"'
SUB=$ID
show "$SUB"
for want in 'status ACTIVED' 'type SUBORDINATE' 'path_length 2' "issuer_id $ROOT" 'issuer_name Test Root' \
	'key_algorithm EC384' 'enterprise_project_id e'; do
	equal "a subordinate has ${want%% *}" "${want#* }" "$(json "${want%% *}")"
done
export_pem ca "$SUB" sub
equal 'its chain is the root' "$(cat "$TMP/root.crt")" "$(cat "$TMP/sub.chain")"
check 'it verifies' openssl verify -x509_strict -CAfile "$TMP/root.crt" "$TMP/sub.crt"
expect_output 'it has the path length asked for' 'CA:TRUE, pathlen:2' extension sub basicConstraints
equal 'and the key usage asked for' 'Certificate Sign' "$(extension sub keyUsage | tail -1 | sed 's/^ *//')"

sub "$SUB" 'Test Sub 2'
SUB2=$ID
export_pem ca "$SUB2" sub2
equal 'a longer chain begins with the issuer' 'CN = Test Sub|CN = Test Root|' \
	"$(openssl crl2pkcs7 -nocrl -certfile "$TMP/sub2.chain" | openssl pkcs7 -print_certs -noout | sed -n 's/^subject=\(CN = [^,]*\).*/\1/p' | tr '\n' '|')"
check 'it verifies with its chain' openssl verify -x509_strict -CAfile "$TMP/root.crt" -untrusted "$TMP/sub2.chain" "$TMP/sub2.crt"
expect_output 'path length 0 is the default' 'pathlen:0' extension sub2 basicConstraints
expect_output 'the key usage has a default' 'Digital Signature, Certificate Sign, CRL Sign' extension sub2 keyUsage

new_sub() { echo "{\"type\": \"SUBORDINATE\", \"key_algorithm\": \"EC256\", $(name Sub), \"issuer_id\": \"$1\", \"signature_algorithm\": \"SHA256\", $YEAR ${2:+, $2}}"; }
refused 'below path length 0 there is no CA' 400 PCA.00020203 '0 below an issuer of path length 0' \
	-- POST $CAS "$(new_sub "$SUB2")"
refused 'a path length has to fit into the one above' 400 PCA.00020203 '2 below an issuer of path length 2' \
	-- POST $CAS "$(new_sub "$SUB" '"path_length": 2')"

# --- a pending one
pending 'Pending' '"path_length": 1'
PENDING=$ID
show "$PENDING"
for want in 'status PENDING' 'issuer_id null' 'serial_number null' 'not_before null' 'not_after null' \
	'signature_algorithm null'; do
	equal "a pending CA has ${want%% *}" "${want#* }" "$(json "${want%% *}")"
done
refused 'it cannot be exported' 403 PCA.00030201 'is PENDING' -- POST "$CAS/$PENDING/export"
activation="{\"issuer_id\": \"$ROOT\", \"signature_algorithm\": \"SHA512\", $YEAR}"
answers 'it cannot issue' 403 PCA.00030201 -- POST $CAS "$(new_sub "$PENDING")"
answers 'nor activate itself' 403 PCA.00030201 -- POST "$CAS/$PENDING/activate" "${activation/$ROOT/$PENDING}"
answers 'activating needs an issuer that is there' 404 PCA.00030103 \
	-- POST "$CAS/$PENDING/activate" "${activation/$ROOT/00000000-0000-4000-8000-000000000000}"
answers 'activating a CA that is not there fails' 404 PCA.00030102 \
	-- POST "$CAS/00000000-0000-4000-8000-000000000000/activate" "$activation"
answers 'activating needs all of its fields' 400 PCA.00020109 -- POST "$CAS/$PENDING/activate" "{\"issuer_id\": \"$ROOT\", \"signature_algorithm\": \"SHA512\"}"
answers 'it is activated' 204 -- POST "$CAS/$PENDING/activate" "$activation"
equal 'without a body' '' "$BODY"
show "$PENDING"
equal 'then it is active' 'ACTIVED SHA512 1' "$(json status) $(json signature_algorithm) $(json path_length)"
equal 'by its issuer' "$ROOT Test Root" "$(json issuer_id) $(json issuer_name)"
answers 'a second time it is not' 403 PCA.00030201 -- POST "$CAS/$PENDING/activate" "$activation"
export_pem ca "$PENDING" pending
check 'its certificate verifies' openssl verify -x509_strict -CAfile "$TMP/root.crt" "$TMP/pending.crt"
expect_output 'with the hash asked for' 'sha512WithRSAEncryption' text pending
expect_output 'and the path length that creating asked for' 'pathlen:1' extension pending basicConstraints

# --- HSM
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$TMP/hsm.key" -out "$TMP/hsm.crt" -subj '/CN=HSM CA' 2>/dev/null
CLUSTER=54d8301b-b859-4c55-a628-21fcf90e609e
BODY64=$(sed '/-----/d' "$TMP/hsm.crt" | tr -d '\n') PEM64=$(base64 -w0 "$TMP/hsm.crt")
cluster() { echo "\"hsm_cluster_info\": {\"hsm_project\": \"${1:-cn-north-7}\", \"hsm_cluster_id\": \"${2:-$CLUSTER}\", \"hsm_ca_cert\": \"${3:-$BODY64}\"}"; }
root 'HSM Root' EC256 "$(cluster)"
show "$ID"
equal 'the cluster is kept' $CLUSTER "$(json cluster_id)"
pending 'HSM Sub'
answers 'an activation may name it too, with the whole PEM in base64' 204 \
	-- POST "$CAS/$ID/activate" "${activation%?}, $(cluster '' '' "$PEM64")}"
show "$ID"
equal 'and it is kept' $CLUSTER "$(json cluster_id)"
root 'HSM Root 2' EC256 "$(cluster eu-west-101_x '' "${PEM64:0:76}\\n${PEM64:76}")"
no_hsm() { refused "$1" 400 PCA.00020001 "$2" -- POST $CAS "$(new_root "$YEAR, $3")"; }
new_root() { echo "{\"type\": \"ROOT\", \"key_algorithm\": \"EC256\", $(name Root), \"signature_algorithm\": \"SHA256\", $1}"; }
no_hsm 'a cluster has a certificate' 'hsm_ca_cert: base64, but neither' "$(cluster '' '' MXXXXX==)"
no_hsm 'in base64' 'hsm_ca_cert: no base64' "$(cluster '' '' '-----BEGIN CERTIFICATE-----')"
no_hsm 'of a CA' 'no certificate of a CA' "$(cluster '' '' "$(openssl req -x509 -key "$TMP/hsm.key" -subj /CN=x -addext basicConstraints=CA:false | sed '/-----/d' | tr -d '\n')")"
no_hsm 'and a UUID' 'hsm_cluster_id: c is no UUID' "$(cluster '' c)"
no_hsm 'and a project' 'hsm_project: cn north' "$(cluster 'cn north')"

# --- validity
answers 'a root may last 30 years' 200 -- POST $CAS "$(new_root '"validity": {"type": "YEAR", "value": 30}')"
answers 'but not 31' 400 PCA.00020109 -- POST $CAS "$(new_root '"validity": {"type": "YEAR", "value": 31}')"
answers 'a subordinate not 21' 400 PCA.00020109 -- POST $CAS "$(new_sub "$ROOT" | sed 's/"value": 1/"value": 21/')"
api POST $CAS "$(new_sub "$ROOT" | sed 's/"value": 1/"value": 20/')"
show "$(json ca_id)"
equal 'nobody outlives the issuer' "$after" "$(json not_after)"

# --- quotas
for want in "$CAS 100" "$CERTS 100000"; do
	api GET "${want% *}/quotas"
	equal "there may be ${want#* }" "${want#* }" "$(json quotas.resources.0.quota)"
done
stop_emulator

# --- the account's own clusters
start_emulator --hsm-cluster $NOBODY --hsm-cluster 11111111-0000-4000-8000-000000000000
log_in
no_hsm 'where the account has clusters, others are refused' "the account has no cluster $CLUSTER" "$(cluster)"
root 'Own' EC256 "$(cluster '' 11111111-0000-4000-8000-000000000000)"
stop_emulator
