# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# nginx serves with the files that are written for it, as they are.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need nginx
start_emulator
make_ca
chmod 711 "$TMP" # its workers are nobody
cd "$TMP"
(umask 077 && printf 'secret\n' >password)

handshake() {
	openssl s_client -brief -unix "$TMP/nginx.sock" -CAfile "$1.ca.crt" -verify_return_error \
		-verify_hostname "$1" </dev/null
}
# claim, name, more of the server's configuration
serves() {
	cat >nginx.conf <<-END
		daemon off;
		user nobody nogroup;
		pid $TMP/nginx.pid;
		error_log stderr notice;
		events {}
		http {
			access_log off;
			server {
				listen unix:$TMP/nginx.sock ssl;
				ssl_certificate $TMP/$2_nginx/server.crt;
				ssl_certificate_key $TMP/$2_nginx/server.key;
				${3:-}
			}
		}
	END
	spawn 'start worker process ' bash -c "exec nginx -e stderr -c '$TMP/nginx.conf' 2>&1"
	expect_output "$1" '^Verification: OK' handshake "$2"
	end "$SPAWN_PID"
}

for key in rsa2048 ec256; do
	name=$key.example.com
	issue "$name" --key $key --server >/dev/null
	ccm cert export "$name" >/dev/null
	ccm cert export "$name" --type nginx >/dev/null
	serves "nginx serves with an $key key" "$name"
done
ccm cert export "$name" --type nginx --password-file password --force >/dev/null
serves 'and with an encrypted one' "$name" "ssl_password_file $TMP/password;"
