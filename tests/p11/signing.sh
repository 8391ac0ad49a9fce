# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# The C clients that need keys to sign with.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator
make_ca ec256
issue rsa.example.com --key rsa2048 --server >/dev/null
issue ec.example.com --key ec256 --server >/dev/null
issue ec384.example.com --key ec384 --client >/dev/null
export CCM_MODULE=$MODULE CCM_EMULATOR_LOG=$EMU_LOG

check 'every mechanism signs and verifies as the standard says' "$BUILD/tests/p11/p11_sign"
equal 'each of the three keys came with its certificate, once' 3 "$(calls pca_export_certificate)"
check 'what does not fit is refused' "$BUILD/tests/p11/p11_mechanism"
check 'threads do not disturb one another' "$BUILD/tests/p11/p11_threads"
check 'ten thousand rounds leave nothing behind' "$BUILD/tests/p11/p11_long"
stop_emulator
