# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# What roots are trusted for, by token and by CA, as p11-kit and NSS see it; what is revoked is
# distrusted.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized 'the tools of p11-kit and NSS do not survive a preloaded sanitizer'
need trust certutil modutil unshare
((UID == 0)) || skip 'a registry of modules of its own is root'"'"'s'

mkdir "$TMP/modules" "$TMP/db"
sed "s|^module:.*|module: $MODULE|" "$SOURCE/conf/ccm.module.in" >"$TMP/modules/ccm.module"
unshare --mount true 2>/dev/null || skip 'no mount namespaces here'
# shellcheck disable=SC2016
registered() {
	unshare --mount bash -c 'mount --bind "$0" /usr/share/p11-kit/modules && exec "$@"' "$TMP/modules" "$@"
}
DB=sql:$TMP/db
modutil -dbdir "$DB" -create -force >/dev/null
modutil -dbdir "$DB" -add CCM -libfile "$MODULE" -force >/dev/null
start_emulator
make_ca ec256

# LINE..: a token with them
configure() {
	write_config
	printf '[token PCA]\n' >>"$CCM_CONFIG"
	printf '%s\n' "$@" >>"$CCM_CONFIG"
}
# PURPOSE: how many anchors there are for it
anchors() {
	registered trust extract --overwrite --filter=ca-anchors "--purpose=$1" --format=pem-bundle "$TMP/out.pem"
	grep -c BEGIN "$TMP/out.pem" || :
}
in_p11_kit() { echo "$(anchors server-auth) $(anchors client-auth) $(anchors email)"; }
in_nss() { certutil -d "$DB" -L -h all; }

while IFS='|' read -r said listed p11_kit nss; do
	configure "${said/\~/$ROOT_NAME}"
	if [[ $listed ]]; then
		expect_output "$said: the tool lists it" "^$ROOT_NAME	PCA	$ROOT_ID	$listed	" ccm trust list
	else
		expect_output "$said: the tool lists none" 'no trust anchors' ccm trust list
	fi
	equal "$said: for servers, clients, mail, by p11-kit" "$p11_kit" "$(in_p11_kit)"
	expect_output "$said: NSS has it so" "^PCA:$ROOT_NAME +$nss *\$" in_nss
done <<-END
	trust = yes|all|1 1 1|CT,C,C
	trust = server|server|1 0 0|C,,
	trust = client|client|0 1 0|T,,
	trust = no||0 0 0|,,
	trust_ca = ~:client|client|0 1 0|T,,
	trust_ca = other:yes, $ROOT_ID : no||0 0 0|,,
END

configure 'trust = client'
expect_status 'a file to check servers with has no root for clients' 5 ccm trust bundle
expect_output 'one to check clients with has it' '^-----BEGIN CERTIFICATE' ccm trust bundle --for client
configure 'trust = server'
expect_output 'one for servers is what there is without a word' '^-----BEGIN CERTIFICATE' ccm trust bundle
expect_status 'which clients are not checked with' 5 ccm trust bundle --for client

while IFS='|' read -r said cause; do
	configure "$said"
	expect_failure "$said is none" "$cause" ccm trust list
done <<-'END'
	trust = all|trust: "all" is none of no, yes, server, client
	trust_ca = X|\[token PCA\] trust_ca: "X" is not CA:TRUST
	trust_ca = X:yes,Y:maybe|trust_ca: "Y:maybe" is not CA:TRUST
	trust_ca = :yes|trust_ca: ":yes" is not CA:TRUST
END

# What was seen when it was good, and is revoked now
configure 'status = *'
for name in good bad; do
	issue $name.example.com --key ec256 >/dev/null
done
blocked() { registered trust list --filter=blocklist; }
refute_output 'nothing is distrusted yet' 'example.com' blocked
check 'both are valid' certutil -d "$DB" -V -n PCA:bad.example.com -u C
ccm cert revoke bad.example.com --yes
expect_output 'what is revoked is distrusted by p11-kit, without a CRL' 'label: bad.example.com' blocked
lacks 'the other one is not' good.example.com
expect_output 'and by NSS' '^PCA:bad.example.com +p,p,p$' in_nss
expect_status 'which finds it invalid' 255 certutil -d "$DB" -V -n PCA:bad.example.com -u C
check 'the other one still is valid' certutil -d "$DB" -V -n PCA:good.example.com -u C

# CAs that are no more in force
ccm ca disable "$SUB_ID" >/dev/null
ccm ca disable "$ROOT_ID" >/dev/null
equal 'a root that is disabled is no anchor' '0 0 0' "$(in_p11_kit)"
ccm ca enable "$ROOT_ID" >/dev/null
equal 'enabled, it is one again' '1 1 1' "$(in_p11_kit)"
stop_emulator
