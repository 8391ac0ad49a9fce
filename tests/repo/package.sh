# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Debian's packages: built, judged by lintian, installed in a new Debian, used there, and gone again.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
[[ ${CCM_SANITIZE:-none} == none ]] || skip 'packages are built without a sanitizer'
shopt -s extglob
need dpkg-buildpackage lintian debootstrap chroot git
[[ $(id -u) == 0 ]] || skip 'installing in a new root takes root'

ROOT=$TMP/root
WORK=$TMP/work
export DEBIAN_FRONTEND=noninteractive
in_root() { LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$ROOT" "$@"; }

# What git knows, as it stands here: a build leaves files beside the sources.
sources() {
	mkdir -p "$WORK/ccm"
	git -C "$SOURCE" ls-files -z | tar -C "$SOURCE" -c --null -T - | tar -C "$WORK/ccm" -x
}

packages() (
	cd "$WORK/ccm"
	DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" dpkg-buildpackage -b -us -uc
)

check 'the sources are there' sources
check 'the packages are built' packages
built=("$WORK"/!(*-dbgsym_*).deb)
equal 'all four of them' 4 "${#built[@]}"
check 'lintian finds no error' lintian --allow-root --fail-on error "$WORK"/*.changes

# A new Debian from where this one is from.
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
[[ $mirror ]] || skip 'no source of Debian 12 is known to apt'
check 'a new Debian' debootstrap --variant=minbase bookworm "$ROOT" "$mirror"
mkdir "$ROOT/packages"
cp "${built[@]}" "$ROOT/packages"
install_all() {
	in_root sh -c 'apt-get install -y -q --no-install-recommends /packages/*.deb openssl p11-kit'
}
check 'they are installed there, with what they depend on' install_all

expect_output 'the tool runs' '^ccm [0-9.]+' in_root ccm version
expect_output 'OpenSSL has the provider' '^ +name: Cloud Certificate Manager' \
	in_root openssl list -providers -provider ccm
expect_output 'p11-kit has the module' '^(module: )?ccm(:|$)' in_root p11-kit list-modules
expect_status 'the tool finds both where they are, and no configuration' 3 in_root ccm doctor
also 'the provider' '^provider +ok '
also 'the module' '^module +ok .* p11-kit finds /usr/lib/.*/ccm\.so'
expect_output 'the manual is there' 'ccm\.1\.gz' ls "$ROOT/usr/share/man/man1"
expect_output 'and what it is made of' '^ccm$' \
	jq -r '.packages[0].name' "$ROOT/usr/share/doc/ccm/ccm.spdx.json"

# A program against the library: built with the headers there, run there.
cat >"$TMP/version.c" <<'END'
#include <ccm/client.h>
#include <stdio.h>
int
main(void)
{
	return puts(ccm_version()) == EOF;
}
END
build_program() {
	local flags
	flags=$(PKG_CONFIG_LIBDIR=$(echo "$ROOT"/usr/lib/*/pkgconfig) PKG_CONFIG_SYSROOT_DIR=$ROOT \
		pkg-config --cflags --libs ccm)
	# shellcheck disable=SC2086
	"${CCM_CC:-gcc}" "$TMP/version.c" -o "$ROOT/usr/local/bin/version" $flags
}
check 'a program is built with libccm-dev' build_program
expect_output 'and runs with libccm0' '^[0-9]+\.[0-9]+' in_root /usr/local/bin/version
rm "$ROOT/usr/local/bin/version"

# The emulator and the tool together, as one would begin.
spawn '^ready https://' chroot "$ROOT" /usr/bin/ccm-emulator --port 0 --data /var/tmp/emulator
read -r _ url ca <<<"$SPAWN_LINE"
expect_output 'the emulator of the package answers' '"error_code"|"error"' \
	curl -s --cacert "$ROOT$ca" "$url/v1/private-certificates"
end "$SPAWN_PID"

purge() { in_root apt-get purge -y -q ccm ccm-emulator libccm0 libccm-dev; }
left() {
	find "$ROOT" -xdev \( -path "$ROOT/packages" -o -path "$ROOT/var/tmp/emulator" \) -prune -o \
		-name '*ccm*' -print
}
check 'they go' purge
equal 'and leave nothing' '' "$(left)"
