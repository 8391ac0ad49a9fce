/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_RESOLVE_H
#define CCM_CLI_RESOLVE_H

/* From what people type (a common name or an id) to the service's object. */

#include "cli/tool.h"

/* A kind of object of the service, and the operations that it takes to find and make one. */
struct ccm_kind {
	const char *noun;     /* in messages */
	const char *id_field; /* in answers, and in the path of get */
	const struct ccm_operation *list, *get, *create;
	const char *list_command; /* the command that shows what there is */
};

extern const struct ccm_kind ccm_kind_ca, ccm_kind_certificate;

struct ccm_target {
	const struct ccm_kind *kind;
	const char *text; /* NAME|ID */
	/* Of several with this name, the only one in this state is meant; NULL: none is preferred.
	 */
	const char *status;
};

/*
 * The object's own fields, to be freed by the caller. An id (of UUID form) costs one get, a name
 * one list. No such name: CCM_NOT_FOUND with names like it. Several: CCM_CONFLICT, and notes
 * that tell them apart.
 */
bool ccm_resolve(struct ccm_tool *tool, const struct ccm_target *target, struct ccm_json **object,
    struct ccm_error *err);
/* Just the id; an id as text is believed without a call. */
bool ccm_resolve_id(struct ccm_tool *tool, const struct ccm_target *target, char id[static 64],
    struct ccm_error *err);
bool ccm_id_is_uuid(const char *text);
/* The id of an answer's object; CCM_PROTOCOL when it has none that fits. */
bool ccm_object_id(const struct ccm_kind *kind, const struct ccm_json *object, char id[static 64],
    struct ccm_error *err);
/* On CCM_CONFLICT: a note of the object's state, unless it's the wanted one or object is NULL. */
void ccm_note_state(struct ccm_tool *tool, const struct ccm_target *target,
    const struct ccm_json *object, const struct ccm_error *err);
/* The common name, "" when the service doesn't tell. */
const char *ccm_object_name(const struct ccm_json *object);

#endif
