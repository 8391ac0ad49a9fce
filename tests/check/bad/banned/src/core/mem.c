/* SPDX-License-Identifier: Apache-2.0 */
void *ours(void) { return malloc(1); }
