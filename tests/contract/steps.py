# SPDX-License-Identifier: Apache-2.0
"""The steps of contract.py: what is called, with what, and what is kept of the answer."""

import dataclasses
import typing

from outside import OUTSIDE


@dataclasses.dataclass
class Step:
    operation: str
    kind: str  # example: merged into the reference's; minimal: mandatory fields alone; more: neither
    request: dict = dataclasses.field(default_factory=dict)
    why: str = ""
    keep: dict = dataclasses.field(default_factory=dict)
    needed: tuple = ()  # fields that a minimal request has because the text asks for them
    absent: tuple = ()  # documented members that this answer may lack
    extra: tuple = ()
    then: typing.Optional[typing.Callable] = None

    def uses(self):
        return set(names_in(self.request))


def names_in(value):
    if isinstance(value, dict):
        for member in value.values():
            yield from names_in(member)
    elif isinstance(value, list):
        for element in value:
            yield from names_in(element)
    elif isinstance(value, str) and value.startswith("$"):
        yield value[1:]


def example(operation, request=None, **more):
    return Step(operation, "example", request or {}, **more)


def minimal(operation, request=None, **more):
    return Step(operation, "minimal", request or {}, **more)


def more(operation, request=None, **more_of_it):
    return Step(operation, "more", request or {}, **more_of_it)


NAME = {
    "common_name": "Contract Test CA", "country": "DE", "state": "Berlin", "locality": "Berlin",
    "organization": "CCM contract test", "organizational_unit": "Test",
}
YEAR = {"type": "YEAR", "value": 1}
PENDING = {"type": "SUBORDINATE", "key_algorithm": "EC256", "distinguished_name": NAME}


def pending(name):
    return minimal("pca_create_ca", PENDING, why=f"pending subordinate {name}", keep={name: "ca_id"})


def sign_outside(names, answer):
    names["outer_certificate"] = OUTSIDE.sign(answer["csr"])


def expect(member, *values):
    def check(_names, answer):
        found = answer[member]
        assert found in values, f"{member} is {found}, not {' or '.join(map(str, values))}"
    return check


def first_bucket(names, answer):
    names["bucket"] = answer["obs_buckets"][0]["bucket_name"]


# What else a token tells (spec/huawei-auth.md 2.1); the catalogue is left out on request only.
TOKEN = ("token.project", "token.domain", "token.user", "token.roles", "token.issued_at")
LOGIN = {"auth": {
    "identity": {"methods": ["password"], "password": {"user": {
        "name": "$login_user", "password": "$login_password",
        "domain": {"name": "$login_account"}}}},
    "scope": {"project": {"name": "$login_project"}}}}

SITE = [
    example("iam_create_token", LOGIN, extra=TOKEN),
    minimal("iam_create_token", LOGIN, extra=TOKEN),
    minimal("iam_list_projects"),
    minimal("pca_get_site_features"),
    minimal("pca_get_ca_quota"),
    minimal("pca_get_certificate_quota"),
]

CAS = [
    example("pca_create_ca", keep={"example_root": "ca_id"}),
    more("pca_create_ca", {**PENDING, "type": "ROOT", "validity": YEAR, "signature_algorithm": "SHA256"},
         why="root", keep={"root": "ca_id"}),
    more("pca_create_ca", {
        **PENDING, "issuer_id": "$root", "validity": YEAR, "signature_algorithm": "SHA256",
        "path_length": 2, "key_usages": ["digitalSignature", "keyCertSign", "cRLSign"]},
        why="active subordinate", keep={"issuer": "ca_id"}),
    pending("activated"), pending("activated_minimal"), pending("imported"),
    pending("imported_minimal"), pending("unused"),
    example("pca_activate_ca", {"ca_id": "$activated", "issuer_id": "$root"}),
    minimal("pca_activate_ca", {
        "ca_id": "$activated_minimal", "issuer_id": "$issuer", "signature_algorithm": "SHA256",
        "validity": YEAR}),
    minimal("pca_get_ca_csr", {"ca_id": "$imported"}, then=sign_outside),
    example("pca_import_ca", {
        "ca_id": "$imported", "certificate": "$outer_certificate",
        "certificate_chain": "$outer_root"}),
    more("pca_get_ca_csr", {"ca_id": "$imported_minimal"}, then=sign_outside),
    minimal("pca_import_ca", {"ca_id": "$imported_minimal", "certificate": "$outer_certificate"}),
    minimal("pca_get_ca", {"ca_id": "$issuer"}, then=expect("status", "ACTIVED")),
    more("pca_get_ca", {"ca_id": "$imported"}, then=expect("status", "ACTIVED")),
    minimal("pca_export_ca", {"ca_id": "$issuer"}),
    minimal("pca_list_cas"),
    more("pca_list_cas", {
        "limit": 5, "offset": 0, "name": "Contract", "status": "ACTIVED", "type": "SUBORDINATE",
        "sort_key": "not_after", "sort_dir": "ASC", "owned_by_self": True}, why="every filter"),
]

