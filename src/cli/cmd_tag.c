/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"

#include <string.h>

/* Tags: the same commands for CAs and certificates. */

struct family {
	const char *word;
	const struct ccm_kind *kind;
	const struct ccm_operation *add, *remove, *list, *list_all, *find, *count;
};

static const struct family families[] = {
    {"ca", &ccm_kind_ca, &ccm_pca_batch_create_ca_tags, &ccm_pca_batch_delete_ca_tags,
	&ccm_pca_list_ca_tags, &ccm_pca_list_all_ca_tags, &ccm_pca_list_cas_by_tags,
	&ccm_pca_count_cas_by_tags},
    {"cert", &ccm_kind_certificate, &ccm_pca_batch_create_certificate_tags,
	&ccm_pca_batch_delete_certificate_tags, &ccm_pca_list_certificate_tags,
	&ccm_pca_list_all_certificate_tags, &ccm_pca_list_certificates_by_tags,
	&ccm_pca_count_certificates_by_tags},
};

static const struct family *
family_of(const struct ccm_args *args, struct ccm_error *err)
{
	for (size_t i = 0; i < CCM_COUNT(families); i++)
		if (strcmp(args->operands[0], families[i].word) == 0)
			return &families[i];
	ccm_fail(err, CCM_USAGE, "\"%s\" is neither ca nor cert", args->operands[0]);
	return NULL;
}

/* The list of the request, which it owns. */
static struct ccm_json *
new_list(struct ccm_json *request, const char *name, struct ccm_error *err)
{
	struct ccm_json *list = ccm_json_new_array(err);

	return list != NULL && ccm_json_add_json(request, name, list, err) ? list : NULL;
}

/* { "key": ..., NAME: value } at the end of the list; value is taken. */
static bool
append_tag(struct ccm_json *list, struct ccm_span key, const char *name, struct ccm_json *value,
    struct ccm_error *err)
{
	char *text = ccm_strndup((const char *)key.data, key.len, err);
	struct ccm_json *tag = ccm_json_new_object(err);
	bool ok;

	ok = ccm_json_append_json(list, tag, err) && text != NULL &&
	     ccm_json_add_string(tag, "key", text, err);
	ccm_free(text);
	if (ok)
		return ccm_json_add_json(tag, name, value, err);
	ccm_json_free(value);
	return false;
}

/* The object, and its id in the request. */
static bool
find_target(struct ccm_tool *tool, const struct family *family, struct ccm_args *args,
    struct ccm_error *err)
{
	const struct ccm_target target = {.kind = family->kind, .text = args->operands[1]};
	char id[CCM_ID_SIZE];

	return ccm_resolve_id(tool, &target, id, err) &&
	       ccm_json_add_string(args->request, family->kind->id_field, id, err);
}

/* Adding */

static bool
read_pairs(const struct ccm_args *args, struct ccm_json *tags, struct ccm_error *err)
{
	for (size_t i = 2; i < args->operand_count; i++) {
		const char *word = args->operands[i], *equals = strchr(word, '=');
		struct ccm_json *value;

		if (equals == NULL || equals == word)
			return ccm_fail(err, CCM_USAGE, "\"%s\" is not KEY=VALUE", word);
		value = ccm_json_new_string(equals + 1, err);
		if (value == NULL ||
		    !append_tag(tags, CCM_SPAN(word, equals - word), "value", value, err))
			return false;
	}
	return true;
}

static bool
call(struct ccm_tool *tool, const struct ccm_operation *op, const struct ccm_json *request,
    struct ccm_error *err)
{
	struct ccm_json *answer;
	bool ok = ccm_tool_call(tool, op, request, &answer, err);

	ccm_json_free(answer);
	return ok;
}

static bool
add(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct family *family = family_of(args, err);
	struct ccm_json *tags = family != NULL ? new_list(args->request, "tags", err) : NULL;

	return tags != NULL && read_pairs(args, tags, err) &&
	       find_target(tool, family, args, err) && call(tool, family->add, args->request, err);
}

