"""List who can act as which role, and who is in which group, from the answer about access: one value for each.

Nothing about access is decided here: each fact is taken from an `AccessOverview`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from iamgen.access.entities import IamGroup, IamUser
from iamgen.graph.access_graph import TargetKind
from iamgen.questions.access_answer import AccessOverview, ActorKey
from iamgen.questions.grant_reasons import grant_of
from iamgen.questions.held_roles import HeldRole, group_label, role_label
from iamgen.questions.limits import way_end
from iamgen.questions.model import AccessModel, Actor, KnownEntity, ModelAccount
from iamgen.questions.path_steps import way_path
from iamgen.questions.reach import Way
from iamgen.questions.unknown_principals import UNKNOWN

_TEAM = "team"
_STATEMENT = "statement "


@dataclass(frozen=True, order=True)
class GraphParty:
    """Somebody who can act as something, before those with equal access are drawn as one."""

    kind: str
    """What it is: one of the kinds of actors, or `UNKNOWN`."""
    name: str
    """How it is called."""
    team: str = ""
    """The team that a person belongs to, by their tag `team` or else by their path; empty without either."""


@dataclass(frozen=True, order=True)
class TargetName:
    """A role that somebody can act as, a group that they are in, or the policies that their user has itself."""

    account: str
    """The name of its account."""
    kind: TargetKind
    """What it is."""
    label: str
    """Its short name."""
    arn: str
    """Its ARN; of policies, a digest of what they say: users who have the same have one target."""


@dataclass(frozen=True)
class ReachedTarget:
    """The fact that somebody can act as a role, or is in a group."""

    party: GraphParty
    """Who it is."""
    target: TargetName
    """The role or the group."""
    through: TargetName | None = None
    """The role by way of which they reach it; None where they reach it by themselves."""
    end: datetime | None = None
    """When they can no longer; None where no condition ends it."""
    is_certain: bool = True
    """Whether it is known for certain that they can."""
    reason: str = ""
    """Why the role was granted; empty where nobody says it."""
    way: Way | None = field(default=None, compare=False)
    """How they reach it; None for a group, and for those of whom nothing is known."""

    def path(self, model: AccessModel) -> str:
        """Return the steps of the way in one line; empty without a way."""
        steps = way_path(self.way, model.granted) if self.way else ()
        return " → ".join(f"{step.kind} {step.name.removeprefix(_STATEMENT)}" for step in steps)


def role_target(known: KnownEntity) -> TargetName:
    """Return the name of a role as a target."""
    return TargetName(known.account.name, "role", role_label(known), known.entity.arn)


def group_target(group: IamGroup, account: ModelAccount) -> TargetName:
    """Return the name of a group as a target."""
    return TargetName(account.name, "group", group_label(group, account), group.arn)


def reached_targets(overview: AccessOverview) -> tuple[ReachedTarget, ...]:
    """Return what everybody in an answer reaches, each target of somebody once, in the order of the answer."""
    listed: dict[tuple[GraphParty, TargetName], ReachedTarget] = {}
    for key, held in overview.by_actor.items():
        for item in held:
            for reached in _of_held(overview, key, item):
                listed.setdefault((reached.party, reached.target), reached)
    for name, roles in overview.unknown.items():
        for role in roles:
            party, target = GraphParty(UNKNOWN, name), role_target(role)
            listed[party, target] = ReachedTarget(party, target, is_certain=False)
    return tuple(listed.values())


def party_of(key: ActorKey, actor: Actor | None) -> GraphParty:
    """Return how somebody is drawn."""
    return GraphParty(key.kind, key.label, _team(actor) if key.kind in ("person", "user") else "")


def _team(actor: Actor | None) -> str:
    entity = actor.known.entity if actor and actor.known else None
    if not isinstance(entity, IamUser):
        return ""
    tagged = [value for name, value in entity.tags if name.lower() == _TEAM]
    return tagged[0] if tagged else entity.path.strip("/")


def _of_held(overview: AccessOverview, key: ActorKey, held: HeldRole) -> Iterator[ReachedTarget]:
    party = party_of(key, held.actor)
    yield from _roles_on_the_way(overview, party, held)
    entity = held.known.entity
    for group in entity.groups if isinstance(entity, IamUser) and not held.is_role else ():
        yield ReachedTarget(party, group_target(group, held.known.account))
    if isinstance(entity, IamUser) and not held.is_role and entity.policies:
        yield ReachedTarget(party, _policies_target(entity, held.known.account))


def _policies_target(user: IamUser, account: ModelAccount) -> TargetName:
    policies = sorted(user.policies, key=lambda policy: policy.name)
    digest = hashlib.sha256(repr(policies).encode("utf-8", "backslashreplace")).hexdigest()
    return TargetName(account.name, "own policies", ", ".join(policy.name for policy in policies), digest)


def _roles_on_the_way(overview: AccessOverview, party: GraphParty, held: HeldRole) -> Iterator[ReachedTarget]:
    """Yield the role that is held, and before it each role on the way: a part of the answer may leave those out."""
    model, circumstances = overview.asker.model, overview.request.circumstances
    before = held.way.before
    if before and before.hops:
        end = way_end(overview.asker, before, circumstances)
        yield from _roles_on_the_way(overview, party, HeldRole(before, end, *grant_of(model, before)))
    if not held.way.hops:
        return
    through = role_target(held.way.hops[-2].role) if held.way.hops[1:] else None
    yield ReachedTarget(party, role_target(held.known), through, held.end, held.way.is_certain, held.reason, held.way)
