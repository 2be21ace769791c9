"""Replace CloudFormation's functions by what they give, as far as a template and its environment tell.

What stays are references to resources (`Ref`, `Fn::GetAtt`), which the reader of resources follows, and `Fn::If`, of
which every branch counts. What nobody can know before the deployment, such as `Fn::ImportValue`, becomes a hole
in a text, named in brackets that no policy can contain: `arn:aws:iam::⟨AWS::AccountId⟩:root`.

Source: CloudFormation User Guide, "Intrinsic function reference", "Pseudo parameters reference", "Parameters",
"Mappings", and "AWS::LanguageExtensions transform".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from iamgen.aws.partitions import url_suffix
from iamgen.iam.holes import HOLE, function, hole, substituted, text
from iamgen.iam.syntax import Path

Block = Mapping[str, object]
_NO_VALUE = {"Ref": "AWS::NoValue"}
_FOR_EACH = "Fn::ForEach::"
_MAX_ALTERNATIVES = 64
"""How many values of a mapping are told apart when its key is not known; more are one hole."""


_MAX_LOOPED = 200_000
"""How many values loops may make: many times what fits into a template's 500 resources."""


@dataclass(frozen=True)
class Environment:
    """What is known of the place where a template is deployed. None stands for what is not known."""

    account_id: str | None = None
    partition: str | None = None
    region: str | None = None
    stack: str | None = None

    def pseudo(self, name: str) -> str | None:
        """Return the value of a pseudo parameter, `AWS::AccountId` and its like."""
        values = {
            "AWS::AccountId": self.account_id,
            "AWS::Partition": self.partition,
            "AWS::Region": self.region,
            "AWS::StackName": self.stack,
            "AWS::URLSuffix": url_suffix(self.partition or ""),
        }
        return values.get(name)


NOWHERE = Environment()
"""Nothing is known of where a template is deployed."""


@dataclass(frozen=True)
class Unread:
    """A part of a template that could not be read."""

    path: Path
    """Where it is in the template as it was written."""
    reason: str
    """Why, as a clause: `the transform X may change or add anything`."""


@dataclass(frozen=True)
class Expanded:
    """A template without the functions that can be worked out."""

    body: Block
    unread: tuple[Unread, ...]
    """What is missing in `body`, or not certain: transforms, and loops over what is not known."""
    assumed: tuple[str, ...]
    """Which parameters are taken at their defaults, as clauses."""
    origins: Mapping[Path, Path]
    """Where the parts of loops were written, by the path that they have now."""


def expand(body: Block, environment: Environment) -> Expanded:
    """Return the template with its functions replaced. Nothing in a template makes this fail."""
    parameters, mappings = (_block(body.get(section)) for section in ("Parameters", "Mappings"))
    work = _Work(environment, parameters, mappings)
    for name in _transforms(body):
        if name not in ("AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"):
            work.note(("Transform",), f"the transform {name} may change or add anything")
    sections = {key: value for key, value in body.items() if key not in ("Parameters", "Mappings", "Conditions")}
    resolved = {key: work.value(value, (key,), _TOP) for key, value in sections.items() if key != "Transform"}
    return Expanded(resolved, tuple(dict.fromkeys(work.unread)), tuple(work.assumed), work.origins)


@dataclass(frozen=True)
class _Scope:
    """What the loops around a value have as their current value, and which branch of a condition it is in."""

    loop: Mapping[str, str] = field(default_factory=dict)
    branches: Mapping[str, int] = field(default_factory=dict)


_TOP = _Scope()