const struct ccm_command ccm_command_tag_add = {
    .name = "tag add",
    .operands = "ca|cert NAME|ID KEY=VALUE...",
    .summary = "Give a CA or certificate tags",
    .run = add,
};

/* Removing: the service wants the values, too. */

static const struct ccm_json *
tag_of(const struct ccm_json *tags, struct ccm_span key)
{
	for
		ccm_json_each(tag, tags)
		{
			const char *own = "";

			ccm_json_as_string(ccm_json_get(tag, "key"), &own);
			if (ccm_span_equal(ccm_span_of(own), key))
				return tag;
		}
	return NULL;
}

static bool
choose_tag(
    const struct ccm_json *has, const char *word, struct ccm_json *tags, struct ccm_error *err)
{
	size_t len = strcspn(word, "=");
	const struct ccm_json *tag = tag_of(has, CCM_SPAN(word, len));
	const char *value = "";
	struct ccm_json *copy;

	if (tag == NULL)
		return ccm_fail(err, CCM_NOT_FOUND, "there is no tag \"%.*s\"", (int)len, word);
	ccm_json_as_string(ccm_json_get(tag, "value"), &value);
	if (word[len] == '=' && strcmp(word + len + 1, value) != 0)
		return ccm_fail(err, CCM_NOT_FOUND, "the tag \"%.*s\" has the value \"%s\"",
		    (int)len, word, value);
	copy = ccm_json_new_string(value, err);
	return copy != NULL && append_tag(tags, CCM_SPAN(word, len), "value", copy, err);
}

static bool
remove_tags(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct family *family = family_of(args, err);
	struct ccm_json *answer = NULL, *tags;
	bool ok;

	ok = family != NULL && find_target(tool, family, args, err) &&
	     ccm_tool_call(tool, family->list, args->request, &answer, err);
	tags = ok ? new_list(args->request, "tags", err) : NULL;
	ok = tags != NULL;
	for (size_t i = 2; i < args->operand_count && ok; i++)
		ok = choose_tag(ccm_json_get(answer, "tags"), args->operands[i], tags, err);
	ok = ok && call(tool, family->remove, args->request, err);
	ccm_json_free(answer);
	return ok;
}

const struct ccm_command ccm_command_tag_remove = {
    .name = "tag remove",
    .operands = "ca|cert NAME|ID KEY[=VALUE]...",
    .summary = "Take tags away from a CA or certificate",
    .details = "\nWith a value only if that is the one that the tag has.\n",
    .run = remove_tags,
};

/* Listing */

static const struct ccm_column one_columns[] = {
    {"KEY", "key", CCM_CELL_TEXT},
    {"VALUE", "value", CCM_CELL_TEXT},
};
static const struct ccm_column all_columns[] = {
    {"KEY", "key", CCM_CELL_TEXT},
    {"VALUES", "values", CCM_CELL_LIST},
};

static bool
list(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	static const struct ccm_rows one = {"tags", one_columns, CCM_COUNT(one_columns), "tag"};
	static const struct ccm_rows all = {"tags", all_columns, CCM_COUNT(all_columns), "tag"};
	const struct family *family = family_of(args, err);
	bool named = args->operand_count > 1, ok;
	struct ccm_json *answer = NULL;

	ok = family != NULL && (!named || find_target(tool, family, args, err)) &&
	     ccm_tool_call(
		 tool, named ? family->list : family->list_all, args->request, &answer, err) &&
	     ccm_rows_print(tool, named ? &one : &all, answer, err);
	ccm_json_free(answer);
	return ok;
}

const struct ccm_command ccm_command_tag_list = {
    .name = "tag list",
    .operands = "ca|cert [NAME|ID]",
    .summary = "List the tags of one, or those in use",
    .run = list,
};

/* Finding */

