# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/clients/server.sh
#
# Node.js: server and client in one process, each with a key reference, and the server's key exchanged
# while it serves. It reads its own section of openssl.cnf, nodejs_conf.
. "${CCM_SOURCE:?}/tests/clients/server.sh"
need node

set_up
node_tls() { env OPENSSL_CONF="$TMP/ccm.cnf" node "$SOURCE/tests/clients/tls_both.js" "$@"; }
for version in 1.2 1.3; do
	expect_output "Node: TLS $version" '^100 connections EC RSA$' \
		node_tls $version rsa/www.example.com ec/www.example.com root.crt
done
ccm cert export "$(issue other.example.com --key ec256)" --out . >/dev/null
cp ec/www.example.com.crt mixed.crt
cp other.example.com.key mixed.key
expect_failure 'Node: a key of another certificate' 'MISMATCH|mismatch' node_tls 1.3 mixed ec/www.example.com root.crt
reference_to_nobody >mixed.key
expect_failure 'Node: a key that is gone' 'nothing matches URI ccm:nobody' node_tls 1.3 mixed ec/www.example.com root.crt
