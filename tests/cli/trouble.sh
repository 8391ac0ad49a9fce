# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What goes wrong between here and the service: said exactly, with its exit status, in bounded time.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
start_emulator

sed -i 's/^secret_key .*/secret_key = wrong-secret/' "$CCM_CONFIG"
expect_failure 'a wrong secret key' 'secret key of access key EMULATORACCESSKEY000 is probably wrong' ccm ca list
equal 'is tried once' 1 "$(calls)"
refute_output 'and not shown' 'wrong-secret' bash -c "'$BUILD/src/ccm' ca list 2>&1 || :"
expect_status 'it is an authentication error' 4 ccm ca list
expect_failure 'with a hint' '^hint: check \[auth\]' ccm ca list
expect_failure 'and the id of the request' 'request id [0-9a-f]{8}' ccm ca list
write_config password
sed -i 's/^password .*/password = wrong-password/' "$CCM_CONFIG"
before=$(calls)
expect_status 'a wrong password is one as well' 4 ccm ca list
equal 'tried once too' 1 "$(($(calls) - before))"
write_config

port=${EMU_URL##*:}
sed -i "s|^pca_endpoint .*|pca_endpoint = https://localhost.invalid:$port|" "$CCM_CONFIG"
expect_status 'a host that is not there' 6 ccm ca list
expect_failure 'is named' 'localhost.invalid' ccm ca list
write_config
sed -i '/^tls_ca_file/d' "$CCM_CONFIG"
expect_status 'a certificate that nobody trusts' 6 ccm ca list
expect_failure 'is told, with a hint' '^hint: tls_ca_file in \[cloud\]' ccm ca list
stop_emulator

# A certificate of last year: only `openssl ca` makes such a thing.
cat >"$TMP/ca.cnf" <<-END
	[ca]
	default_ca = here
	[here]
	database = $TMP/index.txt
	new_certs_dir = $TMP
	rand_serial = yes
	default_md = sha256
	policy = any
	copy_extensions = copy
	[any]
	commonName = supplied
END
: >"$TMP/index.txt"
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$TMP/tls.key" \
	-out "$TMP/tls.csr" -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>/dev/null
openssl ca -config "$TMP/ca.cnf" -selfsign -keyfile "$TMP/tls.key" -in "$TMP/tls.csr" -batch -notext \
	-startdate 20200101000000Z -enddate 20210101000000Z -out "$TMP/tls.crt" 2>/dev/null
start_emulator --tls-cert "$TMP/tls.crt" --tls-key "$TMP/tls.key"
sed -i "s|^tls_ca_file .*|tls_ca_file = $TMP/tls.crt|" "$CCM_CONFIG"
expect_status 'a certificate that has expired' 6 ccm ca list
expect_failure 'is told to be so' 'expired' ccm ca list
stop_emulator

rm -f "$TMP/emulator.log"
start_emulator --clock-offset 1200
expect_failure 'a clock that is off' 'clock of this machine is (19 min 5[0-9]|20 min [0-9]+) s behind the service' ccm ca list
equal 'is tried once' 1 "$(calls)"
expect_status 'it is an authentication error' 4 ccm ca list
expect_failure 'with a remedy' 'timedatectl' ccm ca list
stop_emulator

# One fault after the other, each in an emulator of its own; retries would hide what is asked for.
faulty() {
	rm -f "$TMP/emulator.log"
	start_emulator "$@"
	sed -i 's/^\[cloud\]/[cloud]\nretries = 0/' "$CCM_CONFIG"
}
for fault in truncate garbage reset status=500 status=503 status=429; do
	faulty --fault "pca_list_cas:$fault"
	expect_status "$fault is the service's failure" 6 ccm ca list
	equal 'nothing is listed' '' "$(ccm ca list --json 2>/dev/null || :)"
	stop_emulator
done
faulty --fault pca_list_cas:status=403
expect_status 'what is not allowed' 4 ccm ca list
expect_failure 'names the permission' '; the permission is called pca:ca:list ' ccm ca list
stop_emulator
faulty --fault pca_list_cas:delay=60000
sed -i 's/^\[cloud\]/[cloud]\ntimeout = 300 ms/' "$CCM_CONFIG"
expect_status 'an answer that does not come' 6 ccm ca list
expect_failure 'is not waited for' '(300 ms|0\.3 s|time)' ccm ca list
kill_emulator

rm -f "$TMP/emulator.log"
start_emulator --fault pca_list_cas:reset:2
cat >>"$CCM_CONFIG" <<-END
	[log]
	level = info
END
expect_output 'a short trouble is lived through, and logged' 'info http: .*trying again' ccm ca list
equal 'by trying again' 3 "$(calls pca_list_cas)"
refute_output '--quiet quiets the log' . ccm cert list --quiet
echo "file = $TMP/ccm.log" >>"$CCM_CONFIG"
check 'unless it goes to a file' ccm cert list --quiet
check 'which has it' grep -q 'info http: GET' "$TMP/ccm.log"
make_ca
kill_emulator
before=$SECONDS
expect_status 'a service that died' 6 ccm cert issue --ca "$SUB_ID" --name x
expect_failure 'with a hint' '^hint: check region and the endpoints' ccm ca list
check 'is given up soon' test $((SECONDS - before)) -lt 20

rm -f "$TMP/emulator.log"
start_emulator --fault pca_export_certificate:badpem:1 --fault pca_export_certificate:wrongkey
make_ca
issue web --server >/dev/null
mkdir "$TMP/out" && cd "$TMP/out"
expect_status 'a PEM that is cut' 6 ccm cert export web --key
expect_failure 'a key of another certificate' 'does not belong to its certificate' ccm cert export web --key
expect_status 'is the service'"'"'s failure' 6 ccm cert export web --key
equal 'nothing is written then' '*' "$(echo *)"
