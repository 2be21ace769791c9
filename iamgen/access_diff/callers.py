"""Collect what is the same in every request of a user or of a role's sessions, to replace policy variables by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from iamgen.access.documents import Statement
from iamgen.access.entities import IamRole
from iamgen.access.principals import Caller, role_session, with_keys
from iamgen.aws.condition_keys import OF_USERS_ALONE
from iamgen.errors import Fault
from iamgen.questions.circumstances import may_be_tagged
from iamgen.questions.model import KnownEntity
from iamgen.regions.normal_conditions import KnownCaller

FixedKeys = Mapping[str, str | tuple[str, ...]]
"""Condition keys in lower case, with their values; an empty tuple for a key that is surely absent."""
KEYS_OF_THE_CALLER = ("aws:username", "aws:principalarn", "aws:principalaccount", "aws:principaltype")
"""Keys that say who the caller is, in lower case: they have the same value in every request of one."""
_TAG = "aws:principaltag/"
_NOT_OF_A_ROLE: FixedKeys = dict.fromkeys(OF_USERS_ALONE, ())


def caller_of(known: KnownEntity) -> Caller:
    """Return a user or a role's session as the evaluator takes it."""
    return role_session(known.entity) if isinstance(known.entity, IamRole) else with_keys(known.entity)


def fixed_keys(known: KnownEntity) -> FixedKeys:
    """Return the keys that have the same value in every request of a user or role."""
    has_fixed_tags = not may_be_tagged(known)
    written = {key.lower(): value for key, value in caller_of(known).context.items()}
    fixed: dict[str, str | tuple[str, ...]] = {
        key: value
        for key, value in written.items()
        if isinstance(value, str) and (key in KEYS_OF_THE_CALLER or (has_fixed_tags and key.startswith(_TAG)))
    }
    return {**fixed, **_NOT_OF_A_ROLE} if isinstance(known.entity, IamRole) else fixed


def keys_of(known: KnownEntity | None) -> FixedKeys | None:
    """Return the same of a user or role that may not be there; None where it is not."""
    return fixed_keys(known) if known else None


@dataclass(frozen=True)
class CommonCaller:
    """What is the same in the requests of a user or role on both sides of a comparison."""

    caller: KnownCaller
    """The keys that have one value on both sides, of those that the statements depend on."""
    doubts: tuple[Fault, ...] = ()
    """The keys that have another value on each side: what statements make of that is not decided."""

    @classmethod
    def of(cls, before: FixedKeys | None, after: FixedKeys | None, statements: Iterable[Statement]) -> CommonCaller:
        """Return the common caller for the keys on which statements depend. None is a side on which the caller does not
        exist."""
        asked = frozenset(key for statement in statements for key in statement.context_keys)
        first, second = (before if before is not None else after) or {}, (after if after is not None else before) or {}
        keys = asked & (first.keys() | second.keys())
        same = {key: first[key] for key in sorted(keys) if key in first and first[key] == second.get(key)}
        doubts = tuple(Fault(key, "has another value before than after") for key in sorted(keys - same.keys()))
        return cls(KnownCaller(same), doubts)
