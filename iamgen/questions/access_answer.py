"""Answer `iamgen access`: everybody with their roles in each account and, on request, what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from iamgen.aws.services import list_date
from iamgen.questions.action_summary import ActionSummary, action_summary, unlisted_entries
from iamgen.questions.can import Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.held_roles import AccessFilter, HeldRole, held_roles
from iamgen.questions.holders import KINDS
from iamgen.questions.model import Actor, ActorKind, KnownEntity
from iamgen.questions.naming_actors import find_actors
from iamgen.questions.unknown_principals import unknown_principals
from iamgen.ui.listing import first_of

_LISTED = 4


class ActorKey(NamedTuple):
    """How an answer identifies somebody: a CI user is a user in each of its accounts, and listed once."""

    kind: ActorKind
    """What it is."""
    name: str
    """Its name."""
    account: str
    """The name of the account of a person or another user; empty for everybody else."""

    @classmethod
    def of(cls, actor: Actor) -> ActorKey:
        """Return the key of somebody."""
        return cls(actor.kind, actor.name, "" if actor.kind == "CI user" else actor.account_name)

    @property
    def label(self) -> str:
        """How answers name it: users of several accounts may have one name."""
        return f"{self.name} in {self.account}" if self.kind in ("user", "role") else self.name


@dataclass(frozen=True)
class AccessRequest:
    """What somebody asks `iamgen access`."""

    circumstances: Circumstances
    """When, and how users sign in."""
    actor: str | None = None
    """Whose access is asked for; None for everybody's."""
    account: str | None = None
    """The account in which they act; None for every account."""
    role: str | None = None
    """The role as which they act; None for every role."""


@dataclass(frozen=True, eq=False)
class AccessOverview:
    """Everybody about whom the question is, with all roles as which they can act."""

    asker: Asker
    """Answers on the model."""
    request: AccessRequest
    """What was asked."""
    part: AccessFilter
    """The account and role that it is about."""
    actors: tuple[Actor, ...]
    """Who was asked about, by kind and name."""
    held: tuple[HeldRole, ...]
    """Everything as which they can act, in the same order."""
    _summaries: dict[str, ActionSummary] = field(default_factory=dict, repr=False)

    @cached_property
    def by_actor(self) -> Mapping[ActorKey, tuple[HeldRole, ...]]:
        """What each of them can act as; those who are in none of it are left out where only part of it is asked for."""
        listed: dict[ActorKey, list[HeldRole]] = {}
        asks_for_part = self.part.account is not None or self.part.role is not None
        if self.request.actor is not None or not asks_for_part:
            listed = {ActorKey.of(actor): [] for actor in self.actors}
        for held in self.held:
            listed.setdefault(ActorKey.of(held.actor), []).append(held)
        return {key: tuple(items) for key, items in listed.items()}

    @cached_property
    def unknown(self) -> Mapping[str, tuple[KnownEntity, ...]]:
        """Users and roles that trust policies name and about which nothing is known, each with the roles that name
        them.

        None where somebody was asked about by name: they are known."""
        named: dict[str, list[KnownEntity]] = {}
        for role in self.asker.model.roles if self.request.actor is None else ():
            if self.part.takes(role, is_role=True):
                for name in unknown_principals(self.asker.model, role):
                    named.setdefault(name, []).append(role)
        return {name: tuple(roles) for name, roles in sorted(named.items())}

    def summary(self, held: HeldRole) -> ActionSummary:
        """Return what somebody may do as a role or as their own user."""
        arn = held.known.entity.arn
        if arn not in self._summaries:
            owner = self.part.account.id if self.part.account else ""
            self._summaries[arn] = action_summary(self.asker, held.way.acting, owner)
        return self._summaries[arn]

    @property
    def beside_list(self) -> tuple[str, ...]:
        """What nobody's summary speaks of where somebody was asked about: entries of policies of these accounts that
        mean no action of the list, as a sentence; AWS's own policies are left out."""
        listed = self.held if self.request.actor is not None else ()
        policies = dict.fromkeys(policy for held in listed for _, policy in held.known.held_policies)
        allows = (item for policy in policies if not policy.published for item in policy.statements)
        entries = unlisted_entries(item for item in allows if item.effect == "Allow")
        where = f"what is not in the list of {list_date()} and policies allow"
        return (f"{where}: {first_of(entries, _LISTED)}",) if entries else ()


def access_overview(asker: Asker, request: AccessRequest) -> AccessOverview:
    """Return who can act as what. Raises IamgenError for somebody, an account or a role that is not known."""
    part = AccessFilter.of(asker.model, request.account, request.role)
    if request.actor is None:
        actors = tuple(sorted(asker.model.actors, key=_order))
    else:
        actors = find_actors(asker.model, request.actor, request.account)
    return AccessOverview(asker, request, part, actors, held_roles(asker, actors, request.circumstances, part))


def _order(actor: Actor) -> tuple[int, str, str]:
    return KINDS.index(actor.kind), actor.name, actor.account_name
