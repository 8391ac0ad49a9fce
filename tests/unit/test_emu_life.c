/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "cloud/operation_rows.h"
#include "emu/life.h"
#include "emu/revocation.h"

/* ccm-api.md 4, `allowed_states_by_operation` of ccm-api.json; and the practice where it is silent.
 */
static const struct {
	const struct ccm_operation *op;
	const char *states;
} cases[] = {
    {&ccm_pca_activate_ca, "PENDING"},
    {&ccm_pca_get_ca_csr, "PENDING"},
    {&ccm_pca_import_ca, "PENDING"},
    {&ccm_pca_delete_ca, "PENDING DISABLED REVOKED"},
    {&ccm_pca_disable_ca, "ACTIVED EXPIRED"},
    {&ccm_pca_enable_ca, "DISABLED"},
    {&ccm_pca_restore_ca, "DELETED"},
    {&ccm_pca_export_ca, "ACTIVED EXPIRED"},
    {&ccm_pca_revoke_ca, "ACTIVED DISABLED"},
    {&ccm_pca_enable_crl, "ACTIVED DISABLED"},
    {&ccm_pca_disable_crl, "PENDING ACTIVED DISABLED DELETED EXPIRED REVOKED ISSUED"},
    {&ccm_pca_get_ca, "PENDING ACTIVED DISABLED DELETED EXPIRED REVOKED ISSUED"},
    {&ccm_pca_export_certificate, "ISSUED"},
    {&ccm_pca_revoke_certificate, "ISSUED"},
    {&ccm_pca_delete_certificate, "PENDING ACTIVED DISABLED DELETED EXPIRED REVOKED ISSUED"},
};

static void
test_operations_are_for_states(void **state)
{
	static const char *const states[] = {
	    "PENDING", "ACTIVED", "DISABLED", "DELETED", "EXPIRED", "REVOKED", "ISSUED"};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++)
		for (size_t j = 0; j < CCM_COUNT(states); j++)
			if (ccm_emu_life_allows(cases[i].op, states[j]) !=
			    (strstr(cases[i].states, states[j]) != NULL))
				fail_msg("%s in %s", cases[i].op->id, states[j]);
}

static void
test_each_reason_of_the_table_has_its_number(void **state)
{
	static const int numbers[] = {0, 1, 2, 3, 4, 5, 6, 9, 10}; /* RFC 5280 5.3.1 */
	size_t count = 0;

	(void)state;
	for (; ccm_values_revocation_reason[count] != NULL; count++)
		assert_int_equal(
		    ccm_emu_revocation_reason(ccm_values_revocation_reason[count]), numbers[count]);
	assert_int_equal(count, CCM_COUNT(numbers));
	assert_int_equal(ccm_emu_revocation_reason("REMOVE_FROM_CRL"), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_operations_are_for_states),
	    cmocka_unit_test(test_each_reason_of_the_table_has_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
