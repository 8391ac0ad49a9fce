/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/crypto.h>

#include "core/crypto.h"
#include "model/uri.h"

#define UUID "6b3f0f4e-1c2d-4e5f-8a9b-0c1d2e3f4a5b"
#define HEX40 "000102030405060708090a0b0c0d0e0f10111213"
#define HEX64 HEX40 "1415161718191a1b1c1d1e1f"
#define COLONS "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13"

#define UUID_HEX "6b3f0f4e1c2d4e5f8a9b0c1d2e3f4a5b"

/* Right URIs, and what describe() tells of them. */
static const struct {
	const char *text, *want;
} good[] = {
    {"ccm:", ""},
    {"CCM:", ""},
    {"ccm://", ""},
    {"ccm:;", ""},
    {"ccm:?", ""},
    {"ccm:web.example.com", "object=<web.example.com>"},
    {"ccm://web.example.com", "object=<web.example.com>"},
    {"ccm:/web", "object=</web>"},
    {"ccm:*.example.com", "object=<*.example.com>"},
    {"ccm:My%20CA", "object=<My CA>"},
    {"ccm:My CA", "object=<My CA>"},
    {"ccm:a%3Db%3bc%3Fd%26e", "object=<a=b;c?d&e>"},
    {"ccm:a&b", "object=<a&b>"},
    {"ccm:b%C3%BCcher", "object=<b\xc3\xbc"
			"cher>"},
    {"ccm:b\xc3\xbc"
     "cher",
	"object=<b\xc3\xbc"
	"cher>"},
    {"ccm:web;type=cert", "object=<web> type=1"},
    {"ccm:web;", "object=<web>"},
    {"ccm:;type=cert;", "type=1"},
    {"ccm:web?pin-value=1%262", "object=<web> pin_value=<1&2>"},
    {"ccm:" UUID, "id=" UUID_HEX},
    {"ccm:6B3F0F4E-1C2D-4E5F-8A9B-0C1D2E3F4A5B", "id=" UUID_HEX},
    {"ccm:" UUID ";type=private", "id=" UUID_HEX " type=3"},
    {"ccm:6b3f0f4e-1c2d-4e5f-8a9b-0c1d2e3f4a5g", "object=<6b3f0f4e-1c2d-4e5f-8a9b-0c1d2e3f4a5g>"},
    {"ccm:6b3f0f4e01c2d-4e5f-8a9b-0c1d2e3f4a5b", "object=<6b3f0f4e01c2d-4e5f-8a9b-0c1d2e3f4a5b>"},
    {"ccm:scs0123456789012", "id=73637330313233343536373839303132"},
    {"ccm:scs012345678901x", "object=<scs012345678901x>"},
    {"ccm:id=" UUID, "id=" UUID_HEX},
    {"ccm:id=%00%ff%3D", "id=00ff3d"},
    {"ccm:id=scs0123456789012", "id=73637330313233343536373839303132"},
    {"ccm:token=PCA;manufacturer=M%20f;model=m;serial=0123456789abcdef;object=o;type=private",
	"token=<PCA> manufacturer=<M f> model=<m> serial=<0123456789abcdef> object=<o> type=3"},
    {"ccm:type=public", "type=2"},
    {"ccm:type=data", "type=4"},
    {"ccm:type=secret-key", "type=4"},
    {"ccm:object=", "object=<>"},
    {"ccm:object=a=b", "object=<a=b>"},
    {"ccm:slot-id=1;slot-description=d;slot-manufacturer=m;library-description=d;"
     "library-version=3.0;library-manufacturer=X",
	"library_manufacturer=<X>"},
    {"ccm:ca=Root;status=REVOKED;san=192.0.2.1", "ca=<Root> status=<REVOKED> san=<192.0.2.1>"},
    {"ccm:serial=18446744073709551616;issuer=Sub%20CA",
	"issuer=<Sub CA> certificate_serial=0209010000000000000000"},
    {"ccm:ca=x;serial=0", "ca=<x> certificate_serial=020100"},
    {"ccm:ca=x;serial=0000000128", "ca=<x> certificate_serial=02020080"},
    {"ccm:ca=x;serial=0xAbc", "ca=<x> certificate_serial=02020abc"},
    {"ccm:ca=x;serial=0a:BC", "ca=<x> certificate_serial=02020abc"},
    {"ccm:fingerprint=" HEX40, "fingerprint=" HEX40},
    {"ccm:fingerprint=" COLONS, "fingerprint=" HEX40},
    {"ccm:fingerprint=" HEX64, "fingerprint=" HEX64},
    {"ccm:?pin-source=file:/etc/pin&module-name=x&module-path=/y", "pin_source=<file:/etc/pin>"},
    {"ccm:a?pin-value=&", "object=<a> pin_value=<>"},
    {"ccm:a?pin-value=x?y", "object=<a> pin_value=<x?y>"},
    {"pkcs11:", ""},
    {"PKCS11:token=PCA;object=a;type=cert?pin-value=x",
	"token=<PCA> object=<a> type=1 pin_value=<x>"},
    {"pkcs11:id=%00%ff", "id=00ff"},
};

