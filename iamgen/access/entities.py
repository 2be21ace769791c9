"""Users, groups and roles, each with the policies that decide what it may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from iamgen.access.documents import Statement
from iamgen.access.errors import undecided
from iamgen.access.statement_index import IndexedStatements, StatementIndex
from iamgen.iam.holes import HOLE, shown
from iamgen.similar_names import did_you_mean

if TYPE_CHECKING:
    from iamgen.aws.managed_policy_archive import PolicyListOrigin

Tags = tuple[tuple[str, str], ...]

DEFAULT_SESSION = 3_600
"""Seconds, when a role has no MaxSessionDuration (CloudFormation User Guide, AWS::IAM::Role)."""


@dataclass(frozen=True)
class HandMadeUser:
    """A user that no template has: made by hand in the console."""

    name: str
    """The user's name."""
    path: str = "/"
    """The user's path."""
    groups: tuple[str, ...] = ()
    """The names or logical ids of groups that the user was put into by hand."""
    tags: Tags = ()
    """The user's tags."""


@dataclass(frozen=True)
class AttachedPolicy:
    """A policy that is attached somewhere, managed or inline."""

    name: str
    """Its name."""
    statements: tuple[Statement, ...]
    """Its statements."""
    published: PolicyListOrigin | None = None
    """Of an AWS managed policy, the dated list that its document is from; None for all others, and where the account
    told the document itself."""
    arn: str = field(default="", compare=False)
    """Of a managed policy that the template makes, its ARN; empty for all others."""

    def __hash__(self) -> int:
        """Return what is quick to compute: a policy is looked up for each attachment, and may be very long."""
        return hash((self.name, len(self.statements)))

    @cached_property
    def index(self) -> StatementIndex:
        """Its statements by action, shared by everybody who has the policy."""
        return StatementIndex.of(self.statements)

    @cached_property
    def indexed_statements(self) -> IndexedStatements:
        """Its statements with the index, as a boundary is evaluated."""
        return IndexedStatements.of((self.index,))


@dataclass(frozen=True)
class Entity:
    """What users, groups and roles have in common."""

    name: str
    """Its name."""
    logical_id: str
    """Its name within the template; of a person who is not in the template, the name."""
    arn: str
    """Its ARN."""
    path: str
    """Its path, which begins and ends with a slash."""
    policies: tuple[AttachedPolicy, ...]
    """Its own policies, managed and inline."""

    @property
    def account_id(self) -> str:
        """The twelve digits of the account it is in."""
        return self.arn.split(":")[4]

    @property
    def partition(self) -> str:
        """The partition it is in, `aws` or another."""
        return self.arn.split(":")[1]

    @cached_property
    def statements(self) -> IndexedStatements:
        """The statements of all its policies."""
        return IndexedStatements.of(policy.index for policy in self.policies)


@dataclass(frozen=True)
class IamGroup(Entity):
    """An IAM group."""


@dataclass(frozen=True)
class IamUser(Entity):
    """An IAM user; `statements` include those of the groups."""

    groups: tuple[IamGroup, ...] = ()
    """The groups that the user is in."""
    boundary: AttachedPolicy | None = None
    """The user's permissions boundary."""
    tags: Tags = ()
    """The user's tags."""

    @cached_property
    def statements(self) -> IndexedStatements:
        """The statements of the user's own policies and of the groups'."""
        holders: tuple[Entity, ...] = (self, *self.groups)
        return IndexedStatements.of(policy.index for holder in holders for policy in holder.policies)


@dataclass(frozen=True)
class IamRole(Entity):
    """An IAM role."""

    trust: tuple[Statement, ...] = ()
    """The statements of its trust policy."""
    boundary: AttachedPolicy | None = None
    """Its permissions boundary."""
    session_seconds: str = str(DEFAULT_SESSION)
    """How long a session may last, in seconds, as its template has it."""
    tags: Tags = ()
    """Its tags."""

    @cached_property
    def indexed_trust(self) -> IndexedStatements:
        """The statements of its trust policy with their index."""
        return IndexedStatements.of((StatementIndex.of(self.trust),))

    @property
    def max_session(self) -> int:
        """How long a session may last, in seconds. Raises AccessError where the template does not tell it."""
        return session_seconds(self.session_seconds)


def session_seconds(written: str) -> int:
    """Return a MaxSessionDuration as a number. Raises AccessError if the text is not a number, or is unknown."""
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
    """Return the entity with that name or, if there is none, with that logical id. Raises AccessError if there is
    neither."""
    for entity in entities:
        if entity.name == name:
            return entity
    for entity in entities:
        if entity.logical_id == name:
            return entity
    known = [known for entity in entities for known in (entity.name, entity.logical_id)]
    raise undecided(name, "is not in the account", did_you_mean(name, known))
