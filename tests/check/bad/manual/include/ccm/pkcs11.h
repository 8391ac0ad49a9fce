/* SPDX-License-Identifier: Apache-2.0 */
#define CKA_CCM_BASE 0xC3434D00UL
#define CKA_CCM_SERVICE (CKA_CCM_BASE + 0x01)
#define CKA_CCM_NOTHING (CKA_CCM_BASE + 0x02)
