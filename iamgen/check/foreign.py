"""Templates that iamgen did not make, as people have them: JSON, or YAML with CloudFormation's short forms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from iamgen.check.values import block_of
from iamgen.errors import Fault, IamgenError, refuse
from iamgen.json_text import repeated

if TYPE_CHECKING:
    from yaml import MappingNode

_BOM = "\ufeff"
_SHOWN = 60  # characters of an option's value


class Foreign(NamedTuple):
    """A template's text and what it says, functions in their long form."""

    text: str
    body: Mapping[str, object]


def read(file: Path) -> Foreign:
    """Return the template of a file. Raises IamgenError, with the file and, where known, the line.

    A key that stands twice is refused: which of the two is meant, and which will count, nobody can say.
    """
    try:
        text = file.read_bytes().decode("utf-8").removeprefix(_BOM)
    except OSError as exc:
        raise refuse(str(file), f"cannot be read: {exc.strerror}", "check that it is a readable file") from exc
    except UnicodeDecodeError as exc:
        raise refuse(str(file), "is not UTF-8", "a template is text in UTF-8") from exc
    template = parse(str(file), text)
    faults = [
        Fault(f"{file}:{line}", f"the key {key!r} stands twice", "join the two, or remove one of them")
        for key, line in _repeated(text)
    ]
    if faults:
        raise IamgenError(faults)
    return template


def _repeated(text: str) -> Iterator[tuple[str, int]]:
    """Yield each key that stands a second time among those beside it, and its line, in a text that could be read."""
    if _is_json(text):
        yield from repeated(text)
        return
    import yaml

    waiting = [yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))]
    visited: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in visited or not isinstance(node, yaml.CollectionNode):
            continue
        visited.add(id(node))
        if isinstance(node, yaml.MappingNode):
            yield from _repeated_in(node)
            waiting += reversed([value for _, value in node.value])
        else:
            waiting += reversed(node.value)


def _repeated_in(node: MappingNode) -> Iterator[tuple[str, int]]:
    known: set[object] = set()
    for key, _ in node.value:
        if key.tag == "tag:yaml.org,2002:merge":
            continue  # several mappings may be merged into one
        name = key.value if isinstance(key.value, str) else id(key)
        if name in known:
            yield str(name), key.start_mark.line + 1
        known.add(name)


def _is_json(text: str) -> bool:
    return text.lstrip().startswith("{")


def parse(file: str, text: str) -> Foreign:
    """Return the template of a text; `file` is where it is from, in messages. Raises IamgenError."""
    body = _body(file, text)
    if not isinstance(body, Mapping) or not isinstance(body.get("Resources"), Mapping):
        raise refuse(file, "is no template: it has no Resources", "name a CloudFormation template")
    return Foreign(text, body)


def _body(file: str, text: str) -> object:
    import yaml
    from cfn_flip import load_yaml  # it comes with troposphere; loading it takes 30 ms

    try:
        body = json.loads(text) if _is_json(text) else load_yaml(text)
        return json.loads(json.dumps(body, default=str))  # dates as text; what contains itself is refused
    except json.JSONDecodeError as exc:
        raise refuse(f"{file}:{exc.lineno}", f"is no JSON: {exc.msg}", "write JSON or YAML") from exc
    except yaml.MarkedYAMLError as exc:
        line = f":{exc.problem_mark.line + 1}" if exc.problem_mark else ""
        raise refuse(f"{file}{line}", f"is no YAML: {exc.problem or exc}", "write JSON or YAML") from exc
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as exc:
        raise refuse(file, f"is no template: {exc}", "write JSON or YAML") from exc


def left_out(body: Mapping[str, object]) -> Iterator[str]:
    """Yield, in words, how a template's own Metadata configures cfn-lint, by which it may leave out what is wrong."""
    config = _own_config(body)
    for option in sorted(config):
        yield f"its Metadata configures cfn-lint: {option} {_in_short(config[option])}"
    for name, resource in block_of(body.get("Resources")).items():
        ignored = _own_config(resource).get("ignore_checks")
        if ignored:
            yield f"its Metadata configures cfn-lint: ignore_checks {_in_short(ignored)} for {name}"


def _own_config(holder: object) -> Mapping[str, object]:
    return block_of(block_of(block_of(block_of(holder).get("Metadata")).get("cfn-lint")).get("config"))


def _in_short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
