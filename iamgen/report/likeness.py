"""Find which users and roles have equal power, so that it is worked out only once for all of them.

Two of them are alike when their policies and boundaries say the same, each of its own account and of its own name. An
account is put aside by writing the same mark in the place of its id. A name is put aside where only variables such as
`${aws:username}` ask for it: then what tells names apart is which texts of the policies match them.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from iamgen.access.documents import Statement
from iamgen.access.entities import AttachedPolicy, IamRole, IamUser
from iamgen.access.patterns import Pattern, pattern
from iamgen.aws.condition_keys import NAMES_OF_CALLERS
from iamgen.questions.circumstances import may_be_tagged
from iamgen.questions.model import KnownEntity

ACCOUNT_MARK = "ACCOUNT"
_TAG_KEY = "aws:principaltag/"
_SERVICE, _FIELDS = 2, 6
_WILDCARDS = frozenset("*?$")


@dataclass(frozen=True)
class NameMarks:
    """The parts of policies that can distinguish one user's name from another's."""

    literals: frozenset[str]
    """Texts that a name may be equal to."""
    patterns: tuple[Pattern, ...]
    """Patterns that a name may match."""
    tells_all: bool
    """Whether every name may be told from every other."""

    def of(self, name: str) -> Hashable:
        """Return what the policies can tell of a name: names with equal marks are treated alike."""
        if self.tells_all or name in self.literals:
            return name
        return tuple(item.matches(name) for item in self.patterns)


@dataclass(frozen=True, eq=False)
class Likenesses:
    """Compares the users and roles of one model; what policies say is read once for everybody who has them."""

    _policies: dict[tuple[int, str], Hashable] = field(default_factory=dict)
    _names: dict[tuple[int, ...], NameMarks] = field(default_factory=dict)

    def of(self, known: KnownEntity, kind: str) -> Hashable:
        """Return a value that is equal for users and roles of equal power; `kind` is what the user or role is."""
        entity, keys = known.entity, known.keys
        policies = tuple(self._policy(policy, entity.account_id) for _, policy in known.held_policies)
        boundary = self._policy(entity.boundary, entity.account_id) if entity.boundary else None
        tags = entity.tags if any(key.startswith(_TAG_KEY) for key in keys) else ()
        name: Hashable = self._name(known) if keys & NAMES_OF_CALLERS else None
        return (kind, policies, boundary, tags, may_be_tagged(known), name)

    def _policy(self, policy: AttachedPolicy, account_id: str) -> Hashable:
        if policy.published:
            return (policy.name, policy.published)
        key = (id(policy), account_id)
        if key not in self._policies:
            self._policies[key] = without_account(repr(policy.statements), account_id)
        return self._policies[key]

    def _name(self, known: KnownEntity) -> Hashable:
        entity = known.entity
        if isinstance(entity, IamRole):
            return (entity.path, without_account(entity.name, entity.account_id))
        key = tuple(id(policy) for policy in _all_policies(entity))
        if key not in self._names:
            self._names[key] = name_marks((*known.statements, *known.boundary))
        return (entity.path, self._names[key].of(entity.name))


def without_account(text: str, account_id: str) -> str:
    """Return a text with the same mark in the place of an account's id, whatever that is."""
    return re.sub(rf"(?<!\d){account_id}(?!\d)", ACCOUNT_MARK, text)


def name_marks(statements: Iterable[Statement]) -> NameMarks:
    """Return what in these statements can tell one user's name from another's.

    A name is seen by conditions, and by resources that have it as a variable: of other resources those alone count
    that can be the same as one of these.
    """
    listed = tuple(statements)
    resources = {text for item in listed for text in (*item.resources, *item.not_resources)}
    variable = {_kind(text) for text in resources if "${" in text}
    near = {text for text in resources if "${" not in text and any(_may_meet(_kind(text), kind) for kind in variable)}
    values = {text for item in listed for condition in item.conditions for text in condition.values}
    fixed = near | {text for text in values if "${" not in text}
    parts = {part for text in fixed for part in re.split("[/:]", text)} - {"*"}
    wild = sorted(part for part in parts if _is_wild(part))
    patterns = tuple(pattern(part, variables=False) for part in wild)
    return NameMarks(frozenset(parts - set(wild)), patterns, any(map(_spans_a_name, fixed)))


def _kind(text: str) -> tuple[str, str]:
    """Return the service of a resource and the beginning of what comes behind the account: `("iam", "user")`."""
    fields = text.split(":", _FIELDS - 1)
    if len(fields) < _FIELDS:
        return ("*", "*")
    return fields[_SERVICE], re.split("[/:]", fields[_FIELDS - 1])[0]


def _may_meet(kind: tuple[str, str], other: tuple[str, str]) -> bool:
    """Return whether resources of two kinds may be the same: a wildcard, or a variable, may stand for anything."""
    return all(
        first == second or _is_wild(first) or _is_wild(second) for first, second in zip(kind, other, strict=True)
    )


def _is_wild(text: str) -> bool:
    return bool(_WILDCARDS & set(text))


def _spans_a_name(text: str) -> bool:
    """Return whether a wildcard right behind a colon may stand for the beginning of a name: only part of the name is
    then a text of its own."""
    after_colons = (part.partition("/")[0] for part in text.split(":")[1:])
    return any(_is_wild(part) and part != "*" for part in after_colons)


def _all_policies(user: IamUser) -> Iterator[AttachedPolicy]:
    yield from user.policies
    yield from (policy for group in user.groups for policy in group.policies)
    yield from (user.boundary,) if user.boundary else ()
