"""A CloudFormation template as rules see it: lists always, each value with its path, functions recognisable.

Nothing in a template makes reading it fail, whoever wrote it. What only CloudFormation can know is a hole in a
text, in brackets that no policy can contain: `arn:aws:iam::⟨AWS::AccountId⟩:root`. Of a condition (`Fn::If`)
both branches are read. Templates of SAM and other transforms are read as they are written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple

Path = tuple[str | int, ...]
Placed = tuple[object, Path]
Kind = Literal["trust", "identity", "boundary", "inline"]

ROLE, USER, GROUP, POLICY = (f"AWS::IAM::{kind}" for kind in ("Role", "User", "Group", "ManagedPolicy"))
NAMES = {ROLE: "RoleName", USER: "UserName", GROUP: "GroupName", POLICY: "ManagedPolicyName"}
"""Which property holds the name of a resource of that type."""
HOLDERS = {ROLE: "Roles", USER: "Users", GROUP: "Groups"}
"""What policies can be attached to, and the property of a policy that lists those it is attached to."""
INLINE = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy")
"""Types of resources that are an inline policy."""

HOLE = re.compile("⟨([^⟨⟩]*)⟩")
_SUBSTITUTED = re.compile(r"\$\{(!?)([^}]*)\}")
_NO_VALUE = {"Ref": "AWS::NoValue"}
_OPERATOR = re.compile(r"(?:(foranyvalue|forallvalues):)?(.*?)(ifexists)?")


class Value(NamedTuple):
    """A text of the template and where it is."""

    text: str
    path: Path

    @property
    def known(self) -> bool:
        """Whether the text is all there: without a hole."""
        return "⟨" not in self.text

    @property
    def shape(self) -> str:
        """The text with its holes unnamed, `arn:aws:iam::⟨⟩:root`: for patterns, since names have colons."""
        return self.text if self.known else HOLE.sub("⟨⟩", self.text)


class Principal(NamedTuple):
    """One entry of a Principal: `AWS`, `Federated`, `Service`, `CanonicalUser`; `*` for the bare `"*"`."""

    kind: str
    value: Value


@dataclass(frozen=True)
class Condition:
    """One key of a condition block, below one operator."""

    operator: str
    key: str
    values: tuple[Value, ...]
    path: Path

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
    found = _OPERATOR.fullmatch(written.lower())
    return (found[1] or "", found[2], found[3] or "") if found else ("", written.lower(), "")


@dataclass(frozen=True)
class Statement:
    """One statement of a policy document. One whose Condition depends on an `Fn::If` is read once for each branch."""

    path: Path
    allows: bool
    """Whether its effect is Allow, or may be."""
    actions: tuple[Value, ...] = ()
    not_actions: tuple[Value, ...] = ()
    resources: tuple[Value, ...] = ()
    not_resources: tuple[Value, ...] = ()
    principals: tuple[Principal, ...] = ()
    not_principals: tuple[Principal, ...] = ()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Document:
    """A policy document. `owner` is the resource that it is written in, `name` an inline policy's name, or empty."""

    kind: Kind
    owner: str
    name: str
    path: Path
    body: object
    version: str = ""
    """Empty where there is none."""
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Resource:
    """A resource; `is_certain` says that no condition decides whether it will exist."""

    logical_id: str
    type: str
    properties: Mapping[str, object]
    is_certain: bool = True

    @property
    def path(self) -> Path:
        """Where it is in the template."""
        return ("Resources", self.logical_id)

    def under(self, name: str) -> Placed:
        """Return a property, or None where it is absent, and its path."""
        return self.properties.get(name), (*self.path, "Properties", name)

    def values(self, name: str) -> tuple[Value, ...]:
        """Return a property's texts, whether it is a list or one of them."""
        return values(*self.under(name))

    @property
    def name(self) -> str:
        """Its name as far as the template gives it, or empty."""
        return next((value.text for value in self.values(NAMES.get(self.type, ""))), "")


