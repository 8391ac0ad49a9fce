# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Keys of the keystore: made, used, certified, brought in, taken out, backed up, locked.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq
start_emulator
make_ca ec256
issue pca >/dev/null
cd "$TMP"
sent=$(calls)

expect_output 'there is no key at first' 'no keys$' ccm key list
equal 'nor a keystore' no "$([[ -e $TMP/keystore ]] && echo yes || echo no)"
uri=$(ccm key generate --name web)
check 'a key is made and named' grep -qx 'ccm:token=PCA;id=\(%[0-9A-F]\{2\}\)\{16\};object=web;type=private' <<<"$uri"
equal 'the keystore is its owner'\''s alone' '700 600 600' \
	"$(stat -c %a keystore keystore/keystore.db keystore/keystore.key | paste -sd' ')"
check 'kinds of keys' bash -c "for kind in ec384 ec521 rsa2048 ed25519 sm2; do
	'$BUILD/src/ccm' key generate --name \"\$kind\" --key \"\$kind\" >\"\$kind.uri\" || exit 1; done"
equal 'are listed' 'web ec384 ec521 rsa2048 ed25519 sm2' "$(ccm key list --json | jq -r '[.keys[].name] | join(" ")')"
equal 'with their kinds' 'EC256 EC384 EC521 RSA2048 ED25519 SM2' \
	"$(ccm key list --json | jq -r '[.keys[].algorithm] | join(" ")')"
expect_output 'one is shown' '^URI: +ccm:token=PCA;id=' ccm key show web
expect_output 'as made here' '^Made here: +yes$' ccm key show web
expect_status 'one that is not there' 5 ccm key show nothing
id=$(ccm key show web --json | jq -r .id)
equal 'it goes by its id, too' "$uri" "$(ccm key show "$id" --json | jq -r .uri)"
check 'an id can be chosen' ccm key generate --name short --id 01
expect_output 'and is kept' ';id=%01;' ccm key show short
expect_status 'an id is hexadecimal' 2 ccm key generate --name bad --id xyz
equal 'nobody was asked' "$sent" "$(calls)"

# Used through OpenSSL
echo data >data
check 'its public key comes out' openssl_ccm pkey -in ccm:web -pubout -out web.pub
check 'the private one signs' openssl_ccm dgst -sha256 -sign ccm:web -out data.sig data
check 'what its public key verifies' openssl dgst -sha256 -verify web.pub -signature data.sig data
check 'so does one of RSA' openssl_ccm dgst -sha256 -sign ccm:rsa2048 -out data.sig data
check 'found by its URI' openssl_ccm dgst -sha256 -sign "$uri" -out data.sig data

# Certified by a CSR that OpenSSL makes
check 'a CSR is made with it' openssl_ccm req -new -key "$uri" -subj /CN=web.example.com -out web.csr
check 'which is signed by itself' openssl req -noout -verify -in web.csr
cert=$(ccm cert sign-csr web.csr --ca "$SUB_NAME")
check 'the certificate finds its key' openssl_ccm dgst -sha256 -sign ccm:web.example.com -out data.sig data
check 'which is the same' openssl dgst -sha256 -verify web.pub -signature data.sig data
equal 'the keystore remembers' "$cert" "$(ccm key show web --json | jq -r '.certificates | join(" ")')"
check 'the certificate has the key'\''s id' bash -c "'$BUILD/src/ccm' cert export '$cert' --out . >/dev/null"
expect_output 'a key reference names it' "$(sed 's/.*id=\([^;]*\);.*/\1/' <<<"$uri")" \
	openssl asn1parse -in web.example.com.key -i

# From elsewhere
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=other -keyout other.key -out other.crt 2>/dev/null
(umask 077 && echo secret >password && echo terces >drowssap)
openssl pkcs12 -export -in other.crt -inkey other.key -passout file:password -out other.p12
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -aes256 -pass file:password -out encrypted.pem 2>/dev/null
check 'PEM is taken in' ccm key import other.key --name other
expect_status 'the same key only once' 7 ccm key import other.p12 --name again --password-file password
also 'as what it is there' 'the key is there already, as other$'
expect_output 'as not made here' '^Made here: +no$' ccm key show other
check 'it is deleted' ccm key delete other --yes
expect_status 'and gone' 5 ccm key show other
check 'PKCS#12 is taken in' ccm key import other.p12 --name p12 --password-file password
expect_status 'whose password has to be right' 4 ccm key import other.p12 --name p13 --password-file drowssap
expect_status 'or given' 4 ccm key import other.p12 --name p13
check 'encrypted PEM is' ccm key import encrypted.pem --name pem --password-file password
check 'they sign' openssl_ccm dgst -sha256 -sign ccm:p12 -out data.sig data
check 'as they should' openssl dgst -sha256 -verify <(openssl x509 -in other.crt -noout -pubkey) -signature data.sig data

