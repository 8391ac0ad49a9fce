# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The states of CAs and certificates: who may do what in which, and what comes of it.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

start_emulator --data "$TMP/data"
log_in
NOBODY=00000000-0000-4000-8000-000000000000
state() {
	api GET "$1"
	json status
}
does() { answers "$1" 204 -- "${@:2}"; }
cannot() { refused "$1" 403 PCA.00030201 "$2" -- "${@:3}"; }

# --- every operation in every state
root Root
ROOT=$ID
declare -A CA
sub "$ROOT" active EC256 '"path_length": 1' && CA[ACTIVED]=$ID
pending pending && CA[PENDING]=$ID
sub "$ROOT" disabled && CA[DISABLED]=$ID
sub "$ROOT" deleted && CA[DELETED]=$ID
sub "$ROOT" revoked && CA[REVOKED]=$ID
does 'an active CA is disabled' POST "$CAS/${CA[DISABLED]}/disable"
equal 'without a body' '' "$BODY"
api POST "$CAS/${CA[DELETED]}/disable" '{}'
does 'a disabled CA is deleted' DELETE "$CAS/${CA[DELETED]}?pending_days=7"
does 'a subordinate CA is revoked' POST "$CAS/${CA[REVOKED]}/revoke" '{}'
for status in "${!CA[@]}"; do
	equal "$status is shown" "$status" "$(state "$CAS/${CA[$status]}")"
done

signing="{\"issuer_id\": \"$ROOT\", \"signature_algorithm\": \"SHA256\", $YEAR}"
issuing() { echo "{\"issuer_id\": \"$1\", $(name x), $YEAR}"; }
while read -r operation method path body allowed; do
	for status in ACTIVED PENDING DISABLED DELETED REVOKED; do
		[[ ,$allowed, == *,$status,* ]] && continue
		[[ $body != activation ]] || body=$signing
		cannot "$operation is not for $status" "is $status" "$method" "$CAS/${CA[$status]}$path" "$body"
	done
done <<-END
	activating POST /activate activation PENDING
	exporting POST /export {} ACTIVED,EXPIRED
	disabling POST /disable {} ACTIVED,EXPIRED
	enabling POST /enable {} DISABLED
	deleting DELETE ?pending_days=7 {} PENDING,DISABLED,REVOKED
	restoring POST /restore {} DELETED
	revoking POST /revoke {} ACTIVED,DISABLED
END
for status in PENDING DISABLED DELETED REVOKED; do
	cannot "$status issues nothing" "issuer ${CA[$status]} is $status" POST $CERTS "$(issuing "${CA[$status]}")"
done
for operation in '/disable' '/enable' '/restore' '/revoke' '/export'; do
	answers "$operation needs a CA that is there" 404 PCA.00030102 -- POST "$CAS/$NOBODY$operation" '{}'
	answers "and that has an id of the right form ($operation)" 400 PCA.00020201 -- POST "$CAS/42$operation" '{}'
done
answers 'as deleting does' 404 PCA.00030102 -- DELETE "$CAS/$NOBODY"

# --- what leads where
does 'a disabled CA is enabled' POST "$CAS/${CA[DISABLED]}/enable"
equal 'and active again' ACTIVED "$(state "$CAS/${CA[DISABLED]}")"
answers 'it issues' 200 -- POST $CERTS "$(issuing "${CA[DISABLED]}")"
does 'a deleted CA is restored' POST "$CAS/${CA[DELETED]}/restore"
equal 'and disabled then' 'DISABLED null' "$(state "$CAS/${CA[DELETED]}") $(json delete_time)"
does 'a pending CA is deleted' DELETE "$CAS/${CA[PENDING]}"
answers 'and gone at once' 404 PCA.00030102 -- GET "$CAS/${CA[PENDING]}"
sub "$ROOT" parent
does 'the issuer of others is disabled' POST "$CAS/$ROOT/disable"
equal 'they stay as they are' ACTIVED "$(state "$CAS/$ID")"
answers 'and issue' 200 -- POST $CERTS "$(issuing "$ID")"
does 'it is enabled' POST "$CAS/$ROOT/enable"

# --- at the same time
for i in 1 2 3 4 5 6 7 8; do
	echo "url = $EMU_URL$CAS/$ROOT/disable"
	printf 'request = POST\noutput = %s/race.%s\n' "$TMP" "$i"
