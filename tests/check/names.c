/* SPDX-License-Identifier: Apache-2.0 */
/* Every attribute and mechanism of the module, with its number where that is ours: for manual.sh.
 */
#include <stdio.h>

#include "p11/attr.h"
#include "p11/token.h"

static void
print(const char *name, unsigned long number)
{
	printf((number & CKA_VENDOR_DEFINED) != 0 ? "%s\t0x%lX\n" : "%s\t\n", name, number);
}

int
main(void)
{
	size_t count;
	const struct ccm_p11_attribute *rows = ccm_p11_attributes(&count);

	for (size_t i = 0; i < count; i++)
		print(rows[i].name, rows[i].type);
	for (size_t i = 0; i < ccm_p11_wish_attribute_count; i++)
		print(ccm_p11_wish_attributes[i].name, ccm_p11_wish_attributes[i].type);
	for (size_t i = 0; i < ccm_p11_mechanism_count; i++)
		print(ccm_p11_mechanisms[i].name, ccm_p11_mechanisms[i].type);
	return 0;
}
