"""Group users that have the same rights apart from their names, so that each question is asked once.

An account may have thousands of users who are in the same groups and have nothing of their own. Each of them may do to
their own user what the others may do to theirs; all else is the same, unless a policy names one of them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from iamgen.aws.condition_keys import NAMES_OF_CALLERS
from iamgen.declaration.resolved import Declaration, Person
from iamgen.people.declared_person import expected_groups

_OWN_NAME = "${aws:username}"
_OF_ONE = (
    *NAMES_OF_CALLERS,
    "aws:principaltag/",
    "aws:resourcetag/",
    "iam:resourcetag/",
)
"""How the condition keys begin that are different from user to user."""
_ARN_PARTS = 6
Item = TypeVar("Item")


@dataclass(frozen=True)
class AlikeUsers:
    """The details of an account with one user of each sort."""

    body: Mapping[str, Any]
    """The details."""
    names: Mapping[str, tuple[str, ...]]
    """By the ARN of each user in them, the ARNs of all users of that sort."""


def alike_users(body: Mapping[str, Any]) -> AlikeUsers:
    """Return the details of an account with one user of each sort."""
    users = body["UserDetailList"]
    if _names_users(body):
        return AlikeUsers(body, {user["Arn"]: (user["Arn"],) for user in users})
    sorts = _sorted_by((_sort(user), user) for user in users)
    first = [alike[0] for alike in sorts]
    names = {alike[0]["Arn"]: tuple(user["Arn"] for user in alike) for alike in sorts}
    return AlikeUsers({**body, "UserDetailList": first}, names)


def alike_people(declaration: Declaration) -> list[list[Person]]:
    """Return the declared people by the groups that they should be in: nobody is given anything else."""
    return _sorted_by((expected_groups(declaration, person), person) for person in declaration.people)


def _sorted_by(pairs: Iterable[tuple[Hashable, Item]]) -> list[list[Item]]:
    sorts: dict[Hashable, list[Item]] = defaultdict(list)
    for key, item in pairs:
        sorts[key].append(item)
    return list(sorts.values())


def _sort(user: Mapping[str, Any]) -> Hashable:
    """Return what decides about the rights of a user. A user with rights of their own is like nobody else."""
    has_own = user.get("UserPolicyList") or user.get("AttachedManagedPolicies") or user.get("PermissionsBoundary")
    return user["Arn"] if has_own else tuple(sorted(user.get("GroupList", ())))


def _names_users(body: Mapping[str, Any]) -> bool:
    """Whether a policy that a group has may mean some users and not others, as far as that is plain."""
    groups = body["GroupDetailList"]
    attached = {policy["PolicyArn"] for group in groups for policy in group.get("AttachedManagedPolicies", ())}
    inline = [policy["PolicyDocument"] for group in groups for policy in group.get("GroupPolicyList", ())]
    managed = [
        version["Document"]
        for policy in body["Policies"]
        if policy["Arn"] in attached
        for version in policy.get("PolicyVersionList", ())
        if version.get("IsDefaultVersion")
    ]
    return any(map(_document_names, (*inline, *managed)))


def _document_names(document: object) -> bool:
    if not isinstance(document, Mapping):
        return True
    statements = _listed(document.get("Statement", []))
    return any(not isinstance(statement, Mapping) or _statement_names(statement) for statement in statements)


def _statement_names(statement: Mapping[str, Any]) -> bool:
    resources = (*_listed(statement.get("Resource", [])), *_listed(statement.get("NotResource", [])))
    if any(map(_resource_names, resources)):
        return True
    conditions = json.dumps(statement.get("Condition", {})).lower()
    return "${" in conditions or any(key in conditions for key in _OF_ONE)


def _resource_names(resource: object) -> bool:
    """Whether a resource may be a user of one name; each user's own is not of one name."""
    if not isinstance(resource, str):
        return True
    parts = resource.replace(_OWN_NAME, "*").split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS:
        return resource != "*"
    kind, _, name = parts[-1].partition("/")
    is_of_iam = parts[2] == "iam" or not parts[2].isalnum()
    is_of_users = kind == "user" or not kind.replace("-", "").isalpha()
    return "${" in parts[-1] or (
        is_of_iam and is_of_users and bool(name.strip("*/") or kind.strip("*") not in ("", "user"))
    )


def _listed(written: Any) -> list[Any]:  # noqa: ANN401  # as JSON has it
    return written if isinstance(written, list) else [written]
