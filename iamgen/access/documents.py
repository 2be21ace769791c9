"""Reads a policy document into statements, with every legal shorthand spelled out.

Source: IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from iamgen.access.action_lists import EVERY_SERVICE, ActionList
from iamgen.access.conditions import Condition, parse_conditions
from iamgen.access.errors import located, undecided
from iamgen.access.patterns import Variable, pattern
from iamgen.access.unknown_values import unknown_parts
from iamgen.errors import Fault

Effect = Literal["Allow", "Deny"]
PolicyVersion = Literal["2008-10-17", "2012-10-17"]

_DOCUMENT = frozenset({"Version", "Id", "Statement"})
STATEMENT_ELEMENTS = frozenset(
    (
        "Sid",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Principal",
        "NotPrincipal",
        "Condition",
    )
)
"""What a statement may have."""
_KINDS = ("AWS", "Federated", "Service", "CanonicalUser")
_ACTION = re.compile(r"\*|[A-Za-z0-9*?-]+:[A-Za-z0-9*?_-]+", re.ASCII)
_AWS_PRINCIPAL = re.compile(
    r"\*|\d{12}"
    r"|arn:[a-z-]+:iam::\d{12}:(root|(user|role)/[^*?]+)"
    r"|arn:[a-z-]+:sts::\d{12}:(assumed-role/[^*?/]+/[^*?/]+|federated-user/[^*?]+)"
    r"|A(IDA|ROA)[A-Z0-9]+",  # what a deleted user or role leaves behind
    re.ASCII,
)


class Principal(NamedTuple):
    """One entry of a Principal element. `Principal("*", "*")` is the bare `"*"`."""

    kind: str
    """`AWS`, `Federated`, `Service` or `CanonicalUser`."""
    name: str
    """Its name: an ARN, an account id, a service, or `*`."""


@dataclass(frozen=True)
class Statement:
    """One statement. An element that is missing in the document is empty here; the document may not contain an empty
    element."""

    effect: Effect
    """`Allow` or `Deny`."""
    sid: str = ""
    """Its Sid, a name that it may have."""
    actions: tuple[str, ...] = ()
    """The entries of Action, as written."""
    not_actions: tuple[str, ...] = ()
    """The entries of NotAction: the statement is about all other actions."""
    resources: tuple[str, ...] = ()
    """The entries of Resource, as written."""
    not_resources: tuple[str, ...] = ()
    """The entries of NotResource: the statement is about all other resources."""
    principals: tuple[Principal, ...] = ()
    """The entries of Principal."""
    not_principals: tuple[Principal, ...] = ()
    """The entries of NotPrincipal."""
    conditions: tuple[Condition, ...] = ()
    """The conditions, all of which must hold."""
    version: PolicyVersion = "2012-10-17"
    """The Version of its document."""
    origin: str = ""
    """Name of the policy that it is from."""
    number: int = field(default=0, compare=False)
    """Which statement of its document it is, counted from 1; 0 where it was not read from a document."""
    unread: tuple[Fault, ...] = ()
    """What about it could not be read. Then the elements that could not be read stand for everything, and
    whether the statement applies is unknown where the others match."""

    @cached_property
    def action_list(self) -> ActionList:
        """Its Action or NotAction, prepared."""
        return ActionList.of(self.not_actions or self.actions)

    @cached_property
    def context_keys(self) -> frozenset[str]:
        """The condition keys, in lower case, of its conditions and policy variables."""
        conditions = [key for condition in self.conditions for key in (condition.key, *_keys_of_values(condition))]
        texts = (*self.resources, *self.not_resources) if self.variables else ()
        written = [key for text in texts if "${" in text for key in variable_keys(text)]
        return frozenset(key.lower() for key in (*conditions, *written))

    @property
    def variables(self) -> bool:
        """Whether `${...}` is a policy variable: not so in documents of the older version."""
        return self.version == "2012-10-17"


def _keys_of_values(condition: Condition) -> tuple[str, ...]:
    return tuple(
        key for text in condition.values if condition.variables and "${" in text for key in variable_keys(text)
    )


def variable_keys(text: str) -> tuple[str, ...]:
    """Return the condition keys of the policy variables in a text."""
    return tuple(part.key for part in pattern(text, variables=True).parts if isinstance(part, Variable))


def parse(document: Mapping[str, object], origin: str = "") -> tuple[Statement, ...]:
    """Return the statements of a policy document of any kind; `origin` names the policy, in errors too.

    Raises AccessError for what IAM would refuse or is not known here: elements, versions, effects, condition
    operators, kinds of principals, empty lists.
    """
    with located(origin or "policy document"):
        if not isinstance(document, Mapping):
            raise undecided("document", "is not a block with Version and Statement")
        _only(document, _DOCUMENT)
        version = _version(document)
        statements = _listed(document.get("Statement"))
        if not statements:
            raise undecided("Statement", "is empty")
    return tuple(_statement(statement, version, origin, number) for number, statement in enumerate(statements, start=1))


def _statement(value: object, version: PolicyVersion, origin: str, number: int) -> Statement:
    with located(f"{origin or 'policy document'}, statement {number}"):
        if not isinstance(value, Mapping):
            raise undecided("Statement", "is not a block of elements")
        _check_known(value)
        _only(value, STATEMENT_ELEMENTS)
        _one_of(value, "Action", needed=True)
        _one_of(value, "Principal", needed=False)
        _one_of(value, "Resource", needed="Principal" not in value and "NotPrincipal" not in value)
        variables = version == "2012-10-17"
        return Statement(
            effect=_effect(value),
            sid=_sid(value),
            actions=_actions(value, "Action"),
            not_actions=_actions(value, "NotAction"),
            resources=_resources(value, "Resource", variables=variables),
            not_resources=_resources(value, "NotResource", variables=variables),
            principals=_principals(value, "Principal"),
            not_principals=_principals(value, "NotPrincipal"),
            conditions=parse_conditions(value.get("Condition", {}), variables=variables),
            version=version,
            origin=origin,
            number=number,
        )


def _check_known(block: Mapping[str, object]) -> None:
    """Raise AccessError for values that are unknown until the statement's template is deployed."""
    for doubt in unknown_parts({key: value for key, value in block.items() if key not in STATEMENT_ELEMENTS}):
        raise undecided("Statement", doubt)
    for element, value in block.items():
        for doubt in unknown_parts(value):
            raise undecided(element, doubt)


