"""Parses YAML as CloudFormation reads it: short forms of functions spelled out, and the position of every value.

The text is read event by event, not by a recursive loader: neither deep nesting nor an alias bomb gets far.
Source: CloudFormation User Guide, "Intrinsic function reference", and the YAML 1.1 types that PyYAML resolves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from iamgen.iam.syntax import (
    MAX_DEPTH,
    MAX_VALUES,
    Path,
    Position,
    Positions,
    RepeatedKey,
    RepeatedKeysFault,
    SyntaxFault,
)

_SHORT = "!"
_CORE = "tag:yaml.org,2002:"
_MERGE = f"{_CORE}merge"
_NO_PREFIX = ("Ref", "Condition")


def parse(text: str) -> object:
    """Return what the text says: plain data. Raises SyntaxFault, and RepeatedKeysFault for all keys that repeat."""
    built = _build(text)
    if built.repeated:
        raise RepeatedKeysFault(built.repeated)
    return built.result


def positions(text: str) -> Positions:
    """Return the position of each value of a text that is YAML. Raises SyntaxFault."""
    return _build(text).positions


@dataclass
class _OpenCollection:
    """A block or a list that has begun, and what its end needs to know."""

    value: dict[str, Any] | list[Any]
    path: Path
    outer: Path
    """The path to the function around it, where it is the argument of a short form."""
    tag: str
    anchor: str | None
    key: str | None = None
    size: int = 1
    merged: list[Any] = field(default_factory=list)


class _Builder:
    """Build plain data from YAML's events, with positions."""

    def __init__(self) -> None:
        from yaml.resolver import Resolver

        self.result: object = None
        self.positions: dict[Path, Position] = {}
        self.repeated: list[RepeatedKey] = []
        self._open: list[_OpenCollection] = []
        self._anchors: dict[str, tuple[object, int]] = {}
        self._resolver = Resolver()

    def scalar(self, event: Any) -> None:  # noqa: ANN401  # PyYAML has no types for events
        """Take a key of a block, or a value."""
        line = _position(event)
        inside = self._open[-1] if self._open else None
        if inside and isinstance(inside.value, dict) and inside.key is None:
            self._key(inside, event, line)
            return
        tag = _short_form(event)
        path = self._place(line)
        value = _scalar(event, self._kind(event))
        self._put(_function(tag, value) if tag else value, 1, event.anchor, path)

    def begin(self, event: Any, value: dict[str, Any] | list[Any]) -> None:  # noqa: ANN401  # PyYAML has no types
        """Begin a block or a list."""
        position = _position(event)
        inside = self._open[-1] if self._open else None
        if inside and isinstance(inside.value, dict) and inside.key is None:
            raise SyntaxFault("has a key that is no text", position.line)
        if len(self._open) >= MAX_DEPTH:
            raise SyntaxFault(f"is nested more than {MAX_DEPTH} levels deep", position.line)
        tag = _short_form(event)
        outer = self._place(position)
        path = (*outer, _long(tag)) if tag else outer
        self._open.append(_OpenCollection(value, path, outer, tag, event.anchor))

    def end(self) -> None:
        """End the block or list that was begun last."""
        done = self._open.pop()
        value: Any = done.value
        for base in done.merged:  # of two bases the first counts
            value = {**base, **value}
        self._put(_function(done.tag, value) if done.tag else value, done.size, done.anchor, done.outer)

    def alias(self, event: Any) -> None:  # noqa: ANN401  # PyYAML has no types for events
        """Take what an anchor stands for."""
        position = _position(event)
        if event.anchor not in self._anchors:
            raise SyntaxFault(f"refers to *{event.anchor}, which is not defined before it", position.line)
        value, size = self._anchors[event.anchor]
        self._put(value, size, None, self._place(position))

    def _key(self, inside: _OpenCollection, event: Any, position: Position) -> None:  # noqa: ANN401  # PyYAML has no types
        is_merge = event.implicit[0] and event.value == "<<"
        if not is_merge and event.value in inside.value:
            self.repeated.append(RepeatedKey(event.value, position.line))
        inside.key = _MERGE if is_merge else event.value
        self.positions.setdefault((*inside.path, event.value), position)

    def _place(self, position: Position) -> Path:
        """Return the path of the value that comes now, and note where it is when it is in a list."""
        if not self._open:
            return ()
        inside = self._open[-1]
        if isinstance(inside.value, list):
            path: Path = (*inside.path, len(inside.value))
            self.positions.setdefault(path, position)
            return path
        return (*inside.path, str(inside.key))

    def _put(self, value: object, size: int, anchor: str | None, path: Path) -> None:
        if anchor:
            self._anchors[anchor] = (value, size)
        if not self._open:
            self.result = value
            return
        inside = self._open[-1]
        inside.size += size
        if inside.size > MAX_VALUES:
            raise SyntaxFault(f"holds more than {MAX_VALUES:,} values once its aliases are spelled out")
        if isinstance(inside.value, list):
            inside.value.append(value)
        elif inside.key == _MERGE:
            inside.merged.extend(_bases(value, self.positions.get((*path[:-1], "<<"))))
        else:
            inside.value[str(inside.key)] = value
        inside.key = None

    def _kind(self, event: Any) -> str:  # noqa: ANN401  # PyYAML has no types for events
        if event.tag and event.tag.startswith(_CORE):
            return str(event.tag)
        from yaml.nodes import ScalarNode

        if not event.implicit[0]:  # it is in quotes
            return f"{_CORE}str"
        return str(self._resolver.resolve(ScalarNode, event.value, event.implicit))  # type: ignore[no-untyped-call]


