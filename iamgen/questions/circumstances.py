"""Collect what a request carries: the time, MFA, what the question states, and which keys are unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal

from iamgen.access.beyond_policies import LONG_TERM_ONLY
from iamgen.access.context import UNSAID, ContextKeys, ContextValue, merged
from iamgen.access.entities import IamRole, IamUser
from iamgen.access.principals import Caller, console_session, role_session, with_keys, with_mfa
from iamgen.aws.condition_keys import OF_USERS_ALONE
from iamgen.questions.model import Actor, KnownEntity

Mfa = Literal["usual", "present", "false", "absent"]
"""How a user signs in: with MFA, to the console without, or with long-lived keys. Usual is with MFA for people and
users, and with keys for CI users, which have no MFA."""

UNNAMED_SESSION = "a name that no policy names"
"""The name of a session of which no policy names the name: no session can be called so, for the spaces in it."""

KEYS_OF_SERVICES = (
    "aws:calledvia",
    "aws:calledviafirst",
    "aws:calledvialast",
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:assumedroot",
)
"""Keys that only a request of an AWS service has (IAM User Guide, "AWS global condition context keys")."""
_NOT_OF_A_USER = (
    "aws:federatedprovider",
    "aws:sourceidentity",
    "aws:ec2instancesourcevpc",
    "aws:ec2instancesourceprivateipv4",
    "aws:multifactorauthpresent",
    "aws:multifactorauthage",
    "aws:tokenissuetime",
)
"""Keys that a user's requests do not have; MFA and the token's time are stated where they are there."""
_PRINCIPAL_TAG = "aws:principaltag/"
_TAG_SESSION = "sts:tagsession"
_SESSION_NAME = "sts:rolesessionname"


@dataclass(frozen=True)
class Circumstances:
    """The circumstances under which a request is made."""

    moment: datetime
    """When it is made."""
    mfa: Mfa = "usual"
    """How a user signs in."""
    context: tuple[tuple[str, str], ...] = field(default=())
    """Further condition keys of the request, each with its value."""

    @property
    def stated(self) -> dict[str, ContextValue]:
        """The keys of which the question says the value: the time, and those of `context`, all values of a key."""
        now = self.moment.astimezone(UTC)
        time = {"aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "aws:EpochTime": str(int(now.timestamp()))}
        values: dict[str, list[str]] = {}
        for key, value in self.context:
            values.setdefault(key, []).append(value)
        several = {key: listed[0] if len(listed) == 1 else tuple(listed) for key, listed in values.items()}
        return merged(time, several)


@dataclass(frozen=True, eq=False)
class Acting:
    """A user, or a session of a role, that makes a request."""

    known: KnownEntity
    """The user or role."""
    caller: Caller
    """It with the keys of its requests, as the evaluator takes it."""
    context: ContextKeys
    """All keys of its requests: those that nobody can know are unsaid."""
    circumstances: Circumstances
    """The circumstances in which it asks."""
    session_is_free: bool = True
    """Whether it could have chosen another name for its session."""

    @cached_property
    def by_access_key(self) -> Acting:
        """The same user with an access key, however they signed in; a session of a role stays as it is."""
        user = self.known.entity
        return _acting(self.known, with_keys(user), self.circumstances) if isinstance(user, IamUser) else self

    def asking_for(self, action: str) -> Acting:
        """Return it as it asks for an action: AWS takes a few of them from users with an access key alone."""
        return self.by_access_key if action.lower() in LONG_TERM_ONLY else self


def acting_user(known: KnownEntity, kind: str, circumstances: Circumstances) -> Acting:
    """Return a user who asks by themselves."""
    user = known.entity
    assert isinstance(user, IamUser)  # noqa: S101  # only users and roles act, and roles do below
    mfa = circumstances.mfa
    if mfa == "usual":
        mfa = "absent" if kind == "CI user" else "present"
    caller = with_mfa(user) if mfa == "present" else console_session(user) if mfa == "false" else with_keys(user)
    return _acting(known, caller, circumstances)


def acting_role(known: KnownEntity, session: str, circumstances: Circumstances, *, is_free: bool = True) -> Acting:
    """Return a session of a role; `is_free` says whether the person who assumed it could choose the session's name."""
    return replace(_acting(known, role_session(known.as_role, session), circumstances), session_is_free=is_free)


def stranger_context(
    actor: Actor, role: KnownEntity, circumstances: Circumstances, session: ContextValue
) -> dict[str, ContextValue]:
    """Return the keys of a request by which somebody assumes a role who exists in trust policies only."""
    named = {"sts:RoleSessionName": session} if _SESSION_NAME in role.trust_keys else {}
    known = merged(named, {**actor.claims, "aws:SecureTransport": "true", **circumstances.stated})
    return _with_unsaid(known, role.trust_keys)


def with_trust_keys(acting: Acting, role: KnownEntity, session: ContextValue) -> ContextKeys:
    """Return the keys of a request by which a user or a session of a role assumes a role."""
    known = acting.context.context.keys
    stated = known.get(_SESSION_NAME)
    more: dict[str, ContextValue] = {"sts:RoleSessionName": stated if isinstance(stated, str) else session}
    missing = role.trust_keys - known.keys() - {_SESSION_NAME}
    return acting.context.with_more({**more, **dict.fromkeys(_possible(acting.known, missing), UNSAID)})


def _acting(known: KnownEntity, caller: Caller, circumstances: Circumstances) -> Acting:
    stated = merged(caller.context, circumstances.stated)
    tags = {key: UNSAID for key in stated if key.lower().startswith(_PRINCIPAL_TAG) and may_be_tagged(known)}
    keys = ContextKeys(_with_unsaid({**stated, **tags}, _possible(known, known.keys)))
    return Acting(known, caller, keys, circumstances)


def _with_unsaid(known: Mapping[str, ContextValue], keys: Iterable[str]) -> dict[str, ContextValue]:
    """Add those keys that policies ask for and that the request may have, or not, with a value nobody can know."""
    stated = {key.lower() for key in known}
    return {**known, **{key: UNSAID for key in keys if key not in stated}}


def _possible(known: KnownEntity, keys: frozenset[str]) -> list[str]:
    """Return those keys that requests of a user or role may have; surely absent are those of other callers."""
    absent = OF_USERS_ALONE if isinstance(known.entity, IamRole) else _NOT_OF_A_USER
    without = {*KEYS_OF_SERVICES, *absent}
    tagged = may_be_tagged(known)
    return [key for key in sorted(keys) if key not in without and (tagged or not key.startswith(_PRINCIPAL_TAG))]


def may_be_tagged(known: KnownEntity) -> bool:
    """Return whether a session of a role may have tags that the person who assumed it chose."""
    if not isinstance(known.entity, IamRole):
        return False
    trust = known.entity.trust
    return any(item.effect == "Allow" and not item.action_list.matches(_TAG_SESSION).no for item in trust)