def _listed(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _only(block: Mapping[str, object], known: frozenset[str]) -> None:
    for element in block:
        if element not in known:
            raise undecided(str(element), "is an element that is not known")


def _one_of(block: Mapping[str, object], element: str, *, needed: bool) -> None:
    if element in block and f"Not{element}" in block:
        raise undecided(element, f"is there together with Not{element}")
    if needed and element not in block and f"Not{element}" not in block:
        raise undecided(element, f"is not there, nor is Not{element}")


def _version(block: Mapping[str, object]) -> PolicyVersion:
    match block.get("Version", "2008-10-17"):
        case "2012-10-17":
            return "2012-10-17"
        case "2008-10-17":
            return "2008-10-17"
        case other:
            raise undecided("Version", f"{other!r} is not known", "write 2012-10-17")


def _effect(block: Mapping[str, object]) -> Effect:
    match block.get("Effect"):
        case "Allow":
            return "Allow"
        case "Deny":
            return "Deny"
        case other:
            raise undecided("Effect", f"is {other!r}", "write Allow or Deny")


def _sid(block: Mapping[str, object]) -> str:
    sid = block.get("Sid", "")
    if not isinstance(sid, str):
        raise undecided("Sid", f"is {sid!r}, which is no text")
    return sid


def _texts(block: Mapping[str, object], element: str) -> tuple[str, ...]:
    values = _listed(block[element]) if element in block else ()
    texts = tuple(value for value in values if isinstance(value, str) and value)
    if len(texts) < len(values) or (element in block and not values):
        raise undecided(element, "is neither a text nor a list of texts")
    return texts


def _actions(block: Mapping[str, object], element: str) -> tuple[str, ...]:
    actions = _texts(block, element)
    for action in actions:
        if not _ACTION.fullmatch(action):
            raise undecided(element, f"{action!r} is not of the form service:action")
        if action not in ("*", EVERY_SERVICE) and set("*?") & set(action.partition(":")[0]):
            raise undecided(element, f"{action!r} has a wildcard in the name of the service, which IAM refuses",
                            "write one entry for each service")  # fmt: skip
    return actions


def _resources(block: Mapping[str, object], element: str, *, variables: bool) -> tuple[str, ...]:
    resources = _texts(block, element)
    for resource in resources:
        if resource not in ("*", "arn") and not resource.startswith("arn:"):
            raise undecided(element, f"{resource!r} is neither * nor an ARN")
        pattern(resource, variables=variables)  # raises for a malformed variable
    return resources


def _principals(block: Mapping[str, object], element: str) -> tuple[Principal, ...]:
    if element not in block:
        return ()
    value = block[element]
    if value == "*":
        return (Principal("*", "*"),)
    if not isinstance(value, Mapping) or not value:
        raise undecided(element, f"is neither * nor a block of {', '.join(_KINDS)}")
    return tuple(_principal(kind, name) for kind in value for name in _texts(value, kind))


def _principal(kind: str, name: str) -> Principal:
    """Return the principal. A wildcard may not be a part of its name, and it may not be a group.

    Source: IAM User Guide, "AWS JSON policy elements: Principal".
    """
    if kind not in _KINDS:
        raise undecided("Principal", f"{kind} is a kind that is not known")
    legal = _AWS_PRINCIPAL.fullmatch(name) if kind == "AWS" else not set("*?") & set(name)
    if not legal:
        raise undecided("Principal", f"{kind} {name!r} cannot be one", "name a user, a role or an account")
    return Principal(kind, name)
