/* SPDX-License-Identifier: Apache-2.0 */
void C_GetFunctionList(void);
void OSSL_provider_init(void);
