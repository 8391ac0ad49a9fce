# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/clients/server.sh
#
# Python's ssl: server and client in one process, each with a key reference, and the server's key
# exchanged while it serves.
. "${CCM_SOURCE:?}/tests/clients/server.sh"

set_up
python() { env OPENSSL_CONF="$TMP/ccm.cnf" /usr/bin/env python3 -B "$SOURCE/tests/clients/ssl_both.py" "$@"; }
for version in 1.2 1.3; do
	expect_output "Python: TLS $version" '^100 connections EC RSA$' python $version rsa/www.example.com ec/www.example.com root.crt
done
ccm cert export "$(issue other.example.com --key ec256)" --out . >/dev/null
cp ec/www.example.com.crt mixed.crt
cp other.example.com.key mixed.key
expect_failure 'Python: a key of another certificate' 'MISMATCH' python 1.3 mixed ec/www.example.com root.crt
reference_to_nobody >mixed.key
expect_failure 'Python: a key that is gone' 'nothing matches URI ccm:nobody' python 1.3 mixed ec/www.example.com root.crt
kill_emulator
expect_failure 'Python: no service' 'no connection to' python 1.3 rsa/www.example.com ec/www.example.com root.crt
