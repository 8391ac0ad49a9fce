/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cloud/operations.h"
#include "data.h"

/*
 * Where the table is meant to differ from the contract. Logging in knows more ways than the API
 * reference shows (spec/huawei-auth.md 2.1), and where the reference's tables and its own examples
 * disagree the table follows chapter 8 of spec/ccm-api.md. Everything else must be equal.
 */
static const char *const extra_fields[] = {
    "iam_create_token: nocatalog",
    "iam_create_token: auth.identity.password.user.id",
    "iam_create_token: auth.identity.token",
    "iam_create_token: auth.scope.domain",
    "iam_create_token: auth.scope.project.id",
    "iam_list_projects: name",
    "iam_list_projects: domain_id",
    "scm_list_certificates: content",
};
static const char *const loosened_fields[] = {
    "iam_create_token: auth.identity.password",
    "iam_create_token: auth.identity.password.user.name",
    "iam_create_token: auth.identity.password.user.domain",
    "iam_create_token: auth.scope.project",
    "iam_create_token: auth.scope.project.name",
};
/* Bounds: ids of SCM are not checked for length, its offset goes on, CDN has no region. */
static const char *const other_bounds[] = {
    "scm_apply_certificate: certificate_id",
    "scm_cancel_certificate_application: certificate_id",
    "scm_list_certificates: offset",
    "scm_get_certificate: certificate_id",
    "scm_delete_certificate: certificate_id",
    "scm_export_certificate: certificate_id",
    "scm_push_certificate: certificate_id",
    "scm_push_certificate: target_project",
    "scm_batch_push_certificate: certificate_id",
    "scm_deploy_certificate: certificate_id",
    "pca_list_cas_by_tags: tags",
    "pca_list_cas_by_tags: tags.values",
    "pca_count_cas_by_tags: tags",
    "pca_count_cas_by_tags: tags.values",
    "pca_list_certificates_by_tags: tags",
    "pca_list_certificates_by_tags: tags.values",
    "pca_count_certificates_by_tags: tags",
    "pca_count_certificates_by_tags: tags.values",
};
/* Enumerations: open ones, and case that does not matter or is that of the examples. */
static const char *const other_values[] = {
    "scm_apply_certificate: domain_method",
    "scm_list_certificates: status",
    "scm_push_certificate: target_service",
    "scm_batch_push_certificate: target_service",
};
static const char *const extra_aliases[] = {"pca_delete_certificate"};

static unsigned differences, fields_compared;

static bool
listed(const char *const *list, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i], path) == 0)
			return true;
	}
	return false;
}

static void __attribute__((format(printf, 2, 3))) differ(const char *path, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	print_error("%s: %s\n", path, text);
	differences++;
}

static const char *
text_of(const struct ccm_json *object, const char *name)
{
	const char *text = NULL;

	assert_true(ccm_json_opt_string(object, name, &text, NULL));
	return text;
}

static bool
truth_of(const struct ccm_json *object, const char *name)
{
	bool truth = false;

	assert_true(ccm_json_opt_bool(object, name, &truth, NULL));
	return truth;
}

static void
compare_text(const char *path, const char *what, const char *got, const char *want)
{
	if (got == NULL || want == NULL ? got != want : strcmp(got, want) != 0)
		differ(path, "%s is %s, the contract says %s", what, got, want);
}

/* A string whose prose gives the values it may have is a whole number. */
static bool
is_number_in_prose(const struct ccm_json *want)
{
	return ccm_json_get(want, "prose_min_value") != NULL;
}

static void
compare_type(const char *path, const struct ccm_field *field, const struct ccm_json *want)
{
	static const char *const names[] = {
	    "string", "integer", "boolean", "object", "array of string", "array of object"};
	const char *type = is_number_in_prose(want) ? "integer" : text_of(want, "type");
	char full[64];

	snprintf(full, sizeof(full), "%s", type);
	if (strcmp(type, "array") == 0)
		snprintf(full, sizeof(full), "array of %s", text_of(want, "items.type"));
	compare_text(path, "the type", names[field->type], full);
	if (field->either_type != (ccm_json_get(want, "accepts_types") != NULL))
		differ(path, "either_type is %d", field->either_type);
}

static void
compare_elements(const char *path, const struct ccm_field *field, const struct ccm_json *want)
{
	int64_t least = 0, most = 0;

	assert_true(ccm_json_opt_int(want, "array_min", &least, NULL));
	assert_true(ccm_json_opt_int(want, "array_max", &most, NULL));
	if (field->list_max != most)
		differ(path, "list_max is %jd, the contract says %jd", (intmax_t)field->list_max,
		    (intmax_t)most);
	if (field->list_min != least && !listed(other_bounds, CCM_COUNT(other_bounds), path))
		differ(path, "list_min is %jd, the contract says %jd", (intmax_t)field->list_min,
		    (intmax_t)least);
}

