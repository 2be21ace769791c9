"""Find who can act as which role in which account: with the end, the reason and the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from iamgen.access.entities import Entity, IamGroup
from iamgen.errors import IamgenError, faults_of, refuse
from iamgen.questions.can import Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.grant_reasons import grant_of
from iamgen.questions.limits import way_end
from iamgen.questions.model import AccessModel, Actor, KnownEntity, ModelAccount
from iamgen.questions.naming_actors import ROLE_PREFIX
from iamgen.questions.reach import Way
from iamgen.similar_names import did_you_mean


@dataclass(frozen=True, eq=False)
class HeldRole:
    """The fact that somebody can act as a role, or as their own user, in one account."""

    way: Way
    """Who it is, and how they come to act as the role."""
    end: datetime | None
    """When they can no longer; None where no condition ends it."""
    reason: str
    """Why the role was granted; empty where nobody says it."""
    declared: str
    """The file and line of the grant; empty where nothing declares it."""

    @property
    def actor(self) -> Actor:
        """The person, machine, pipeline or role that holds it."""
        return self.way.actor

    @property
    def known(self) -> KnownEntity:
        """The role, or their own user, with its account."""
        return self.way.acting.known

    @property
    def is_role(self) -> bool:
        """Whether it is a role, and not their own user."""
        return bool(self.way.hops) or self.actor.kind == "role"


@dataclass(frozen=True)
class AccessFilter:
    """Which part of all access a question is about."""

    account: ModelAccount | None = None
    """The account in which they act; None for every account."""
    role: str | None = None
    """The name of the role as which they act; None for every role, and for their own users."""

    @classmethod
    def of(cls, model: AccessModel, account: str | None, role: str | None) -> AccessFilter:
        """Return the filter. Raises IamgenError, with the nearest name, for an account or role that does not exist."""
        read_account = partial(model.account, account) if account else lambda: None
        read_role = partial(_role_named, model, role) if role is not None else lambda: None
        faults = faults_of(read_account, read_role)
        if faults:
            raise IamgenError(faults)
        return cls(read_account(), read_role())

    def takes(self, known: KnownEntity, *, is_role: bool) -> bool:
        """Return whether somebody who acts as this role or user is meant."""
        is_named = self.role is None or (is_role and self.role in role_names(known))
        return is_named and (self.account is None or known.account is self.account)


def role_names(known: KnownEntity) -> tuple[str, str, str]:
    """Return the names by which a role may be meant."""
    return known.entity.name, known.entity.logical_id, known.entity.arn


def role_label(known: KnownEntity) -> str:
    """Return the short name of a role beside its account: `OpsR` for infra-OpsR-111111111111, else its own name."""
    return _label(known.entity, known.account)


def group_label(group: IamGroup, account: ModelAccount) -> str:
    """Return the short name of a group beside its account: `PowerG` for infra-PowerG-111111111111, else its own."""
    return _label(group, account)


def _label(named: Entity, account: ModelAccount) -> str:
    is_generated = named.name.endswith(f"-{named.logical_id}-{account.id}")
    return named.logical_id if is_generated else named.name


def held_roles(
    asker: Asker, actors: Iterable[Actor], circumstances: Circumstances, part: AccessFilter
) -> tuple[HeldRole, ...]:
    """Return everything as which these can act, in the order in which they are listed; certain ways come first."""
    return tuple(held for actor in actors for held in _of_actor(asker, actor, circumstances, part))


def _of_actor(asker: Asker, actor: Actor, circumstances: Circumstances, part: AccessFilter) -> Iterator[HeldRole]:
    for way in asker.reach(actor, circumstances).ways:
        if part.takes(way.acting.known, is_role=bool(way.hops) or actor.kind == "role"):
            reason, declared = grant_of(asker.model, way)
            yield HeldRole(way, way_end(asker, way, circumstances), reason, declared)


def _role_named(model: AccessModel, role: str) -> str:
    name = role.removeprefix(ROLE_PREFIX)
    names = {item for known in model.roles for item in role_names(known)}
    if name not in names:
        raise refuse(name, "there is no such role", did_you_mean(name, names))
    return name
