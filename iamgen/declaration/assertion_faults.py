"""Find every fault in how ASSERTIONS of users.py are written: unknown names, no actions, nobody meant, contradictions.

Whether an assertion holds is another question, which `iamgen.assertions` decides on the templates. Nothing here is
imported for a users.py without assertions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from iamgen.aws.partitions import is_service_principal
from iamgen.declaration.access_entries import is_pattern
from iamgen.declaration.declared_type import Acceptance, Assertion, MisDeclared, texts_of
from iamgen.declaration.types.forbid import Forbid
from iamgen.declaration.types.pipeline import identity_problems, workload
from iamgen.similar_names import did_you_mean

if TYPE_CHECKING:
    from iamgen.declaration.accounts import Accounts
    from iamgen.declaration.users_file import Written

EVERYTHING = "*"
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9_*?-]+", re.ASCII)
_ARN = re.compile(r"arn(:[^:]+){2}(:[^:]*){2}:.+", re.DOTALL)
_UNDECIDABLE = ("sts:getcalleridentity", "sts:getsessiontoken")


def faults(written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Yield every fault of the assertions, held against the other lists and the accounts."""
    known = _KnownNames.of(written)
    without_faults = []
    for assertion in written.assertions:
        own = tuple(_own_faults(assertion, known, written, accounts))
        yield from own
        if not own:
            without_faults.append(assertion)
    # What a mistaken name or resource seems to contradict is a consequence of that mistake.
    yield from _contradictions(tuple(without_faults), known, accounts)


def _own_faults(
    assertion: Assertion, known: _KnownNames, written: Written, accounts: Accounts
) -> Iterator[MisDeclared]:
    """Find the faults of one assertion, whatever the others say."""
    yield from _action_faults(assertion)
    yield from _resource_faults(assertion)
    yield from _account_faults(assertion, accounts)
    yield from _name_faults(assertion, known, written)
    yield from _exception_faults(assertion, known)


def meant_accounts(
    declared: Assertion | Acceptance, names: Iterable[str], aliases: Mapping[str, str]
) -> tuple[str, ...]:
    """Return which of the accounts an assertion or acceptance means. Unlike one of `access`, a pattern means user-only
    as well."""
    keys = texts_of(declared.accounts)
    listed = tuple(names)
    known = {**{name: name for name in listed}, **aliases}
    meant = {known[name] for key in keys for name in known if name == key or fnmatchcase(name, key)}
    return tuple(name for name in listed if name in meant)


def is_meant(name: str, keys: Iterable[str]) -> bool:
    """Return whether a name is among names and patterns. Brackets are no wildcards: subjects of pipelines may have
    them."""
    return any(name == key or _glob(key).fullmatch(name) for key in keys)


def _glob(text: str) -> re.Pattern[str]:
    parts = ({"*": ".*", "?": "."}.get(character) or re.escape(character) for character in text)
    return re.compile("".join(parts), re.DOTALL)


class _KnownNames:
    """The names that `who` and `but` can have."""

    def __init__(self, callers: Iterable[str], roles: Iterable[str]) -> None:
        self.callers = tuple(dict.fromkeys(callers))
        """People, CI users, pipelines by their subjects, and services."""
        self.roles = tuple(dict.fromkeys(roles))
        """Roles."""

    @classmethod
    def of(cls, written: Written) -> _KnownNames:
        """Return the names that users.py declares."""
        people = (*(user.name for user in written.users), *(user.name for user in written.ci_users))
        sound = (item for item in written.pipelines if not any(identity_problems(item)))
        services = (name for role in written.roles for name in role.assumed_by if name not in written.role_names)
        return cls((*people, *(workload(item).subject for item in sound), *services), written.role_names)

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.callers, *self.roles)

    def meant(self, keys: Iterable[str]) -> set[str]:
        """Return the names that are among names and patterns."""
        listed = tuple(keys)
        return {name for name in self.all if is_meant(name, listed)}

    def meant_by_who(self, assertion: Assertion) -> set[str]:
        """Return whom an assertion is about, before its exceptions: roles alone only where they are named."""
        keys = texts_of(assertion.who)
        named = self.meant(key for key in keys if key != EVERYTHING)
        return named | set(self.callers) if EVERYTHING in keys else named


def _action_faults(assertion: Assertion) -> Iterator[MisDeclared]:
    listed = texts_of(assertion.actions)
    if not listed:
        problem = f"{assertion.label} has no actions, and so would hold whatever the policies say"
        yield MisDeclared(assertion.origin, problem, "name an action such as 's3:DeleteBucket'", "actions")
    for action in listed:
        if not _ACTION.fullmatch(action):
            hint = "write service:Action, such as 's3:GetObject', with wildcards 's3:Get*', or '*' for every action"
            yield MisDeclared(assertion.origin, f"{assertion.label}: {action!r} is not an action", hint, action)
        elif isinstance(assertion, Forbid) and action.lower() in _UNDECIDABLE:
            problem = f"{assertion.label}: AWS allows {action} to everybody, whatever policies say"
            yield MisDeclared(assertion.origin, problem, "leave it out: nothing can forbid it", action)


def _resource_faults(assertion: Assertion) -> Iterator[MisDeclared]:
    listed = texts_of(assertion.on)
    if not listed:
        problem = f"{assertion.label}: on is empty, and so it would be about no resource"
        yield MisDeclared(assertion.origin, problem, "leave it out to mean every resource", "on")
    for resource in listed:
        if resource != EVERYTHING and ("${" in resource or not _ARN.fullmatch(resource)):
            hint = "write one such as 'arn:aws:s3:::bucket/*', or leave it out to mean every resource"
            yield MisDeclared(assertion.origin, f"{assertion.label}: on {resource!r} is not an ARN", hint, resource)


