# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# URIs and key references as programs have them that know PKCS#11 only.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator
make_ca
WEB=$(issue web.example.com --key ec256 --server)
cd "$TMP"
ID=$(sed 's/-//g; s/../%&/g' <<<"$WEB")
openssl_ccm x509 -in ccm:web.example.com -out web.crt
openssl x509 -in web.crt -noout -pubkey >web.pub
echo data >data

utl() { openssl_ccm storeutl -noout "$@"; }
kinds() { utl "$@" | sed -nE 's/^ *[0-9]+: ([A-Za-z ]+).*/\1/p' | tr '\n' ','; }
three='Certificate,Certificate,Certificate,'

for uri in 'pkcs11:token=PCA;object=web.example.com' "pkcs11:token=PCA;id=$ID" \
	"PKCS11:manufacturer=Cloud%20Certificate%20Manager;id=$ID" 'pkcs11:object=web.example.com?module-name=ccm'; do
	equal "$uri" "${three}Pkey," "$(kinds "$uri")"
	equal "$uri;type=cert" "$three" "$(kinds "${uri%\?*};type=cert")"
	check "$uri: the public half" alike web.pub <(openssl_ccm pkey -in "$uri" -pubout)
	check "$uri: signs" openssl_ccm dgst -sha256 -sign "$uri" -out sig data
	check "$uri: signs well" openssl dgst -sha256 -verify web.pub -signature sig data
done
expect_output 'a token is a directory' 'Name: ccm:token=PCA;id=.*;object=web.example.com;type=cert' utl pkcs11:token=PCA

# Tokens of others: no call, and no word of ours but why.
before=$(calls)
for uri in 'token=Other;object=web.example.com' 'manufacturer=SoftHSM%20project;object=web.example.com' \
	'token=PCA;serial=0123' 'model=SoftHSM%20v2' 'library-manufacturer=X;id=%01'; do
	expect_failure "declined: pkcs11:$uri" 'no token matches URI pkcs11:' utl "pkcs11:$uri"
done
expect_failure 'declined: an attribute that only others know' 'unknown path attribute x-card' \
	utl 'pkcs11:token=PCA;object=web.example.com;x-card=1'
expect_failure 'declined: an attribute of ours' 'unknown path attribute san' utl 'pkcs11:token=PCA;san=web.example.com'
expect_failure 'declined: the short form' 'attribute web.example.com has no value' utl 'pkcs11:web.example.com'
equal 'declined: without a call' "$before" "$(calls)"
expect_failure 'nothing of the name' 'nothing matches URI pkcs11:token=PCA;object=nobody' utl 'pkcs11:token=PCA;object=nobody'
expect_failure 'a PIN stays unseen' 'no token matches URI pkcs11:token=x' utl 'pkcs11:token=x?pin-value=hunter2'
lacks 'the PIN is nowhere in our words' '(ccm\[|:ccm:).*hunter2'

start_server "${PROV[@]}" -cert 'pkcs11:token=PCA;object=web.example.com' -key 'pkcs11:token=PCA;object=web.example.com' \
	-cert_chain 'pkcs11:token=PCA;object=web.example.com;type=cert'
expect_output 'TLS' 'Verification: OK' openssl_ccm s_client -brief -connect "127.0.0.1:$SERVER_PORT" \
	-CAstore pkcs11:token=PCA -verify_return_error </dev/null
stop_server

# --- what pkcs11-provider writes ---
element() { printf "\\x$1\\x$(printf %02x ${#2})%s" "$2"; } # tag, text of up to 127 bytes
foreign() {                                              # URI, description
	local body=$((${#1} + ${#2} + 4))
	echo '-----BEGIN PKCS#11 PROVIDER URI-----'
	{
		printf "\\x30$( ((body < 128)) || printf '\\x81')\\x$(printf %02x $body)"
		element 1a "$2"
		element 0c "$1"
	} | base64
	echo '-----END PKCS#11 PROVIDER URI-----'
}
public() { openssl_ccm pkey -in "$1" -pubout; }
version='PKCS#11 Provider URI v1.0'
foreign 'pkcs11:token=PCA;object=web.example.com;type=private' "$version" >ref.key
check 'its label, our token' alike web.pub <(public ref.key)
cat web.crt ref.key >both.pem
check 'behind a certificate' alike web.pub <(public both.pem)
check 'it signs' openssl_ccm dgst -sha256 -sign ref.key -out sig data
check 'it signs well' openssl dgst -sha256 -verify web.pub -signature sig data
foreign "pkcs11:id=$ID?pin-value=1234" "$version" >ref.key
check 'its label, our id' alike web.pub <(public ref.key)

openssl genpkey -algorithm EC -pkeyopt group:P-256 -out plain.key
openssl pkey -in plain.key -pubout -out plain.pub
before=$(calls)
for strange in 'pkcs11:token=Other;object=web.example.com' 'pkcs11:token=PCA;x-card=1' 'rubbish'; do
	foreign "$strange" "$version" >other.key
	refute "not ours: $strange" public other.key
	lacks "not ours: $strange: no word of ours" '[Cc][Cc][Mm]|no token'
	cat plain.key >>other.key
	check "not ours: $strange: what comes behind is read" alike plain.pub <(public other.key)
done
foreign 'pkcs11:token=PCA;object=web.example.com' 'PKCS#11 Provider URI v9.0' >other.key
refute 'not ours: a version to come' public other.key
sed '2s/./*/3' ref.key >other.key
refute 'not ours: no base64' public other.key
head -2 ref.key >other.key
refute 'not ours: cut off' public other.key
equal 'not ours: without a call' "$before" "$(calls)"
foreign 'pkcs11:token=PCA;object=nobody' "$version" >other.key
expect_failure 'ours, but gone' 'nothing matches URI pkcs11:token=PCA;object=nobody' public other.key
