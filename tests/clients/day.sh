# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# A day without the service: the clock of TLS servers is moved on hour by hour, and they are restarted every six. One
# has a local key, one a key of the service that is kept sealed, or, without being restarted, in memory.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized 'libfaketime and a sanitizer want to be loaded first, both'
need openssl faketime
LIBFAKETIME=$(find /usr/lib -name libfaketimeMT.so.1 -print -quit)
[[ $LIBFAKETIME ]] || skip 'libfaketime is not here'
HOUR=$TMP/hour
echo '+0' >"$HOUR"
later() { env LD_PRELOAD="$LIBFAKETIME" FAKETIME_TIMESTAMP_FILE="$HOUR" FAKETIME_NO_CACHE=1 "$@"; }

start_emulator
make_ca
sealed=
{
	cat "$CCM_CONFIG"
	printf '\n[token PCA]\nservice = pca\nkey_cache = sealed\n'
} >"$TMP/sealed.conf"
chmod 600 "$TMP/sealed.conf"
if CCM_CONFIG=$TMP/sealed.conf ccm token list >/dev/null 2>&1; then
	sealed=1
	cp "$TMP/sealed.conf" "$CCM_CONFIG"
fi
issue local.example.com --local --key ec256 --server >/dev/null
issue service.example.com --key rsa2048 --server >/dev/null
openssl_ccm x509 -in "ccm:$ROOT_NAME" -out "$TMP/root.crt"
declare -A PORTS=() PIDS=()
serve() {
	ccm cert export "$1.example.com" --out "$TMP" --force >/dev/null 2>&1 || [[ -e $TMP/$1.example.com.key ]]
	spawn '^ACCEPT ' env LD_PRELOAD="$LIBFAKETIME" FAKETIME_TIMESTAMP_FILE="$HOUR" FAKETIME_NO_CACHE=1 \
		openssl s_server "${PROV[@]}" -accept 127.0.0.1:0 -cert "$TMP/$1.example.com.crt" \
		-cert_chain "$TMP/$1.example.com.crt" -key "ccm:$1.example.com"
	PORTS[$1]=${SPAWN_LINE##*:} PIDS[$1]=$SPAWN_PID
}
connect() {
	later openssl s_client -connect "127.0.0.1:${PORTS[$1]}" -CAfile "$TMP/root.crt" -verify_return_error \
		-verify_hostname "$1.example.com" </dev/null
}
serve local
serve service
check 'with the service, a local key serves' connect local
check 'so does one of the service' connect service
kill_emulator
for hour in {1..24}; do
	echo "+${hour}h" >"$HOUR"
	if ((hour % 6 == 0)); then
		end "${PIDS[local]}" || :
		serve local
		if [[ $sealed ]]; then
			end "${PIDS[service]}" || :
			serve service
		fi
		restarted=', started anew'
	else
		restarted=
	fi
	check "after $hour h without the service$restarted, the local key serves" connect local
	check "after $hour h, the key of the service does" connect service
done
[[ $sealed ]] || echo '# key_cache = sealed is not there: the key of the service was not restarted'
expect_output 'the clock did move' "$(date -u -d '+24 hours' '+%Y-%m-%d')" later date -u '+%Y-%m-%d'
