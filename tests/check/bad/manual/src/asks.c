/* SPDX-License-Identifier: Apache-2.0 */
static const char *const names[] = {"CCM_CONFIG", "HW_NAMELESS"};

const char *
ask(void)
{
	return getenv("NAMELESS");
}
