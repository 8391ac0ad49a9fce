/* SPDX-License-Identifier: Apache-2.0 */
#define CCM_PROV_RSA_NAMES "RSA:rsaEncryption"
#define CCM_PROV_EC_NAMES "EC"
