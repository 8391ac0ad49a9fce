# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# PyKCS11, Python's binding of PKCS#11.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized 'PyKCS11 does not survive a preloaded sanitizer'
/usr/bin/python3 -c 'import PyKCS11' 2>/dev/null || skip 'python3-pykcs11 is not installed'

start_emulator
make_ca ec256
issue rsa.example.com --key rsa2048 --client >/dev/null
issue ec.example.com --key ec256 --client >/dev/null
check 'a Python program uses the token' /usr/bin/python3 -B "$SOURCE/tests/clients/pykcs11.py" "$MODULE"
stop_emulator
