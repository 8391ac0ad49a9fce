# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/clients/server.sh
#
# nginx: a master that is root and reads the key, workers that are nobody and use it.
. "${CCM_SOURCE:?}/tests/clients/server.sh"
need nginx
((UID == 0)) || skip 'workers as somebody else: nginx wants to be root'

set_up
use rsa
PORT=$(free_port)
cat >nginx.conf <<-END
	daemon off;
	worker_processes 2;
	user nobody nogroup;
	pid $TMP/nginx.pid;
	error_log stderr;
	env CCM_CONFIG;
	env OPENSSL_CONF;
	events {}
	http {
		access_log off;
		server {
			listen 127.0.0.1:$PORT ssl;
			ssl_certificate $TMP/server.crt;
			ssl_certificate_key $TMP/server.key;
			ssl_protocols TLSv1.2 TLSv1.3;
			return 200 served;
		}
	}
END
nginx=(nginx -e stderr -c "$TMP/nginx.conf")
serve nginx "${nginx[@]}"
equal 'its workers are nobody' 'nobody' "$(ps -o user= --ppid "$SERVER_PID" | sort -u)"
before=$(calls)
serves 'nginx, RSA,' RSA served
equal 'handshakes cost no call' "$before" "$(calls)"
use ec
reloads nginx EC kill -HUP "$SERVER_PID"
serves 'nginx, EC,' EC served

# What is wrong is told by the master, and the workers go on with what they have.
reference_to_nobody >server.key
refuses 'a key that is gone' 'nothing matches URI ccm:nobody' "${nginx[@]}" -t
kill -HUP "$SERVER_PID"
check 'after a reload in vain' timeout "$DEADLINE" sh -c 'until grep -q "nothing matches URI ccm:nobody" "$0"; do sleep 0.05; done' \
	"$TMP/server.log"
kill_emulator
serves 'nginx, without the service,' EC served
served
