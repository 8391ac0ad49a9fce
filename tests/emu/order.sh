# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# CAs for months or years: bought first, filled in later.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

start_emulator --ca-quota 9
log_in
NOBODY=00000000-0000-4000-8000-000000000000
product='{"cloud_service_type": "hws.service.type.ccm", "resource_type": "hws.resource.type.pca.duration", "resource_spec_code": "ca.duration"}'
order() {
	echo "{\"cloud_service_type\": \"hws.service.type.ccm\", \"period_type\": 2, \"period_num\": 1, \"charging_mode\": 0, \"is_auto_renew\": 0,
		\"is_auto_pay\": 0, \"promotion_info\": \"\", \"enterprise_project_id\": \"e\", \"product_infos\": [$product], \"subscription_num\": $1}"
}
show() { api GET "$CAS/$1"; }
data() { echo "\"type\": \"$1\", \"key_algorithm\": \"EC256\", $(name "$2")"; }
DATED="\"signature_algorithm\": \"SHA256\", $YEAR"

# --- buying
api POST $CAS/order "$(order 6)"
equal 'CAs are bought' '200 6' "$STATUS $(json ca_ids.#)"
expect_output 'the order has an id' '^CS[0-9]+$' json order_id
mapfile -t BOUGHT < <("$PYTHON" -ISc "import json; print(*json.load(open('$TMP/body'))['ca_ids'], sep='\n')")
show "${BOUGHT[0]}"
for want in 'status PENDING' 'charging_mode 0' 'type null' 'key_algorithm null' 'distinguished_name.common_name null' \
	'issuer_id null' 'enterprise_project_id e' 'gen_mode GENERATE'; do
	equal "a CA that was bought has ${want%% *}" "${want#* }" "$(json "${want%% *}")"
done
api GET $CAS/quotas
equal 'it uses the quota' 6 "$(json quotas.resources.0.used)"
api GET "$CAS?status=PENDING"
equal 'it is in the list' 6 "$(json total)"
answers 'more than the quota are not sold' 403 PCA.00030001 -- POST $CAS/order "$(order 4)"
refused 'however many' 403 PCA.00030001 'subscription_num: 9007199254740992, 9 allowed' -- \
	POST $CAS/order "$(order 9007199254740992)"
api GET $CAS/quotas
equal 'nor a part of them' 6 "$(json quotas.resources.0.used)"
while IFS='|' read -r claim from to regex; do
	refused "$claim" 400 PCA.00020001 "$regex" -- POST $CAS/order "$(order 1 | sed "s/$from/$to/")"
done <<-'END'
	the service is always the same|"hws.service.type.ccm", "period|"hws.service.type.obs", "period|cloud_service_type: hws.service.type.obs
	so is the resource|pca.duration|pca.use|resource_type: hws.resource.type.pca.use
	and its kind|"ca.duration|"ca.use|resource_spec_code: ca.use
	the mode is 0|"charging_mode": 0|"charging_mode": 1|charging_mode
	a period is a month or a year|"period_type": 2|"period_type": 4|period_type
	there is one at least|"period_num": 1|"period_num": 0|period_num: 0
	and one CA|"subscription_num": 1|"subscription_num": 0|subscription_num: 0
	and an answer to renewing|"is_auto_renew": 0,||is_auto_renew
END

# --- what it can't do yet
refused 'it has no CSR' 403 PCA.00030201 'was bought' -- GET "$CAS/${BOUGHT[0]}/csr"
refused 'and takes no certificate' 403 PCA.00030201 'was bought' -- POST "$CAS/${BOUGHT[0]}/import" '{"certificate": "x"}'
answers 'it issues nothing' 403 PCA.00030201 -- POST $CERTS "{\"issuer_id\": \"${BOUGHT[0]}\", $(name x), $YEAR}"

