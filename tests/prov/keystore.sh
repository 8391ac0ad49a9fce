# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Keys of the keystore: made by OpenSSL's programs, named by URIs and references, behind a PIN.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

need sqlite3
start_emulator
cd "$TMP"
printf '[token PCA]\nservice = pca\nread_only = no\n[token LOCKED]\nservice = pca\n' >>"$CCM_CONFIG"
echo 'what is signed' >data
gen() { openssl_ccm genpkey -propquery provider=ccm "$@"; }
public() { openssl_ccm pkey -in "$1" -pubout; }
signs() { # the key, the verifier's public half
	openssl_ccm dgst -sha256 -sign "$1" -out sig data && openssl dgst -sha256 -verify "$2" -signature sig data
}

# --- made here ---
for made in 'EC group:P-256' 'EC ec_paramgen_curve:secp384r1' 'EC group:P-521' 'RSA rsa_keygen_bits:3072' RSA; do
	read -r algorithm option <<<"$made"
	name=made-$algorithm-${option//[^0-9a-z]/}
	# shellcheck disable=SC2086
	check "$made: made" gen -algorithm "$algorithm" ${option:+-pkeyopt $option} -pkeyopt "uri:ccm:$name" -out ref.pem
	expect_output "$made: what is written is a reference" 'BEGIN CCM KEY REFERENCE' cat ref.pem
	refute "$made: and no key" grep -q PRIVATE ref.pem
	check "$made: the tool shows it" ccm key show "$name"
	public "ccm:$name" >public.pem
	check "$made: the reference is of this key" cmp public.pem <(public ref.pem)
	check "$made: it signs" signs ref.pem public.pem
	check "$made: by its name, too" signs "ccm:$name" public.pem
	check "$made: requests" openssl_ccm req -new -key "ccm:$name" -subj "/CN=$name" -out csr.pem
	check "$made: requests: verified" openssl req -in csr.pem -verify -noout
done
expect_output 'with the size that was asked for' '3072 bit' openssl_ccm pkey -in ccm:made-RSA-rsakeygenbits3072 -text -noout
check 'Ed25519: made' gen -algorithm ED25519 -pkeyopt uri:ccm:made-ed -out ref.pem
check 'Ed25519: signs' openssl_ccm pkeyutl -sign -rawin -inkey ref.pem -in data -out sig
check 'Ed25519: verified' openssl pkeyutl -verify -rawin -pubin -inkey <(public ccm:made-ed) -in data -sigfile sig
check 'SM2: made' gen -algorithm SM2 -pkeyopt uri:ccm:made-sm2 -out ref.pem
check 'SM2: decrypts' cmp data <(openssl pkeyutl -encrypt -pubin -inkey <(public ccm:made-sm2) -in data |
	openssl_ccm pkeyutl -decrypt -inkey ccm:made-sm2)
check 'an id can be said' gen -algorithm EC -pkeyopt group:P-256 -pkeyopt 'uri:ccm:token=PCA;object=chosen;id=%01%02' -out ref.pem
expect_output 'and is kept' ';id=%01%02;object=chosen;' openssl_ccm pkey -in ccm:chosen -text -noout
sent=$(calls)
check 'another one' gen -algorithm EC -pkeyopt group:P-256 -pkeyopt uri:ccm:another -out another.pem
equal 'nobody is asked for this' "$sent" "$(calls)"
expect_output 'without a URI the key is plain' 'BEGIN PRIVATE KEY' gen -algorithm EC -pkeyopt group:P-256
expect_failure 'a token that is read only' 'URI ccm:token=LOCKED selects no token that keys can be made in.*read_only' \
	gen -algorithm EC -pkeyopt group:P-256 -pkeyopt uri:ccm:token=LOCKED
expect_failure 'no such token' 'no token matches URI ccm:token=nobody' \
	gen -algorithm EC -pkeyopt group:P-256 -pkeyopt uri:ccm:token=nobody
expect_failure 'a URI that is none' 'unknown path attribute tpye' \
	gen -algorithm EC -pkeyopt group:P-256 -pkeyopt 'uri:ccm:token=PCA;tpye=cert'
expect_failure 'a curve that the keystore does not take' 'no EC keys of group secp256k1' \
	gen -algorithm EC -pkeyopt group:secp256k1 -pkeyopt uri:ccm:x
expect_failure 'a kind that it does not take' 'no RSA-PSS keys' gen -algorithm RSA-PSS -pkeyopt uri:ccm:x

# --- may leave, or not ---
openssl_ccm pkey -in ccm:chosen -out chosen.key
expect_failure 'what is made stays' 'the private key of chosen stays where it is' \
	openssl_ccm pkcs8 -topk8 -nocrypt -in chosen.key -out out
openssl genpkey -algorithm EC -pkeyopt group:P-256 -out brought.key
ccm key import brought.key --name brought --exportable >/dev/null
for form in 'pkey' 'pkey -outform DER' 'pkey -aes256 -passout pass:secret' ec; do
	# shellcheck disable=SC2086
	check "what may leave does, where it is asked for: $form" openssl_ccm $form -in ccm:brought -out out
	check "as it came: $form" cmp <(openssl pkey -in out -passin pass:secret) <(openssl pkey -in brought.key)
done
check 'PKCS#12' openssl_ccm pkcs12 -export -nocerts -inkey ccm:brought -passout pass:x -out out.p12
check 'PKCS#12: as it came' cmp <(openssl pkcs12 -in out.p12 -passin pass:x -nodes 2>/dev/null | openssl pkey) \
	<(openssl pkey -in brought.key)
check 'it still signs' signs ccm:brought <(openssl pkey -in brought.key -pubout)

# --- behind a PIN ---
(umask 077 && echo 135790 >pin && echo 246801 >wrong)
ccm key pin --new-pin-file pin >/dev/null 2>&1 || { (umask 077 && echo officer >so) && ccm key pin --officer --new-pin-file so && ccm key pin --new-pin-file pin; }
public 'ccm:chosen;type=public' >chosen.pub || :
pins() { ccm key list 2>&1 | grep -ci 'wrong' || :; }
expect_failure 'without the PIN there is no key' "the keystore needs its PIN" openssl_ccm dgst -sha256 -sign ccm:chosen -out sig data </dev/null
check 'its public half needs none' openssl_ccm pkey -pubin -in 'ccm:chosen;type=public' -out chosen.pub
check 'pin-value' signs 'ccm:chosen?pin-value=135790' chosen.pub
check 'pin-source' signs "ccm:chosen?pin-source=$TMP/pin" chosen.pub
check 'pin-source as a URL' signs "ccm:chosen?pin-source=file:$TMP/pin" chosen.pub
check 'pin-source as a longer URL' signs "ccm:chosen?pin-source=file://$TMP/pin" chosen.pub
expect_failure 'pin-source that is not there' 'pin-source.*nowhere' signs "ccm:chosen?pin-source=$TMP/nowhere" chosen.pub
expect_failure 'pin-source that is a command' 'commands are not run' signs 'ccm:chosen?pin-source=|echo 135790' chosen.pub
check "the application's own prompt" openssl_ccm dgst -sha256 -sign ccm:chosen -passin pass:135790 -out sig data
check 'it signed' openssl dgst -sha256 -verify chosen.pub -signature sig data
(umask 077 && openssl_ccm genpkey -propquery provider=ccm -algorithm EC -pkeyopt group:P-256 \
	-pkeyopt 'uri:ccm:inside?pin-value=135790' -out inside.pem)
expect_output 'a key is made behind the PIN' 'BEGIN CCM KEY REFERENCE' cat inside.pem
check 'a reference asks for it' openssl_ccm pkey -in inside.pem -passin pass:135790 -pubout
expect_failure 'a reference without it' 'the keystore needs its PIN' openssl_ccm pkey -in inside.pem -pubout </dev/null
expect_failure 'a wrong one' 'the PIN is wrong' signs 'ccm:chosen?pin-value=246801' chosen.pub
refute 'it is nowhere to be seen' grep -q 246801 "$TMP/.output"
# Three in a row would make everybody wait: the decoders of a reference must not make them of one.
der() { printf "\\x30\\x$(printf %02x $((${#1} + 5)))\\x02\\x01\\x01\\x0c\\x$(printf %02x ${#1})%s" "$1"; }
{ echo '-----BEGIN CCM KEY REFERENCE-----'; der 'ccm:chosen?pin-value=246801' | base64; echo '-----END CCM KEY REFERENCE-----'; } >wrong.pem
expect_failure 'a wrong one in a reference' 'the PIN is wrong|refused this PIN before' signs wrong.pem chosen.pub
check 'is tried once' signs 'ccm:chosen?pin-value=135790' chosen.pub

# --- keys that the service exports, in a token with a PIN ---
sed -i 's/^\[token LOCKED\]$/&\nlogin = pin/' "$CCM_CONFIG"
make_ca
issue web.example.com --key ec256 --server >/dev/null
web='ccm:token=LOCKED;object=web.example.com'
check 'its certificate needs no PIN' openssl_ccm x509 -in "$web;type=cert" -pubkey -noout -out web.pub
expect_failure 'its exported key does' 'the keystore needs its PIN' openssl_ccm dgst -sha256 -sign "$web" -out sig data </dev/null
check 'with it, it signs' signs "$web?pin-value=135790" web.pub
check "with the application's, too" openssl_ccm dgst -sha256 -sign "$web" -passin pass:135790 -out sig data
expect_failure 'a wrong one' 'the PIN is wrong' signs "$web?pin-value=246801" web.pub
check 'a right one clears the count' signs "$web?pin-value=135790" web.pub
printf '[keystore]\npin_file = %s\n' "$TMP/wrong" >>"$CCM_CONFIG"
failures() { sqlite3 "$(find "$TMP" -name keystore.db)" "SELECT failures FROM lock WHERE holder = 'user'"; }
equal 'none is counted yet' 0 "$(failures)"
cat another.pem another.pem >both.pem
expect_failure 'a stored PIN that is wrong' '\[keystore\] pin.*the PIN is wrong' openssl_ccm storeutl -keys -noout both.pem
equal 'is tried once' 1 "$(failures)"
check 'and the right one opens what was exported' signs "$web?pin-value=135790" web.pub
