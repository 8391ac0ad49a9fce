# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# The C clients that need objects to look at.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator
make_ca ec256
CCM_TEST_ID=$(issue rsa.example.com --key rsa2048 --server)
issue ec.example.com --key ec256 --client >/dev/null
ccm tag add cert "$CCM_TEST_ID" team=web env=prod
export CCM_TEST_ID CCM_MODULE=$MODULE CCM_EMULATOR_LOG=$EMU_LOG

check 'objects and attributes are what the standard says' "$BUILD/tests/p11/p11_object"
check 'their values come as the standard says' "$BUILD/tests/p11/p11_value"
check 'searches find what matches and nothing else' "$BUILD/tests/p11/p11_match"
stop_emulator