done >"$TMP/race"
outcome=$(curl -sS --no-progress-meter --parallel --cacert "$EMU_CA" --max-time "$DEADLINE" -H "@$TMP/token" -w '%{http_code}\n' -K "$TMP/race" | sort | uniq -c | xargs)
equal 'of eight who disable a CA at once one does it' '1 204 7 403' "$outcome"
does 'and it is enabled again' POST "$CAS/$ROOT/enable"

# --- days
before=$(date +%s)
for days in 6 31 x 007.5; do
	answers "$days days are refused" 400 PCA.00020001 -- DELETE "$CAS/${CA[DELETED]}?pending_days=$days"
done
does 'without days it is deleted in 30' DELETE "$CAS/${CA[DELETED]}"
equal 'and is deleted' DELETED "$(state "$CAS/${CA[DELETED]}")"
check 'its time is told' test "$(json delete_time)" -ge "$((before + 30 * 86400))000" -a "$(json delete_time)" -le "$(($(date +%s) + 30 * 86400))999"
api GET "$CAS?status=DELETED"
equal 'a list can be of those' "1 ${CA[DELETED]}" "$(json total) $(json certificate_authorities.0.ca_id)"
api GET "$CAS?name=deleted"
equal 'and any list has them' "1" "$(json total)"
quota=$(api GET "$CAS/quotas" && json quotas.resources.0.used)

# --- revocation
leaf "$ROOT" leaf
LEAF=$ID
refused 'without a body nothing is revoked' 400 PCA.00020001 'no body' -- POST "$CERTS/$LEAF/revoke"
refused 'nor a CA' 400 PCA.00020001 'no body' -- POST "$CAS/${CA[ACTIVED]}/revoke"
refused 'there are nine reasons' 400 PCA.00020001 'reason' -- POST "$CERTS/$LEAF/revoke" '{"reason": "BORED"}'
equal 'nothing has happened' ISSUED "$(state "$CERTS/$LEAF")"
does 'a certificate is revoked' POST "$CERTS/$LEAF/revoke" '{"reason": "KEY_COMPROMISE"}'
equal 'and shows it' REVOKED "$(state "$CERTS/$LEAF")"
SERIAL=$(json serial_number)
cannot 'a second time it is not' 'is REVOKED' POST "$CERTS/$LEAF/revoke" '{}'
cannot 'and not exported' 'is REVOKED' POST "$CERTS/$LEAF/export" '{"type": "OTHER", "is_compressed": "false"}'
api GET "$CERTS?status=REVOKED"
equal 'a list can be of those' "1 $LEAF" "$(json total) $(json certificates.0.certificate_id)"
refused 'a root is not revoked' 400 PCA.00020202 'is a root' -- POST "$CAS/$ROOT/revoke" '{}'
equal 'nor has that left a trace' ACTIVED "$(state "$CAS/$ROOT")"
answers 'a certificate that is not there is not revoked' 404 PCA.00030102 -- POST "$CERTS/$NOBODY/revoke" '{}'
sub "${CA[ACTIVED]}" child
does 'a CA with certificates is revoked' POST "$CAS/${CA[ACTIVED]}/revoke" '{"reason": "CESSATION_OF_OPERATION"}'
leaf "$ROOT" other
OTHER=$ID

# --- deleting certificates
export_pem certificate "$OTHER" other
does 'a certificate is deleted' DELETE "$CERTS/$OTHER"
answers 'and gone at once' 404 PCA.00030102 -- GET "$CERTS/$OTHER"
answers 'and not deleted twice' 404 PCA.00030102 -- DELETE "$CERTS/$OTHER"
does 'so is a revoked one' DELETE "$CERTS/$LEAF"
leaf "${CA[DISABLED]}" orphan
ORPHAN=$ID
does 'a CA that has issued is revoked' POST "$CAS/${CA[DISABLED]}/revoke" '{"reason": "SUPERSEDED"}'
does 'a revoked CA is deleted at once' DELETE "$CAS/${CA[DISABLED]}"
answers 'and gone' 404 PCA.00030102 -- GET "$CAS/${CA[DISABLED]}"
export_pem certificate "$ORPHAN" orphan
export_pem ca "$ROOT" root
check 'what it has issued keeps its chain' openssl verify -CAfile "$TMP/root.crt" -untrusted "$TMP/orphan.chain" "$TMP/orphan.crt"
stop_emulator
equal 'revocations are kept by issuer, with time and reason' "$ROOT $SERIAL 1" \
	"$("$PYTHON" -ISc "import sqlite3; print(*sqlite3.connect('$TMP/data/emulator.db').execute(
	'SELECT issuer_id, serial_number, reason FROM revocation WHERE time > ? AND reason = 1', ($before,)).fetchone())")"

