/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_CLI_RESOLVE_H
#define CCM_CLI_RESOLVE_H

/* From what people type (a common name or an id) to the service's object. */

#include "cli/tool.h"

/* A kind of object of the service, and the operations that it takes to find and make one. */
struct ccm_kind {
	const char *noun;      /* in messages */
	const char *id_field;  /* in the path of get */
	const char *id_member; /* in answers */
	const char *names[2]; /* members of answers that it can go by; dotted, the second or NULL */
	const char *expiry;   /* member of answers */
	const char *filter;   /* the list's field that narrows it by name, or NULL */
	bool (*is_id)(const char *text);
	const struct ccm_operation *list, *get, *create;
	const char *list_command; /* the command that shows what there is */
};

extern const struct ccm_kind ccm_kind_ca, ccm_kind_certificate, ccm_kind_ssl;

#define CCM_ID_SIZE 64

struct ccm_target {
	const struct ccm_kind *kind;
	const char *text; /* NAME|ID */
	/* Of several with this name, the only one in this state is meant; NULL: none is preferred.
	 */
	const char *status;
};

/*
 * The object's own fields, to be freed by the caller. An id costs one get, a name one list, which
 * is the whole one for SSL certificates: SCM's has no filter for names. No such name: CCM_NOT_FOUND
 * with names like it. Several: CCM_CONFLICT, and notes that tell them apart.
 */
bool ccm_resolve(struct ccm_tool *tool, const struct ccm_target *target, struct ccm_json **object,
    struct ccm_error *err);
/* Just the id; an id as text is believed without a call. */
bool ccm_resolve_id(struct ccm_tool *tool, const struct ccm_target *target,
    char id[static CCM_ID_SIZE], struct ccm_error *err);
bool ccm_id_is_uuid(const char *text);
bool ccm_id_is_ssl(const char *text); /* scs and digits */
/* The id of an answer's object; CCM_PROTOCOL when it has none that fits. */
bool ccm_object_id(const struct ccm_kind *kind, const struct ccm_json *object,
    char id[static CCM_ID_SIZE], struct ccm_error *err);
/* On CCM_CONFLICT: a note of the object's state, unless it's the wanted one or object is NULL. */
void ccm_note_state(struct ccm_tool *tool, const struct ccm_target *target,
    const struct ccm_json *object, const struct ccm_error *err);
/* The common name, or an SSL certificate's own name; "" when the service doesn't tell. */
const char *ccm_object_name(const struct ccm_json *object);

#endif
