# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# What the scripts of servers share: they know PEM files, and get a key reference for a key.
#
#   set_up                 the emulator; www.example.com with an RSA key in rsa/, with an EC key in
#                          ec/: files www.example.com.crt, .key (a reference); ID[rsa], ID[ec];
#                          root.crt; ccm.cnf
#   use rsa|ec             server.crt and server.key are those now
#   PORT=$(free_port)
#   serve CLAIM command..  in the background until it accepts on $PORT: SERVER_PID
#   serves CLAIM TYPE [EXPECTED]   a hundred connections, TLS 1.2 and 1.3, with that type of key
#   reloads CLAIM TYPE command..   until connections see that type
#   refuses CLAIM REGEX command..  it doesn't start
#   served                 it ends in order
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized 'servers start without a sanitizer'
need python3

declare -A ID
set_up() {
	local key
	start_emulator
	make_ca
	cd "$TMP"
	chmod 711 "$TMP" # for those who serve as somebody else
	for key in rsa2048 ec256; do
		mkdir "${key%%[0-9]*}"
		ID[${key%%[0-9]*}]=$(issue www.example.com --key $key --server --client)
		ccm cert export "${ID[${key%%[0-9]*}]}" --out "${key%%[0-9]*}" >/dev/null
	done
	openssl_ccm x509 -in "ccm:$ROOT_NAME" -out root.crt
	sed "s|^#module = .*|module = $MODULE|" "$SOURCE/conf/openssl-ccm.cnf" >ccm.cnf
	chmod 644 ./*/*.crt root.crt ccm.cnf
	chmod 755 rsa ec
}

use() {
	cp "$1/www.example.com.crt" server.crt
	cp "$1/www.example.com.key" server.key
	cat server.crt server.key >server.pem
}

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# until it accepts, or has ended
await_port() {
	local deadline=$((SECONDS + DEADLINE))
	until (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; do
		((SECONDS < deadline)) && kill -0 "$1" || {
			cat "$TMP/server.log"
			return 1
		}
		read -rt 0.05 <> <(:) || :
	done
}

serve() {
	OPENSSL_CONF=$TMP/ccm.cnf "${@:2}" >"$TMP/server.log" 2>&1 &
	SERVER_PID=$!
	SPAWNED+=("$SERVER_PID")
	check "$1 starts" await_port "$SERVER_PID"
}

connect() { python3 -B "$SOURCE/tests/clients/connect.py" "$PORT" root.crt www.example.com "$@"; }

serves() {
	for version in 1.2 1.3; do
		expect_output "$1 serves, TLS $version" "^50 connections $2$" connect 50 $version "${@:3}"
	done
}

# Nobody is turned away meanwhile.
until_it_serves() {
	local type=$1 deadline=$((SECONDS + DEADLINE))
	until connect 2 1.3 | grep -q " $type$"; do
		((SECONDS < deadline)) || return 1
	done
}
reloads() {
	check "$1 is told to reload" "${@:3}"
	check "$1 has the other key" until_it_serves "$2"
}

refuses() { expect_failure "$1" "$2" env OPENSSL_CONF="$TMP/ccm.cnf" "${@:3}"; }

served() { end "$SERVER_PID" || :; }

# A reference to what is not there any more.
reference_to_nobody() {
	local uri=ccm:nobody
	printf -- '-----BEGIN CCM KEY REFERENCE-----\n%s\n-----END CCM KEY REFERENCE-----\n' \
		"$(printf "\\x30\\x$(printf %02x $((${#uri} + 5)))\\x02\\x01\\x01\\x0c\\x$(printf %02x ${#uri})%s" "$uri" | base64)"
}
