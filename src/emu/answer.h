/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_EMU_ANSWER_H
#define CCM_EMU_ANSWER_H

/*
 * What goes back. A handler that refuses sets its error by one of the ccm_emu_refuse functions,
 * which put the status and the service's code into it; every other failure is a fault of the
 * emulator's own and is answered as one (500).
 */

#include "core/config.h"
#include "core/json.h"

struct ccm_emu_answer {
	int status;
	char request_id[33];
	char error_code[32];   /* of a refusal, for the log */
	char *subject_token;   /* header X-Subject-Token, or NULL */
	int64_t retry_after;   /* header Retry-After, 0: none */
	struct ccm_json *json; /* what handlers set; NULL: no body */
	struct ccm_buf body;   /* secret: keys go out in it */
	const char *content_type;
	char *disposition; /* header Content-Disposition, or NULL */
	bool reset;        /* close the connection instead */
};

bool ccm_emu_answer_init(struct ccm_emu_answer *answer, struct ccm_error *err);
void ccm_emu_answer_clear(struct ccm_emu_answer *answer);

/* The codes of ccm-api.json `error_codes` that we use. */
enum ccm_emu_refusal {
	CCM_EMU_REFUSE_PARAMETER,
	CCM_EMU_REFUSE_NAME,
	CCM_EMU_REFUSE_KEY_ALGORITHM,
	CCM_EMU_REFUSE_HASH,
	CCM_EMU_REFUSE_VALIDITY,
	CCM_EMU_REFUSE_DOMAIN,
	CCM_EMU_REFUSE_ADDRESS,
	CCM_EMU_REFUSE_SAN_TYPE,
	CCM_EMU_REFUSE_CA_ID,
	CCM_EMU_REFUSE_CA_TYPE,
	CCM_EMU_REFUSE_PATH_LENGTH,
	CCM_EMU_REFUSE_CRL,
	CCM_EMU_REFUSE_CERTIFICATE_ID,
	CCM_EMU_REFUSE_CSR,
	CCM_EMU_REFUSE_CERTIFICATE,
	CCM_EMU_REFUSE_CHAIN,
	CCM_EMU_REFUSE_STATUS_FILTER,
	CCM_EMU_REFUSE_TOKEN,
	CCM_EMU_REFUSE_PERMISSION,
	CCM_EMU_REFUSE_BUCKETS,
	CCM_EMU_REFUSE_QUOTA,
	CCM_EMU_REFUSE_STATE,
	CCM_EMU_REFUSE_FROZEN,
	CCM_EMU_REFUSE_KEY_MISMATCH,
	CCM_EMU_REFUSE_NOT_FOUND,
	CCM_EMU_REFUSE_ISSUER,
	CCM_EMU_REFUSE_INTERNAL
};

/* Refuse with the service's own text, and what we have to add to it in brackets. */
bool ccm_emu_refuse(struct ccm_error *err, enum ccm_emu_refusal refusal, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The API gateway refuses: code such as "APIGW.0301". */
bool ccm_emu_refuse_gateway(struct ccm_error *err, int status, const char *code, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));
/* IAM refuses, in the manner of Keystone. */
bool ccm_emu_refuse_iam(struct ccm_error *err, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Turn an error into the answer, in the shape of whoever refuses (huawei-auth.md 6). With live set,
 * PCA's codes are those seen in practice instead of the reference's (huawei-ccm-practice.md 4).
 */
void ccm_emu_answer_fail(struct ccm_emu_answer *answer, enum ccm_service service, bool live,
    const struct ccm_error *cause);
/* Answer a file of this name (UTF-8), whose content is the body. */
bool ccm_emu_answer_file(struct ccm_emu_answer *answer, const char *name, struct ccm_error *err);
/* Print the JSON into the body. */
bool ccm_emu_answer_print(struct ccm_emu_answer *answer, struct ccm_error *err);

const char *ccm_emu_status_text(int status); /* "Not Found" */

#endif
