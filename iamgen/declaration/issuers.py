"""OpenID Connect issuers that several organisations share, and which claims limit a trust to one organisation.

This is the one place for these facts: a declaration's pipelines and the rule about federated trusts both ask here.
AWS keeps a list of shared issuers itself, and refuses a new trust that does not look at their tenancy claim; whether
the value that is looked at names an organisation, it does not ask.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

_AWS_LIST = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html"
_AWS_KEYS = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif"
)
_COGNITO = "https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html"


class Claim(NamedTuple):
    """The form that the value of a claim must have."""

    pattern: re.Pattern[str]
    """Matched with the beginning of a value, in which `*` and `?` are wildcards."""
    fault: str
    """What is wrong with any other value, as the end of a sentence that begins with the value."""


Claims = Mapping[str, Claim]


@dataclass(frozen=True)
class Issuer:
    """An issuer of tokens, and what a trust in it must demand."""

    address: str
    """The issuer without its scheme, as condition keys begin; `*` stands for any text."""
    every: Claims
    """The claims that a trust has to demand, all of them. A name with a colon is a whole condition key."""
    one_of: Claims = field(default_factory=lambda: MappingProxyType({}))
    """The claims any one of which says whose token it is; the first is the usual one."""
    example: str = ""
    """A value of the usual claim."""
    source: str = _AWS_LIST
    """Where it is written."""


def _claims(owner: str = "organisation", /, **by_name: str) -> Claims:
    fault = f"does not name the whole {owner}"
    return MappingProxyType({name: Claim(re.compile(pattern), fault) for name, pattern in by_name.items()})


_WHOLE = r"[^*?]+\Z"
_BEGUN = r"[^*?]"
_FOLDER = r"[^*?:/]+/"
_NAMED = r"[^*?:]+(?::|\Z)"
_AUDIENCE = _claims("audience", aud=_BEGUN)
# Parts of GitHub's customised subjects that may come before the one that names the organisation. GitHub replaces a
# colon within a value by %3A, and these are no free text, so that nobody's value can look like the next part.
_GITHUB_BEFORE = (
    r"(?:(?:environment|event_name|ref|ref_type|base_ref|head_ref|repository_visibility|runner_environment)"
    r":[^*?:]*:)*"
)
_GITHUB_PART = (
    rf"(?:(?:repo|repository|job_workflow_ref):{_FOLDER}"
    rf"|(?:repository_id|repository_owner|repository_owner_id|enterprise|enterprise_id):{_NAMED}"
    r"|repo:[^*?:/]+\Z)"
)
_GITHUB_CLAIMS = {
    "sub": _GITHUB_BEFORE + _GITHUB_PART,
    "repository": _FOLDER,
    "job_workflow_ref": _FOLDER,
    "repository_id": _WHOLE,
    "repository_owner": _WHOLE,
    "repository_owner_id": _WHOLE,
    "enterprise": _WHOLE,
    "enterprise_id": _WHOLE,
}
_GITHUB_DOCS = "https://docs.github.com/en/actions/reference/security/oidc"
_TWO_PARTS = r"[^*?/:]+[/:]+[^*?/:]+[/:]|\{[^*?}]+\}:"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z"
_POOL = r"[\w⟨⟩-]+:[\w⟨⟩-]+\Z"
_GUEST = "unauthenticated"
_GUEST_PREFIXES = "|".join(_GUEST[:length] for length in range(len(_GUEST), -1, -1))
_NO_GUEST = Claim(
    re.compile(rf"(?!(?:{_GUEST_PREFIXES})[*?]|{_GUEST}\Z)"), "also means guests, who have signed in nowhere"
)


def _by_subject(address: str, subject: str, example: str, source: str = _AWS_LIST) -> Issuer:
    return Issuer(address, _AUDIENCE, _claims(sub=subject), example=example, source=source)


ISSUERS = (
    Issuer(
        "token.actions.githubusercontent.com",
        _AUDIENCE,
        _claims(**_GITHUB_CLAIMS),
        example="repo:acme/shop:environment:prod",
        source=_GITHUB_DOCS,
    ),
    # the issuer of one enterprise: a whole subject is its own, whatever it names
    Issuer(
        "token.actions.githubusercontent.com/*",
        _AUDIENCE,
        _claims(**{**_GITHUB_CLAIMS, "sub": rf"{_WHOLE}|{_GITHUB_CLAIMS['sub']}"}),
        example="repo:acme/shop:environment:prod",
        source=_GITHUB_DOCS,
    ),
    # a project may choose the parts of its subjects, and the first is one of these two
    Issuer(
        "gitlab.com",
        _AUDIENCE,
        _claims(
            sub=rf"project_path:{_FOLDER}|project_id:{_NAMED}",
            project_path=_FOLDER,
            project_id=_WHOLE,
            namespace_path=rf"{_FOLDER}|{_WHOLE}",
            namespace_id=_WHOLE,
        ),
        example="project_path:acme/shop:ref_type:branch:ref:main",
        source="https://docs.gitlab.com/ci/secrets/id_token_authentication/",
    ),
    # `--subject-claim` makes an id the subject
    _by_subject(
        "agent.buildkite.com",
        rf"organization:{_NAMED}|{_UUID}",
        "organization:acme:pipeline:shop:ref:refs/heads/main:*",
        "https://buildkite.com/docs/pipelines/security/oidc/aws",
    ),
    _by_subject(
        "app.terraform.io",
        rf"organization:{_NAMED}",
        "organization:acme:project:shop:workspace:prod:run_phase:apply",
        "https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration",
    ),
    _by_subject("oidc.codefresh.io", rf"account:{_NAMED}", "account:ACCOUNT_ID:pipeline:PIPELINE_ID:*"),
    _by_subject("scalr.io", rf"account:{_NAMED}", "account:acme:environment:prod:workspace:shop"),
    _by_subject("studio.datachain.ai/api", rf"credentials:{_FOLDER}", "credentials:acme/shop"),
    _by_subject("proidc.upbound.io", rf"mcp:{_FOLDER}", "mcp:acme/shop:provider:provider-aws"),
    Issuer(
        "api.pulumi.com/oidc",
        _AUDIENCE,
        _claims(aud=_WHOLE, sub=rf"pulumi:(?:deploy|environments):org:{_NAMED}"),
    ),
    Issuer("sandboxes.cloud", _claims(aud=_WHOLE)),
    Issuer(
        "oidc.vercel.com",
        _claims("team", aud=r"https://vercel\.com/[^*?/]+\Z"),
        _claims("team", sub=rf"owner:{_NAMED}"),
        example="owner:acme:project:shop:environment:production",
        source="https://vercel.com/docs/oidc/aws",
    ),
    # of one cluster; yet every pod of it has a token
    Issuer(
        "oidc.eks.*/id/*",
        _AUDIENCE,
        _claims("namespace", sub=rf"system:serviceaccount:{_NAMED}"),
        example="system:serviceaccount:shop:api",
        source="https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html",
    ),
    # Microsoft's own tenant, from which Sentinel reads logs: the session's name has the customer's workspace
    Issuer(
        "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d*",
        _claims("session name", **{"aud": _BEGUN, "sts:RoleSessionName": _WHOLE}),
    ),
    # the identity pool's id; amr is `unauthenticated` for a guest, who has signed in nowhere
    *(
        Issuer(
            address,
            MappingProxyType({"aud": Claim(re.compile(_POOL), "is not the id of one identity pool"), "amr": _NO_GUEST}),
            example="eu-west-1:12345678-abcd-1234-abcd-123456790abc",
            source=_COGNITO,
        )
        for address in (
            "cognito-identity.amazonaws.com",
            "cognito-identity-us-gov.amazonaws.com",
            "cognito-identity.*.amazonaws.com.cn",
        )
    ),
    Issuer("graph.facebook.com", _claims("app", app_id=_WHOLE), source=_AWS_KEYS),
    Issuer("www.amazon.com", _claims("app", app_id=_WHOLE), source=_AWS_KEYS),
    Issuer("accounts.google.com", _claims("app", aud=_WHOLE), source=_AWS_KEYS),
)
# Of an issuer that is not known here a whole subject is taken as it is; a pattern has to say two parts of it in full.
_UNKNOWN = Issuer("", _AUDIENCE, _claims(sub=rf"{_WHOLE}|{_TWO_PARTS}"))


@cache
def issuer_at(address: str) -> Issuer:
    """Return what is known about the issuer with that address, which is written without its scheme."""
    return next((issuer for issuer in ISSUERS if fnmatchcase(address.lower(), issuer.address)), _UNKNOWN)


def is_shared(issuer: Issuer) -> bool:
    """Return whether it is known here that others have tokens of this issuer, too."""
    return issuer is not _UNKNOWN