# Never an export, unless it was meant to be
expect_status 'a key stays' 4 ccm key export web --out web.key
also 'as it was made' 'the private key of web stays where it is: it was not made exportable'
equal 'and no file is there' no "$([[ -e web.key ]] && echo yes || echo no)"
check 'one may leave' ccm key generate --name unmistakable --exportable
check 'and does' ccm key export unmistakable --out unmistakable.key
equal 'for its owner' 600 "$(stat -c %a unmistakable.key)"
equal 'the right one' "$(openssl pkey -in unmistakable.key -pubout)" "$(openssl_ccm pkey -in ccm:unmistakable -pubout)"
check 'encrypted, if one likes' ccm key export unmistakable --out free2.key --password-file password
check 'by that password' openssl pkey -in free2.key -passin file:password -noout

# Backup
(umask 077 && echo 'correct horse battery' >passphrase && echo 'wrong horse battery' >wrong)
check 'all keys are backed up' ccm key backup --out keys.backup --passphrase-file passphrase
lacks 'of which nothing shows' 'unmistakable|PRIVATE' keys.backup
before=$(ccm key list --json | jq -S '[.keys[] | {id, name, algorithm}] | sort_by(.id)')
mv keystore old
expect_status 'the passphrase has to be right' 4 ccm key restore keys.backup --passphrase-file wrong
check 'they come back' ccm key restore keys.backup --passphrase-file passphrase
equal 'all of them' "$before" "$(ccm key list --json | jq -S '[.keys[] | {id, name, algorithm}] | sort_by(.id)')"
check 'and sign' openssl_ccm dgst -sha256 -sign ccm:web -out data.sig data

# PINs
(umask 077 && echo 135790 >pin && echo 246801 >pin2 && echo officer >so)
check 'the officer gets a PIN' ccm key pin --officer --new-pin-file so
check 'and so does the user' ccm key pin --new-pin-file pin
equal 'no key file is left' no "$([[ -e keystore/keystore.key ]] && echo yes || echo no)"
expect_failure 'without it no key is used' 'locked by a PIN|needs its PIN' openssl_ccm dgst -sha256 -sign ccm:web data
expect_output 'but shown' '^Name: +web$' ccm key show web
sed -i "s|^dir = .*|&\npin_file = $TMP/pin|" "$CCM_CONFIG"
check 'with it they are' openssl_ccm dgst -sha256 -sign ccm:web -out data.sig data
expect_status 'a wrong one is refused' 4 ccm key pin --pin-file pin2 --new-pin-file pin2
check 'it is changed' ccm key pin --pin-file pin --new-pin-file pin2
expect_failure 'the old one does not open it' '\[keystore\] pin: .*the PIN is wrong' openssl_ccm dgst -sha256 -sign ccm:web data
check 'the officer sets one' ccm key pin --reset --pin-file so --new-pin-file pin
check 'that works' openssl_ccm dgst -sha256 -sign ccm:web -out data.sig data
check 'and without' ccm key pin --remove --pin-file pin
sed -i '/^pin_file/d' "$CCM_CONFIG"
check 'as before' openssl_ccm dgst -sha256 -sign ccm:web -out data.sig data

# What is wrong with it
chmod 644 keystore/keystore.key
expect_failure 'a key file that others may read' 'chmod 600' openssl_ccm dgst -sha256 -sign ccm:web data
chmod 600 keystore/keystore.key
chmod 644 pin
sed -i "s|^dir = .*|&\npin_file = $TMP/pin|" "$CCM_CONFIG"
expect_failure 'a PIN that others may read' 'chmod o=' ccm key list
sed -i '/^pin_file/d' "$CCM_CONFIG"
chmod 755 keystore
expect_failure 'a folder that others may enter' 'keystore' ccm key list
chmod 700 keystore
printf 'no database, but text' | dd of=keystore/keystore.db conv=notrunc status=none
expect_failure 'a damaged database' 'keystore\.db' ccm key list
check 'which is no matter for keys that PCA has' openssl_ccm dgst -sha256 -sign ccm:pca -out data.sig data
stop_emulator
