/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#ifdef MAIN
int main(int argc, char **argv) { char text[8]; sprintf(text, "%s", argv[argc - 1]); return puts(text); }
#else
void C_GetFunctionList(void) {}
void OSSL_provider_init(void) {}
void ccm_error_init(char *to) { puts(to); }
__attribute__((destructor)) static void at_exit(void) { puts(""); }
#endif
