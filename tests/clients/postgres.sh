# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/clients/server.sh
#
# PostgreSQL: a server with a process for each connection, and libpq, which shows a certificate.
. "${CCM_SOURCE:?}/tests/clients/server.sh"
need psql
BIN=$(find /usr/lib/postgresql -name pg_ctl -printf '%h\n' -quit 2>/dev/null) || :
[[ $BIN ]] || skip 'the server of PostgreSQL is not installed'
((UID == 0)) && id postgres >/dev/null 2>&1 || skip 'PostgreSQL does not run as root: this needs root and the user postgres'

set_up
# The server's own folder, with a configuration of its own: it may not read root's.
install -d -m 700 -o postgres home
as_postgres() {
	setpriv --reuid=postgres --regid=postgres --clear-groups env HOME="$TMP/home" CCM_CONFIG="$TMP/home/ccm.conf" \
		XDG_CONFIG_HOME="$TMP/home" XDG_CACHE_HOME="$TMP/home/cache" XDG_DATA_HOME="$TMP/home/data" \
		OPENSSL_CONF="$TMP/ccm.cnf" "$@"
}
install -m 600 -o postgres "$CCM_CONFIG" home/ccm.conf
check 'a database' as_postgres "$BIN/initdb" -D "$TMP/home/db" -A trust -N
use() {
	install -m 644 -o postgres "$1/www.example.com.crt" home/server.crt
	install -m 600 -o postgres "$1/www.example.com.key" home/server.key
}
use rsa
PORT=$(free_port)
cat >>home/db/postgresql.conf <<-END
	listen_addresses = '127.0.0.1'
	port = $PORT
	unix_socket_directories = ''
	ssl = on
	ssl_cert_file = '$TMP/home/server.crt'
	ssl_key_file = '$TMP/home/server.key'
	ssl_ca_file = '$TMP/root.crt'
	fsync = off
END
echo 'hostssl all all 127.0.0.1/32 cert' >home/db/pg_hba.conf
control() { as_postgres "$BIN/pg_ctl" -D "$TMP/home/db" -l "$TMP/home/log" -w "$@"; }
stop() { control -m immediate stop >/dev/null || :; }
trap 'stop; finish' EXIT
# The emulator's authority is in $TMP, which others may enter.
chmod -R a+rX "${EMU_CA%/*}"
start() { control start || { cat "$TMP/home/log" && return 1; }; }
check 'PostgreSQL starts' start

# Connections of libpq with a certificate of that type.
libpq() {
	local type=$1
	shift
	env OPENSSL_CONF="$TMP/ccm.cnf" PGHOST=www.example.com PGHOSTADDR=127.0.0.1 PGPORT="$PORT" PGDATABASE=postgres \
		PGUSER="${PGUSER:-www.example.com}" PGSSLMODE=verify-full PGSSLROOTCERT="$TMP/root.crt" \
		PGSSLCERT="$TMP/$type/www.example.com.crt" PGSSLKEY="$TMP/$type/www.example.com.key" "$@"
}
# The first role is made by whoever needs no certificate.
echo 'hostssl all postgres 127.0.0.1/32 trust' >>home/db/pg_hba.conf
sed -i '1!G;h;$!d' home/db/pg_hba.conf
check 'it is told' control reload
sql() { libpq "$1" psql -XAtc "$2"; }
role() { PGUSER=postgres sql rsa 'CREATE ROLE "www.example.com" LOGIN'; }
check 'a role' role
expect_output 'RSA and RSA' '^TLSv1.3$' sql rsa "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
expect_output 'it knows who asks' '^/CN=www.example.com' sql ec "SELECT client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()"

echo 'SELECT 1' >one.sql
hundred() { libpq "$1" "$BIN/pgbench" -n -C -c 2 -t 50 -f "$TMP/one.sql"; }
expect_output 'a hundred connections, RSA' 'actually processed: 100/100' hundred rsa
use ec
check 'it is told to reload' control reload
type_of_key() { openssl s_client -starttls postgres -connect "127.0.0.1:$PORT" -brief </dev/null 2>&1; }
has_ec() {
	local deadline=$((SECONDS + DEADLINE))
	until type_of_key | grep -q 'ECDSA'; do ((SECONDS < deadline)) || return 1; done
}
check 'it has the other key' has_ec
expect_output 'a hundred connections, EC' 'actually processed: 100/100' hundred ec
for type in rsa ec; do
	PGSSLMODE=verify-full expect_output "one more, $type" '^1$' sql $type 'SELECT 1'
done
check 'it stops' control -m fast stop
reference_to_nobody | install -m 600 -o postgres /dev/stdin home/server.key
expect_failure 'without its key it does not start' 'server.key|nothing matches URI ccm:nobody' start
