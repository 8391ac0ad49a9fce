# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# ccm setup: what it shows, does and undoes, on a system made for it.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need certutil modutil

R=$TMP/root
make_system() {
	local area
	area=$(openssl version -d | cut -d'"' -f2)
	mkdir -p "$R/etc/ssl" "$R$area" "$R/etc/pkcs11" "$R/usr/lib/jvm/a/conf/security" "$R/usr/lib/jvm/b/conf" \
		"$R/usr/lib/firefox-esr" "$R$HOME/.pki/nssdb" "$R$HOME/.ssh" "$R/usr/sbin"
	printf 'openssl_conf = openssl_init\n[openssl_init]\n# providers = provider_sect\n[req]\nx = y' \
		>"$R/etc/ssl/openssl.cnf"
	ln -sf /etc/ssl/openssl.cnf "$R$area/openssl.cnf"
	printf 'a=b\nsecurity.provider.1=SUN\nsecurity.provider.2=SunPKCS11\nc=d\n' \
		>"$R/usr/lib/jvm/a/conf/security/java.security"
	ln -s ../../a/conf/security "$R/usr/lib/jvm/b/conf/security"
	chmod 640 "$R/usr/lib/jvm/a/conf/security/java.security"
	certutil -N -d "sql:$R$HOME/.pki/nssdb" --empty-password
	touch "$R/usr/sbin/nginx"
}
# Everything that can be told apart.
tree() { (cd "$R" && find . -printf '%p %y %m %u %g %l\n' | sort && find . -type f | sort | xargs sha256sum); }
setup() { ccm setup --root "$R" --module "$MODULE" "$@"; }

make_system
tree >"$TMP/before"
expect_output 'it shows what OpenSSL lacks' '^openssl +to do +/etc/ssl/openssl\.cnf$' setup
also 'line by line' '^    \+ ccm = ccm_sect$'
also 'p11-kit' '^p11-kit +to do +/etc/pkcs11/modules/ccm\.module$'
also 'NSS' "^nss +to do +$HOME/\.pki/nssdb/pkcs11\.txt$"
also 'Firefox' '^firefox +to do +/etc/firefox/policies/policies\.json$'
also 'Java only on request, a file once' '^java +on request +/usr/lib/jvm/a/conf/security/java\.security$'
equal 'by whatever name' 2 "$(setup 2>/dev/null | grep -c '^java')"
also 'and what is done by hand' '^nginx +by hand +ssl_certificate '
refute_output 'of what is not there nothing' '^haproxy' setup
equal 'as JSON' 'to do' "$(setup --json | jq -r '.programs[] | select(.program == "openssl").state')"
equal 'and changes nothing' "$(cat "$TMP/before")" "$(tree)"
expect_status 'a program that it does not know is a usage error' 2 setup mosaic
expect_status 'both at once are one, too' 2 setup --apply --undo
expect_status 'nothing was done: nothing to undo' 5 setup --undo
expect_status 'a library that is not there' 2 ccm setup --root "$R" --module "$TMP/none.so"

expect_output 'it does what is to do' '^openssl +done +/etc/ssl/openssl\.cnf$' setup --apply
providers() { OPENSSL_CONF=$R/etc/ssl/openssl.cnf run openssl list -providers; }
expect_output 'OpenSSL has the provider' '^  ccm$' providers
also 'and its own' '^  default$'
expect_output 'NSS has the module' '^\s+[0-9]+\. CCM$' run modutil -dbdir "sql:$R$HOME/.pki/nssdb" -list
equal 'Firefox has it' "$MODULE" \
	"$(jq -r .policies.SecurityDevices.Add.CCM "$R/etc/firefox/policies/policies.json")"
equal 'p11-kit has it' "module: $MODULE" "$(head -n 1 "$R/etc/pkcs11/modules/ccm.module")"
expect_output 'then all is ready' '^openssl +ready +' setup --apply
refute_output 'and nothing is done' ' done ' setup --apply
tree >"$TMP/after"
check 'what is named is done as well' setup --apply java ssh
equal 'Java has it' 'security.provider.3=SunPKCS11' \
	"$(grep -o '^security.provider.3=SunPKCS11' "$R/usr/lib/jvm/a/conf/security/java.security")"
equal 'with the mode that the file had' 640 "$(stat -c %a "$R/usr/lib/jvm/a/conf/security/java.security")"
equal 'ssh has it' "	PKCS11Provider $MODULE" "$(tail -n 1 "$R$HOME/.ssh/config")"
expect_output 'all of it is undone' '^/etc/ssl/openssl\.cnf$' setup --undo
rm -rf "$R/var" # the directory of the data stays
equal 'to the last byte' "$(cat "$TMP/before")" "$(tree)"

check 'once more' setup --apply
echo '# mine' >>"$R/etc/ssl/openssl.cnf"
expect_status 'what somebody changed since' 8 setup --undo
also 'is named' '/etc/ssl/openssl\.cnf was changed since, and stays as it is'
expect_output 'and stays' '^# mine$' cat "$R/etc/ssl/openssl.cnf"
refute 'the others are undone' test -e "$R/etc/pkcs11/modules"
sed -i '$d' "$R/etc/ssl/openssl.cnf"
undone() { setup --undo --json | jq -r '.files[]'; }
expect_output 'as it is, when it is as it was left' '^/etc/ssl/openssl\.cnf$' undone
rm -rf "$R/var"
equal 'then all is as before' "$(cat "$TMP/before")" "$(tree)"

mkdir -p "$R/etc/firefox/policies"
echo 'no JSON' >"$R/etc/firefox/policies/policies.json"
expect_failure 'a file that cannot be read is named' '/etc/firefox/policies/policies\.json: is no JSON object' setup
