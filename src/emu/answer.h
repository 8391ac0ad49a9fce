/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_ANSWER_H
#define CCM_ANSWER_H

/*
 * What goes back. A handler that refuses sets its error by one of the ccm_refuse functions, which
 * put the status and the service's code into it; every other failure is a fault of the emulator's
 * own and is answered as one (500).
 */

#include "core/config.h"
#include "core/json.h"

struct ccm_answer {
	int status;
	char request_id[33];
	char error_code[32];   /* of a refusal, for the log */
	char *subject_token;   /* header X-Subject-Token, or NULL */
	struct ccm_json *json; /* what handlers set; NULL: no body */
	struct ccm_buf body;
	const char *content_type;
	bool reset; /* close the connection instead */
};

bool ccm_answer_init(struct ccm_answer *answer, struct ccm_error *err);
void ccm_answer_clear(struct ccm_answer *answer);

/* The codes of ccm-api.json `error_codes` that we use. */
enum ccm_refusal {
	CCM_REFUSE_PARAMETER,
	CCM_REFUSE_NAME,
	CCM_REFUSE_KEY_ALGORITHM,
	CCM_REFUSE_HASH,
	CCM_REFUSE_VALIDITY,
	CCM_REFUSE_DOMAIN,
	CCM_REFUSE_ADDRESS,
	CCM_REFUSE_SAN_TYPE,
	CCM_REFUSE_CA_ID,
	CCM_REFUSE_CA_TYPE,
	CCM_REFUSE_PATH_LENGTH,
	CCM_REFUSE_CRL,
	CCM_REFUSE_CERTIFICATE_ID,
	CCM_REFUSE_STATUS_FILTER,
	CCM_REFUSE_TOKEN,
	CCM_REFUSE_QUOTA,
	CCM_REFUSE_STATE,
	CCM_REFUSE_NOT_FOUND,
	CCM_REFUSE_ISSUER,
	CCM_REFUSE_INTERNAL
};

/* Refuse with the service's own text, and what we have to add to it in brackets. */
bool ccm_refuse(struct ccm_error *err, enum ccm_refusal refusal, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The API gateway refuses: code such as "APIGW.0301". */
bool ccm_refuse_gateway(struct ccm_error *err, int status, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* IAM refuses, in the manner of Keystone. */
bool ccm_refuse_iam(struct ccm_error *err, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Turn an error into the answer, in the shape of whoever refuses (huawei-auth.md 6). With live set,
 * PCA's codes are those seen in practice instead of the reference's (huawei-ccm-practice.md 4).
 */
void ccm_answer_fail(
    struct ccm_answer *answer, enum ccm_service service, bool live, const struct ccm_error *cause);
/* Print the JSON into the body. */
bool ccm_answer_print(struct ccm_answer *answer, struct ccm_error *err);

const char *ccm_status_text(int status); /* "Not Found" */

#endif
