# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Files as each kind of server wants them, all or none, and the service's own archive.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq unzip
start_emulator
make_ca
issue web.example.com --server >/dev/null
mkdir "$TMP/out" && cd "$TMP/out"
clean() { rm -rf "$TMP/out" && mkdir "$TMP/out" && cd "$TMP/out"; }
count() { grep -c 'BEGIN CERTIFICATE' "$1"; }
modes() { (cd "$1" && stat -c '%n:%a' -- * | paste -sd ' '); }
same_key() { alike <(openssl x509 -in "$1" -noout -pubkey) <(openssl pkey -in "$2" -pubout "${@:3}"); }
(umask 077 && printf 'Aa0,.+-_#\n' >"$TMP/password")

# --- each kind, with the key, with a password ----------------------------------------------------

row() {
	local type=$1 files=$2 with_password=$3
	check "$type" ccm cert export web.example.com --type "$type"
	equal 'gets its files in a directory of their own' "$files" "$(modes "web.example.com_$type")"
	mkdir "$type"
	check 'or in one that is there' ccm cert export web.example.com --type "${type^^}" --out "$type" \
		--password-file "$TMP/password"
	equal 'without a file of the password that was given' "$with_password" "$(modes "$type")"
}
row nginx 'server.crt:644 server.key:600' 'server.crt:644 server.key:600'
row apache 'chain.crt:644 server.crt:644 server.key:600' 'chain.crt:644 server.crt:644 server.key:600'
row tomcat 'keystorePass.txt:600 server.jks:600' server.jks:600
row iis 'keystorePass.txt:600 server.pfx:600' server.pfx:600
row other 'chain.pem:644 server.key:600 server.pem:644' 'chain.pem:644 server.key:600 server.pem:644'

equal 'every key crossed the wire under a password' 10 "$(calls pca_export_certificate)"
equal 'nginx sends the intermediate and not the root' 2 "$(count web.example.com_nginx/server.crt)"
equal 'Apache has them apart' '1 2' \
	"$(count web.example.com_apache/server.crt) $(count web.example.com_apache/chain.crt)"
check 'and they verify' openssl verify -CAfile apache/chain.crt apache/server.crt
for type in nginx apache; do
	check "the key of $type fits" same_key "$type/server.crt" "web.example.com_$type/server.key"
	check 'and the encrypted one, too' same_key "$type/server.crt" "$type/server.key" -passin 'pass:Aa0,.+-_#'
	check 'which is encrypted' grep -q 'BEGIN ENCRYPTED PRIVATE KEY' "$type/server.key"
done
check 'the key of other fits' same_key other/server.pem web.example.com_other/server.key

pfx() { openssl pkcs12 -in "$1/server.pfx" -passin "$2" "${@:3}"; }
pfx web.example.com_iis file:web.example.com_iis/keystorePass.txt -nodes -nocerts >key.pem
check 'server.pfx opens with keystorePass.txt and holds the key' same_key nginx/server.crt key.pem
equal 'and the chain' 3 "$(pfx iis 'pass:Aa0,.+-_#' -nokeys | grep -c 'BEGIN CERT')"
refute 'not with a wrong password' pfx iis pass:wrong -noout

# --- a reference in the key's place --------------------------------------------------------------

clean
check 'a reference where a file of the key is' ccm cert export web.example.com --type nginx --reference
equal 'is no key' '-----BEGIN CCM KEY REFERENCE-----' "$(head -1 web.example.com_nginx/server.key)"
expect_failure 'a keystore holds the key itself' '--type tomcat hold the key itself' \
	ccm cert export web.example.com --type tomcat --reference

# --- all or none ---------------------------------------------------------------------------------

before=$(calls pca_export_certificate)
expect_failure 'nothing is overwritten' 'web.example.com_nginx/server.key exists; --force overwrites it' \
	ccm cert export web.example.com --type nginx
expect_status 'which is a conflict' 7 ccm cert export web.example.com --type nginx
equal 'and known before anything is exported' "$before" "$(calls pca_export_certificate)"
rm web.example.com_nginx/server.crt
refute 'one of two is enough' ccm cert export web.example.com --type nginx
equal 'and the other is not written then' server.key:600 "$(modes web.example.com_nginx)"
check 'unless --force says so' ccm cert export web.example.com --type nginx --force
check 'and then it is the key' grep -q 'BEGIN PRIVATE KEY' web.example.com_nginx/server.key
clean
expect_failure 'a directory that cannot be made' 'cannot make the directory no/such' \
	ccm cert export web.example.com --type nginx --out no/such
: >file
expect_failure 'or is none' 'file: not a directory' ccm cert export web.example.com --type nginx --out file
(umask 077 && printf 'p\303\244ss\n' >"$TMP/umlaut")
expect_failure 'a password that Java cannot take' 'ASCII characters only' \
	ccm cert export web.example.com --type tomcat --password-file "$TMP/umlaut"
expect_failure 'another kind of server' '--type: "jboss" is none of nginx' ccm cert export web.example.com --type jboss
equal 'none of these leaves anything' file "$(echo *)"

# --- names ---------------------------------------------------------------------------------------

