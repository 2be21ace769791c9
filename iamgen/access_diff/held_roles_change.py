"""Find which people and machines are new or gone in a change, and which roles they gained and lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from iamgen.access_diff.assumption import AssumptionChange
from iamgen.access_diff.matched_principals import MatchedModels, MatchedPrincipal
from iamgen.questions.access_answer import ActorKey
from iamgen.questions.can import Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.held_roles import AccessFilter, HeldRole, held_roles
from iamgen.questions.holders import KINDS
from iamgen.questions.model import AccessModel, Actor

_EVERY_ROLE = AccessFilter()


@dataclass(frozen=True)
class HeldRoleChange:
    """A role as which somebody can act on one side only, or until another time, or now under other conditions."""

    actor: ActorKey
    """Who it is."""
    role: MatchedPrincipal
    """The role."""
    before: HeldRole | None
    """How they could act as the role; None where they could not."""
    after: HeldRole | None
    """How they can act as the role; None where they cannot."""

    @property
    def state(self) -> str:
        """Whether the role is `gained`, `lost` or `changed`."""
        return "gained" if self.before is None else "lost" if self.after is None else "changed"

    @property
    def is_gain(self) -> bool:
        """Whether they have more than before: the role, for a longer time, or with certainty."""
        if self.before is None or self.after is None:
            return self.after is not None
        longer = self.before.end is not None and (self.after.end is None or self.after.end > self.before.end)
        return longer or (self.after.way.is_certain and not self.before.way.is_certain)


@dataclass(frozen=True, eq=False)
class HeldRoles:
    """Compares who can act as which role, for the people and machines that a change concerns."""

    models: MatchedModels
    """Both sides."""
    askers: tuple[Asker, Asker]
    """Answers on the earlier and on the later side."""
    circumstances: Circumstances
    """When, and how users sign in."""

    @property
    def joined(self) -> tuple[ActorKey, ...]:
        """Everybody who is there on the later side only."""
        return tuple(sorted(self._keys[1].keys() - self._keys[0].keys(), key=_order))

    @property
    def left(self) -> tuple[ActorKey, ...]:
        """Everybody who is there on the earlier side only."""
        return tuple(sorted(self._keys[0].keys() - self._keys[1].keys(), key=_order))

    def changes(self, assumed: Iterable[AssumptionChange]) -> tuple[HeldRoleChange, ...]:
        """Return what changes, for everybody whom changes of who may assume a role concern."""
        concerned = self._concerned(tuple(assumed))
        before, after = (
            self._held(number, [actor for key in concerned for actor in self._keys[number].get(key, ())])
            for number in (0, 1)
        )
        changes = (
            HeldRoleChange(key[0], self._role(before.get(key) or after[key]), before.get(key), after.get(key))
            for key in (*before, *(key for key in after if key not in before))
        )
        return tuple(sorted(filter(_is_change, changes), key=_by_actor))

    @cached_property
    def _keys(self) -> tuple[Mapping[ActorKey, list[Actor]], Mapping[ActorKey, list[Actor]]]:
        """Everybody by the name under which both sides know them: one of the later side where accounts are renamed."""
        return self._by_key(self.models.before), self._by_key(self.models.after)

    def _by_key(self, model: AccessModel) -> dict[ActorKey, list[Actor]]:
        listed: dict[ActorKey, list[Actor]] = {}
        for actor in model.actors:
            listed.setdefault(self._key(actor), []).append(actor)
        return listed

    def _key(self, actor: Actor) -> ActorKey:
        matched = self.models.by_arn.get(actor.known.entity.arn) if actor.known else None
        key = ActorKey.of(actor)
        return key._replace(account=matched.account) if matched and key.account else key

    def _concerned(self, assumed: tuple[AssumptionChange, ...]) -> list[ActorKey]:
        everybody = dict.fromkeys((*self._keys[0], *self._keys[1]))
        if any(isinstance(item.party, MatchedPrincipal) and item.party.kind == "role" for item in assumed):
            return list(everybody)
        concerned = {*self.joined, *self.left}
        for item in assumed:
            if isinstance(item.party, MatchedPrincipal):
                sides = (item.party.before, item.party.after)
                concerned |= {
                    self._key(actor) for side in sides if side for actor in self._users.get(side.entity.arn, ())
                }
            else:
                concerned |= {key for key, actors in self._strangers if _is_meant(item, actors)}
        return [key for key in everybody if key in concerned]

    @cached_property
    def _users(self) -> Mapping[str, list[Actor]]:
        listed: dict[str, list[Actor]] = {}
        for actor in (*self.models.before.actors, *self.models.after.actors):
            if actor.known:
                listed.setdefault(actor.known.entity.arn, []).append(actor)
        return listed

    @cached_property
    def _strangers(self) -> tuple[tuple[ActorKey, list[Actor]], ...]:
        return tuple((key, actors) for side in self._keys for key, actors in side.items())

    def _held(self, number: int, actors: list[Actor]) -> dict[tuple[ActorKey, int], HeldRole]:
        """Return the roles as which they can act, by who it is and which role."""
        held = held_roles(self.askers[number], actors, self.circumstances, _EVERY_ROLE)
        roles: dict[tuple[ActorKey, int], HeldRole] = {}
        for item in held:
            if item.is_role:
                roles.setdefault((self._key(item.actor), id(self._role(item))), item)
        return roles

    def _role(self, held: HeldRole) -> MatchedPrincipal:
        return self.models.by_arn[held.known.entity.arn]


def _is_meant(change: AssumptionChange, actors: Iterable[Actor]) -> bool:
    """Return whether a party of a trust policy may be one of these: an account and everybody may be anybody."""
    party = change.party
    if isinstance(party, MatchedPrincipal):
        return False
    if party.principal.name == "*":
        return True
    if party.is_account:
        ids = {actor.known.account.id for actor in actors if actor.known}
        return party.account_id in ids or any(party.principal in actor.principals for actor in actors)
    return any(party.principal in actor.principals for actor in actors)


def _is_change(change: HeldRoleChange) -> bool:
    before, after = change.before, change.after
    if before is None or after is None:
        return True
    return before.end != after.end or before.way.is_certain != after.way.is_certain


def _order(key: ActorKey) -> tuple[int, str, str]:
    return KINDS.index(key.kind), key.name, key.account


def _by_actor(change: HeldRoleChange) -> tuple[tuple[int, str, str], str, str]:
    return _order(change.actor), change.role.name, change.role.account