static void
describe_text(const char *name, const char *value, struct ccm_buf *out)
{
	if (value != NULL)
		assert_true(ccm_buf_printf(out, NULL, " %s=<%s>", name, value));
}

static void
describe_bytes(const char *name, const unsigned char *data, size_t len, struct ccm_buf *out)
{
	char hex[2 * 128 + 1];

	assert_true(len < 128);
	ccm_hex(data, len, hex);
	if (len != 0)
		assert_true(ccm_buf_printf(out, NULL, " %s=%s", name, hex));
}

/* All that is in a parsed URI, and nothing else. */
static void
describe(const struct ccm_uri *uri, struct ccm_buf *out)
{
#define TEXT(member) describe_text(#member, uri->member, out)
#define BYTES(member) describe_bytes(#member, uri->member, uri->member##_len, out)
	out->len = 0;
	assert_true(ccm_buf_append_str(out, "", NULL));
	TEXT(token);
	TEXT(manufacturer);
	TEXT(model);
	TEXT(serial);
	TEXT(library_manufacturer);
	TEXT(object);
	BYTES(id);
	if (uri->type != CCM_URI_ANY)
		assert_true(ccm_buf_printf(out, NULL, " type=%d", uri->type));
	TEXT(ca);
	TEXT(issuer);
	TEXT(status);
	BYTES(certificate_serial);
	BYTES(fingerprint);
	TEXT(san);
	TEXT(pin_value);
	TEXT(pin_source);
#undef TEXT
#undef BYTES
}

static void
assert_described(const char *text, const struct ccm_uri *uri, const char *want)
{
	struct ccm_buf out = {0};

	describe(uri, &out);
	const char *got = ccm_buf_str(&out) + (out.len != 0);
	if (strcmp(got, want) != 0)
		fail_msg("%s: got '%s', want '%s'", text, got, want);
	ccm_buf_clear(&out);
}

static void
every_form_is_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < CCM_COUNT(good); i++) {
		struct ccm_error err = {0};
		struct ccm_uri uri;

		if (!ccm_uri_parse(good[i].text, &uri, &err))
			fail_msg("%s: %s", good[i].text, err.msg);
		assert_described(good[i].text, &uri, good[i].want);
		ccm_uri_clear(&uri);
		assert_described(good[i].text, &uri, "");
	}
}

