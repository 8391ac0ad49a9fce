# SPDX-License-Identifier: Apache-2.0
# Servers that know PEM files only, with key references: nginx (workers as nobody), haproxy (master
# and worker), Python.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized "nginx, haproxy and python3 start without a sanitizer"
need nginx haproxy python3

start_emulator
make_ca
cd "$TMP"
chmod 711 "$TMP" # nginx's workers
for key in rsa2048 ec256; do
	issue "$key.example.com" --key $key --server >/dev/null
	ccm cert export "$key.example.com" --out . >/dev/null
done
sed "s|^#module = .*|module = $MODULE|" "$SOURCE/conf/openssl-ccm.cnf" >ccm.cnf

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
handshake() {
	openssl s_client -brief "$2" -connect "127.0.0.1:$1" -CAfile "$3.ca.crt" -verify_return_error \
		-verify_hostname "$3" </dev/null
}
# until it accepts, or has ended
await_port() {
	local deadline=$((SECONDS + 20))
	until (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
		((SECONDS < deadline)) && kill -0 "$2" || return 1
		read -rt 0.05 <> <(:) || :
	done
}
# claim, name, command..: it serves the name on $PORT
serves() {
	local claim=$1 name=$2
	OPENSSL_CONF=$TMP/ccm.cnf "${@:3}" >"$TMP/server.log" 2>&1 &
	SPAWNED+=($!)
	check "$claim starts" await_port "$PORT" $!
	for version in -tls1_2 -tls1_3; do
		expect_output "$claim, $version" 'Verification: OK' handshake "$PORT" $version "$name"
	done
	end "${SPAWNED[-1]}" || :
}

for key in rsa2048 ec256; do
	name=$key.example.com

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
				ssl_certificate $TMP/$name.crt;
				ssl_certificate_key $TMP/$name.key;
				ssl_protocols TLSv1.2 TLSv1.3;
			}
		}
	END
	serves "nginx with $key" "$name" nginx -e stderr -c "$TMP/nginx.conf"

	PORT=$(free_port)
	cat "$name.crt" "$name.key" >bundle.pem
	cat >haproxy.cfg <<-END
		defaults
			mode http
			timeout connect 5s
			timeout client 5s
			timeout server 5s
		frontend f
			bind 127.0.0.1:$PORT ssl crt $TMP/bundle.pem
			http-request return status 200
	END
	serves "haproxy with $key" "$name" haproxy -W -db -f "$TMP/haproxy.cfg"

	PORT=$(free_port)
	serves "Python with $key" "$name" python3 -c "
import socket, ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('$name.crt', '$name.key')
listener = socket.create_server(('127.0.0.1', $PORT))
while True:
    try:
        connection = context.wrap_socket(listener.accept()[0], server_side=True)
        connection.recv(1)
        connection.unwrap()
    except OSError:
        pass
"
done
equal 'each key came once for each program' 6 \
	"$(($(calls pca_export_certificate) - 2))"