CERTIFICATES = [
    example("pca_create_certificate", {"issuer_id": "$issuer"}, keep={"certificate": "certificate_id"}),
    minimal("pca_create_certificate", {
        "issuer_id": "$issuer", "distinguished_name": {"common_name": "minimal.example.com"},
        "validity": {"type": "DAY", "value": 7}}, keep={"certificate_minimal": "certificate_id"}),
    example("pca_parse_csr"),
    minimal("pca_parse_csr", {"csr": "$own_csr"}),
    example("pca_issue_certificate_by_csr", {"issuer_id": "$issuer"},
            keep={"by_csr": "certificate_id"}),
    minimal("pca_issue_certificate_by_csr", {
        "issuer_id": "$issuer", "csr": "$own_csr", "validity": YEAR},
        keep={"by_csr_minimal": "certificate_id"}),
    minimal("pca_get_certificate", {"certificate_id": "$certificate"},
            then=expect("status", "ISSUED")),
    minimal("pca_list_certificates"),
    more("pca_list_certificates", {
        "limit": 5, "offset": 0, "name": "minimal", "status": "ISSUED", "sort_key": "common_name",
        "sort_dir": "ASC"}, why="every filter"),
    # What SM2 alone has.
    example("pca_export_certificate", {"certificate_id": "$certificate"}, absent=(
        "enc_certificate", "enc_private_key", "enc_sm2_enveloped_key",
        "signed_and_enveloped_data")),
    minimal("pca_export_certificate", {
        "certificate_id": "$certificate", "is_compressed": "false", "type": "NGINX"}, absent=(
        "enc_certificate", "enc_private_key", "enc_sm2_enveloped_key",
        "signed_and_enveloped_data")),
]


def tags(word, plural, member, resource):
    owner = {member: resource}
    # The tables of both filters show one structure, of which each kind has its part; the emulator
    # shows what it shows elsewhere.
    lacks = ("resources[].resource_detail.enc_cert_info", "resources[].resource_detail.path_length")
    has = tuple(f"resources[].resource_detail.{name}" for name in (
        "charging_mode", "cluster_id", "domain_id", "free_quota"))
    two = {"tags": [{"key": "key1", "value": "value1"}, {"key": "key2", "value": ""}]}
    return [
        example(f"pca_batch_create_{word}_tags", owner),
        minimal(f"pca_batch_create_{word}_tags", {**owner, **two}),
        example(f"pca_create_{word}_tag", owner),
        minimal(f"pca_create_{word}_tag", {**owner, "tag": {"key": "key3", "value": "value3"}}),
        minimal(f"pca_list_{word}_tags", owner),
        minimal(f"pca_list_all_{word}_tags"),
        example(f"pca_list_{plural}_by_tags", absent=lacks, extra=has),
        minimal(f"pca_list_{plural}_by_tags", absent=lacks, extra=has),
        example(f"pca_count_{plural}_by_tags"),
        minimal(f"pca_count_{plural}_by_tags"),
        minimal(f"pca_batch_delete_{word}_tags", {**owner, "tags": [{"key": "key3", "value": "value3"}]}),
        more(f"pca_create_{word}_tag", {**owner, "tag": {"key": "key2", "value": "value2"}}),
        example(f"pca_batch_delete_{word}_tags", owner),
    ]


REVOCATION = [
    minimal("pca_check_agency"),
    minimal("pca_create_agency"),
    minimal("pca_list_obs_buckets", then=first_bucket),
    example("pca_enable_crl", {"ca_id": "$issuer", "obs_bucket_name": "$bucket"}),
    minimal("pca_disable_crl", {"ca_id": "$issuer"}),
    minimal("pca_enable_crl", {"ca_id": "$issuer", "obs_bucket_name": "$bucket", "valid_days": 7}),
    example("pca_revoke_certificate", {"certificate_id": "$certificate"}),
    minimal("pca_revoke_certificate", {"certificate_id": "$certificate_minimal"}),
    more("pca_get_certificate", {"certificate_id": "$certificate"}, why="revoked",
         then=expect("status", "REVOKED")),
    example("pca_revoke_ca", {"ca_id": "$activated"}),
    minimal("pca_revoke_ca", {"ca_id": "$activated_minimal"}),
]