static void
a_bad_uri_is_refused_with_the_reason(void **state)
{
	static const struct {
		const char *text, *reason;
	} table[] = {
	    {"", "does not start with ccm:"},
	    {"pkcs12:token=PCA", "URI pkcs12:token=PCA does not start with ccm: or pkcs11:"},
	    {"pkcs11:web", "attribute web has no value"},
	    {"pkcs11:token=PCA;san=a", "URI pkcs11:token=PCA;san=a: unknown path attribute san"},
	    {"pkcs11:objct=a", "unknown path attribute objct; did you mean object?"},
	    {"ccm", "does not start"},
	    {"ccm:tokn=PCA", "URI ccm:tokn=PCA: unknown path attribute tokn; did you mean token?"},
	    {"ccm:finger=00", "unknown path attribute finger"},
	    {"ccm:a;fingreprint=00", "did you mean fingerprint?"},
	    {"ccm:xyzzy=1", "unknown path attribute xyzzy"},
	    {"ccm:=1", "unknown path attribute"},
	    {"ccm:a?pin-vlaue=1", "unknown query attribute pin-vlaue; did you mean pin-value?"},
	    {"ccm:a?type=cert", "attribute type belongs before the question mark"},
	    {"ccm:a;pin-value=1", "attribute pin-value belongs into the query"},
	    {"ccm:a?pin-value", "attribute pin-value has no value"},
	    {"ccm:token=PCA;web", "attribute web has no value"},
	    {"ccm:a;object=b", "attribute object is given twice"},
	    {"ccm:" UUID ";id=%01", "attribute id is given twice"},
	    {"ccm:token=a;token=a", "attribute token is given twice"},
	    {"ccm:?pin-value=1&pin-value=1", "attribute pin-value is given twice"},
	    {"ccm:?pin-value=1&pin-source=x", "exclude each other"},
	    {"ccm:type=Cert", "type Cert is none of cert, public, private"},
	    {"ccm:type=", "is none of"},
	    {"ccm:id=", "id is empty"},
	    {"ccm:a%", "attribute object: percent sign without two hex digits"},
	    {"ccm:a%4", "percent sign"},
	    {"ccm:a%zz", "percent sign"},
	    {"ccm:a%4;type=cert", "percent sign"},
	    {"ccm:a%00b", "NUL in a text"},
	    {"ccm:a\nb", "control character 0x0a"},
	    {"ccm:web\n", "control character 0x0a"},
	    {"ccm:fingerprint=", "is neither 40 nor 64 hex digits"},
	    {"ccm:fingerprint=" HEX40 "0", "is neither"},
	    {"ccm:fingerprint=" HEX64 "00", "is neither"},
	    {"ccm:fingerprint=g00102030405060708090a0b0c0d0e0f10111213", "is neither"},
	    {"ccm:ca=a;issuer=b", "ca and issuer both name the issuing CA"},
	    {"ccm:ca=a;serial=12a", "serial 12a is neither decimal nor hex"},
	    {"ccm:ca=a;serial=", "is neither"},
	    {"ccm:ca=a;serial=-1", "is neither"},
	    {"ccm:ca=a;serial=0x", "is neither"},
	    {"ccm:ca=a;serial=:", "is neither"},
	    {"ccm:ca=a;serial=0x" HEX64 HEX64 "00", "longer than 64 bytes"},
	};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(table); i++) {
		struct ccm_error err = {0};
		struct ccm_uri uri = {.type = CCM_URI_CERT};

		if (ccm_uri_parse(table[i].text, &uri, &err) || err.code != CCM_USAGE ||
		    strstr(err.msg, table[i].reason) == NULL)
			fail_msg("%s: got %d '%s', want '%s'", table[i].text, err.code, err.msg,
			    table[i].reason);
		assert_described(table[i].text, &uri, "");
	}
}

static void
only_the_scheme_makes_it_ours(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} table[] = {{"ccm:", true}, {"cCm:x", true}, {"ccm", false}, {"ccmx:", false}, {"", false},
	    {" ccm:", false}, {"file:ccm:x", false}, {"pkcs11:token=ccm:", false}};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(table); i++)
		assert_int_equal(ccm_uri_is_ours(table[i].text), table[i].want);
}