class _Work:
    """The functions of one template, replaced one by one."""

    def __init__(self, environment: Environment, parameters: Block, mappings: Block) -> None:
        self.environment = environment
        self.parameters = parameters
        self.mappings = mappings
        self.unread: list[Unread] = []
        self.assumed: dict[str, None] = {}
        self.origins: dict[Path, Path] = {}
        self._looped = 0

    def note(self, path: Path, reason: str) -> None:
        """Keep what could not be read."""
        self.unread.append(Unread(path, reason))

    def value(self, value: object, path: Path, scope: _Scope) -> object:
        """Return the value without functions, other than references to resources and `Fn::If`."""
        if scope.loop:
            self._looped += 1
            if self._looped > _MAX_LOOPED:
                self.note(path[:1], "its loops make more than 200,000 values, and the rest was not read")
                return hole("too large")
        if isinstance(value, list | tuple):
            return [self.value(item, (*path, index), scope) for index, item in enumerate(value) if item != _NO_VALUE]
        if not isinstance(value, Mapping):
            return value
        name = function(value)
        if name.startswith(_FOR_EACH) or name == "Fn::Transform":
            return self._members(value, path, scope)
        return self._called(name, value[name], path, scope) if name else self._members(value, path, scope)

    def _members(self, block: Block, path: Path, scope: _Scope) -> Block:
        members: dict[str, object] = {}
        for key, value in block.items():
            if key == "Fn::Transform":
                self.note(path, f"{key} {text(_block(value).get('Name', ''))} may add anything here".replace("  ", " "))
            elif str(key).startswith(_FOR_EACH):
                members.update(self._loop(str(key), value, path, scope))
            elif value != _NO_VALUE:
                members[str(key)] = self.value(value, (*path, str(key)), scope)
        return members

    def _loop(self, key: str, argument: object, path: Path, scope: _Scope) -> Iterator[tuple[str, object]]:
        match argument:
            case [str(identifier), collection, Mapping() as body]:
                items = self.value(collection, (*path, key, 1), scope)
            case _:
                self.note((*path, key), f"{key} is not a loop of an identifier, a collection and a block")
                return
        if not isinstance(items, list):
            self.note((*path, key), f"{key} goes over a collection that is not known before the deployment")
            items = [hole(identifier)]
        for item in items:
            if self._looped > _MAX_LOOPED:
                return
            inner = replace(scope, loop={**scope.loop, identifier: text(item)})
            for name, value in body.items():
                if str(name).startswith(_FOR_EACH):
                    yield from self._loop(str(name), value, path, inner)
                    continue
                full = self._substituted(str(name), {}, inner)
                self.origins[*path, full] = (*path, key, 2, str(name))
                yield full, self.value(value, (*path, full), inner)

    def _called(self, name: str, argument: object, path: Path, scope: _Scope) -> object:
        if name == "Ref":
            known = self._named(str(argument), scope)
            return {"Ref": argument} if known is None else known
        if name == "Fn::If":
            return self._if(argument, path, scope)
        inner = self.value(argument, (*path, name), scope) if name != "Fn::Sub" else self._sub(argument, path, scope)
        return _distributed(inner, lambda known: self._applied(name, known, path, scope))

    def _applied(  # noqa: PLR0911  # a table of functions
        self, name: str, argument: object, path: Path, scope: _Scope
    ) -> object:
        """Return what a function gives for an argument that has no functions but references."""
        match name, argument:
            case "Fn::Sub", [str(pattern), Mapping() as variables]:
                return self._substituted(pattern, variables, scope)
            case "Fn::Join", [between, list(parts)]:
                return text(between).join(map(text, parts))
            case "Fn::Select", [index, list(items)] if str(index).isdecimal() and int(str(index)) < len(items):
                return items[int(str(index))]
            case "Fn::Split", [str(between), str(whole)] if between and not HOLE.search(whole):
                return whole.split(between)
            case "Fn::FindInMap", [*keys]:
                return self._in_map(keys, path, scope)
            case "Fn::ToJsonString", list() | Mapping():
                return json.dumps(_as_texts(argument), ensure_ascii=False)
            case "Fn::Length", list(items):
                return len(items)
            case "Fn::ImportValue", _:
                return hole(f"{name} {text(argument)}")
        return {name: argument}

    def _named(self, name: str, scope: _Scope) -> object:
        """Return what a name stands for: of a loop, a pseudo parameter, a parameter. None where it is not known."""
        if name in scope.loop:
            return scope.loop[name]
        if name in self.parameters:
            return self._parameter(name)
        return self.environment.pseudo(name)

    def _parameter(self, name: str) -> object:
        parameter = _block(self.parameters[name])
        kind, default = str(parameter.get("Type", "")), parameter.get("Default")
        if default is None or kind.startswith("AWS::SSM::Parameter::Value"):
            return None
        self.assumed[f"the parameter {name} is taken at its default, {text(default)}"] = None
        is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
        return [item.strip() for item in text(default).split(",")] if is_list else default

    def _if(self, argument: object, path: Path, scope: _Scope) -> object:
        match argument:
            case [str(condition), first, second]:
                if condition in scope.branches:
                    chosen = scope.branches[condition]
                    return self.value((first, second)[chosen], (*path, "Fn::If", chosen + 1), scope)
                values = [
                    self.value(branch, (*path, "Fn::If", index + 1), _within(scope, condition, index))
                    for index, branch in enumerate((first, second))
                ]
                return values[0] if values[0] == values[1] else {"Fn::If": [condition, *values]}
        return hole("Fn::If")

    def _sub(self, argument: object, path: Path, scope: _Scope) -> object:
        match argument:
            case str():
                return [argument, {}]
            case [str(pattern), Mapping() as variables]:
                return [pattern, self._members(variables, (*path, "Fn::Sub", 1), scope)]
        return argument

    def _substituted(self, pattern: str, variables: Block, scope: _Scope) -> str:
        def put(name: str) -> str:
            known = variables[name] if name in variables else self._named(name, scope)
            return hole(name) if known is None else text(known)

        plain = substituted(pattern, lambda part: f"${{{part[2]}}}" if part[1] else put(part[2].strip()))
        for name, value in scope.loop.items():  # `&{Name}` is the value with letters and digits only
            plain = plain.replace(f"&{{{name}}}", "".join(filter(str.isalnum, value)))
        return plain

    def _in_map(self, keys: Sequence[object], path: Path, scope: _Scope) -> object:
        default = _block(keys[3]).get("DefaultValue") if len(keys) > len(("map", "first", "second")) else None
        names = [text(key) for key in keys[:3]]
        if len(names) < len(("map", "first", "second")):
            return hole("Fn::FindInMap")
        alternatives = list(_looked_up(self.mappings, names))
        if default is not None and (not alternatives or any(map(HOLE.search, names))):
            alternatives.append(("default", default))
        return self.value(_as_branches(" ".join(names), alternatives), path, scope)


