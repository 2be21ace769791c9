"""Collect once what surrounds the users and roles that may gain more power, for all of them.

Users with the same policies, groups and boundary are alike: what is decided for one of them is decided for all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

from iamgen.access.documents import Statement
from iamgen.access.entities import IamRole, IamUser
from iamgen.aws.condition_keys import NAMES_OF_CALLERS
from iamgen.aws.escalation import STEPS
from iamgen.aws.partitions import service_of
from iamgen.questions.circumstances import UNNAMED_SESSION, Acting, Circumstances, acting_role, acting_user
from iamgen.questions.decisions import Decider
from iamgen.questions.model import KnownEntity
from iamgen.questions.reach import Reacher

_OF_CREDENTIALS = tuple(step for step in STEPS if step.gain == "gives-credentials")
_OWN_USER = re.compile(r":(user|mfa)/[^$]*\$\{aws:username\}$")


@dataclass(frozen=True)
class AllowedAction:
    """An action that a move needs, and what allows it."""

    action: str
    """The action."""
    statement: Statement | None
    """The statement that allows it; None where none certainly does."""
    doubt: str = ""
    """What decides whether it is allowed, in words; empty where that is certain."""


@dataclass(frozen=True, eq=False)
class Control:
    """A user or role that somebody is or can become, and how."""

    known: KnownEntity
    """The user or role."""
    words: str
    """How they become it, as a part of a sentence; empty for themselves."""
    needs: tuple[AllowedAction, ...] = ()
    """What they need for it."""
    condition: str = ""
    """As of a move."""
    session: Acting | None = None
    """The session that they have of a role that they assume; None where it may have any name."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What surrounds a user or role: who else is in each account, and as which roles services may act."""

    reacher: Reacher
    """Finds the roles that somebody may assume."""
    circumstances: Circumstances
    """When that is, and how users sign in."""
    _numbers: dict[Acting, int] = field(default_factory=dict, repr=False)
    _states: dict[tuple[object, ...], int] = field(default_factory=dict, repr=False)
    _acting: dict[KnownEntity, Acting] = field(default_factory=dict, repr=False)
    _taken_over: dict[tuple[str, tuple[object, ...]], dict[tuple[str, str], AllowedAction | None]] = field(
        default_factory=dict, repr=False
    )

    def number(self, acting: Acting) -> int:
        """Return a number for somebody's state, the same for equal ones: to compare policies each time takes long."""
        if acting not in self._numbers:
            self._numbers[acting] = self._states.setdefault(state(acting), len(self._states))
        return self._numbers[acting]

    def acting(self, known: KnownEntity) -> Acting:
        """Return a user or a role's session as it asks; a user as somebody who signs in with MFA."""
        if known not in self._acting:
            is_role = isinstance(known.entity, IamRole)
            make = partial(acting_role, session=UNNAMED_SESSION) if is_role else partial(acting_user, kind="person")
            self._acting[known] = make(known, circumstances=self.circumstances)
        return self._acting[known]

    def users_taken_over(
        self, acting: Acting, decide: Callable[[str, str], AllowedAction | None]
    ) -> tuple[Control, ...]:
        """Return the users whose credentials somebody may get, decided once for all users with the same policies.

        What a policy says of `${aws:username}` is about themselves, and no other user is reached by it.
        """
        account, own = acting.known.account, acting.known.entity.arn
        kind = self.likeness(acting.known)
        known = self._taken_over.setdefault((account.id, kind), {})
        for step in _OF_CREDENTIALS:
            for user in self.users.get(account.id, ()) if mentions(acting, step.action) else ():
                key = (step.action, user.entity.arn)
                if key not in known and user.entity.arn != own:
                    known[key] = decide(*key)
        controls = []
        for user in self.users.get(account.id, ()):
            needs = (known.get((step.action, user.entity.arn)) for step in _OF_CREDENTIALS)
            need = next(filter(None, needs), None)
            if need and user.entity.arn != own:
                controls.append(Control(user, f"gets credentials of the user {user.entity.name}", (need,)))
        return tuple(controls)

    def likeness(self, known: KnownEntity) -> tuple[object, ...]:
        """Return what users must have in common so that the same is true for them, whatever their names are. No role is
        like another."""
        entity = known.entity
        arn, *rest = state(self.acting(known))
        by_name = isinstance(entity, IamRole) or any(map(_is_about_names, (*known.statements, *known.boundary)))
        return (arn if by_name else "", entity.tags, *rest)

    @cached_property
    def decider(self) -> Decider:
        """Decides what they may do, once for all who are decided alike."""
        return Decider(self.reacher.known_roles)

    @cached_property
    def users(self) -> Mapping[str, tuple[KnownEntity, ...]]:
        """The users of each account, by its id."""
        accounts = self.reacher.model.accounts
        return {account.id: tuple(KnownEntity(user, account) for user in account.content.users) for account in accounts}

    @cached_property
    def roles(self) -> Mapping[str, tuple[KnownEntity, ...]]:
        """The roles of each account, by its id."""
        by_account: dict[str, list[KnownEntity]] = {}
        for role in self.reacher.model.roles:
            by_account.setdefault(role.account.id, []).append(role)
        return {account: tuple(roles) for account, roles in by_account.items()}

    @cached_property
    def trusting(self) -> Mapping[tuple[str, str], tuple[KnownEntity, ...]]:
        """The roles that a service may assume, by the account's id and the service's name, such as `lambda`."""
        by_service: dict[tuple[str, str], dict[KnownEntity, None]] = {}
        for role in self.reacher.model.roles:
            for service in _services(role.as_role):
                by_service.setdefault((role.account.id, service), {})[role] = None
        return {key: tuple(roles) for key, roles in by_service.items()}


def state(acting: Acting) -> tuple[object, ...]:
    """Return what tells a user or role apart from the same with more policies, groups, or without its boundary, and
    one session of a role from another."""
    entity = acting.known.entity
    groups = entity.groups if isinstance(entity, IamUser) else ()
    return entity.arn, entity.policies, tuple(group.arn for group in groups), entity.boundary, acting.caller.session


def _is_about_names(statement: Statement) -> bool:
    """Return whether what a statement allows may differ between users who have the same policies and tags.

    It does not where it is about each one's own user, `user/${aws:username}`: that is the same for all of them.
    """
    keys = {condition.key.lower() for condition in statement.conditions}
    variables = any("${" in value for condition in statement.conditions for value in condition.values)
    elsewhere = (text for text in (*statement.resources, *statement.not_resources) if "${" in text)
    return variables or bool(keys & NAMES_OF_CALLERS) or any(not _OWN_USER.search(text) for text in elsewhere)


def mentions(acting: Acting, action: str) -> bool:
    """Return whether a statement of somebody's policies may allow an action on something.

    A statement that could not be read may mean anything, and says so elsewhere: it is no reason to suspect somebody.
    """
    indexes = acting.known.entity.statements.indexes
    candidates = (index.candidates(action.lower(), principals=False)["Allow"] for index in indexes)
    return any(not prepared.statement.unread for of_policy in candidates for prepared, _ in of_policy)


def _services(role: IamRole) -> Iterator[str]:
    for statement in role.trust:
        for principal in statement.principals if statement.effect == "Allow" else ():
            if principal.kind == "Service":
                yield service_of(principal.name) or principal.name
