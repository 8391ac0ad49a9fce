# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Each of the 56 operations, called as the reference shows and with no more than it must have; what
# comes back is compared with the contract.
#
# A service other than the emulator: CCM_CONTRACT_CONFIG=FILE tests/run contract. It makes CAs,
# certificates and orders there, which cost money, and deletes what can be deleted. Set
# CCM_CONTRACT_LOGIN (contract.py says how) to have the login tried as well.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need python3 openssl

strict=()
if [[ -n ${CCM_CONTRACT_CONFIG:-} ]]; then
	export CCM_CONFIG=$CCM_CONTRACT_CONFIG
else
	start_emulator
	strict=(--strict)
	export CCM_CONTRACT_LOGIN=emulator:emulator-password:emulator-account:eu-west-101
fi
PYTHONDONTWRITEBYTECODE=1 python3 "$SOURCE/tests/contract/contract.py" "$BUILD/src/ccm" \
	"$SOURCE/tests/data/ccm-operations.json" "${strict[@]}"
