/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "emu/layout.h"

/* All combinations of ccm-api.json `export_layouts`; NULL: not defined. */
static const struct {
	struct ccm_emu_form form; /* SM2, key made by PCA, ZIP, SM standard, type */
	const char *want;
} cases[] = {
    {{false, true, true, false, "APACHE"}, "server.key chain.crt server.crt"},
    {{false, false, true, false, "APACHE"}, "chain.crt server.crt"},
    {{false, true, false, false, "APACHE"}, "certificate certificate_chain private_key"},
    {{false, false, false, false, "APACHE"}, "certificate certificate_chain"},
    {{false, true, true, false, "IIS"}, "keystorePass.txt server.pfx"},
    {{false, false, true, false, "IIS"}, "chain.crt server.crt"},
    {{false, true, false, false, "IIS"}, NULL},
    {{false, false, false, false, "IIS"}, "certificate certificate_chain"},
    {{false, true, true, false, "NGINX"}, "server.key server.crt"},
    {{false, false, true, false, "NGINX"}, "server.crt"},
    {{false, true, false, false, "NGINX"}, "certificate certificate_chain private_key"},
    {{false, false, false, false, "NGINX"}, "certificate certificate_chain"},
    {{false, true, true, false, "TOMCAT"}, "keystorePass.txt server.jks"},
    {{false, false, true, false, "TOMCAT"}, "chain.crt server.crt"},
    {{false, true, false, false, "TOMCAT"}, NULL},
    {{false, false, false, false, "TOMCAT"}, "certificate certificate_chain"},
    {{false, true, true, false, "OTHER"}, "server.key chain.pem server.pem"},
    {{false, false, true, false, "OTHER"}, "chain.pem cert.pem"},
    {{false, true, false, false, "OTHER"}, "certificate certificate_chain private_key"},
    {{false, false, false, false, "OTHER"}, "certificate certificate_chain"},
    {{true, true, true, true, "APACHE"}, NULL},
    {{true, true, true, true, "IIS"}, NULL},
    {{true, true, true, true, "NGINX"}, NULL},
    {{true, true, true, true, "TOMCAT"}, NULL},
    {{true, true, true, true, "OTHER"},
	"chain.pem signCert.key signCert.pem encSm2EnvelopedKey.key signedAndEnvelopedData.key "
	"encCert.pem"},
    {{true, false, true, true, "APACHE"}, NULL},
    {{true, false, true, true, "IIS"}, NULL},
    {{true, false, true, true, "NGINX"}, NULL},
    {{true, false, true, true, "TOMCAT"}, NULL},
    {{true, false, true, true, "OTHER"},
	"chain.pem signCert.pem encSm2EnvelopedKey.key signedAndEnvelopedData.key encCert.pem"},
    {{true, true, true, false, "APACHE"}, NULL},
    {{true, true, true, false, "IIS"}, NULL},
    {{true, true, true, false, "NGINX"}, NULL},
    {{true, true, true, false, "TOMCAT"}, NULL},
    {{true, true, true, false, "OTHER"},
	"chain.pem signCert.key signCert.pem encCert.key encCert.pem"},
    {{true, false, true, false, "APACHE"}, NULL},
    {{true, false, true, false, "IIS"}, NULL},
    {{true, false, true, false, "NGINX"}, NULL},
    {{true, false, true, false, "TOMCAT"}, NULL},
    {{true, false, true, false, "OTHER"}, "chain.pem signCert.pem encCert.key encCert.pem"},
    {{true, true, false, true, "APACHE"}, NULL},
    {{true, true, false, true, "IIS"}, NULL},
    {{true, true, false, true, "NGINX"}, NULL},
    {{true, true, false, true, "TOMCAT"}, NULL},
    {{true, true, false, true, "OTHER"},
	"certificate_chain certificate private_key enc_certificate enc_sm2_enveloped_key "
	"signed_and_enveloped_data"},
    {{true, false, false, true, "APACHE"}, NULL},
    {{true, false, false, true, "IIS"}, NULL},
    {{true, false, false, true, "NGINX"}, NULL},
    {{true, false, false, true, "TOMCAT"}, NULL},
    {{true, false, false, true, "OTHER"}, "certificate_chain certificate enc_certificate "
					  "enc_sm2_enveloped_key signed_and_enveloped_data"},
    {{true, true, false, false, "APACHE"}, NULL},
    {{true, true, false, false, "IIS"}, NULL},
    {{true, true, false, false, "NGINX"}, NULL},
    {{true, true, false, false, "TOMCAT"}, NULL},
    {{true, true, false, false, "OTHER"},
	"certificate_chain certificate private_key enc_certificate enc_private_key"},
    {{true, false, false, false, "APACHE"}, NULL},
    {{true, false, false, false, "IIS"}, NULL},
    {{true, false, false, false, "NGINX"}, NULL},
    {{true, false, false, false, "TOMCAT"}, NULL},
    {{true, false, false, false, "OTHER"},
	"certificate_chain certificate enc_certificate enc_private_key"},
};

static void
test_each_combination_has_its_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		const struct ccm_emu_piece *piece = ccm_emu_layout_find(&cases[i].form);
		struct ccm_buf got = {0};

		assert_int_equal(piece != NULL, cases[i].want != NULL);
		for (; piece != NULL && piece->name != NULL; piece++)
			assert_true(ccm_buf_printf(
			    &got, NULL, "%s%s", got.len != 0 ? " " : "", piece->name));
		assert_string_equal(ccm_buf_str(&got), cases[i].want != NULL ? cases[i].want : "");
		ccm_buf_clear(&got);
	}
}

static void
test_the_sm_standard_is_of_no_meaning_to_others(void **state)
{
	struct ccm_emu_form form = {.own_key = true, .type = "NGINX"};
	const struct ccm_emu_piece *plain = ccm_emu_layout_find(&form);

	(void)state;
	form.sm_standard = true;
	assert_ptr_equal(ccm_emu_layout_find(&form), plain);
	form.type = "JBOSS";
	assert_null(ccm_emu_layout_find(&form));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_each_combination_has_its_pieces),
	    cmocka_unit_test(test_the_sm_standard_is_of_no_meaning_to_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
