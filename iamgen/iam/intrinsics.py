"""Replace CloudFormation's functions by their values, as far as the template and the stack's place determine them.

What stays are references to resources (`Ref`, `Fn::GetAtt`), which the reader of resources follows, and `Fn::If`, of
which every branch counts. What nobody can know before the deployment, such as `Fn::ImportValue`, becomes a hole
in a text, named in brackets that no policy can contain: `arn:aws:iam::⟨AWS::AccountId⟩:root`.

Source: CloudFormation User Guide, "Intrinsic function reference", "Pseudo parameters reference", "Parameters",
"Mappings", and "AWS::LanguageExtensions transform".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from iamgen.iam.conditions import distributed
from iamgen.iam.holes import HOLE, NO_VALUE, function, hole, text
from iamgen.iam.mappings import found_in_map
from iamgen.iam.place import Place
from iamgen.iam.references import substituted
from iamgen.iam.syntax import Path
from iamgen.iam.values import Block, block_of

_FOR_EACH = "Fn::ForEach::"
_MAX_LOOPED = 50_000
"""How many values loops may make: twice what 500 resources of fifty values have, and that is CloudFormation's limit."""


@dataclass(frozen=True)
class Unread:
    """A part of a template that could not be read."""

    path: Path
    """Where it is in the template as it was written."""
    reason: str
    """Why, as a clause: `the transform X may change or add anything`."""


@dataclass(frozen=True)
class Expanded:
    """A template in which the known functions are replaced by their values."""

    body: Block
    """The template, without parameters, mappings and conditions."""
    unread: tuple[Unread, ...]
    """What is missing in `body`, or not certain: transforms, and loops over what is not known."""
    assumed: tuple[str, ...]
    """Which parameters are taken at their defaults, as clauses."""
    origins: Mapping[Path, Path]
    """Where the parts of loops were written, by the path that they have now."""


def expand(body: Block, place: Place) -> Expanded:
    """Return the template with its functions replaced. Nothing in a template makes this fail."""
    parameters, mappings = (block_of(body.get(section)) for section in ("Parameters", "Mappings"))
    work = _Work(place, parameters, mappings)
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

    def __init__(self, place: Place, parameters: Block, mappings: Block) -> None:
        self.place = place
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
                self.note(path[:1], "its loops make more than 50,000 values, and the rest was not read")
                return hole("too large")
        if type(value) is str:  # nearly all values are
            return value
        if isinstance(value, list | tuple):
            return [self.value(part, (*path, index), scope) for index, part in enumerate(value) if part != NO_VALUE]
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
                self.note(
                    path, f"{key} {text(block_of(value).get('Name', ''))} may add anything here".replace("  ", " ")
                )
            elif str(key).startswith(_FOR_EACH):
                members.update(self._loop(str(key), value, path, scope))
            elif value != NO_VALUE:
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
        for current in items:
            if self._looped > _MAX_LOOPED:
                return
            inner = replace(scope, loop={**scope.loop, identifier: text(current)})
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
        return distributed(inner, lambda known: self._applied(name, known, path, scope))

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
        return self.place.pseudo(name)

    def _parameter(self, name: str) -> object:
        parameter = block_of(self.parameters[name])
        kind, default = str(parameter.get("Type", "")), parameter.get("Default")
        if default is None or kind.startswith("AWS::SSM::Parameter::Value"):
            return None
        self.assumed[f"the parameter {name} is taken at its default, {text(default)}"] = None
        is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
        return [part.strip() for part in text(default).split(",")] if is_list else default

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
        *names, options = keys if len(keys) > len(("map", "first", "second")) else (*keys, {})
        default = block_of(options).get("DefaultValue")
        return self.value(found_in_map(self.mappings, [text(name) for name in names[:3]], default), path, scope)


def _within(scope: _Scope, condition: str, branch: int) -> _Scope:
    return replace(scope, branches={**scope.branches, condition: branch})


def _as_texts(value: object) -> object:
    """Return the value with references to resources as holes, for JSON that is written as text."""
    if function(value):
        return text(value)
    if isinstance(value, Mapping):
        return {key: _as_texts(part) for key, part in value.items()}
    return [_as_texts(part) for part in value] if isinstance(value, list) else value


def _transforms(body: Block) -> Iterator[str]:
    transforms = body.get("Transform", ())
    for transform in transforms if isinstance(transforms, list | tuple) else (transforms,):
        yield transform if isinstance(transform, str) else text(block_of(transform).get("Name", "without a name"))
