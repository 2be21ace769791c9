"""Keep standardized roles that a stack has and nobody holds any more: they stay, and trust nobody.

A fresh template of user-only has a standardized role only where somebody is granted it there. When its last holder
is taken out of users.py, the template would delete the role: the stack policy refuses that, and with it whoever left
would keep everything. So the deployed role stays in the template that is sent, with a trust policy that admits nobody,
as in all other accounts. A later grant finds the same role again, with the same unique id.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

RolesTemplate = Mapping[str, Any]
TRUST_NOBODY: RolesTemplate = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": ["sts:AssumeRole"], "Principal": {"AWS": ["*"]}}],
}


def with_kept_roles(after: RolesTemplate, before: RolesTemplate | None, roles: Collection[str]) -> RolesTemplate:
    """Return the new template together with those of the roles, by logical id, that only the deployed template has."""
    deployed = (before or {}).get("Resources") or {}
    written = after.get("Resources") or {}
    staying: dict[str, Any] = {}
    for name in roles:
        if name not in written and deployed.get(name, {}).get("Type") == "AWS::IAM::Role":
            staying |= {other: deployed[other] for other in _needed(name, deployed) if other not in written}
            staying[name] = _trusting_nobody(deployed[name])
    return {**after, "Resources": {**written, **staying}} if staying else after


def _trusting_nobody(role: RolesTemplate) -> dict[str, Any]:
    return {
        **role,
        "Properties": {**role["Properties"], "AssumeRolePolicyDocument": json.loads(json.dumps(TRUST_NOBODY))},
    }


def _needed(name: str, resources: Mapping[str, Any], known: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the resources that one refers to, and those that these refer to; not for its trust, which is replaced."""
    properties = {**(resources[name].get("Properties") or {}), "AssumeRolePolicyDocument": None}
    for other in _references(properties):
        if other in resources and other not in known:
            yield other
            yield from _needed(other, resources, known | {name, other})


def _references(value: object) -> Iterator[str]:
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case dict():
            for part in value.values():
                yield from _references(part)
        case list():
            for part in value:
                yield from _references(part)