/* A closed enumeration says all that bounds could. */
static void
compare_bounds(const char *path, const struct ccm_field *field, const struct ccm_json *want)
{
	const char *kind = text_of(want, "bounds");
	bool bounded = kind != NULL && strcmp(kind, "meaningless") != 0;
	int64_t min = 0, max = INT64_MAX, prose_max = -1;

	if ((field->values != NULL && !field->values_open) ||
	    listed(other_bounds, CCM_COUNT(other_bounds), path))
		return;
	assert_true(ccm_json_opt_int(want, "min", &min, NULL));
	assert_true(ccm_json_opt_int(want, "max", &max, NULL));
	assert_true(ccm_json_opt_int(want, "prose_max", &prose_max, NULL));
	if (prose_max >= 0) {
		bounded = true;
		max = prose_max;
	}
	if (is_number_in_prose(want)) {
		assert_true(ccm_json_opt_int(want, "prose_min_value", &min, NULL));
		assert_true(ccm_json_opt_int(want, "prose_max_value", &max, NULL));
	}
	if (field->bounded != bounded)
		differ(path, "bounded is %d, the contract says %d", field->bounded, bounded);
	if (bounded && (field->min != min || field->max != max))
		differ(path, "the bounds are %jd to %jd, the contract says %jd to %jd",
		    (intmax_t)field->min, (intmax_t)field->max, (intmax_t)min, (intmax_t)max);
}

static bool
same_value(const struct ccm_json *want, const char *got, bool any_case)
{
	char number[24];
	const char *text = number;
	int64_t value;

	if (ccm_json_type(want) == CCM_JSON_NUMBER) {
		assert_true(ccm_json_as_int(want, &value));
		snprintf(number, sizeof(number), "%jd", (intmax_t)value);
	} else {
		assert_true(ccm_json_as_string(want, &text));
	}
	return (any_case ? strcasecmp : strcmp)(text, got) == 0;
}

static bool
has_value(const struct ccm_field *field, const struct ccm_json *want)
{
	for (const char *const *value = field->values; *value != NULL; value++) {
		if (same_value(want, *value, field->any_case))
			return true;
	}
	return false;
}

static void
compare_values(const char *path, const struct ccm_field *field, const struct ccm_json *want)
{
	const struct ccm_json *values = ccm_json_get(want, "enum");
	size_t known = 0;

	if (field->type == CCM_FIELD_BOOLEAN)
		values = NULL; /* true and false, which the type says already */
	if ((field->values != NULL) != (values != NULL)) {
		differ(path, "there is %s enumeration", field->values != NULL ? "an" : "no");
		return;
	}
	if (values == NULL)
		return;
	for
		ccm_json_each(value, values)
		{
			if (!has_value(field, value))
				differ(path, "a value of the contract is missing");
		}
	while (field->values[known] != NULL)
		known++;
	if (known != ccm_json_count(values))
		differ(path, "there are %zu values, the contract has %zu", known,
		    ccm_json_count(values));
	if (listed(other_values, CCM_COUNT(other_values), path))
		return;
	if (field->values_open != truth_of(want, "enum_open"))
		differ(path, "values_open is %d", field->values_open);
	if (field->any_case != truth_of(want, "case_insensitive"))
		differ(path, "any_case is %d", field->any_case);
}

static void compare_lists(const char *path, const struct ccm_field *fields, size_t count,
    const struct ccm_json *want, enum ccm_field_place place);

static void
compare_field(const char *path, const struct ccm_field *field, const struct ccm_json *want)
{
	bool mandatory = truth_of(want, "mandatory");

	fields_compared++;
	if (listed(loosened_fields, CCM_COUNT(loosened_fields), path))
		mandatory = false;
	if (field->mandatory != mandatory)
		differ(path, "mandatory is %d, the contract says %d", field->mandatory, mandatory);
	if (field->help == NULL)
		differ(path, "there is no help");
	compare_type(path, field, want);
	compare_bounds(path, field, want);
	compare_elements(path, field, want);
	compare_values(path, field, want);
	compare_lists(
	    path, field->fields, field->field_count, ccm_json_get(want, "fields"), CCM_IN_BODY);
}

static void
join(char out[256], const char *path, const char *name)
{
	snprintf(out, 256, "%s%s%s", path, strstr(path, ": ") != NULL ? "." : ": ", name);
}

static const struct ccm_field *
find_field(
    const struct ccm_field *fields, size_t count, const char *name, enum ccm_field_place place)
{
	for (size_t i = 0; i < count; i++) {
		if (fields[i].place == place && strcmp(fields[i].name, name) == 0)
			return &fields[i];
	}
	return NULL;
}

static bool
contract_has(const struct ccm_json *want, const char *name)
{
	for
		ccm_json_each(element, want)
		{
			if (strcmp(text_of(element, "name"), name) == 0)
				return true;
		}
	return false;
}