# --- time passes
start_emulator --data "$TMP/data" --clock-offset $((30 * 86400 - 60))
log_in
equal 'a deleted CA is there to its last day' DELETED "$(state "$CAS/${CA[DELETED]}")"
stop_emulator
start_emulator --data "$TMP/data" --clock-offset $((30 * 86400 + 60)) --freeze "$ORPHAN" --freeze Root
log_in
answers 'then it is gone' 404 PCA.00030102 -- GET "$CAS/${CA[DELETED]}"
answers 'and cannot be restored' 404 PCA.00030102 -- POST "$CAS/${CA[DELETED]}/restore"
api GET "$CAS/quotas"
equal 'and counts no more' "$quota" "$(($(json quotas.resources.0.used) + 1))"

# --- frozen
equal 'what is frozen shows it' '1 ISSUED' "$(api GET "$CERTS/$ORPHAN" && json freeze_flag) $(json status)"
for call in "POST $CERTS/$ORPHAN/revoke" "DELETE $CERTS/$ORPHAN" "POST $CAS/$ROOT/export" "POST $CAS/$ROOT/disable"; do
	# shellcheck disable=SC2086 # two words
	answers "and can't be touched: $call" 403 PCA.00030202 -- $call '{}'
done
answers 'nor exported' 403 PCA.00030202 -- POST "$CERTS/$ORPHAN/export" '{"type": "OTHER", "is_compressed": "false"}'
answers 'nor issue' 403 PCA.00030202 -- POST $CERTS "$(issuing "$ROOT")"
stop_emulator

# --- expired
start_emulator --data "$TMP/data" --clock-offset $((11 * 365 * 86400))
log_in
equal 'a root expires' EXPIRED "$(state "$CAS/$ROOT")"
cannot 'it is not deleted' 'is EXPIRED' DELETE "$CAS/$ROOT"
does 'but disabled' POST "$CAS/$ROOT/disable"
equal 'and is disabled then' DISABLED "$(state "$CAS/$ROOT")"
does 'and enabled' POST "$CAS/$ROOT/enable"
equal 'and is expired again' EXPIRED "$(state "$CAS/$ROOT")"
cannot 'an expired certificate is not revoked' 'is EXPIRED' POST "$CERTS/$ORPHAN/revoke" '{}'
does 'but deleted' DELETE "$CERTS/$ORPHAN"
stop_emulator

# --- quotas
start_emulator --ca-quota 2 --certificate-quota 1
log_in
quota() { api GET "$1/quotas" && echo "$(json quotas.resources.0.type) $(json quotas.resources.0.used)/$(json quotas.resources.0.quota)"; }
equal 'no CA is used' 'CERTIFICATE_AUTHORITY 0/2' "$(quota $CAS)"
root a
ROOT=$ID
pending b
equal 'two CAs are used' 'CERTIFICATE_AUTHORITY 2/2' "$(quota $CAS)"
answers 'a third is refused' 403 PCA.00030001 -- POST $CAS "{\"type\": \"SUBORDINATE\", \"key_algorithm\": \"EC256\", $(name c)}"
leaf "$ROOT" x
equal 'a certificate is used' 'CERTIFICATE 1/1' "$(quota $CERTS)"
equal 'and leaves no more to the CA' 0 "$(api GET "$CAS/$ROOT" && json free_quota)"
answers 'a second is refused' 403 PCA.00030001 -- POST $CERTS "$(issuing "$ROOT")"
does 'until one is deleted' DELETE "$CERTS/$ID"
answers 'then it is issued' 200 -- POST $CERTS "$(issuing "$ROOT")"

# --- what the site has
for path in /v1/pca/config/console /v1/ccm/config/console; do
	api GET $path
	equal "the international site has no SM2 ($path)" '200 false true eu-west-101' \
		"$STATUS $(json is_support_sm2) $(json is_support_yearly_monthly_ca) $(json dhsm_regions.0)"
done
stop_emulator
