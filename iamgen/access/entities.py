"""Users, groups and roles, each with the policies that decide what it may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from iamgen.access.documents import Statement
from iamgen.access.errors import undecided
from iamgen.iam.holes import HOLE, shown
from iamgen.similar_names import did_you_mean

Tags = tuple[tuple[str, str], ...]

DEFAULT_SESSION = 3_600
"""Seconds, when a role has no MaxSessionDuration (CloudFormation User Guide, AWS::IAM::Role)."""


@dataclass(frozen=True)
class HandMadeUser:
    """A user that no template has: made by hand in the console. `groups` are names or logical ids."""

    name: str
    path: str = "/"
    groups: tuple[str, ...] = ()
    tags: Tags = ()


@dataclass(frozen=True)
class AttachedPolicy:
    """A policy that is attached somewhere, managed or inline."""

    name: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Entity:
    """What users, groups and roles have in common."""

    name: str
    logical_id: str
    """In the template; the name for a person, who is not in it."""
    arn: str
    path: str
    policies: tuple[AttachedPolicy, ...]

    @property
    def account_id(self) -> str:
        """The twelve digits of the account it is in."""
        return self.arn.split(":")[4]

    @property
    def partition(self) -> str:
        """The partition it is in, `aws` or another."""
        return self.arn.split(":")[1]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of all its policies."""
        return tuple(statement for policy in self.policies for statement in policy.statements)


@dataclass(frozen=True)
class IamGroup(Entity):
    """An IAM group."""


@dataclass(frozen=True)
class IamUser(Entity):
    """An IAM user; `statements` include those of the groups."""

    groups: tuple[IamGroup, ...] = ()
    boundary: AttachedPolicy | None = None
    tags: Tags = ()

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of the user's own policies and of the groups'."""
        return super().statements + tuple(statement for group in self.groups for statement in group.statements)


@dataclass(frozen=True)
class IamRole(Entity):
    """An IAM role; `trust` are the statements of its trust policy, `session_seconds` is as its template has it."""

    trust: tuple[Statement, ...] = ()
    boundary: AttachedPolicy | None = None
    session_seconds: str = str(DEFAULT_SESSION)
    tags: Tags = ()

    @property
    def max_session(self) -> int:
        """How long a session may last, in seconds. Raises AccessError where the template does not tell it."""
        return session_seconds(self.session_seconds)


def session_seconds(written: str) -> int:
    """Return a MaxSessionDuration as a number. Raises AccessError for a text that is none, or is not known."""
    if written.isdecimal():
        return int(written)
    problem = "is not known before the deployment" if HOLE.search(written) else "is not a number of seconds"
    raise undecided("MaxSessionDuration", f"{shown(written)} {problem}")


@dataclass(frozen=True)
class InstanceProfile:
    """An instance profile: machines that have it act as its roles."""

    name: str
    """Its name."""
    logical_id: str
    """Its name within the template."""
    arn: str
    """Its ARN."""
    roles: tuple[str, ...]
    """The names of its roles; AWS takes one."""


E = TypeVar("E", bound="Entity")


def named(name: str, entities: tuple[E, ...]) -> E:
    """Return the one whose name it is, or else whose logical id. Raises AccessError when there is none."""
    for entity in entities:
        if entity.name == name:
            return entity
    for entity in entities:
        if entity.logical_id == name:
            return entity
    known = [known for entity in entities for known in (entity.name, entity.logical_id)]
    raise undecided(name, "is not in the account", did_you_mean(name, known))
