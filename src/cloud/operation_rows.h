/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_OPERATION_ROWS_H
#define CCM_OPERATION_ROWS_H

/*
 * The notation of the operations table, and the enumerations and structures that rows share. Only
 * operations*.c includes this. A field reads
 *
 *	TEXT("name", MAY, IN_QUERY, LENGTH(1, 64), HELP("only CAs whose common name has this in
 *it"))
 *
 * MUST or MAY comes first; a field is in the body unless it says IN_PATH or IN_QUERY.
 */

#include "cloud/operations.h"

#define TEXT(field, ...)                                             \
	{                                                            \
		.name = field, .type = CCM_FIELD_STRING, __VA_ARGS__ \
	}
#define WHOLE(field, ...)                                             \
	{                                                             \
		.name = field, .type = CCM_FIELD_INTEGER, __VA_ARGS__ \
	}
#define FLAG(field, ...)                                              \
	{                                                             \
		.name = field, .type = CCM_FIELD_BOOLEAN, __VA_ARGS__ \
	}
#define OBJECT(field, ...)                                           \
	{                                                            \
		.name = field, .type = CCM_FIELD_OBJECT, __VA_ARGS__ \
	}
#define TEXTS(field, ...)                                             \
	{                                                             \
		.name = field, .type = CCM_FIELD_STRINGS, __VA_ARGS__ \
	}
#define OBJECTS(field, ...)                                           \
	{                                                             \
		.name = field, .type = CCM_FIELD_OBJECTS, __VA_ARGS__ \
	}

#define MUST .mandatory = true
#define MAY .mandatory = false
#define IN_PATH .place = CCM_IN_PATH
#define IN_QUERY .place = CCM_IN_QUERY
#define LENGTH(least, most) .bounded = true, .min = (least), .max = (most)
#define RANGE(least, most) .bounded = true, .min = (least), .max = (most)
#define UUID LENGTH(36, 36)
#define UP_TO(elements) .list_max = (elements)
#define ELEMENTS(least, most) .list_min = (least), .list_max = (most)
#define ONE_OF(names) .values = (names)
#define OPEN .values_open = true
#define ANY_CASE .any_case = true
#define EITHER_TYPE .either_type = true
#define OF(list) .fields = (list), .field_count = CCM_COUNT(list)
#define HELP(text) .help = text
#define FIELDS(list) OF(list)

#define ENTERPRISE_PROJECT_HELP \
	HELP("enterprise project to use: all, 0 (the default project) or an id")
#define ENTERPRISE_PROJECT TEXT("enterprise_project_id", MAY, ENTERPRISE_PROJECT_HELP)

#define CA_PATH "/v1/private-certificate-authorities"
#define CA_ID TEXT("ca_id", MUST, IN_PATH, UUID, HELP("id of the CA"))
#define CERTIFICATE_PATH "/v1/private-certificates"
#define CERTIFICATE_ID TEXT("certificate_id", MUST, IN_PATH, UUID, HELP("id of the certificate"))

extern const char *const ccm_values_ca_type[];
extern const char *const ccm_values_key_algorithm[];
extern const char *const ccm_values_signature_algorithm[];
extern const char *const ccm_values_key_usage[];
extern const char *const ccm_values_sort_dir[];
extern const char *const ccm_values_truth[];
extern const char *const ccm_values_revocation_reason[];

extern const struct ccm_field ccm_fields_distinguished_name[6], ccm_fields_validity[3],
    ccm_fields_hsm_cluster_info[3], ccm_fields_crl_configuration[4], ccm_fields_alternative_name[2],
    ccm_fields_one_ca[1], ccm_fields_one_certificate[1];

#endif
