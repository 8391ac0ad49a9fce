# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The store: what URIs yield, in which order, for which expectation and search, at which cost.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator
make_ca
for days in 30d 60d; do
	ccm cert issue --ca "$SUB_ID" --name twice.example.com --key ec256 --validity "$days" >/dev/null
done
WEB=$(issue web.example.com --key rsa2048 --server)

utl() { openssl_ccm storeutl -noout "$@"; }
# What came, one word an object.
kinds() { utl "$@" | sed -nE 's/^ *[0-9]+: ([A-Za-z ]+).*/\1/p' | tr '\n' ','; }
field() { openssl_ccm x509 -in "$1" -noout -"$2" -nameopt compat | sed 's/^[^=]*=//'; }
exports() { echo $(($(calls pca_export_certificate) + $(calls pca_export_ca))); }
# How many exports a command makes.
costs() {
	local claim=$1 want=$2 before
	cold
	before=$(exports)
	check "$claim" "${@:3}"
	equal "$claim: exports" "$want" $(($(exports) - before))
}

# --- directories ---
expect_output 'a directory has names' \
	'^[0-9]+: Name: ccm:token=PCA;id=.*;object=web.example.com;type=cert$' utl ccm:
expect_output 'a name tells what it is' '^web.example.com, RSA2048 private key, ISSUED, until ' utl ccm:
refute_output 'a CA has no name for a key' '^CCM Test Root.* private key' utl ccm:
costs 'a directory is only listed' 0 utl ccm:
costs 'the keys of a directory are not fetched' 0 utl -keys ccm:token=PCA
equal 'the keys of a directory' 'Pkey,Pkey,Pkey,' "$(kinds -keys ccm:token=PCA)"
equal 'the certificates of a directory, each CA once' \
	'Certificate,Certificate,Certificate,Certificate,Certificate,' "$(kinds -certs ccm:)"
equal 'a type makes objects of a directory' 'Pkey,Pkey,Pkey,' "$(kinds 'ccm:token=PCA;type=private')"
expect_output 'every name opens' '^Total found: 8$' utl -r ccm:
refute_output 'no name fails' 'error|Total found: 0' utl -r ccm:

# --- what is named ---
three='Certificate,Certificate,Certificate,'
equal 'a name: certificate, chain, key' "${three}Pkey," "$(kinds ccm:web.example.com)"
equal 'an id: the same' "${three}Pkey," "$(kinds "ccm:$WEB")"
equal 'object=: the same' "${three}Pkey," "$(kinds 'ccm:token=PCA;object=web.example.com')"
equal 'a CA has no key' 'Certificate,Certificate,' "$(kinds "ccm:$SUB_NAME")"
equal 'type=cert' "$three" "$(kinds 'ccm:web.example.com;type=cert')"
equal 'type=private' 'Pkey,' "$(kinds 'ccm:web.example.com;type=private')"
equal 'type=public' 'Public key,' "$(kinds 'ccm:web.example.com;type=public')"
equal 'expected certificates' "$three" "$(kinds -certs ccm:web.example.com)"
equal 'expected keys' 'Pkey,' "$(kinds -keys ccm:web.example.com)"
expect_failure 'a certificate has no CRL' 'selects no CA that publishes a CRL' utl -crls ccm:web.example.com
costs 'certificates cost one export' 1 utl -certs ccm:web.example.com
costs 'a key costs one export' 1 utl -keys ccm:web.example.com
costs 'a certificate and its key by type cost one each' 1 openssl_ccm pkey -in ccm:web.example.com -pubout
check 'the certificate is whole' alike <(openssl_ccm storeutl -certs ccm:web.example.com | sed -n '/^0: /,/^1: /p' | grep -v ': ') \
	<(openssl_ccm x509 -in ccm:web.example.com)
equal 'the leaf first, its issuer next' "$(field ccm:web.example.com issuer)" \
	"$(openssl_ccm storeutl -certs ccm:web.example.com | sed -n '/^1: /,/^2: /p' |
		openssl x509 -noout -subject -nameopt compat | sed 's/^[^=]*=//')"
equal 'two of a name: both, one chain, both keys' \
	"${three}Certificate,Pkey,Pkey," "$(kinds ccm:twice.example.com)"
ends=$(field ccm:twice.example.com enddate)
(($(date -d "$ends" +%s) > $(date -d '45 days' +%s))) || broken 'the one that ends last is first' "$ends"
check 'its key is the first key' alike <(openssl_ccm x509 -in ccm:twice.example.com -pubkey -noout) \
	<(openssl_ccm pkey -in ccm:twice.example.com -pubout)

