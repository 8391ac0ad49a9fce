/* SPDX-License-Identifier: Apache-2.0 */
static inline int ccm_z(void) { return ({ 1; }); }
