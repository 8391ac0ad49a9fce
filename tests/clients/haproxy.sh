# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/clients/server.sh
#
# HAProxy: master and worker, four threads, reloaded by starting anew.
. "${CCM_SOURCE:?}/tests/clients/server.sh"
need haproxy

set_up
use rsa
PORT=$(free_port)
cat >haproxy.cfg <<-END
	global
		nbthread 4
	defaults
		mode http
		timeout connect 5s
		timeout client 5s
		timeout server 5s
	frontend f
		bind 127.0.0.1:$PORT ssl crt $TMP/server.pem
		http-request return status 200 content-type text/plain string served
END
haproxy=(haproxy -f "$TMP/haproxy.cfg")
serve haproxy "${haproxy[@]}" -W -db
serves 'haproxy, RSA,' RSA served
use ec
reloads haproxy EC kill -USR2 "$SERVER_PID"
serves 'haproxy, EC,' EC served
cat server.key server.crt >server.pem
check 'the reference may stand first' env OPENSSL_CONF="$TMP/ccm.cnf" "${haproxy[@]}" -c
reference_to_nobody >server.key
cat server.crt server.key >server.pem
refuses 'a key that is gone' 'server.pem' "${haproxy[@]}" -c
kill_emulator
serves 'haproxy, without the service,' EC served
served
