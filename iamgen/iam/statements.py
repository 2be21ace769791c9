"""Reads the statements of policy documents: each element as a list, each value with its place in the template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from iamgen.iam.holes import function, text
from iamgen.iam.syntax import Path
from iamgen.iam.values import Placed, Value, block_of, branches, items, values

_OPERATOR = re.compile(r"(?:(foranyvalue|forallvalues):)?(.*?)(ifexists)?")


class ReadPrincipal(NamedTuple):
    """One entry of a Principal."""

    kind: str
    """`AWS`, `Federated`, `Service` or `CanonicalUser`; `*` for the bare `"*"`, and empty where it is not known."""
    value: Value
    """Its name or ARN, with its place."""


@dataclass(frozen=True)
class ReadCondition:
    """One key of a condition block, below one operator."""

    operator: str
    """The operator as it is written, such as `StringEqualsIfExists`."""
    key: str
    """The condition key as it is written, `⟨⟩` where it is not known."""
    values: tuple[Value, ...]
    """The values that it is compared with."""
    path: Path
    """Where it is in the template."""

    @property
    def name(self) -> str:
        """The key in lower case: IAM compares keys without it."""
        return self.key.lower()

    @property
    def test(self) -> str:
        """The operator in lower case, without `IfExists` and without `ForAnyValue:` or `ForAllValues:`."""
        return _operator(self.operator)[1]

    @property
    def holds_without_key(self) -> bool:
        """Whether it is true of a request that does not have the key."""
        every, test, if_exists = _operator(self.operator)
        absent = test == "null" and any(value.text.lower() == "true" for value in self.values)
        return bool(if_exists) or every == "forallvalues" or absent


def _operator(written: str) -> tuple[str, str, str]:
    match = _OPERATOR.fullmatch(written.lower())
    return (match[1] or "", match[2], match[3] or "") if match else ("", written.lower(), "")


@dataclass(frozen=True)
class ReadStatement:
    """One statement of a policy document. One whose Condition depends on an `Fn::If` is read once for each branch."""

    path: Path
    """Where it is in the template."""
    allows: bool
    """Whether its effect is Allow, or may be."""
    actions: tuple[Value, ...] = ()
    """Its Action."""
    not_actions: tuple[Value, ...] = ()
    """Its NotAction."""
    resources: tuple[Value, ...] = ()
    """Its Resource."""
    not_resources: tuple[Value, ...] = ()
    """Its NotResource."""
    principals: tuple[ReadPrincipal, ...] = ()
    """Its Principal, which only a trust policy has."""
    not_principals: tuple[ReadPrincipal, ...] = ()
    """Its NotPrincipal."""
    conditions: tuple[ReadCondition, ...] = ()
    """Its Condition, key by key."""

    def moved(self, path: Path) -> ReadStatement:
        """Return the statement with every path leading to `path`: none leads into a text."""

        def moved(values: tuple[Value, ...]) -> tuple[Value, ...]:
            return tuple(value._replace(path=path) for value in values)

        def all_moved(principals: tuple[ReadPrincipal, ...]) -> tuple[ReadPrincipal, ...]:
            return tuple(ReadPrincipal(principal.kind, principal.value._replace(path=path)) for principal in principals)

        return ReadStatement(
            path,
            self.allows,
            moved(self.actions),
            moved(self.not_actions),
            moved(self.resources),
            moved(self.not_resources),
            all_moved(self.principals),
            all_moved(self.not_principals),
            tuple(replace(condition, values=moved(condition.values), path=path) for condition in self.conditions),
        )


def statements(body: object, path: Path) -> Iterator[ReadStatement]:
    """Yield the statements of a policy document given as a block."""
    if isinstance(body, Mapping):
        for block, where in items(body.get("Statement"), (*path, "Statement")):
            if isinstance(block, Mapping) and not function(block):
                yield from _statement(block, where)


def _statement(elements: Mapping[str, object], path: Path) -> Iterator[ReadStatement]:
    def of(element: str) -> Placed:
        return elements.get(element), (*path, element)

    effects = {value.text for value in values(*of("Effect"))}
    for block, where in branches(*of("Condition")):
        yield ReadStatement(
            path,
            allows=effects != {"Deny"},
            actions=values(*of("Action")),
            not_actions=values(*of("NotAction")),
            resources=values(*of("Resource")),
            not_resources=values(*of("NotResource")),
            principals=tuple(_principals(*of("Principal"))),
            not_principals=tuple(_principals(*of("NotPrincipal"))),
            conditions=tuple(_conditions(block, where)),
        )


def _principals(value: object, path: Path) -> Iterator[ReadPrincipal]:
    for entry, where in items(value, path):
        if isinstance(entry, Mapping) and not function(entry):
            for kind, names in entry.items():
                yield from (ReadPrincipal(str(kind), name) for name in values(names, (*where, kind)))
        else:
            principal = Value(text(entry), where)
            yield ReadPrincipal("*" if principal.text == "*" else "", principal)


def _conditions(block: object, path: Path) -> Iterator[ReadCondition]:
    if function(block):
        yield ReadCondition(text(block), "⟨⟩", (), path)
        return
    for operator, keys in block_of(block).items():
        where = (*path, operator)
        if function(keys) or not isinstance(keys, Mapping):
            yield ReadCondition(str(operator), "⟨⟩", (), where)
            continue
        for key, expected in keys.items():
            yield ReadCondition(str(operator), str(key), values(expected, (*where, key)), (*where, key))