static void
compare_lists(const char *path, const struct ccm_field *fields, size_t count,
    const struct ccm_json *want, enum ccm_field_place place)
{
	char full[256];

	for
		ccm_json_each(element, want)
		{
			const char *name = text_of(element, "name");
			const struct ccm_field *field = find_field(fields, count, name, place);

			join(full, path, name);
			if (field == NULL)
				differ(full, "is missing in the table");
			else
				compare_field(full, field, element);
		}
	for (size_t i = 0; i < count; i++) {
		join(full, path, fields[i].name);
		if (fields[i].place == place && !contract_has(want, fields[i].name) &&
		    !listed(extra_fields, CCM_COUNT(extra_fields), full))
			differ(full, "is not in the contract");
	}
}

static void
compare_operation(const struct ccm_operation *op, const struct ccm_json *want)
{
	const struct ccm_json *status = ccm_json_get(want, "success_status");
	int64_t success;

	compare_text(
	    op->id, "the service", ccm_service_name(op->service), text_of(want, "service"));
	compare_text(op->id, "the method", op->method, text_of(want, "method"));
	compare_text(op->id, "the path", op->path, text_of(want, "path"));
	compare_text(op->id, "the summary", op->summary, text_of(want, "purpose"));
	compare_text(op->id, "the action", op->iam_action, text_of(want, "iam_action"));
	if (!listed(extra_aliases, CCM_COUNT(extra_aliases), op->id))
		compare_text(op->id, "the other name of the action", op->iam_alias,
		    text_of(want, "iam_alias"));
	assert_true(ccm_json_as_int(ccm_json_first(status), &success));
	if (op->success != success || ccm_json_count(status) != 1)
		differ(op->id, "success is %d", op->success);
	if (op->body_required != truth_of(want, "body_required"))
		differ(op->id, "body_required is %d", op->body_required);
	compare_lists(
	    op->id, op->fields, op->field_count, ccm_json_get(want, "path_params"), CCM_IN_PATH);
	compare_lists(
	    op->id, op->fields, op->field_count, ccm_json_get(want, "query_params"), CCM_IN_QUERY);
	compare_lists(op->id, op->fields, op->field_count, ccm_json_get(want, "body"), CCM_IN_BODY);
}

static void
test_the_table_is_the_contract(void **state)
{
	struct ccm_json *contract = test_data_json("ccm-operations.json");
	size_t compared = 0;

	(void)state;
	assert_non_null(contract);
	for
		ccm_json_each(want, ccm_json_get(contract, "operations"))
		{
			const struct ccm_operation *op = ccm_operation_find(text_of(want, "id"));

			if (op == NULL) {
				differ(text_of(want, "id"), "is missing in the table");
				continue;
			}
			compare_operation(op, want);
			compared++;
		}
	ccm_json_free(contract);
	print_message("%zu operations, %u fields compared\n", compared, fields_compared);
	assert_int_equal(differences, 0);
	assert_int_equal(compared, ccm_operation_count());
	assert_int_equal(compared, 56);
	assert_int_equal(fields_compared, 293);
}

static void
test_ids_are_unique_and_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < ccm_operation_count(); i++) {
		const struct ccm_operation *op = ccm_operation_at(i);

		assert_ptr_equal(ccm_operation_find(op->id), op);
	}
	assert_null(ccm_operation_find("pca_list"));
	assert_null(ccm_operation_find(""));
}

static void
test_rows_that_create_are_not_repeatable(void **state)
{
	(void)state;
	assert_false(ccm_pca_create_ca.repeatable);
	assert_false(ccm_pca_create_certificate.repeatable);
	assert_false(ccm_pca_activate_ca.repeatable);
	assert_false(ccm_pca_order_ca.repeatable);
	assert_false(ccm_pca_issue_certificate_by_csr.repeatable);
	assert_false(ccm_scm_purchase_certificate.repeatable);
	assert_false(ccm_scm_import_certificate.repeatable);
	assert_false(ccm_scm_deploy_certificate.repeatable);
	assert_true(ccm_pca_export_certificate.repeatable);
	assert_true(ccm_iam_create_token.anonymous);
	for (size_t i = 0; i < ccm_operation_count(); i++) {
		const struct ccm_operation *op = ccm_operation_at(i);

		if (strcmp(op->method, "GET") == 0)
			assert_true(op->repeatable);
	}
}

static void
test_names_on_one_level_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < ccm_operation_count(); i++) {
		const struct ccm_operation *op = ccm_operation_at(i);

		for (size_t j = 0; j < op->field_count; j++) {
			for (size_t k = 0; k < j; k++)
				assert_string_not_equal(op->fields[j].name, op->fields[k].name);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_table_is_the_contract),
	    cmocka_unit_test(test_ids_are_unique_and_found),
	    cmocka_unit_test(test_rows_that_create_are_not_repeatable),
	    cmocka_unit_test(test_names_on_one_level_are_unique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
