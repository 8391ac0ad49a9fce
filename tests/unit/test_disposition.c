/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "cloud/disposition.h"

static const struct {
	const char *header, *want; /* NULL: none */
} cases[] = {
    {"attachment; filename=web_nginx.zip", "web_nginx.zip"},
    {"attachment; filename=\"web nginx.zip\"", "web nginx.zip"},
    {"attachment ;  FileName = \"a;b=c.zip\" ; size=3", "a;b=c.zip"},
    {"attachment; filename=\"a\\\"b.zip\"", "a\"b.zip"},
    {"attachment; filename=\"_.zip\"; filename*=UTF-8''%e8%af%81.zip", "\xe8\xaf\x81.zip"},
    {"attachment; filename*=utf-8'de'%C3%BC.zip; filename=u.zip", "\xc3\xbc.zip"},
    {"attachment; filename*=ISO-8859-1''%fc.zip; filename=u.zip", "u.zip"},
    {"attachment; filename*=UTF-8; filename=u.zip", "u.zip"},
    {"attachment; filename*=UTF-8''%zz%4", "%zz%4"},
    {"attachment; filename=\"\xe8\xaf\x81.zip\"", "\xe8\xaf\x81.zip"},
    {"attachment; filename=\"\xfc.zip\"", "?.zip"},
    {"attachment; filename*=UTF-8''%e8%af4.zip", "??4.zip"},
    {"inline;filename=a.zip;filename=b.zip", "a.zip"},
    {"attachment; filename=\"../../etc/passwd\"", "passwd"},
    {"attachment; filename=\"C:\\\\windows\\\\a.zip\"", "a.zip"},
    {"attachment; filename*=UTF-8''..%2f..%2fa.zip", "a.zip"},
    {"attachment; filename*=UTF-8''a%00b.zip", "a"},
    {"attachment; filename*=UTF-8''a%0d%0aSet-Cookie", "a"},
    {"attachment; filename=\"..\"", NULL},
    {"attachment; filename=\".hidden\"", NULL},
    {"attachment; filename=\"/\"", NULL},
    {"attachment; filename=\"\"", NULL},
    {"attachment; filename=", NULL},
    {"attachment; filename", NULL},
    {"attachment; filename=\"open", "open"},
    {"attachment; filename=\"open\\", NULL},
    {"attachment; =x; \"y\"; ;;", NULL},
    {"attachment", NULL},
    {"", NULL},
    {NULL, NULL},
};

static void
test_names_are_read_and_made_harmless(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(cases); i++) {
		struct ccm_error err = {0};
		char *name;

		assert_true(ccm_disposition_name(cases[i].header, &name, &err));
		if (cases[i].want == NULL)
			assert_null(name);
		else if (name == NULL)
			fail_msg("%s: no name", cases[i].header);
		else
			assert_string_equal(name, cases[i].want);
		ccm_free(name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names_are_read_and_made_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
