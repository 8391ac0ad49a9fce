# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Java reads the keystores: those that the tool writes, and those of the service's archives.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need keytool unzip
start_emulator
make_ca
(umask 077 && printf 'Aa0,.+-_#\n' >"$TMP/password")
cd "$TMP"

java() { keytool -J-Duser.language=en "$@"; }
list() { java -list -v -storetype JKS -keystore "$1/server.jks" -storepass:file "$2"; }
# The key, taken out by Java.
convert() {
	rm -f converted.p12
	java -importkeystore -noprompt -srckeystore "$1/server.jks" -srcstoretype JKS -srcstorepass:file "$2" \
		-destkeystore converted.p12 -deststoretype PKCS12 -deststorepass:file "$2" >/dev/null 2>&1
	openssl pkcs12 -in converted.p12 -passin "file:$2" -nodes -nocerts
}
same_key() { alike <(openssl x509 -in "$1" -noout -pubkey) <(convert "${@:2}" | openssl pkey -pubout); }
reads() {
	expect_output "$1: Java lists it" '^Entry type: PrivateKeyEntry' list "$2" "$3"
	also 'under the one alias' '^Alias name: server$'
	also 'with its chain' '^Certificate chain length: 3'
	check 'and takes the key out' same_key "$4" "$2" "$3"
}

for key in rsa2048 ec256; do
	issue "$key.example.com" --key $key >/dev/null
	ccm cert export "$key.example.com" >/dev/null
	ccm cert export "$key.example.com" --type tomcat --out "$key" >/dev/null
	reads "$key of the tool" "$key" "$key/keystorePass.txt" "$key.example.com.crt"
	ccm cert export "$key.example.com" --type tomcat --out "$key" --password-file password --force >/dev/null
	reads 'with a password that was given' "$key" password "$key.example.com.crt"
	expect_failure 'and with no other' 'password was incorrect' list "$key" "$key/keystorePass.txt"

	mkdir "$key.zip"
	ccm cert export "$key.example.com" --type tomcat --zip "$key.zip/z" >/dev/null
	unzip -qq "$key.zip/z" -d "$key.zip"
	reads "$key of the service" "$key.zip" "$key.zip/keystorePass.txt" "$key.example.com.crt"

	ccm cert export "$key.example.com" --type iis --out "$key" --force >/dev/null
	expect_output 'it reads PKCS#12, too' '^Certificate chain length: 3' \
		java -list -v -storetype PKCS12 -keystore "$key/server.pfx" -storepass:file "$key/keystorePass.txt"
done