ENDS = [
    minimal("pca_disable_ca", {"ca_id": "$issuer"}),
    minimal("pca_enable_ca", {"ca_id": "$issuer"}),
    more("pca_disable_ca", {"ca_id": "$issuer"}, why="again"),
    more("pca_delete_ca", {"ca_id": "$issuer", "pending_days": 7}, why="in seven days"),
    minimal("pca_restore_ca", {"ca_id": "$issuer"}),
    more("pca_get_ca", {"ca_id": "$issuer"}, why="restored", then=expect("status", "DISABLED")),
    minimal("pca_delete_certificate", {"certificate_id": "$certificate"}),
    more("pca_delete_certificate", {"certificate_id": "$certificate_minimal"}),
    more("pca_delete_certificate", {"certificate_id": "$by_csr"}),
    more("pca_delete_certificate", {"certificate_id": "$by_csr_minimal"}),
    minimal("pca_delete_ca", {"ca_id": "$unused"}),
    more("pca_delete_ca", {"ca_id": "$issuer", "pending_days": 7}),
    *[step for name in ("example_root", "root", "imported", "imported_minimal") for step in (
        more("pca_disable_ca", {"ca_id": f"${name}"}),
        more("pca_delete_ca", {"ca_id": f"${name}", "pending_days": 7}))],
    more("pca_delete_ca", {"ca_id": "$activated", "pending_days": 7}, why="revoked"),
    more("pca_delete_ca", {"ca_id": "$activated_minimal", "pending_days": 7}, why="revoked"),
]

PRODUCT = {
    "cloud_service_type": "hws.service.type.ccm", "resource_type": "hws.resource.type.pca.duration",
    "resource_spec_code": "ca.duration"}
SSL = {"certificate_id": "$ssl"}
BOUGHT = {
    "cert_brand": "GEOTRUST", "cert_type": "DV_SSL_CERT", "domain_type": "SINGLE_DOMAIN",
    "effective_time": 1, "domain_numbers": 1, "order_number": 1, "agree_privacy_protection": True}
APPLICANT = {
    "domain": "minimal.example.com", "applicant_name": "Some One", "applicant_phone": "12312345678",
    "applicant_email": "someone@example.com", "agree_privacy_protection": True,
    "domain_method": "DNS"}

ORDERS = [
    example("pca_order_ca", keep={"ordered": "ca_ids.0"}),
    minimal("pca_order_ca", {
        "cloud_service_type": "hws.service.type.ccm", "charging_mode": 0, "period_type": 2,
        "period_num": 1, "is_auto_renew": 0, "subscription_num": 1, "product_infos": [PRODUCT]},
        keep={"ordered_minimal": "ca_ids.0"}),
    more("pca_delete_ca", {"ca_id": "$ordered"}),
    more("pca_delete_ca", {"ca_id": "$ordered_minimal"}),
    example("scm_purchase_certificate", keep={"bought": "cert.0.cert_id"}),
    minimal("scm_purchase_certificate", BOUGHT, keep={"bought_minimal": "cert.0.cert_id"}),
    example("scm_apply_certificate", {"certificate_id": "$bought"}),
    minimal("scm_cancel_certificate_application", {"certificate_id": "$bought"}),
    minimal("scm_apply_certificate", {"certificate_id": "$bought_minimal", **APPLICANT}),
    more("scm_get_certificate", {"certificate_id": "$bought_minimal"}, why="applied for"),
]

SSL_CERTIFICATES = [
    # The texts of the reference are stars.
    example("scm_import_certificate", {
        "certificate": "$ssl_certificate", "private_key": "$ssl_key", "duplicate_check": True},
        keep={"ssl": "certificate_id"}),
    minimal("scm_import_certificate", {
        "name": "contract.minimal", "certificate": "$ssl_certificate", "private_key": "$ssl_key",
        "duplicate_check": True}, needed=("duplicate_check",), keep={"ssl_minimal": "certificate_id"}),
    minimal("scm_list_certificates"),
    more("scm_list_certificates", {
        "limit": 20, "offset": 0, "sort_dir": "ASC", "sort_key": "certExpiredTime",
        "status": "UPLOAD", "deploy_support": False, "owned_by_self": True,
        "expired_days_since": 1000}, why="every filter"),
    # Nobody applied for it, and it is its own issuer.
    minimal("scm_get_certificate", SSL, absent=("application_info",), then=expect("status", "UPLOAD")),
    minimal("scm_export_certificate", SSL, absent=(
        "certificate_chain", "enc_certificate", "enc_private_key")),
    example("scm_push_certificate", SSL),
    minimal("scm_push_certificate", {
        **SSL, "target_project": "cn-north-7", "target_service": "ELB"}),
    example("scm_batch_push_certificate", SSL),
    minimal("scm_batch_push_certificate", {
        **SSL, "target_projects": ["cn-north-7", "cn-north-4"], "target_service": "elb"}),
    # The reference leaves failure_list out when nothing failed.
    example("scm_deploy_certificate", SSL, absent=("failure_list",)),
    minimal("scm_deploy_certificate", {
        **SSL, "service_name": "CDN", "resources": [{"domain_name": "contract.example.com"}]},
        absent=("failure_list",)),
    minimal("scm_delete_certificate", SSL),
    more("scm_delete_certificate", {"certificate_id": "$ssl_minimal"}),
]

STEPS = [
    *SITE, *CAS, *CERTIFICATES,
    *tags("ca", "cas", "ca_id", "$issuer"),
    *tags("certificate", "certificates", "certificate_id", "$certificate"),
    *REVOCATION, *ENDS, *ORDERS, *SSL_CERTIFICATES,
]
