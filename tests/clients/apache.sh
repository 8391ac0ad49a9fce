# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/clients/server.sh
#
# Apache: certificate and key by URI, which it gives to OpenSSL's store, and by reference; children
# that are nobody; graceful restarts.
. "${CCM_SOURCE:?}/tests/clients/server.sh"
need apache2
((UID == 0)) || skip 'children as somebody else: Apache wants to be root'
MODULES=/usr/lib/apache2/modules
[[ -e $MODULES/mod_ssl.so ]] || skip 'mod_ssl is not installed'

set_up
PORT=$(free_port)
# certificate, key: files or URIs
configure() {
	{
		printf "LoadModule %s_module $MODULES/mod_%s.so\n" mpm_event mpm_event ssl ssl alias alias authz_core authz_core
		cat <<-END
			ServerName localhost
			ServerRoot $TMP
			DocumentRoot $TMP/rsa
			PidFile $TMP/apache.pid
			ErrorLog /dev/stderr
			User nobody
			Group nogroup
			StartServers 2
			Listen 127.0.0.1:$PORT
			ErrorDocument 404 served
			Redirect 404 /
			SSLEngine on
			SSLCertificateFile "$1"
			SSLCertificateKeyFile "$2"
			SSLCertificateChainFile $TMP/chain.crt
		END
	} >apache.conf
}
uri() { echo "pkcs11:token=PCA;id=$(sed 's/-//g; s/../%&/g' <<<"${ID[$1]}");type=$2"; } # key, type
# Apache asks the engine of libp11 before the store, if that is installed; its module is p11-kit's.
mkdir none
apache=(env OPENSSL_ENGINES="$TMP/none" apache2 -f "$TMP/apache.conf")

use rsa
openssl_ccm x509 -in "ccm:$SUB_NAME" -out chain.crt
configure "$TMP/server.crt" "$TMP/server.key"
serve apache "${apache[@]}" -DFOREGROUND
serves 'apache, RSA by reference,' RSA served
equal 'its children are nobody' 'nobody' "$(ps -o user= --ppid "$SERVER_PID" | sort -u)"
configure "$(uri ec cert)" "$(uri ec private)"
reloads 'apache, with URIs,' EC kill -USR1 "$SERVER_PID"
serves 'apache, EC by URI,' EC served
configure "$(uri rsa cert)" "$(uri rsa private)"
reloads 'apache' RSA kill -USR1 "$SERVER_PID"
serves 'apache, RSA by URI,' RSA served
kill_emulator
serves 'apache, without the service,' RSA served
served

start_emulator
configure 'pkcs11:token=PCA;object=nobody;type=cert' 'pkcs11:token=PCA;object=nobody;type=private'
refuses 'a certificate that is gone' 'nothing matches URI pkcs11:token=PCA;object=nobody' "${apache[@]}" -DFOREGROUND