static void
no_message_shows_a_pin(void **state)
{
	static const char *const texts[] = {"ccm:a?pin-value=s3cret&pin-value=s3cret",
	    "ccm:a?pin-vlaue=s3cret", "ccm:a;pin-value=s3cret", "ccm:a;x=1;pin-value=s3cret",
	    "ccm:tokn=1?pin-value=s3cret", "ccm:a?pin-value=s3cret%", "ccm:a?PIN-VALUE=s3cret",
	    "ccm:a&pin-value=s3cret", "ccm:a;pin=s3cret", "ccm:a;pin_value=s3cret",
	    "xyz:a?pin-value=s3cret", "ccm:a?pin-value=s3cret&pin-source=x",
	    "ccm:a?pin-value=s3cret&type=cert"};

	(void)state;
	for (size_t i = 0; i < CCM_COUNT(texts); i++) {
		struct ccm_error err = {0};
		struct ccm_uri uri;

		assert_false(ccm_uri_parse(texts[i], &uri, &err));
		if (err.msg[0] == '\0' || strstr(err.msg, "s3cret") != NULL)
			fail_msg("%s: %s", texts[i], err.msg);
		assert_null(strstr(ccm_uri_show(texts[i]).text, "s3cret"));
	}
}

static void
what_is_shown_is_cut_and_says_so(void **state)
{
	char text[1000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memcpy(text, "ccm:", 4);
	assert_int_equal(strlen(ccm_uri_show(text).text), 243);
	assert_string_equal(ccm_uri_show(text).text + 240, "...");
	assert_string_equal(ccm_uri_show("ccm:shopping.example.com;type=cert?x=1").text,
	    "ccm:shopping.example.com;type=cert");
	assert_string_equal(ccm_uri_show("ccm:a;pin-value=1").text, "ccm:a;...");
}

static void
there_is_no_limit_to_the_length(void **state)
{
	static char text[200000];
	struct ccm_uri uri;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "ccm:", 4);
	assert_true(ccm_uri_parse(text, &uri, NULL));
	assert_int_equal(strlen(uri.object), sizeof(text) - 5);
	ccm_uri_clear(&uri);
	memcpy(text, "ccm:x=", 6);
	memset(text + 100, '=', 100);
	assert_false(ccm_uri_parse(text, &uri, NULL));
	memset(text + 4, 'y', sizeof(text) - 5);
	memcpy(text + 150000, "=", 1);
	assert_false(ccm_uri_parse(text, &uri, NULL));
}

static void
the_pin_lives_in_the_secure_heap(void **state)
{
	struct ccm_uri uri;

	(void)state;
	assert_true(ccm_uri_parse("ccm:a?pin-value=1234", &uri, NULL));
	assert_int_equal(CRYPTO_secure_allocated(uri.pin_value), 1);
	ccm_uri_clear(&uri);
}

/* Whatever the bytes, there is an answer and nothing breaks (ASan looks). */
static void
random_texts_break_nothing(void **state)
{
	static const char *const pieces[] = {"ccm:", "token=", "object=", "id=", "type=", "serial=",
	    "ca=", "fingerprint=", "pin-value=", ";", "&", "?", "=", "%", "%41", "%00", ":", "/",
	    "0x", "9", "a", "\x7f", "\xff", UUID + 21};
	unsigned char dice[24];

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		struct ccm_buf text = {0};
		struct ccm_error err = {0};
		struct ccm_uri uri;

		assert_true(ccm_random(dice, sizeof(dice), NULL));
		for (size_t k = 0; k < dice[0] % sizeof(dice); k++)
			assert_true(ccm_buf_append_str(
			    &text, k == 0 ? "ccm:" : pieces[dice[k] % CCM_COUNT(pieces)], NULL));
		bool ok = ccm_uri_parse(ccm_buf_str(&text), &uri, &err);
		assert_int_equal(ok, err.code == CCM_OK);
		ccm_buf_clear(&text);
		ccm_uri_clear(&uri);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_form_is_understood),
	    cmocka_unit_test(a_bad_uri_is_refused_with_the_reason),
	    cmocka_unit_test(only_the_scheme_makes_it_ours),
	    cmocka_unit_test(no_message_shows_a_pin),
	    cmocka_unit_test(what_is_shown_is_cut_and_says_so),
	    cmocka_unit_test(there_is_no_limit_to_the_length),
	    cmocka_unit_test(the_pin_lives_in_the_secure_heap),
	    cmocka_unit_test(random_texts_break_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