def _account_faults(assertion: Assertion, accounts: Accounts) -> Iterator[MisDeclared]:
    keys = texts_of(assertion.accounts)
    if not keys:
        problem = f"{assertion.label}: accounts is empty, and so it would hold nowhere"
        yield MisDeclared(assertion.origin, problem, "leave it out to mean every account", "accounts")
    yield from unknown_account_faults(assertion, accounts)


def unknown_account_faults(declared: Assertion | Acceptance, accounts: Accounts) -> Iterator[MisDeclared]:
    """Yield a fault for each account name or pattern of an assertion or acceptance that means no account."""
    keys = texts_of(declared.accounts)
    known = (*accounts.by_name, *accounts.aliases)
    for key in keys if accounts.by_name else ():
        if not any(name == key or (is_pattern(key) and fnmatchcase(name, key)) for name in known):
            from iamgen.declaration.account_hints import account_hint  # slow to import, and only needed after a mistake

            hint = account_hint(key, accounts.by_name, accounts.aliases, keys)
            problem = f"{declared.label}: {key!r} is no account, nor matches any"
            yield MisDeclared(declared.origin, problem, hint, key)


def _name_faults(assertion: Assertion, known: _KnownNames, written: Written) -> Iterator[MisDeclared]:
    if not texts_of(assertion.who):
        problem = f"{assertion.label}: who is empty, and so it would be about nobody"
        yield MisDeclared(assertion.origin, problem, "name somebody, such as 'alice', 'OpsR' or '*'", "who")
    for field in ("who", "but"):
        for name in texts_of(getattr(assertion, field)):
            is_known = name == EVERYTHING or known.meant((name,)) or is_service_principal(name)
            if is_known or any(written.explains(list_, name) for list_ in ("USERS", "CI_USERS", "ROLES")):
                continue
            kind = "matches nobody" if {"*", "?"} & set(name) else "is no person, CI user, pipeline, service or role"
            otherwise = "write a name of USERS or CI_USERS, a pipeline's subject, a service, or a role"
            hint = written.stray_hint(name) or did_you_mean(name, known.all, otherwise)
            yield MisDeclared(assertion.origin, f"{assertion.label}: {field}: {name!r} {kind}", hint, name)


def _exception_faults(assertion: Assertion, known: _KnownNames) -> Iterator[MisDeclared]:
    """Find exceptions that make the assertion empty. Roles are an exception to ways, so they alone take nobody away."""
    meant, excepted = known.meant_by_who(assertion), known.meant(texts_of(assertion.but))
    if meant and meant <= excepted:
        problem = f"{assertion.label}: but excepts everybody whom who means, and so it would be about nobody"
        yield MisDeclared(assertion.origin, problem, "take somebody out of but", "but")
        return
    roles = set(known.roles) if meant & set(known.callers) else set()
    for name in texts_of(assertion.but):
        named = known.meant((name,))
        if named and not named & (meant | roles):
            problem = f"{assertion.label}: but: {name!r} is none of those whom who means"
            yield MisDeclared(assertion.origin, problem, "take it out of but", name)


def _contradictions(assertions: tuple[Assertion, ...], known: _KnownNames, accounts: Accounts) -> Iterator[MisDeclared]:
    """Find what is both required of somebody and forbidden to them, whatever the policies say."""
    forbidden = [item for item in assertions if isinstance(item, Forbid)]
    for required in assertions:
        if isinstance(required, Forbid):
            continue
        for forbid in forbidden:
            names = _forbidden_for_certain(forbid, known) & _required_of(required, known)
            if names and _have_requests_in_common(required, forbid, accounts):
                problem = (
                    f"{required.label} contradicts {forbid.label} on line {forbid.origin.line}: "
                    f"both are about {', '.join(sorted(names))}"
                )
                hint = "narrow one of the two, or except somebody with but"
                yield MisDeclared(required.origin, problem, hint, texts_of(required.actions)[0])


def _forbidden_for_certain(forbid: Assertion, known: _KnownNames) -> set[str]:
    """Return to whom it is forbidden by every way; where a role is excepted, somebody may have a way by that."""
    excepted = known.meant(texts_of(forbid.but))
    named = known.meant_by_who(forbid) - excepted
    return named & set(known.roles) if excepted & set(known.roles) else named


def _required_of(required: Assertion, known: _KnownNames) -> set[str]:
    return known.meant_by_who(required) - known.meant(texts_of(required.but))


def _have_requests_in_common(required: Assertion, forbid: Assertion, accounts: Accounts) -> bool:
    names, aliases = tuple(accounts.by_name), accounts.aliases
    same_place = set(meant_accounts(required, names, aliases)) & set(meant_accounts(forbid, names, aliases))
    same_sign_in = forbid.mfa is None or forbid.mfa is (required.mfa is not False)
    return bool(
        same_place
        and same_sign_in
        and _meet(map(str.lower, texts_of(required.actions)), map(str.lower, texts_of(forbid.actions)))
        and _meet(texts_of(required.on), texts_of(forbid.on))
    )


def _meet(first: Iterable[str], second: Iterable[str]) -> bool:
    """Return whether a text of one list surely matches one of the other; both may be patterns."""
    listed = tuple(second)
    return any(_glob(text).fullmatch(other) or _glob(other).fullmatch(text) for text in first for other in listed)