@dataclass(frozen=True, eq=False)
class Template:
    """A template; `size` is the length in bytes of the text that it was read from."""

    body: Mapping[str, object]
    size: int
    resources: tuple[Resource, ...]
    documents: tuple[Document, ...] = ()

    @classmethod
    def of(cls, body: Mapping[str, object], size: int) -> Template:
        """Return the view of a template given as plain data: JSON values, functions by their long names."""
        resources = tuple(_resources(body.get("Resources")))
        bare = cls(body, size, resources)
        return cls(body, size, resources, tuple(_documents(bare)))

    def of_type(self, *types: str) -> tuple[Resource, ...]:
        """Return the resources of these types."""
        return tuple(one for one in self.resources if one.type in types)

    def referred(self, value: Value, *types: str) -> Resource | None:
        """Return the resource of one of these types that a value refers to, or is the name or ARN of.

        An ARN is taken for one of the template's own account, unless it is one of AWS's policies.
        """
        hole = HOLE.fullmatch(value.text)
        if hole:
            found = self._by_id.get(hole[1].partition(".")[0])
            return found if found and found.type in types else None
        if ":iam::aws:" in value.shape:
            return None
        name = value.text.rpartition("/")[2].lower()
        return next((self._by_name[kind, name] for kind in types if (kind, name) in self._by_name), None)

    @cached_property
    def _by_id(self) -> dict[str, Resource]:
        return {one.logical_id: one for one in self.resources}

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Resource]:
        return {(one.type, one.name.lower()): one for one in self.resources if one.name}


def text(value: object) -> str:
    """Return a scalar, or what a function gives, as text: with holes for what is not known."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, Mapping | list | tuple):
        return str(value)
    name = function(value)
    return _called(name, value[name]) if name and isinstance(value, Mapping) else "⟨object⟩"


def function(value: object) -> str:
    """Return the name of the function that a value is, `Ref` or `Fn::…`, or nothing."""
    if isinstance(value, Mapping) and len(value) == 1:
        name = next(iter(value))
        if isinstance(name, str) and (name == "Ref" or name.startswith("Fn::")):
            return name
    return ""


def shown(message: str) -> str:
    """Return a message with its holes as people write them, `${AWS::AccountId}`."""
    return HOLE.sub(r"${\1}", message)


def branches(value: object, path: Path) -> Iterator[Placed]:
    """Yield the value, or, of an `Fn::If`, each value that it may have: None for `AWS::NoValue`."""
    if function(value) == "Fn::If" and isinstance(value, Mapping):
        chosen = value["Fn::If"]
        for index in range(1, len(chosen) if isinstance(chosen, list) else 0):
            yield from branches(chosen[index], (*path, "Fn::If", index))
    else:
        yield (None if value == _NO_VALUE else value), path


def items(value: object, path: Path) -> Iterator[Placed]:
    """Yield the elements of a list, or the value itself, in each of its branches; what is absent not at all."""
    for one, where in branches(value, path):
        if isinstance(one, list | tuple):
            for index, element in enumerate(one):
                yield from items(element, (*where, index))
        elif one is not None:
            yield one, where


def values(value: object, path: Path) -> tuple[Value, ...]:
    """Return a list's elements, or the one value, as texts."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (Value(value, path),)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(Value(one, (*path, index)) for index, one in enumerate(value))
    return tuple(Value(text(one), where) for one, where in items(value, path))


def statements(body: object, path: Path) -> Iterator[Statement]:
    """Yield the statements of a policy document given as a block."""
    if isinstance(body, Mapping):
        for given, where in items(body.get("Statement"), (*path, "Statement")):
            if isinstance(given, Mapping) and not function(given):
                yield from _statement(given, where)


def _called(name: str, argument: object) -> str:
    match name, argument:
        case "Fn::Sub", str():
            return _substitute(argument, {})
        case "Fn::Sub", [str(pattern), Mapping() as given]:
            return _substitute(pattern, given)
        case "Fn::Join", [str(between), list(parts)]:
            return between.join(text(part) for part in parts if part != _NO_VALUE)
        case "Fn::GetAtt", [logical_id, attribute]:
            return _hole(f"{text(logical_id)}.{text(attribute)}")
        case (("Ref" | "Fn::GetAtt"), str()):
            return _hole(argument)
    return _hole(name)


def _substitute(pattern: str, given: Mapping[str, object]) -> str:
    def put(found: re.Match[str]) -> str:
        name = found[2].strip()
        if found[1]:
            return f"${{{name}}}"
        return text(given[name]) if name in given else _hole(name)

    return _SUBSTITUTED.sub(put, pattern)


def _hole(name: str) -> str:
    return f"⟨{name.replace('⟨', '').replace('⟩', '')}⟩"


