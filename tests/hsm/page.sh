#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# conf/nginx.md, run as it stands, in another directory; then three renewals of all its certificates with
# nginx under load: not one handshake fails.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized 'nginx starts without a sanitizer'
need nginx python3 jq
. "${CCM_SOURCE:?}/tests/hsm/cluster.sh"

start_emulator
cd "$TMP"
mkdir nginx etc
# Everything is below $TMP, and programs are those of the build.
place() { sed "s|/etc/nginx|$TMP/nginx|g; s|/etc/ccm|$TMP/etc|g; s|/usr/lib/softhsm/libsofthsm2.so|$SOFTHSM|g"; }
# blocks LANGUAGE: those of the page, each ended by a NUL
blocks() { awk -v want="$1" '$0 == "```" && on { on = 0; printf "%c", 0; next } on { print } $0 == "```" want { on = 1 }' "$SOURCE/conf/nginx.md" | place; }
mapfile -d '' -t SH < <(blocks sh)
mapfile -d '' -t INI < <(blocks ini)
mapfile -d '' -t NGINX < <(blocks nginx)
equal 'the page has the blocks that are known here' '5 2 2' "${#SH[@]} ${#INI[@]} ${#NGINX[@]}"
export PATH=$BUILD/src:$TMP/bin:$PATH OPENSSL_MODULES=$BUILD/src
mkdir bin
printf '#!/bin/sh\nexec %s -e stderr -c "%s/nginx.conf" "$@"\n' "$(command -v nginx)" "$TMP" >bin/nginx
printf '#!/bin/sh\nOPENSSL_CONF=%s/nginx/ccm.cnf exec nginx -s reload\n' "$TMP" >bin/systemctl
chmod +x bin/*
page() { bash -e -o pipefail -c "${SH[$1]}" </dev/null; }

# --- the page, but for nginx ---
check 'two CAs' page 0
check 'a key in the keystore, and its certificate' page 1
for file in crt ca.crt key; do
	check "www.example.com.$file is there" test -s "nginx/www.example.com.$file"
done
check 'a cluster' page 3
(umask 077 && printf '\n%s' "${INI[1]}" >>"$CCM_CONFIG")
check 'a key in it, and its certificate' page 4
check 'both keys are references' bash -c 'grep -c "CCM KEY REFERENCE" nginx/*.key | grep -v ":2$" | wc -l | grep -qx 0'

# --- nginx ---
sed "s|^#module = .*|module = $MODULE|" "$SOURCE/conf/openssl-ccm.cnf" >nginx/ccm.cnf
PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
server() {
	printf 'server {\n\tlisten 127.0.0.1:%s ssl;\n\tserver_name %s;\n%s\tssl_session_tickets off;\n\tlocation / { return 200 "fine\\n"; }\n}\n' \
		"$PORT" "$1" "${NGINX[1]//www.example.com/$1}"
}
cat >nginx.conf <<-END
	daemon off;
	worker_processes 2;
	$([[ $EUID != 0 ]] || echo 'user root;')
	pid $TMP/nginx.pid;
	error_log stderr;
	${NGINX[0]}
	env CCM_CONFIG;
	env SOFTHSM2_CONF;
	events {}
	http {
		access_log off;
		$(server www.example.com)
		$(server hsm.example.com)
	}
END
OPENSSL_CONF=$TMP/nginx/ccm.cnf nginx >server.log 2>&1 &
SERVER=$!
SPAWNED+=("$SERVER")
await_port() {
	local deadline=$((SECONDS + 20))
	until (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; do
		((SECONDS < deadline)) && kill -0 "$SERVER" || return 1
		read -rt 0.05 <> <(:) || :
	done
}
check 'nginx starts' await_port || cat server.log
check 'nothing is due yet' page 2
expect_output 'as status tells' 'not due|www.example.com' ccm status

# --- three renewals under load ---
mkfifo until
python3 -ISB "$SOURCE/tests/hsm/load.py" nginx/www.example.com.ca.crt "$PORT" www.example.com hsm.example.com <until >load.out 2>load.err &
LOAD=$!
SPAWNED+=("$LOAD")
exec 4>until
shaking() {
	local deadline=$((SECONDS + 30))
	until grep -q shaking load.out; do
		((SECONDS < deadline)) && kill -0 "$LOAD" || return 1
		read -rt 0.05 <> <(:) || :
	done
}
check 'under load' shaking
served() { # claim: both names are served with what the files hold
	local name want got deadline=$((SECONDS + 30))
	for name in www hsm; do
		want=$(openssl x509 -in "nginx/$name.example.com.crt" -noout -serial)
		until got=$(openssl s_client -connect "127.0.0.1:$PORT" -servername "$name.example.com" </dev/null 2>/dev/null | openssl x509 -noout -serial) && [[ $got == "$want" ]]; do
			((SECONDS < deadline)) || return 1
			read -rt 0.05 <> <(:) || :
		done
	done
}
tick() {
	local now=$EPOCHSECONDS
	until ((EPOCHSECONDS > now)); do read -rt 0.05 <> <(:) || :; done
}
for turn in first second third; do
	tick
	check "the $turn renewal" ccm renew --all --force $([[ $turn != second ]] || echo --rotate-key) --exec 'systemctl reload nginx'
	check 'is served' served
done
exec 4>&-
status=0
wait "$LOAD" || status=$?
equal 'the load ends in order' 0 "$status"
echo "# $(tail -1 load.out)"
loaded() { tail -1 load.out | jq -r "$1"; }
equal 'not one handshake failed' '[]' "$(loaded '.failures | tostring')"
equal 'four certificates each were served' '4 4' "$(loaded '.certificates | "\(.["www.example.com"]) \(.["hsm.example.com"])"')"
check 'in hundreds of handshakes' test "$(loaded .handshakes)" -ge 200
check 'the log has nothing to say' sed -n '/emerg\|alert\|crit\|error/{p;q1}' server.log
kill -QUIT "$SERVER"
wait "$SERVER" || status=$?
equal 'and nginx ends in order' 0 "$status"
