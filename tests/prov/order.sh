# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The place in openssl.cnf makes no difference, neither to keys of files nor to the account's.
# Usage: order.sh first|last|preferred|options
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need curl
place=${1:?where the provider is listed}

start_emulator
make_ca
issue rsa.example.com --key rsa2048 --server --client >/dev/null
issue ec.example.com --key ec256 --server --client >/dev/null
cd "$TMP"
echo 'what is signed' >data
echo 'what is not' >other
# What plain openssl has to take from us, and we from it, is made before the provider is there.
for key in rsa:2048 ec:P-256; do
	algorithm=${key%:*}
	openssl genpkey -algorithm "${algorithm^^}" -out $algorithm.key \
		-pkeyopt "$([[ $algorithm == rsa ]] && echo rsa_keygen_bits || echo group)":"${key#*:}" 2>/dev/null
	openssl pkey -in $algorithm.key -pubout -out $algorithm.pub
	openssl req -new -x509 -key $algorithm.key -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
		-out $algorithm.crt
done

export OPENSSL_CONF=$TMP/openssl.cnf
cat >openssl.cnf <<-END
	openssl_conf = openssl_init
	[openssl_init]
	providers = providers
	$([[ $place != preferred ]] || echo alg_section = algorithms)
	[providers]
	$(case $place in
	first) printf 'ccm = account\ndefault = files\n' ;;
	last | preferred) printf 'default = files\nccm = account\n' ;;
	esac)
	[files]
	activate = 1
	[account]
	module = $MODULE
	activate = 1
	[algorithms]
	default_properties = ?provider=ccm
END
OPTIONS=()
if [[ $place == options ]]; then
	unset OPENSSL_CONF
	OPTIONS=("${PROV[@]}")
fi
ossl() {
	local subcommand=$1
	shift
	run openssl "$subcommand" "${OPTIONS[@]}" "$@"
}
plain() { OPENSSL_CONF=/dev/null openssl "$@"; }
claim() { check "$place: $1" "${@:2}"; }

# --- keys of files, and new ones ---
claim 'an RSA key is made' ossl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out new.key
claim 'an RSA key is good' plain pkey -in new.key -check -noout
claim 'a 1024 bit RSA key is made' ossl genrsa -out new.key 1024
for curve in P-256 P-384 P-521 secp256k1 brainpoolP256r1; do
	claim "a $curve key is made" ossl genpkey -algorithm EC -pkeyopt group:$curve -out new.key
	claim "a $curve key is good" plain pkey -in new.key -check -noout
done
claim 'EC parameters are made' ossl genpkey -genparam -algorithm EC -pkeyopt group:P-256 -out param
claim 'a key is made of parameters' ossl genpkey -paramfile param -out new.key
expect_output "$place: it has their curve" 'P-256' plain pkey -in new.key -noout -text
claim 'EC parameters are made the old way' ossl ecparam -name prime256v1 -genkey -noout -out new.key
claim 'an EC key is compressed' ossl ec -in ec.key -conv_form compressed -pubout -out compressed
claim 'an EC key compressed is the same' alike ec.pub \
	<(plain ec -pubin -in compressed -conv_form uncompressed -pubout 2>/dev/null)
claim 'a DH key is made' ossl genpkey -algorithm DH -pkeyopt group:ffdhe2048 -out new.key
claim 'an Ed25519 key is made' ossl genpkey -algorithm ED25519 -out new.key
claim 'a certificate with a new RSA key' ossl req -x509 -newkey rsa:2048 -nodes -keyout new.key -out new.crt -subj /CN=new -config /dev/null
claim 'it is good' plain verify -CAfile new.crt new.crt
claim 'a certificate with a new EC key' ossl req -x509 -newkey ec -pkeyopt group:P-384 -nodes -keyout new.key -out new.crt -subj /CN=new -config /dev/null
claim 'it is good' plain verify -CAfile new.crt new.crt

for key in rsa ec; do
	claim "$key: read, and checked" ossl pkey -in $key.key -check -noout
	claim "$key: shown" ossl pkey -in $key.key -text -noout
	claim "$key: its public half" alike <(ossl pkey -in $key.key -pubout) $key.pub
	claim "$key: written" ossl pkey -in $key.key -out copy.key
	claim "$key: written as it was" alike <(plain pkey -in copy.key) <(plain pkey -in $key.key)
	claim "$key: encrypted" ossl pkey -in $key.key -aes256 -passout pass:secret -out copy.key
	expect_output "$place: $key: encrypted it is" 'BEGIN ENCRYPTED PRIVATE KEY' cat copy.key
	claim "$key: encrypted with this pass phrase" alike <(plain pkey -in copy.key -passin pass:secret) <(plain pkey -in $key.key)
	claim "$key: the command of its kind" ossl $key -in $key.key -out copy.key
	claim "$key: the same form as without us" alike copy.key <(plain $key -in $key.key)
	claim "$key: the same text as without us" alike <(ossl pkey -in $key.key -text -noout) <(plain pkey -in $key.key -text -noout)
	claim "$key: PKCS#8" ossl pkcs8 -topk8 -in $key.key -passout pass:secret -out copy.key
	claim "$key: PKCS#12" ossl pkcs12 -export -in $key.crt -inkey $key.key -passout pass:x -out copy.p12
	claim "$key: PKCS#12, read" ossl pkcs12 -in copy.p12 -passin pass:x -nodes -out copy.key
	claim "$key: signs" ossl dgst -sha256 -sign $key.key -out sig data
	claim "$key: signs well" plain dgst -sha256 -verify $key.pub -signature sig data
	plain dgst -sha256 -sign $key.key -out sig data
	claim "$key: verifies" ossl dgst -sha256 -verify $key.pub -signature sig data
	refute "$place: $key: verifies nothing else" ossl dgst -sha256 -verify $key.pub -signature sig other
	claim "$key: requests" ossl req -new -key $key.key -subj /CN=new -config /dev/null -out new.csr
	claim "$key: requests well" plain req -in new.csr -verify -noout
	claim "$key: issues" ossl x509 -req -in new.csr -CA $key.crt -CAkey $key.key -set_serial 7 -out new.crt
	claim "$key: issues well" plain verify -CAfile $key.crt new.crt
	claim "$key: verifies what it issued" ossl verify -CAfile $key.crt new.crt
	claim "$key: signs messages" ossl cms -sign -signer $key.crt -inkey $key.key -in data -out message
	claim "$key: signs messages well" plain cms -verify -in message -CAfile $key.crt -purpose any -out copy
	claim "$key: verifies messages" ossl cms -verify -in message -CAfile $key.crt -purpose any -out copy
	claim "$key: seals messages" ossl cms -encrypt -aes128 -recip $key.crt -in data -out message
	claim "$key: reads what is sealed" ossl cms -decrypt -recip $key.crt -inkey $key.key -in message -out copy
	claim "$key: reads the message" alike <(tr -d '\r' <copy) data
