# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# TLS and HTTP: certificates, connections that stay, many at once, and ending meanwhile.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

start_emulator
log_in
hello() { openssl s_client -connect "${EMU_URL#https://}" -CAfile "$EMU_CA" -verify_return_error "$@" </dev/null; }
check 'the certificate is good for the address' hello -verify_ip 127.0.0.1
check 'and for the other one' hello -verify_ip ::1
check 'and for localhost' hello -verify_hostname localhost
check 'TLS 1.2 is spoken' hello -tls1_2
expect_output 'TLS 1.3 is spoken' 'TLSv1\.3' hello
refute 'TLS 1.1 is not' hello -tls1_1 -cipher 'DEFAULT@SECLEVEL=0'
refute 'the CA is no one that everybody knows' curl -sS "$EMU_URL$CAS"

# --- connections stay
connects() { curl -sS --cacert "$EMU_CA" -H "@$TMP/token" -w '%{num_connects}\n' -o /dev/null "$@"; }
one=(--next -sS --cacert "$EMU_CA" -H "@$TMP/token" -w '%{num_connects}\n' -o /dev/null)
equal 'one connection serves many exchanges, refusals too' '1 0 0 0' \
	"$(connects "$EMU_URL$CAS" "${one[@]}" "$EMU_URL$CAS/42" "${one[@]}" -d '{}' "$EMU_URL$CAS" "${one[@]}" "$EMU_URL$CERTS" | paste -sd' ')"
equal 'HTTP/1.1 it is' 1.1 "$(curl -sS --cacert "$EMU_CA" -o /dev/null -w '%{http_version}' "$EMU_URL$CAS")"

# --- bodies in every form
root Root
ROOT=$ID
body="{\"issuer_id\": \"$ROOT\", $(name chunked), $YEAR}"
fetch -H "@$TMP/token" -H 'Transfer-Encoding: chunked' -d "$body" "$EMU_URL$CERTS"
equal 'a chunked body is taken' 200 "$STATUS"
fetch -H "@$TMP/token" -H 'Expect: 100-continue' -d "$body" "$EMU_URL$CERTS"
equal 'so is one that waits to be asked for' 200 "$STATUS"
fetch -H "@$TMP/token" -H 'Content-Type:' -d "$body" "$EMU_URL$CERTS"
equal 'so is one without a type' 200 "$STATUS"
{
	printf '%s' "${body%\}}, \"padding\": \""
	head -c 3000000 /dev/zero | tr '\0' x
	printf '"}'
} >"$TMP/padded"
fetch -H "@$TMP/token" --data-binary "@$TMP/padded" "$EMU_URL$CERTS"
equal 'so is a large one' 200 "$STATUS"
fetch -H "X-Auth-Token: $(head -c 100000 /dev/zero | tr '\0' x)" "$EMU_URL$CAS"
equal 'a large header is an answered one' '401 PCA.00010001' "$(code)"

# --- many at once
parallel=()
for i in {1..24}; do
	parallel+=(--next -sS --cacert "$EMU_CA" --max-time "$DEADLINE" -H "@$TMP/token" -o "$TMP/many.$i" -w '%{http_code}\n'
		-d "{\"issuer_id\": \"$ROOT\", $(name "many $i"), $YEAR}" "$EMU_URL$CERTS")
done
equal 'many at once are all served' '24 200' "$(curl -Z --parallel-immediate "${parallel[@]:1}" 2>/dev/null | sort | uniq -c | sed 's/^ *//')"
equal 'each with a certificate of its own' 24 "$(cat "$TMP"/many.* | grep -oE '[0-9a-f-]{36}' | sort -u | wc -l)"
api GET "$CERTS?name=many&limit=100"
equal 'and all are there' 24 "$(json total)"
export_pem certificate "$(json certificates.0.certificate_id)" many
check 'and right' openssl verify -CAfile <(json certificate_chain) "$TMP/many.crt"
stop_emulator

# --- ending meanwhile
start_emulator --fault pca_list_cas:delay=600000
spawn 'Verify return code: 0' openssl s_client -connect "${EMU_URL#https://}" -CAfile "$EMU_CA"
idle=$SPAWN_PID
spawn '^> GET' stdbuf -oL curl -vsS --stderr - --cacert "$EMU_CA" -H "@$TMP/token" "$EMU_URL$CAS"
waiting=$SPAWN_PID
started=$SECONDS
stop_emulator
((SECONDS - started < 10)) || broken 'it ends at once' "it took $((SECONDS - started)) s"
echo 'ok - it ends at once, though one connection is idle and one waits'
end "$waiting" || :
end "$idle" || :

# --- other certificates
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$TMP/own.key" -out "$TMP/own.crt" \
	-subj /CN=own -days 2 -addext subjectAltName=IP:127.0.0.1 2>/dev/null
start_emulator --tls-cert "$TMP/own.crt" --tls-key "$TMP/own.key"
check 'another certificate is shown' curl -sS --cacert "$TMP/own.crt" "$EMU_URL$CAS"
check 'the CA of its own is named all the same' openssl x509 -in "$EMU_CA" -noout
refute 'but does not vouch for it' curl -sS --cacert "$EMU_CA" "$EMU_URL$CAS"
stop_emulator