# --- creating with its id
fill() { api POST $CAS "{\"ca_id\": \"$1\", $2}"; }
fill "${BOUGHT[0]}" "$(data ROOT 'Bought Root'), $DATED"
equal 'creating with its id fills it in' "200 ${BOUGHT[0]}" "$STATUS $(json ca_id)"
ROOT=${BOUGHT[0]}
show "$ROOT"
equal 'it is a root then' 'ACTIVED ROOT 0 7 e Bought Root' \
	"$(json status) $(json type) $(json charging_mode) $(json path_length) $(json enterprise_project_id) $(json distinguished_name.common_name)"
refused 'once' 403 PCA.00030201 'is ACTIVED' -- POST $CAS "{\"ca_id\": \"$ROOT\", $(data ROOT Twice), $DATED}"
fill "${BOUGHT[1]}" "$(data SUBORDINATE 'Bought Sub'), \"issuer_id\": \"$ROOT\", $DATED"
equal 'or a subordinate' "200 ACTIVED $ROOT" "$STATUS $(show "${BOUGHT[1]}" && json status) $(json issuer_id)"
fill "${BOUGHT[2]}" "$(data SUBORDINATE 'Bought Pending')"
equal 'or one that is pending' '200 PENDING Bought Pending' "$STATUS $(show "${BOUGHT[2]}" && json status) $(json distinguished_name.common_name)"
refused 'which is not filled in twice' 403 PCA.00030201 'has its data already' -- POST $CAS "{\"ca_id\": \"${BOUGHT[2]}\", $(data ROOT Twice), $DATED}"
answers 'which has a CSR' 200 -- GET "$CAS/${BOUGHT[2]}/csr"
answers 'and is activated' 204 -- POST "$CAS/${BOUGHT[2]}/activate" "{\"issuer_id\": \"$ROOT\", $DATED}"
pending Other
refused 'one that was not bought is not filled in' 403 PCA.00030201 'has its data already' -- POST $CAS "{\"ca_id\": \"$ID\", $(data ROOT x), $DATED}"
answers 'nor one that is not there' 404 PCA.00030102 -- POST $CAS "{\"ca_id\": \"$NOBODY\", $(data ROOT x), $DATED}"
api GET $CAS/quotas
equal 'filling in uses no more quota' 7 "$(json quotas.resources.0.used)"

# --- activating
activate() { echo "{\"issuer_id\": \"$ROOT\", $DATED ${1:+, $1}}"; }
refused 'activating needs the kind' 400 PCA.00020202 'type is missing' -- POST "$CAS/${BOUGHT[3]}/activate" "$(activate)"
refused 'and the name' 400 PCA.00020101 'distinguished_name is missing' -- POST "$CAS/${BOUGHT[3]}/activate" "$(activate '"type": "SUBORDINATE", "key_algorithm": "EC256"')"
refused 'and the key' 400 PCA.00020102 'key_algorithm' -- POST "$CAS/${BOUGHT[3]}/activate" "$(activate "\"type\": \"SUBORDINATE\", $(name x)")"
answers 'with all of them it is activated' 204 -- POST "$CAS/${BOUGHT[3]}/activate" "$(activate "$(data SUBORDINATE 'Activated Sub')")"
equal 'below its issuer' "ACTIVED SUBORDINATE $ROOT" "$(show "${BOUGHT[3]}" && json status) $(json type) $(json issuer_id)"
answers 'as a root it needs no issuer' 204 -- POST "$CAS/${BOUGHT[4]}/activate" "{$(data ROOT 'Activated Root'), $DATED}"
equal 'and has none' 'ACTIVED ROOT null' "$(show "${BOUGHT[4]}" && json status) $(json type) $(json issuer_id)"
refused 'a subordinate does' 400 PCA.00020201 'issuer_id is missing' -- POST "$CAS/${BOUGHT[5]}/activate" "{$(data SUBORDINATE x), $DATED}"
answers 'a bought one can be deleted at once' 204 -- DELETE "$CAS/${BOUGHT[5]}"
export_pem ca "$ROOT" root
export_pem ca "${BOUGHT[3]}" sub
check 'the certificates verify' openssl verify -x509_strict -CAfile "$TMP/root.crt" "$TMP/sub.crt"
stop_emulator
