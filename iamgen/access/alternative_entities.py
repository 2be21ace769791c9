"""Puts together the users, groups and roles of one name between which conditions of a template choose.

A template may make a role in two ways, each under a condition. Only one of them will exist, and which one is not known
before the deployment. So what all of them have is certain, and what only some of them have is in doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from iamgen.access.documents import Statement
from iamgen.access.entities import AttachedPolicy, Entity, IamGroup, IamRole, IamUser
from iamgen.access.partial_reading import unread_policy
from iamgen.access.policies import possible, unknown_policy
from iamgen.errors import Fault

_E = TypeVar("_E", bound=Entity)
_T = TypeVar("_T")


def without_alternatives(entities: Iterable[_E]) -> tuple[_E, ...]:
    """Return users, groups or roles, with those of one ARN put together as the first of them."""
    by_arn: dict[str, list[_E]] = {}
    for entity in entities:
        by_arn.setdefault(entity.arn, []).append(entity)
    return tuple(several[0] if len(several) == 1 else _either(several) for several in by_arn.values())


def _either(several: list[_E]) -> _E:
    names = " or ".join(entity.logical_id for entity in several)
    fault = Fault(several[0].name, f"is made by {names}, which conditions of the template decide")
    groups = _common([entity.groups for entity in several if isinstance(entity, IamUser)])
    policies = _policies([_held(entity, groups) for entity in several], fault)
    changes: dict[str, Any] = {"policies": policies}
    if isinstance(several[0], IamUser):
        changes["groups"] = groups
    roles = [entity for entity in several if isinstance(entity, IamRole)]
    if roles:
        changes["trust"] = _trust(roles, fault)
    callers = [entity for entity in several if isinstance(entity, IamUser | IamRole)]
    if len({entity.boundary for entity in callers}) > 1:
        changes["boundary"] = unknown_policy("boundary", fault)
    if len({entity.tags for entity in callers}) > 1:  # conditions on them may decide anything
        changes["policies"] = (*policies, unknown_policy("tags", fault))
        changes |= {"trust": (*changes["trust"], *unread_policy(fault, roles[0].name, trust=True))} if roles else {}
    return replace(several[0], **changes)


def _common(several: Sequence[tuple[_T, ...]]) -> tuple[_T, ...]:
    """Return what is in each of them."""
    return tuple(item for item in several[0] if all(item in items for items in several)) if several else ()


def _held(entity: Entity, groups: tuple[IamGroup, ...]) -> tuple[AttachedPolicy, ...]:
    """Return the policies of a user, group or role, those of a user's groups included, but for these groups."""
    further = [group for group in entity.groups if group not in groups] if isinstance(entity, IamUser) else []
    return (*entity.policies, *(policy for group in further for policy in group.policies))


def _policies(several: Sequence[tuple[AttachedPolicy, ...]], fault: Fault) -> tuple[AttachedPolicy, ...]:
    """Return the policies that all of them have, and each other policy as one that may be attached."""
    common = _common(several)
    every = dict.fromkeys(policy for policies in several for policy in policies)
    return tuple(policy if policy in common else possible(policy, fault) for policy in every)


def _trust(several: Iterable[IamRole], fault: Fault) -> tuple[Statement, ...]:
    trusts = [role.trust for role in several]
    common = _common(trusts)
    every = dict.fromkeys(item for trust in trusts for item in trust)
    return tuple(item if item in common else replace(item, unread=item.unread or (fault,)) for item in every)
