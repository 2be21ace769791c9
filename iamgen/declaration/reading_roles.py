"""Find the roles that can only read, so that jobs may have them in production without an approval."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Protocol

from iamgen.declaration.standard import READ

READING_POLICIES = frozenset(
    {
        "AWSCloudFormationReadOnlyAccess",
        "IAMReadOnlyAccess",
        "ReadOnlyAccess",
        "SecurityAudit",
        "job-function/ViewOnlyAccess",
    }
)
"""AWS's own policies that give rights to read and no others. `cloudformation:Detect*`, which the first and the third
of them have, starts a comparison of a stack with what is there; it changes nothing but the answer that AWS keeps."""
_OF_AWS = re.compile(r"arn:[a-z-]+:iam::aws:policy/(.+)")


class DescribedRole(Protocol):
    """A declared role, resolved or not."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def services(self) -> Collection[str]:
        """The services that it has full power over."""

    @property
    def managed_policies(self) -> Collection[str]:
        """Names or ARNs of AWS's own policies."""

    @property
    def policies(self) -> Collection[str]:
        """Names of declared policies."""

    @property
    def assumed_by(self) -> Collection[str]:
        """Who may assume it, besides those who are granted it."""

    @property
    def emergency(self) -> object:
        """Its inline policy; None where it has none."""


def reading_roles(declared: Iterable[DescribedRole]) -> frozenset[str]:
    """Return the names of the roles that can read and do nothing else: ReadR, and declared ones whose policies are all
    among `READING_POLICIES`. A role from which another can be assumed is not among them, whatever it may do itself."""
    roles = tuple(declared)
    names = {READ, *(role.name for role in roles if _only_reads(role))}
    return frozenset(name for name in names if not any(_leads_to(role, name) for role in roles))


def _only_reads(role: DescribedRole) -> bool:
    policies = {_name(policy) for policy in role.managed_policies}
    has_others = role.services or role.policies or role.emergency is not None
    return bool(policies) and policies <= READING_POLICIES and not has_others


def _name(policy: str) -> str:
    """Return the path and name of a policy of AWS; any other ARN stays as it is."""
    arn = _OF_AWS.fullmatch(policy)
    return arn[1] if arn else policy


def _leads_to(role: DescribedRole, name: str) -> bool:
    """Whether the role can be assumed from the one of this name, which may be named by its ARN."""
    return any(assumer == name or (":role/" in assumer and name in assumer) for assumer in role.assumed_by)
