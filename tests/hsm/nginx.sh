#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# nginx with a key in a cluster: the master knows the key, its workers connect for themselves.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized 'nginx starts without a sanitizer'
need nginx python3
. "${CCM_SOURCE:?}/tests/hsm/cluster.sh"

ONE=11111111-2222-4333-8444-555555555555
make_cluster one
start_emulator
{
	printf '\n[token one]\nhsm = %s\n' "$ONE"
	hsm_section "$ONE" one
} >>"$CCM_CONFIG"
make_ca
issue web.example.com --server --key ec256 --hsm "$ONE" >/dev/null
cd "$TMP"
ccm cert export web.example.com --out . >/dev/null
expect_output 'the key file is a reference' 'BEGIN CCM KEY REFERENCE' cat web.example.com.key
sed "s|^#module = .*|module = $MODULE|" "$SOURCE/conf/openssl-ccm.cnf" >ccm.cnf
PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >nginx.conf <<-END
	daemon off;
	worker_processes 2;
	$([[ $EUID != 0 ]] || echo 'user root;')
	pid $TMP/nginx.pid;
	error_log stderr;
	env CCM_CONFIG;
	env OPENSSL_CONF;
	env SOFTHSM2_CONF;
	events {}
	http {
		access_log off;
		server {
			listen 127.0.0.1:$PORT ssl reuseport;
			ssl_certificate $TMP/web.example.com.crt;
			ssl_certificate_key $TMP/web.example.com.key;
			ssl_session_tickets off;
			location / { return 200 "\$pid\n"; }
		}
	}
END
OPENSSL_CONF=$TMP/ccm.cnf nginx -e stderr -c "$TMP/nginx.conf" >server.log 2>&1 &
SERVER=$!
SPAWNED+=("$SERVER")
await_port() {
	local deadline=$((SECONDS + 20))
	until (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; do
		((SECONDS < deadline)) && kill -0 "$SERVER" || return 1
		read -rt 0.05 <> <(:) || :
	done
}
get() { curl -sS --cacert web.example.com.ca.crt --resolve "web.example.com:$PORT:127.0.0.1" "https://web.example.com:$PORT/"; }
# Whole handshakes, one after the other, each by a worker that says who it is.
many() { for _ in $(seq "$1"); do get; done; }
check 'nginx starts' await_port
check 'it answers forty times' many 40
equal 'both workers did' 2 "$(sort -u <<<"$OUTPUT" | wc -l)"
kill -HUP "$SERVER"
check 'and again while it reloads' many 40
check 'the log has nothing to say' sed -n '/emerg\|alert\|crit\|error/{p;q1}' server.log
kill -QUIT "$SERVER"
status=0
wait "$SERVER" || status=$?
equal 'and it ends in order' 0 "$status"
