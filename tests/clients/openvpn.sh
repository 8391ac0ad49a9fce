# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/clients/server.sh
#
# OpenVPN: server and clients with key references. No packet is carried: both have a null device.
. "${CCM_SOURCE:?}/tests/clients/server.sh"
need openvpn

set_up
use rsa
PORT=$(free_port)
null=(--dev null --ifconfig-noexec --route-noexec --ca root.crt --verb 3)
server=(openvpn --dev-type tun --mode server --tls-server --dh none --local 127.0.0.1 --lport "$PORT" --proto tcp4-server
	--topology subnet --ifconfig 10.8.0.1 255.255.0.0 --ifconfig-pool 10.8.0.2 10.8.200.254 255.255.0.0 --duplicate-cn
	--cert server.crt --key server.key "${null[@]}")
# type, more options: until it is through, which is when both have verified each other
client() {
	spawn 'Peer Connection Initiated' env OPENSSL_CONF="$TMP/ccm.cnf" openvpn --tls-client --nobind --remote 127.0.0.1 "$PORT" \
		--proto tcp4-client --remote-cert-tls server --verify-x509-name www.example.com name --cert "$1/www.example.com.crt" \
		--key "$1/www.example.com.key" "${null[@]}" "${@:2}"
	cat "$SPAWN_OUT"
	end "$SPAWN_PID" || :
	rm -f "$SPAWN_OUT" "$SPAWN_ERR"
}
# type of the clients' key, type of the server's, more options
connections() {
	local i
	for ((i = 0; i < 25; i++)); do client "$1" "${@:3}"; done >"$TMP/clients.log"
	equal "25 connections, client $1, server $2: the server's key" 25 \
		"$(grep -c "Control Channel: .*peer certificate: .* bits $2" "$TMP/clients.log")"
}
serve OpenVPN "${server[@]}"
connections ec RSA --tls-version-max 1.2
connections rsa RSA
use ec
has_ec() { until client ec | grep -q 'bits.* EC'; do :; done; }
check 'it is told to begin anew' kill -HUP "$SERVER_PID"
check 'and has the other key' has_ec
connections rsa EC --tls-version-max 1.2
connections ec EC
equal 'the server has verified the clients' 'VERIFY OK: depth=0, CN=www.example.com' \
	"$(grep -o 'VERIFY OK: depth=0, CN=www.example.com' server.log | sort -u)"
served
reference_to_nobody >server.key
refuses 'without its key it does not start' 'nothing matches URI ccm:nobody' "${server[@]}"
