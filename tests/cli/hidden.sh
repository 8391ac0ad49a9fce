# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Answers that call themselves a success and are none, and answers of two minds.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need openssl

start_emulator
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=web.example.com -days 30 \
	-addext subjectAltName=DNS:web.example.com -keyout "$TMP/key" -out "$TMP/crt" 2>/dev/null
ID=$(ccm api scm_import_certificate name=web certificate=@"$TMP/crt" private_key=@"$TMP/key" |
	sed -n 's/.*"certificate_id":[^"]*"\([^"]*\)".*/\1/p')
# The answer goes to $TMP/answer, what the tool says is what is checked.
api() { ccm api --yes "$@" >"$TMP/answer"; }
push() { api scm_batch_push_certificate certificate_id="$ID" target_service=waf "${@/#/target_projects=}"; }
deploy() { api scm_deploy_certificate certificate_id="$ID" service_name=elb project_name=eu-west-101 "resources:=[$1]"; }

check 'what reaches every target is a success' push cn-north-7
expect_status 'what does not is none' 8 push cn-north-7 nowhere fail-north-1
also 'though the service says so' 'scm_batch_push_certificate: 2 of 3 targets failed: nowhere: Invalid region id'
also 'each failed target is named' '; fail-north-1: Failed to push to WAF'
check 'and the answer is there' grep -q '"message":[[:space:]]*"success"' "$TMP/answer"
check 'likewise when deploying' deploy '{"id": "1"}'
expect_status 'resources that are gone' 8 deploy '{"id": "1"}, {"id": "dead2"}, {"id": "dead3"}'
also 'are named' '2 targets failed: dead2: ELB.8904:certificate does not exist; dead3: '
also 'with the id to quote' '\(request id [0-9a-f]{32}\)'
check 'in the answer, too' grep -q dead3 "$TMP/answer"

fault scm_deploy_certificate:wrongtype=failure_list:1
expect_status 'a list of failures that is no list is not understood as success' 8 deploy '{"id": "1"}'
also 'and it is said why' 'failure_list is a string, not a list'
fault scm_batch_push_certificate:wrongtype=results.message:1
expect_status 'a verdict that is no text is no success' 8 push cn-north-7
also 'and it is said that nothing is' 'cn-north-7: no reason given'
fault scm_batch_push_certificate:wrongtype=results:1
expect_status 'nor are results that are none' 8 push cn-north-7

fault pca_get_site_features:status=404:1
check 'the site is asked at its other path where the first is not' ccm site
equal 'once' 2 "$(calls pca_get_site_features)"
check 'as the log tells' grep -q ' /v1/ccm/config/console ' "$EMU_LOG"
fault pca_get_site_features:status=404:2
expect_failure 'and no more than that' 'HTTP 404 APIGW.0101' ccm site

fault 'scm_list_certificates:status=401:1'
expect_failure 'a refusal of the gateway is told as what it is' 'APIGW.0301' ccm ssl list
fault scm_get_certificate:wrongtype
check 'details of other types are shown as they are' ccm ssl show "$ID"
fault --clear
stop_emulator