clean
named() {
	issue "$1" >/dev/null
	ccm cert export "$1" --type nginx --json | jq -r '.files[0]'
}
equal 'a wildcard is none in a file name' _.example.org_nginx/server.key "$(named '*.example.org')"
equal 'dots do not lead out' _._nginx/server.key "$(named '..')"
equal 'Unicode stays' $'\350\257\201\344\271\246_nginx/server.key' "$(named $'\350\257\201\344\271\246')"

# --- without a key -------------------------------------------------------------------------------

clean
printf '\n[token keyless]\nkeys = none\n' >>"$CCM_CONFIG"
keyless() {
	check "$1 without a key" ccm cert export web.example.com --type "$1" --out "$1"
	equal 'gets certificates' "$2" "$(cd "$1" && echo *)"
}
keyless nginx server.crt
keyless apache 'chain.crt server.crt'
keyless tomcat 'chain.crt server.crt'
keyless iis 'chain.crt server.crt'
keyless other 'cert.pem chain.pem'
expect_failure 'an explicit wish for it fails' 'cannot be had' \
	ccm cert export web.example.com --type iis --out x --password-file "$TMP/password"
sed -i '/token keyless/,$d' "$CCM_CONFIG"

# --- the service's own archive -------------------------------------------------------------------

clean
zip() { ccm cert export web.example.com --zip "$@"; }
names() { unzip -Z1 "$1" | LC_ALL=C sort | paste -sd ' '; }
check 'the archive of the service' zip web.zip --type iis
equal 'with its password beside it' 'keystorePass.txt:600 web.zip:600' "$(modes .)"
equal 'holds what the service puts in it' server.pfx "$(names web.zip)"
unzip -qq web.zip
check 'and the password opens it' pfx . file:keystorePass.txt -noout
expect_failure 'it is not overwritten' 'web.zip exists' zip web.zip --type nginx
expect_failure 'nor is the password' 'keystorePass.txt exists' zip other.zip --type nginx
check 'unless --force says so' zip web.zip --type nginx --force
equal 'of another kind of server' 'server.crt server.key' "$(names web.zip)"
unzip -qqo web.zip
check 'its key is encrypted, though no password was given' \
	same_key server.crt server.key -passin file:keystorePass.txt
mkdir dir
check 'with a password' zip dir/given.zip --type tomcat --password-file "$TMP/password"
equal 'there is no file of it' given.zip:600 "$(modes dir)"
equal 'JSON tells the files' 'a.zip keystorePass.txt' \
	"$(rm keystorePass.txt && zip a.zip --type other --json | jq -r '.files | join(" ")')"
expect_failure 'the service takes ASCII passwords only' 'the service takes up to 32 letters' \
	zip b.zip --type iis --password-file "$TMP/umlaut"
expect_failure 'an archive is of a type' '--zip goes with --type only' zip b.zip
expect_failure 'and not to the file of its password' 'keystorePass.txt is the file of the archive' \
	zip dir/keystorePass.txt --type iis
expect_failure 'and goes to a file' '--zip and --out exclude each other' zip b.zip --type iis --out .
expect_failure 'in a directory that is there' 'cannot create no/such/b.zip' zip no/such/b.zip --type iis
refute 'none of these leaves anything' test -e b.zip
stop_emulator

start_emulator --fault pca_export_certificate:truncate
make_ca
issue web.example.com >/dev/null
clean
expect_failure 'half an archive' 'a ZIP file that ends after .* without its directory' zip web.zip --type iis
equal 'leaves nothing' '*' "$(echo *)"
stop_emulator

# --- SM2: pairs come as archives -----------------------------------------------------------------

start_emulator --site cn
clean
ROOT_ID=$(ccm api pca_create_ca --yes --body - <<-END | jq -r .ca_id
	{"type": "ROOT", "key_algorithm": "SM2", "signature_algorithm": "SM3",
		"validity": {"type": "YEAR", "value": 5},
		"distinguished_name": {"common_name": "SM Root", "country": "CN", "state": "S", "locality": "L",
			"organization": "O", "organizational_unit": "U"}}
END
)
ccm api pca_create_certificate --yes --body - >/dev/null <<-END
	{"issuer_id": "$ROOT_ID", "key_algorithm": "SM2", "signature_algorithm": "SM3",
		"validity": {"type": "YEAR", "value": 1}, "distinguished_name": {"common_name": "sm.example"}}
END
expect_output 'a pair is told to come as an archive' 'as the service.s archive only: --type other --zip FILE' \
	ccm cert export sm.example --type other
check 'what is written is the half that signs' same_key sm.example_other/server.pem sm.example_other/server.key
check 'the archive does' ccm cert export sm.example --type other --zip sm.zip
equal 'with both keys' 'chain.pem encCert.key encCert.pem signCert.key signCert.pem' "$(names sm.zip)"
check 'or with envelopes' ccm cert export sm.example --type other --zip sm.zip --sm-standard --force
equal 'in place of the second' \
	'chain.pem encCert.pem encSm2EnvelopedKey.key signCert.key signCert.pem signedAndEnvelopedData.key' \
	"$(names sm.zip)"
expect_failure 'other servers know no pairs' 'PCA.00020001.* IIS is not defined for SM2' \
	ccm cert export sm.example --type iis --zip iis.zip --force
stop_emulator
