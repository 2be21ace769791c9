"""Name the actions that AWS decides without, or not only by, the caller's own policies.

Sources: STS API Reference, GetCallerIdentity ("No permissions are required ... If an administrator attaches a
policy to your identity that explicitly denies access to the sts:GetCallerIdentity action, you can still perform
this operation"), GetSessionToken ("No permissions are required for users ... You cannot use policies to control
authentication operations", and it "must be called by using the long-term" credentials of a user) and
GetFederationToken (the same credentials, with permission). sts:GetAccessKeyInfo has no such sentence, and
sts:DecodeAuthorizationMessage says that "a user must be granted permissions": both are ordinary actions.
"""

from __future__ import annotations

import re
from functools import lru_cache

from iamgen.access.answers import YES, Answer
from iamgen.access.matching import RequestFacts
from iamgen.errors import Fault

NEEDS_NOTHING = frozenset({"sts:getcalleridentity", "sts:getsessiontoken"})
"""The actions, in lower case, for which no policy is asked."""
LONG_TERM_ONLY = frozenset({"sts:getsessiontoken", "sts:getfederationtoken"})
"""The actions, in lower case, that temporary credentials are refused."""

_CHANGES_A_ROLE = frozenset(
    f"iam:{name}".lower()
    for name in (
        "AttachRolePolicy",
        "DeleteRole",
        "DeleteRolePermissionsBoundary",
        "DeleteRolePolicy",
        "DetachRolePolicy",
        "PutRolePermissionsBoundary",
        "PutRolePolicy",
        "UpdateAssumeRolePolicy",
    )
)
"""Refused with UnmodifiableEntity on a service-linked role (IAM API Reference, the errors of each). Its tags and
its description may be changed (TagRole: "a regular role or a service-linked role"; UpdateRole)."""
_CHANGES_A_RESERVED_ROLE = _CHANGES_A_ROLE | {
    "iam:tagrole",
    "iam:untagrole",
    "iam:updaterole",
    "iam:updateroledescription",
}
"""Refused on a role of IAM Identity Center: it "is only modifiable by AWS" (IAM Identity Center User Guide,
"Cannot perform the operation on the protected role")."""
NOT_UP_TO_POLICIES = NEEDS_NOTHING | LONG_TERM_ONLY | _CHANGES_A_RESERVED_ROLE
"""The actions, in lower case, of which AWS permits or refuses some requests whatever the caller's policies say."""
_PROTECTED_ROLE = re.compile(r"arn:[^:]+:iam::\d*:role/(?P<path>aws-service-role|aws-reserved)/.*", re.DOTALL)
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_SERVICE_LINKED, _RESERVED = "arn:*:iam::*:role/aws-service-role/*", "arn:*:iam::*:role/aws-reserved/*"


def protected_resources(action: str) -> tuple[str, ...]:
    """Return patterns of the resources on which AWS refuses an action, in lower case, whatever the policies say."""
    if action in _CHANGES_A_ROLE:
        return (_SERVICE_LINKED, _RESERVED)
    return (_RESERVED,) if action in _CHANGES_A_RESERVED_ROLE else ()


def permitted_anyway(facts: RequestFacts) -> bool:
    """Return whether the caller may do it with no Allow and in spite of every Deny."""
    return facts.action in NEEDS_NOTHING and not refused_anyway(facts).no


def refused_anyway(facts: RequestFacts) -> Answer:
    """Return no, with the reason, when AWS refuses it to every user and role; else yes."""
    if facts.action in LONG_TERM_ONLY and facts.context.has("aws:TokenIssueTime"):
        return Answer(False, (Fault(facts.action, "is refused to temporary credentials",
                                    "call it with the access key of a user"),))  # fmt: skip
    if facts.action in _CHANGES_A_RESERVED_ROLE:
        return _of_protected_role(facts)
    return YES


def _of_protected_role(facts: RequestFacts) -> Answer:
    protected = _PROTECTED_ROLE.fullmatch(facts.resource)
    if not protected or (protected["path"] == "aws-service-role" and facts.action not in _CHANGES_A_ROLE):
        return YES
    return Answer(False, (Fault(facts.resource, "is a role that AWS protects: only the service that it belongs to "
                                "may change or delete it", "make the change through that service"),))  # fmt: skip


def needed_beside(caller_account: str, facts: RequestFacts) -> tuple[str, ...]:
    """Return what must allow the request beside the caller's own policies, as sentences; often nothing.

    Sources: IAM User Guide, "Cross-account policy evaluation logic"; KMS Developer Guide, "Key policies in AWS
    KMS" ("Without permission from the key policy, IAM policies that allow permissions have no effect"); IAM User
    Guide, "IAM roles: trust policies".
    """
    if not facts.resource.startswith("arn:") or facts.action in NEEDS_NOTHING:
        return ()
    stated = facts.context.keys.get("aws:resourceaccount")
    owner = stated if isinstance(stated, str) else None
    return _needed(caller_account, facts.resource, owner, assumes=facts.action.startswith("sts:assumerole"))


@lru_cache(maxsize=1 << 12)
def _needed(caller_account: str, resource: str, stated_owner: str | None, *, assumes: bool) -> tuple[str, ...]:
    policy = _resource_policy(resource, assumes=assumes)
    owner = stated_owner if stated_owner is not None else _owner(resource)
    if owner is None:
        return (f"if {resource} is in another account, {policy} must allow it as well",)
    if _ACCOUNT.fullmatch(owner) and owner != caller_account:
        return (f"{resource} is in account {owner}: {policy} must allow it as well",)
    if assumes or _is_kms_key(resource):
        return (f"{policy} must allow it as well",)
    return ()


def _owner(resource: str) -> str | None:
    """Return the account of the resource, None when its ARN does not say it."""
    fields = resource.split(":", 5)
    in_arn = fields[4] if len(fields) > 5 else ""  # noqa: PLR2004
    return in_arn or None


def _resource_policy(resource: str, *, assumes: bool) -> str:
    if assumes:
        return "the role's trust policy"
    if _is_kms_key(resource):
        return "the key policy, by naming the caller or by leaving it to IAM policies,"
    return "the resource's own policy"


def _is_kms_key(resource: str) -> bool:
    fields = resource.split(":", 5)
    return len(fields) > 5 and fields[2] == "kms" and fields[5].startswith("key/")  # noqa: PLR2004
