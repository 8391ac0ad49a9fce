/* SPDX-License-Identifier: Apache-2.0 */
void test(void) { free(malloc(1)); strcpy(0, 0); }