# --- searches ---
subject=$(field "ccm:$ROOT_NAME" subject)
issuer=$(field ccm:web.example.com issuer)
serial=0x$(field ccm:web.example.com serial)
equal 'a search by subject' 'Certificate,' "$(kinds -subject "$subject" ccm:)"
equal 'a search by subject in what is named' '' "$(kinds -subject "$subject" ccm:web.example.com)"
equal 'a search by issuer and serial' 'Certificate,' "$(kinds -issuer "$issuer" -serial "$serial" ccm:)"
equal 'a search for the key' 'Pkey,' "$(kinds -keys -issuer "$issuer" -serial "$serial" ccm:)"
equal 'a search with another serial' '' "$(kinds -issuer "$issuer" -serial 0x1234 ccm:)"
equal 'a search by alias' 'Certificate,' "$(kinds -alias web.example.com ccm:)"
equal 'a search by alias in another' '' "$(kinds -alias web.example.com ccm:twice.example.com)"
refute_output 'a search without a match is no error' 'error' utl -subject '/CN=nobody' ccm:
costs 'a search by subject exports only what may be it' 1 utl -subject "$subject" ccm:
digest_of() { openssl dgst "-$1" -r | cut -d' ' -f1; }
for digest in sha1 sha256 sha3-384; do
	key=$(openssl_ccm pkey -in ccm:web.example.com -pubout -outform DER | digest_of $digest)
	equal "a search by a key's fingerprint, $digest" 'Certificate,' "$(kinds -fingerprint "$key" -$digest ccm:)"
	equal "it finds the key, $digest" 'Pkey,' "$(kinds -keys -fingerprint "$key" -$digest ccm:)"
	equal "no other digest's, $digest" '' "$(kinds -fingerprint "${key//[^0]/1}" -$digest ccm:)"
done
print=$(openssl_ccm x509 -in ccm:web.example.com -outform DER | digest_of sha256)
equal "a search by a certificate's fingerprint" 'Certificate,' "$(kinds -fingerprint "$print" -sha256 ccm:)"
equal 'a fingerprint in another' '' "$(kinds -fingerprint "$key" -sha3-384 ccm:twice.example.com)"

# --- trust ---
check 'a chain is verified from the store' \
	openssl_ccm verify -CAstore "ccm:$ROOT_NAME" -untrusted "ccm:$SUB_NAME" ccm:web.example.com
check 'a directory is a CA store' openssl_ccm verify -CAstore ccm:token=PCA ccm:web.example.com
check 'trusted certificates come from the store' \
	openssl_ccm verify -trusted "ccm:$ROOT_NAME" -untrusted ccm:web.example.com ccm:web.example.com
openssl req -x509 -newkey ec -pkeyopt group:P-256 -nodes -keyout /dev/null -out "$TMP/other.crt" \
	-subj /CN=other 2>/dev/null
expect_failure 'a stranger is not trusted' 'self-signed|unable to get' \
	openssl_ccm verify -CAstore ccm:token=PCA "$TMP/other.crt"

# --- errors name what is wrong ---
expect_failure 'nothing of the name' 'not found.*nothing matches URI ccm:nobody' utl ccm:nobody
expect_failure 'no such id' 'not found.*00000000-0000-4000-8000-000000000000' \
	utl ccm:00000000-0000-4000-8000-000000000000
expect_failure 'no such token' 'no token matches URI ccm:token=nobody' utl ccm:token=nobody
expect_failure 'a wrong attribute' 'unknown path attribute tpye; did you mean type' utl 'ccm:web.example.com;tpye=cert'
expect_failure 'no key to be had' "URI ccm:$SUB_NAME selects no private key" utl -keys "ccm:$SUB_NAME"
expect_failure 'a type that contradicts' 'selects nothing of the expected type' \
	utl -keys 'ccm:web.example.com;type=cert'
expect_failure 'a PIN in a URI stays unseen' 'nothing matches URI ccm:nobody' utl 'ccm:nobody?pin-value=hunter2'
lacks 'the PIN is nowhere' hunter2
kill_emulator
check 'the service is gone: what was seen is still there' utl -certs ccm:web.example.com
expect_failure 'what was not is missed, and why' 'using what is known since .*refused' utl ccm:nobody.example.com
cold
expect_failure 'the service is gone' 'network failure.*(127.0.0.1|refused)' utl ccm:web.example.com
rm "$CCM_CONFIG"
expect_failure 'no configuration' "configuration.*$CCM_CONFIG" utl ccm:
