# SPDX-License-Identifier: Apache-2.0
# The library as a stranger finds it: installed, with the example of its header's manual.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator
make_ca

# The build directory was configured with some prefix; the files lie below DESTDIR.
DESTDIR=$TMP/root meson install -C "$BUILD" --no-rebuild --quiet >"$TMP/install.log"
pc=$(find "$TMP/root" -name ccm.pc)
check "ccm.pc is installed" test -n "$pc"
flags() {
	PKG_CONFIG_SYSROOT_DIR=$TMP/root PKG_CONFIG_PATH=${pc%/*} pkg-config "$@" ccm
}

{
	printf '#include <stdio.h>\n#include <ccm/client.h>\nint main(void)\n{\n'
	sed -n '/^ \*\t/s/^ \*//p' "$SOURCE/include/ccm/client.h"
	printf '\treturn err.code;\n}\n'
} >"$TMP/example.c"

case ${CCM_SANITIZE:-none} in
none) sanitize=() ;;
*) sanitize=(-fsanitize="$CCM_SANITIZE") ;;
esac
build() {
	# shellcheck disable=SC2046
	"${CCM_CC:-cc}" -std=c11 -Wall -Wextra -Werror "${sanitize[@]}" $(flags --cflags) "$TMP/example.c" \
		-o "$TMP/example" $(flags --libs) -Wl,-rpath,"$(flags --variable=libdir)"
}
check "the example of the manual compiles" build
export LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(dirname "$(find "$TMP/root" -name 'libccm.so.0')")
expect_output "it prints the CAs" "\"ca_id\":\"$SUB_ID\"" "$TMP/example"

stop_emulator
expect_status "without a service it ends with the kind of failure" 9 "$TMP/example"
also "and says what it could not reach" "127\\.0\\.0\\.1"
