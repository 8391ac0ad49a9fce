# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# Java: keytool and jarsigner, and a TLS server of JSSE with its key on the token.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized 'Java does not survive a preloaded sanitizer'
need keytool jarsigner java openssl

start_emulator
make_ca ec256
issue rsa.example.com --key rsa2048 --server >/dev/null
issue ec.example.com --key ec256 --server >/dev/null
cat >"$TMP/java.cfg" <<-END
	name = CCM
	library = $MODULE
	slotListIndex = 0
END
# a store password is asked for, and any is right
store=(-storetype PKCS11 -keystore NONE -storepass any
	-providerclass sun.security.pkcs11.SunPKCS11 -providerarg "$TMP/java.cfg")

expect_output 'keytool lists keys' 'rsa.example.com, PrivateKeyEntry' keytool -list "${store[@]}"
also 'of both types' 'ec.example.com, PrivateKeyEntry'
also 'and the root as trusted' "$ROOT_NAME, trustedCertEntry"
check 'keytool exports a certificate' \
	keytool -exportcert -rfc "${store[@]}" -alias "$ROOT_NAME" -file "$TMP/root.pem"
for name in rsa ec; do
	check "keytool makes a request with $name" \
		keytool -certreq "${store[@]}" -alias $name.example.com -file "$TMP/$name.csr"
	expect_output 'openssl verifies it' 'self-signature verify OK' openssl req -in "$TMP/$name.csr" -noout -verify
done

mkdir "$TMP/jar"
echo content >"$TMP/jar/file"
python3 -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1], "w").write(sys.argv[2], "file")' \
	"$TMP/a.jar" "$TMP/jar/file"
check 'jarsigner signs' jarsigner "${store[@]}" "$TMP/a.jar" rsa.example.com
expect_output 'and verifies' 'jar verified' jarsigner -verify "$TMP/a.jar"

for name in rsa ec; do
	spawn '^ready ' java "$SOURCE/tests/clients/Server.java" "$TMP/java.cfg" $name.example.com
	port=${SPAWN_LINE#ready }
	connect() {
		openssl s_client -connect "127.0.0.1:$port" -CAfile "$TMP/root.pem" -verify_return_error \
			-verify_hostname "$name.example.com" "$@" </dev/null
	}
	versions=(-tls1_2 -tls1_3)
	# JSSE signs with PSS, which TLS 1.3 asks of RSA, where the token computes the digest
	[[ $name == ec ]] || versions=(-tls1_2)
	for version in "${versions[@]}"; do
		expect_output "a server of JSSE signs with $name: ${version#-}" 'Verif.* return code: 0 .ok' \
			connect $version
	done
	end "$SPAWN_PID" || :
done
stop_emulator
