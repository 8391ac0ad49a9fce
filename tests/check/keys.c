/* SPDX-License-Identifier: Apache-2.0 */
/* Every configuration key: section, name and default, for docs.sh. */
#include <stdio.h>

#include "core/config.h"

int
main(void)
{
	for (size_t i = 0; i < ccm_config_key_count(); i++) {
		struct ccm_config_key key = ccm_config_key_at(i);

		printf("%s\t%s\t%s\n", key.section, key.name, key.fallback);
	}
	return 0;
}
