"""Match the accounts, users and roles of one model with those of another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from iamgen.questions.held_roles import role_label
from iamgen.questions.model import AccessModel, Actor, ActorKind, KnownEntity

_Sides = tuple[KnownEntity | None, KnownEntity | None]


@dataclass(frozen=True, eq=False)
class MatchedPrincipal:
    """A user or role on both sides."""

    kind: ActorKind
    """What it is."""
    before: KnownEntity | None
    """It as it was; None where it was not there."""
    after: KnownEntity | None
    """It as it is; None where it is gone."""
    account: str
    """The name of its account, with the id where another account has had that name."""

    @property
    def known(self) -> KnownEntity:
        """It on the side that has it, the later one where both do."""
        known = self.after or self.before
        assert known is not None  # noqa: S101  # it was found on one of the sides
        return known

    @property
    def name(self) -> str:
        """Its short name."""
        return role_label(self.known) if self.kind == "role" else self.known.entity.name

    @property
    def state(self) -> str:
        """Whether it was `added` or `removed`; else it is `there`."""
        return "added" if self.before is None else "removed" if self.after is None else "there"


@dataclass(frozen=True)
class AccountState:
    """An account that only one of the sides has, or that has another name there."""

    name: str
    """Its name, the later one where both sides have it."""
    account_id: str
    """Its id."""
    state: str
    """`added`, `removed` or `renamed`."""
    earlier_name: str = ""
    """Of a renamed account, its earlier name."""

    @property
    def text(self) -> str:
        """It as a sentence without a full stop."""
        if self.state == "renamed":
            return f"{self.name} ({self.account_id}) was called {self.earlier_name}"
        return f"{self.name} ({self.account_id}) is {self.state}"


@dataclass(frozen=True, eq=False)
class MatchedModels:
    """Two models whose principals have been matched with each other."""

    before: AccessModel
    """The earlier state."""
    after: AccessModel
    """The later state."""

    @cached_property
    def roles(self) -> tuple[MatchedPrincipal, ...]:
        """The roles of both sides: matched by ARN, else by the account and the name in its template."""
        matched = _matched(
            {known.entity.arn: known for known in self.before.roles},
            {known.entity.arn: known for known in self.after.roles},
            lambda known: (known.account.id, known.entity.logical_id),
        )
        return tuple(MatchedPrincipal("role", *sides, self._account(sides)) for sides in matched)

    @cached_property
    def users(self) -> tuple[MatchedPrincipal, ...]:
        """The users of both sides: matched by ARN, else by the names of their account and their own."""
        kinds = {known: actor.kind for actor in (*self.before.actors, *self.after.actors) if (known := actor.known)}
        matched = _matched(
            _users(self.before.actors),
            _users(self.after.actors),
            lambda known: (known.account.name, known.entity.name),
        )
        return tuple(MatchedPrincipal(kinds[_later(sides)], *sides, self._account(sides)) for sides in matched)

    def _account(self, sides: _Sides) -> str:
        """Return how the account of a user or role is named."""
        account = _later(sides).account
        return f"{account.name} ({account.id})" if account.name in self._reused_names else account.name

    @cached_property
    def _reused_names(self) -> frozenset[str]:
        """The names of accounts that have another id on each side."""
        ids = {account.name: account.id for account in self.before.accounts}
        return frozenset(item.name for item in self.after.accounts if ids.get(item.name, item.id) != item.id)

    @cached_property
    def by_arn(self) -> Mapping[str, MatchedPrincipal]:
        """The users and roles by the ARNs that they have on either side."""
        principals = (*self.users, *self.roles)
        return {known.entity.arn: item for item in principals for known in (item.before, item.after) if known}

    @cached_property
    def user_named(self) -> Mapping[tuple[str, str], MatchedPrincipal]:
        """The users by the id of their account and their name."""
        return {
            (known.account.id, known.entity.name): item
            for item in self.users
            for known in (item.before, item.after)
            if known
        }

    @cached_property
    def of_account(self) -> Mapping[str, tuple[MatchedPrincipal, ...]]:
        """The users and roles by the id of their account."""
        listed: dict[str, list[MatchedPrincipal]] = {}
        for item in (*self.users, *self.roles):
            listed.setdefault(item.known.account.id, []).append(item)
        return {account_id: tuple(items) for account_id, items in listed.items()}

    @cached_property
    def accounts(self) -> tuple[AccountState, ...]:
        """The accounts that are not the same on both sides, in order."""
        return tuple(sorted(self._accounts(), key=lambda item: (item.name, item.account_id)))

    def _accounts(self) -> Iterator[AccountState]:
        before, after = self.before.account_by_id, self.after.account_by_id
        for account_id, account in after.items():
            if account_id not in before:
                yield AccountState(account.name, account_id, "added")
            elif (earlier := before[account_id].name) != account.name:
                yield AccountState(account.name, account_id, "renamed", earlier)
        yield from (
            AccountState(account.name, account_id, "removed")
            for account_id, account in before.items()
            if account_id not in after
        )


def _later(sides: _Sides) -> KnownEntity:
    known = sides[1] or sides[0]
    assert known is not None  # noqa: S101  # it was found on one of the sides
    return known


def _users(actors: Iterable[Actor]) -> dict[str, KnownEntity]:
    return {actor.known.entity.arn: actor.known for actor in actors if actor.known}


def _matched(
    before: Mapping[str, KnownEntity],
    after: Mapping[str, KnownEntity],
    key: Callable[[KnownEntity], tuple[str, str]],
) -> Iterator[_Sides]:
    """Yield each user or role with its two sides: by ARN, and those that have no such partner by another key."""
    unmatched = {key(known): known for arn, known in before.items() if arn not in after}
    for arn, known in after.items():
        yield (before[arn] if arn in before else unmatched.pop(key(known), None)), known
    yield from ((known, None) for known in unmatched.values())
