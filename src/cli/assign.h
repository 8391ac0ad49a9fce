/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_ASSIGN_H
#define CCM_CLI_ASSIGN_H

/*
 * Requests from words:
 *
 *	name=TEXT		a text, number or truth value
 *	name=@FILE		the text of a file, without its last line break; @- is standard
 *input name:=JSON		any JSON value
 *
 * A name is a path as messages show it: distinguished_name.country, tags[0].key. Elements of a list
 * come in their order; a list of texts grows by key_usages=TEXT again and again, too. Whether
 *names, types and bounds are right is for ccm_operation_validate to say.
 */

#include "cloud/operations.h"

/* Add what the word says to the request. CCM_USAGE with the word's name. */
bool ccm_assign(const struct ccm_operation *op, const char *word, struct ccm_json *request,
    struct ccm_error *err);

/* Put what over says above base: members of objects one by one, everything else as a whole. */
bool ccm_overlay(struct ccm_json *base, const struct ccm_json *over, struct ccm_error *err);

/* The field that a path of len bytes names, NULL when there is none; indices don't count. */
const struct ccm_field *ccm_field_at(const struct ccm_operation *op, const char *path, size_t len);

#endif