def _within(scope: _Scope, condition: str, branch: int) -> _Scope:
    return replace(scope, branches={**scope.branches, condition: branch})


def _distributed(argument: object, apply: Callable[[object], object], depth: int = 6) -> object:
    """Return what a function gives, or, where its argument depends on conditions, each value that it may give."""
    condition = _first_condition(argument)
    if not condition or not depth:
        return apply(argument)
    first, second = (_distributed(_chosen(argument, condition, branch), apply, depth - 1) for branch in (0, 1))
    return first if first == second else {"Fn::If": [condition, first, second]}


def _choice(value: object) -> tuple[str, object, object] | None:
    """Return condition and branches of an `Fn::If`, None for anything else."""
    if function(value) == "Fn::If" and isinstance(value, Mapping):
        match value["Fn::If"]:
            case [str(condition), first, second]:
                return condition, first, second
    return None


def _first_condition(value: object) -> str:
    choice = _choice(value)
    if choice:
        return choice[0]
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return next(filter(None, map(_first_condition, inner)), "")


def _chosen(value: object, condition: str, branch: int) -> object:
    """Return the value with one branch of a condition in place of every choice by it."""
    choice = _choice(value)
    if choice and choice[0] == condition:
        return _chosen(choice[branch + 1], condition, branch)
    if isinstance(value, Mapping):
        return {key: _chosen(item, condition, branch) for key, item in value.items()}
    if isinstance(value, list):
        chosen = (_chosen(item, condition, branch) for item in value)
        return [item for item in chosen if item != _NO_VALUE]
    return value


def _looked_up(mappings: Block, names: Sequence[str]) -> Iterator[tuple[str, object]]:
    """Yield what a mapping may give, each with the keys that lead to it; a key that is not known means any."""
    level: list[tuple[str, object]] = [("", mappings)]
    for name in names:
        any_key = HOLE.search(name) is not None
        level = [
            (f"{keys} {key}".strip() if any_key else keys, value)
            for keys, block in level
            for key, value in _block(block).items()
            if any_key or str(key) == name
        ]
    yield from level


def _as_branches(name: str, alternatives: Sequence[tuple[str, object]]) -> object:
    distinct: dict[str, tuple[str, object]] = {}
    for keys, value in alternatives:
        distinct.setdefault(json.dumps(value, sort_keys=True, default=str), (keys, value))
    if not distinct or len(distinct) > _MAX_ALTERNATIVES:
        return hole(f"Fn::FindInMap {name}".replace("⟨", "").replace("⟩", ""))
    *rest, (_, last) = distinct.values()
    for keys, value in reversed(rest):
        last = {"Fn::If": [f"{name} = {keys}", value, last]}
    return last


def _as_texts(value: object) -> object:
    """Return the value with references to resources as holes, for JSON that is written as text."""
    if function(value):
        return text(value)
    if isinstance(value, Mapping):
        return {key: _as_texts(item) for key, item in value.items()}
    return [_as_texts(item) for item in value] if isinstance(value, list) else value


def _transforms(body: Block) -> Iterator[str]:
    transforms = body.get("Transform", ())
    for transform in transforms if isinstance(transforms, list | tuple) else (transforms,):
        yield transform if isinstance(transform, str) else text(_block(transform).get("Name", "without a name"))


def _block(value: object) -> Block:
    return value if isinstance(value, Mapping) else {}
