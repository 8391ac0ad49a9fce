# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# SSL certificates of SCM as files, for each kind of server: with a chain, and without any.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq
start_emulator
make_ca
cd "$TMP"
issue web.example.com --server >/dev/null
ccm cert export web.example.com --type other --out pca >/dev/null
ccm ssl import --name web --cert pca/server.pem --chain pca/chain.pem --key pca/server.key >/dev/null
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=alone.example.com -days 30 -keyout alone.key -out alone.pem \
	2>/dev/null
ccm ssl import --name alone --cert alone.pem --key alone.key >/dev/null

same_key() { alike <(openssl x509 -in "$1" -noout -pubkey) <(openssl pkey -in "$2" -pubout "${@:3}"); }
row() {
	check "$1 for $2" ccm ssl export "$1" --type "$2" --out "$1-$2"
	equal 'gets its files' "$3" "$(cd "$1-$2" && stat -c '%n:%a' -- * | paste -sd ' ')"
}
row web nginx 'server.crt:644 server.key:600'
check 'the key fits' same_key web-nginx/server.crt web-nginx/server.key
equal 'and the intermediate is sent' 2 "$(grep -c 'BEGIN CERT' web-nginx/server.crt)"
row web apache 'chain.crt:644 server.crt:644 server.key:600'
check 'they verify' openssl verify -CAfile web-apache/chain.crt web-apache/server.crt
row web tomcat 'keystorePass.txt:600 server.jks:600'
equal 'a Java keystore' feedfeed00000002 "$(od -An -tx1 -N8 web-tomcat/server.jks | tr -d ' ')"
row web iis 'keystorePass.txt:600 server.pfx:600'
openssl pkcs12 -in web-iis/server.pfx -passin file:web-iis/keystorePass.txt -nodes -nocerts >key.pem
check 'server.pfx holds the key' same_key web-apache/server.crt key.pem
row web other 'chain.pem:644 server.key:600 server.pem:644'

row alone apache 'server.crt:644 server.key:600'
check 'its key fits' same_key alone-apache/server.crt alone-apache/server.key
row alone iis 'keystorePass.txt:600 server.pfx:600'
check 'and opens' openssl pkcs12 -in alone-iis/server.pfx -passin file:alone-iis/keystorePass.txt -noout
equal 'without --out the directory is named after it' 'alone.example.com_nginx/server.key' \
	"$(ccm ssl export alone --type nginx --json | jq -r '.files[0]')"
expect_failure 'nothing is overwritten' 'server.key exists; --force overwrites it' \
	ccm ssl export alone --type nginx

mkdir plain && cd plain
check 'without --type as well' ccm ssl export web
equal 'with the root' 'web.example.com.ca.crt web.example.com.crt web.example.com.key' "$(echo *)"
check 'which may be missing' ccm ssl export alone --key
equal 'and is not written then' 'alone.example.com.crt alone.example.com.key' "$(echo alone*)"
check 'the key is its own' same_key alone.example.com.crt alone.example.com.key
cd ..
sed '/END CERT/q' pca/chain.pem >intermediate.pem
ccm ssl import --name partly --cert pca/server.pem --chain intermediate.pem --key pca/server.key >/dev/null
check 'one without its root' ccm ssl export partly --out . --force
equal 'is sent and trusted as far as it goes' '2 1' \
	"$(grep -c 'BEGIN CERT' web.example.com.crt) $(grep -c 'BEGIN CERT' web.example.com.ca.crt)"
