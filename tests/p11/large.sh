# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# A token of many certificates.
. "${CCM_SOURCE:?}/tests/support/lib.sh"

start_emulator --seed-certs 1000
export CCM_MODULE=$MODULE CCM_EMULATOR_LOG=$EMU_LOG
check 'a thousand certificates cost one listing' "$BUILD/tests/p11/p11_large"
stop_emulator
