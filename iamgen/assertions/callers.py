"""The callers that an assertion is about: who they are, how they signed in, and what all their requests share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from iamgen.access.context import UNSAID, ContextValue
from iamgen.declaration.assertion_faults import EVERYTHING, is_meant
from iamgen.declaration.declared_type import Assertion, texts_of
from iamgen.declaration.types.forbid import Forbid
from iamgen.questions.circumstances import Acting, Circumstances, Mfa
from iamgen.questions.model import AccessModel, Actor, KnownEntity, ModelAccount
from iamgen.questions.reach import Way

_FREE = frozenset(
    {
        "aws:calledvia",
        "aws:calledviafirst",
        "aws:calledvialast",
        "aws:multifactorauthage",
        "aws:securetransport",
        "aws:viaawsservice",
    }
)
"""Keys, in lower case, that may have any value where something is forbidden: somebody may also do it over plain HTTP,
long after they signed in with MFA, or through a service of AWS that acts for them."""


@dataclass(frozen=True)
class AtAnyTime(Circumstances):
    """Circumstances without a stated time: everything that depends on the time is uncertain."""

    @property
    def stated(self) -> dict[str, ContextValue]:
        """The keys whose value is known: there are none."""
        return {}


@dataclass(frozen=True, eq=False)
class MeantCallers:
    """The callers that an assertion means, and the accounts."""

    assertion: Assertion
    """The assertion."""
    accounts: frozenset[str]
    """The names of the accounts in which it must hold."""

    @property
    def mfa_states(self) -> tuple[Mfa, ...]:
        """How users may have signed in."""
        if isinstance(self.assertion, Forbid):
            without: tuple[Mfa, ...] = ("false", "absent")
            return {None: ("present", *without), True: ("present",), False: without}[self.assertion.mfa]
        return ("false", "absent") if self.assertion.mfa is False else ("usual",)

    def states_of(self, actor: Actor) -> tuple[Mfa, ...]:
        """Return in which ways somebody may have signed in. Only users have MFA, so others never signed in with it."""
        if actor.known is not None:
            return self.mfa_states
        return () if isinstance(self.assertion, Forbid) and self.assertion.mfa is True else ("usual",)

    def is_here(self, account: ModelAccount) -> bool:
        """Return whether the assertion must hold in an account."""
        return account.name in self.accounts

    def actors(self, model: AccessModel) -> tuple[Actor, ...]:
        """Return those who may call AWS, roles left out, whom the assertion means."""
        names, excepted = texts_of(self.assertion.who), texts_of(self.assertion.but)
        return tuple(
            actor for actor in model.actors if is_meant(actor.name, names) and not is_meant(actor.name, excepted)
        )

    def roles(self, model: AccessModel, *, everywhere: bool = False) -> tuple[KnownEntity, ...]:
        """Return the roles that are named in `who`, in the accounts in which it must hold. `*` names no role.

        `everywhere` returns those of the other accounts too: from there they may assume roles of these accounts.
        """
        names = [key for key in texts_of(self.assertion.who) if key != EVERYTHING]
        listed = (role for role in model.roles if everywhere or self.is_here(role.account))
        return tuple(role for role in listed if _is_named(role, names))

    def is_excepted(self, known: KnownEntity) -> bool:
        """Return whether acting as a role, or as a user, is excepted."""
        return _is_named(known, list(texts_of(self.assertion.but)))


def _is_named(known: KnownEntity, keys: list[str]) -> bool:
    return any(is_meant(name, keys) for name in dict.fromkeys((known.entity.logical_id, known.entity.name)))


def session_way(role: KnownEntity, acting: Acting) -> Way:
    """Return the way of a session of a role, no matter who began it. To find where the role is written takes time."""
    return Way(Actor("role", role.entity.name, role), acting)


def fixed_keys(acting: Acting, keys: frozenset[str], *, is_forbidden: bool) -> Mapping[str, str | tuple[str, ...]]:
    """Return what is the same in each request of a user or session, of some keys on which its policies depend: an empty
    tuple for a key that no request has.

    What is required must be possible over HTTPS, at once after somebody signed in, and without help of a service.
    """
    stated = {key.lower(): value for key, value in acting.context.items()}
    fixed: dict[str, str | tuple[str, ...]] = {}
    for key in keys:
        value = stated.get(key, ())
        if value is not UNSAID and not (is_forbidden and key in _FREE):
            fixed[key] = value
    return fixed