static const struct ccm_option find_options[] = {
    {.name = "name",
	.apply = ccm_option_text,
	.placeholder = "NAME",
	.help = "only those with this name"},
    {0},
};

/* "a,b" as a list of strings; nothing behind the key is any value. */
static struct ccm_json *
read_values(const char *text, struct ccm_error *err)
{
	struct ccm_json *values = ccm_json_new_array(err);
	bool ok = values != NULL, more = *text == '=';

	while (ok && more) {
		size_t len = strcspn(++text, ",");
		char *value = ccm_strndup(text, len, err);

		ok = value != NULL && ccm_json_append_string(values, value, err);
		ccm_free(value);
		text += len;
		more = *text == ',';
	}
	if (ok)
		return values;
	ccm_json_free(values);
	return NULL;
}

static bool
read_name(const struct ccm_args *args, struct ccm_error *err)
{
	const char *name = ccm_args_value(args, "name");
	struct ccm_json *matches, *value;

	if (name == NULL)
		return true;
	matches = new_list(args->request, "matches", err);
	value = matches != NULL ? ccm_json_new_string(name, err) : NULL;
	return value != NULL &&
	       append_tag(matches, ccm_span_of("resource_name"), "value", value, err);
}

/* Tags are left out when there are none (spec/ccm-api.md 8, filter_limits). */
static bool
read_filter(const struct ccm_args *args, struct ccm_error *err)
{
	struct ccm_json *tags =
	    args->operand_count > 1 ? new_list(args->request, "tags", err) : NULL;

	for (size_t i = 1; i < args->operand_count; i++) {
		const char *word = args->operands[i];
		size_t len = strcspn(word, "=");
		struct ccm_json *values;

		if (len == 0)
			return ccm_fail(err, CCM_USAGE, "\"%s\" is not KEY=VALUE,...", word);
		values = tags != NULL ? read_values(word + len, err) : NULL;
		if (values == NULL || !append_tag(tags, CCM_SPAN(word, len), "values", values, err))
			return false;
	}
	return read_name(args, err);
}

static const struct ccm_column found_columns[] = {
    {"NAME", "resource_name", CCM_CELL_TEXT},
    {"TAGS", "tags", CCM_CELL_TAGS},
    {"ID", "resource_id", CCM_CELL_TEXT},
};

static bool
find(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct family *family = family_of(args, err);
	struct ccm_kind kind;
	const struct ccm_listing listing = {
	    .kind = &kind,
	    .columns = found_columns,
	    .column_count = CCM_COUNT(found_columns),
	};

	if (family == NULL || !read_filter(args, err))
		return false;
	kind = *family->kind;
	kind.list = family->find;
	return ccm_listing_print(tool, &listing, args->request, err);
}

const struct ccm_command ccm_command_tag_find = {
    .name = "tag find",
    .operands = "ca|cert [KEY[=VALUE,...]]...",
    .summary = "Find CAs or certificates by their tags",
    .details = "\nEach key has to be there, with one of its values if any are given.\n",
    .options = find_options,
    .run = find,
};

static bool
count(struct ccm_tool *tool, struct ccm_args *args, struct ccm_error *err)
{
	const struct family *family = family_of(args, err);
	struct ccm_json *answer = NULL;
	int64_t total = 0;
	bool ok;

	ok = family != NULL && read_filter(args, err) &&
	     ccm_tool_call(tool, family->count, args->request, &answer, err) &&
	     ccm_json_int(answer, "total_count", &total, err);
	if (ok && tool->json)
		ok = ccm_tool_print_json(tool, answer, err);
	else if (ok)
		fprintf(ccm_tool_out(tool), "%lld\n", (long long)total);
	ccm_json_free(answer);
	return ok;
}

const struct ccm_command ccm_command_tag_count = {
    .name = "tag count",
    .operands = "ca|cert [KEY[=VALUE,...]]...",
    .summary = "Count CAs or certificates by their tags",
    .options = find_options,
    .run = count,
};
