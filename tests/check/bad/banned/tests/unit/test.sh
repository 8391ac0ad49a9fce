# SPDX-License-Identifier: Apache-2.0
. "$CCM_SOURCE/tests/support/lib.sh"