def _block(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _resources(value: object) -> Iterator[Resource]:
    for logical_id, given in _block(value).items():
        if isinstance(given, Mapping) and isinstance(given.get("Type"), str):
            yield Resource(str(logical_id), given["Type"], _block(given.get("Properties")), "Condition" not in given)


def _documents(template: Template) -> Iterator[Document]:
    limits = _only_boundaries(template)
    for one in template.resources:
        if one.type == ROLE:
            yield from _read("trust", one, one.under("AssumeRolePolicyDocument"))
        if one.type == POLICY:
            kind: Kind = "boundary" if one.logical_id in limits else "identity"
            yield from _read(kind, one, one.under("PolicyDocument"))
        if one.type in HOLDERS:
            for given, path in items(*one.under("Policies")):
                if isinstance(given, Mapping):
                    document = given.get("PolicyDocument"), (*path, "PolicyDocument")
                    yield from _read("inline", one, document, text(given.get("PolicyName", "")))
        if one.type in INLINE:
            yield from _read("inline", one, one.under("PolicyDocument"), text(one.properties.get("PolicyName", "")))


def _only_boundaries(template: Template) -> set[str]:
    """Return the managed policies that limit somebody, and are attached to nobody: they grant nothing."""
    limits: set[str] = set()
    grants: set[str] = set()
    for one in template.of_type(*HOLDERS):
        for name, found in (("PermissionsBoundary", limits), ("ManagedPolicyArns", grants)):
            policies = (template.referred(value, POLICY) for value in one.values(name))
            found.update(policy.logical_id for policy in policies if policy)
    attached = {one.logical_id for one in template.of_type(POLICY) if any(map(one.values, HOLDERS.values()))}
    return limits - grants - attached


def _read(kind: Kind, owner: Resource, written: Placed, name: str = "") -> Iterator[Document]:
    for given, path in branches(*written):
        if given is None:
            continue
        hidden = _from_text(given)
        body = given if hidden is None else hidden
        found = statements(body, path)
        if hidden is not None:
            found = (_moved(statement, path) for statement in found)
        version = text(body["Version"]) if isinstance(body, Mapping) and body.get("Version") is not None else ""
        yield Document(kind, owner.logical_id, name, path, body, version, tuple(found))


def _from_text(given: object) -> object:
    """Return the document that is written as one text of JSON, as it has to be where a key needs a function."""
    written = given if isinstance(given, str) else text(given) if function(given) else ""
    if written.lstrip().startswith("{"):
        with suppress(ValueError, RecursionError):
            return json.loads(written)
    return None


def _moved(statement: Statement, path: Path) -> Statement:
    """Return the statement with every path leading to `path`: none leads into a text."""

    def moved(found: tuple[Value, ...]) -> tuple[Value, ...]:
        return tuple(value._replace(path=path) for value in found)

    def all_moved(found: tuple[Principal, ...]) -> tuple[Principal, ...]:
        return tuple(Principal(one.kind, one.value._replace(path=path)) for one in found)

    return Statement(
        path,
        statement.allows,
        moved(statement.actions),
        moved(statement.not_actions),
        moved(statement.resources),
        moved(statement.not_resources),
        all_moved(statement.principals),
        all_moved(statement.not_principals),
        tuple(replace(one, values=moved(one.values), path=path) for one in statement.conditions),
    )


def _statement(given: Mapping[str, object], path: Path) -> Iterator[Statement]:
    def of(element: str) -> Placed:
        return given.get(element), (*path, element)

    effects = {value.text for value in values(*of("Effect"))}
    for block, where in branches(*of("Condition")):
        yield Statement(
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


def _principals(value: object, path: Path) -> Iterator[Principal]:
    for given, where in items(value, path):
        if isinstance(given, Mapping) and not function(given):
            for kind, names in given.items():
                yield from (Principal(str(kind), one) for one in values(names, (*where, kind)))
        else:
            one = Value(text(given), where)
            yield Principal("*" if one.text == "*" else "", one)


def _conditions(block: object, path: Path) -> Iterator[Condition]:
    if function(block):
        yield Condition(text(block), "⟨⟩", (), path)
        return
    for operator, keys in _block(block).items():
        where = (*path, operator)
        if function(keys) or not isinstance(keys, Mapping):
            yield Condition(str(operator), "⟨⟩", (), where)
            continue
        for key, given in keys.items():
            yield Condition(str(operator), str(key), values(given, (*where, key)), (*where, key))