def _build(text: str) -> _Builder:
    import yaml

    builder = _Builder()
    try:
        for event in _events(text):
            match event:
                case yaml.ScalarEvent():
                    builder.scalar(event)
                case yaml.MappingStartEvent():
                    builder.begin(event, {})
                case yaml.SequenceStartEvent():
                    builder.begin(event, [])
                case yaml.CollectionEndEvent():
                    builder.end()
                case yaml.AliasEvent():
                    builder.alias(event)
    except yaml.MarkedYAMLError as exc:
        raise SyntaxFault(
            f"is no YAML: {exc.problem or exc}", exc.problem_mark.line + 1 if exc.problem_mark else 0
        ) from exc
    except yaml.YAMLError as exc:
        raise SyntaxFault(f"is no YAML: {exc}") from exc
    return builder


def _events(text: str) -> Iterator[Any]:
    """Yield the events of the first document; a second one is refused, for CloudFormation reads one."""
    import yaml

    events: Iterable[Any] = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise SyntaxFault("has more than one document", _position(event).line)
        yield event


def _position(event: Any) -> Position:  # noqa: ANN401  # PyYAML has no types for events
    return Position(event.start_mark.line + 1, event.start_mark.column + 1)


def _scalar(event: Any, kind: str) -> object:  # noqa: ANN401  # PyYAML has no types for events
    """Return the scalar's value. Dates stay text, and so do numbers with a leading zero: account ids have them."""
    text = str(event.value)
    match kind.removeprefix(_CORE):
        case "null":
            return None
        case "bool":
            return text.lower() in ("yes", "true", "on")
        case "int" if text.isdecimal() and (text == "0" or not text.startswith("0")):
            return int(text)
        case "int" if text.startswith("-") and text[1:].isdecimal():
            return int(text)
        case "float":
            return _decimal(text)
    return text


def _decimal(text: str) -> object:
    try:
        number = float(text)
    except ValueError:  # .inf, .nan and numbers to the base of 60
        return text
    return number if number - number == 0 else text


def _short_form(event: Any) -> str:  # noqa: ANN401  # PyYAML has no types for events
    """Return the tag of a short form, `!Ref`, or nothing. Raises SyntaxFault for a tag that only Python knows."""
    tag = str(event.tag or "")
    if (tag and not tag.startswith((_SHORT, _CORE))) or tag.startswith(f"{_CORE}python"):
        raise SyntaxFault(f"is no YAML that CloudFormation reads: the tag {tag!r}", _position(event).line)
    return tag if tag.startswith(_SHORT) and tag != _SHORT else ""


def _long(tag: str) -> str:
    name = tag.removeprefix(_SHORT)
    return name if name in _NO_PREFIX else f"Fn::{name}"


def _function(tag: str, argument: object) -> dict[str, object]:
    name = _long(tag)
    if name == "Fn::GetAtt" and isinstance(argument, str):
        logical_id, _, attribute = argument.partition(".")
        argument = [logical_id, attribute]
    return {name: argument}


def _bases(value: object, position: Position | None) -> list[dict[str, Any]]:
    values = value if isinstance(value, list) else [value]
    bases = [base for base in values if isinstance(base, dict)]
    if len(bases) < len(values):
        raise SyntaxFault("merges something that is no block", position.line if position else 0)
    return bases