done
for options in 'rsa_padding_mode:pss' 'rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:max' 'rsa_padding_mode:x931'; do
	# shellcheck disable=SC2086
	claim "rsa: signs with $options" ossl pkeyutl -sign -rawin -digest sha256 -inkey rsa.key -pkeyopt $options -in data -out sig
	# shellcheck disable=SC2086
	claim "rsa: signs well with $options" plain pkeyutl -verify -rawin -digest sha256 -pubin -inkey rsa.pub -pkeyopt $options \
		-in data -sigfile sig
done
plain pkeyutl -sign -inkey rsa.key -in data -out sig
claim 'rsa: recovers' alike data <(ossl pkeyutl -verifyrecover -pubin -inkey rsa.pub -in sig)
for options in 'rsa_padding_mode:pkcs1' 'rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256'; do
	# shellcheck disable=SC2086
	claim "rsa: encrypts with $options" ossl pkeyutl -encrypt -pubin -inkey rsa.pub -pkeyopt $options -in data -out sealed
	# shellcheck disable=SC2086
	claim "rsa: decrypts with $options" alike data <(ossl pkeyutl -decrypt -inkey rsa.key -pkeyopt $options -in sealed)
done
plain genpkey -algorithm EC -pkeyopt group:P-256 -out peer.key
plain pkey -in peer.key -pubout -out peer.pub
claim 'ec: a shared secret' ossl pkeyutl -derive -inkey ec.key -peerkey peer.pub -out secret
claim 'ec: the same for the peer' alike secret <(plain pkeyutl -derive -inkey peer.key -peerkey ec.pub)

# --- TLS, files and account alike ---
serve() { start_server "${OPTIONS[@]}" "$@"; }
connect() { ossl s_client -connect "127.0.0.1:$SERVER_PORT" -verify_return_error -brief "$@" </dev/null; }
for key in rsa ec; do
	for kind in file account; do
		uri=$key.crt trust=(-CAfile $key.crt)
		[[ $kind == file ]] || uri=ccm:$key.example.com trust=(-CAstore ccm:token=PCA)
		serve -cert "$uri" -key "${uri/%.crt/.key}" -www
		for version in tls1_2 tls1_3; do
			for group in P-256 P-384 X25519:P-256; do
				# TLS 1.2 wants the certificate's curve among the groups.
				[[ $key$version$group != ectls1_2P-384 ]] || continue
				claim "$kind $key, $version with $group" connect -$version -groups $group "${trust[@]}"
			done
		done
		# Debian's curl hangs in setlocale() with a preloaded libasan, with or without us.
		if [[ $kind == file && $sanitize == none ]]; then
			claim "$kind $key, curl with P-256" run curl -sSf -o copy --curves P-256 --cacert $key.crt \
				"https://127.0.0.1:$SERVER_PORT/"
			claim "$kind $key, curl with TLS 1.2" run curl -sSf -o copy --curves P-256 --tls-max 1.2 \
				--cacert $key.crt "https://127.0.0.1:$SERVER_PORT/"
		fi
		stop_server
	done
	uri=ccm:$key.example.com
	claim "account $key: signs" ossl dgst -sha256 -sign $uri -out sig data
	ossl pkey -in $uri -pubout -out account.pub
	claim "account $key: signs well" plain dgst -sha256 -verify account.pub -signature sig data
	refute "$place: account $key: stays" ossl pkey -in $uri -out copy.key -traditional
	claim "account $key: a reference is written" ossl pkey -in $uri -out copy.key
	claim "account $key: the reference is read" alike account.pub <(ossl pkey -in copy.key -pubout)
	lacks "$place: account $key: it is no key" PRIVATE copy.key
	claim "account $key: requests" ossl req -new -key $uri -subj /CN=new -config /dev/null -out new.csr
	claim "account $key: requests well" plain req -in new.csr -verify -noout
done
claim 'the account is listed' ossl storeutl -noout ccm:
claim 'ccm itself works' ccm token list
