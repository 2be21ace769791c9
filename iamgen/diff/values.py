"""Compare values of a template, and write them for a person."""

from __future__ import annotations

import json
from collections.abc import Mapping

from iamgen.ui.printable import printable


def key(value: object) -> str:
    """Return a text that two values share exactly when CloudFormation and IAM take them for the same.

    To both, `3600` and `"3600"` are one, and so are `true` and `"true"`, and the two ways to write `Fn::GetAtt`; a key
    without a value is no key.
    """
    return json.dumps(_plain(value), sort_keys=True)


def shown(value: object) -> str:
    """Return the value in one line, nothing in it that a terminal would obey: `${OpsP}` for a reference."""
    return printable(_text(value))


def as_list(value: object) -> list[object]:
    """Return the elements of a list, the one value as a list of one, and of nothing none."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def is_block(value: object) -> bool:
    """Whether the value has keys of its own, rather than being a function's call."""
    return isinstance(value, Mapping) and not _function(value)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        if _function(value) == "Fn::GetAtt" and isinstance(value["Fn::GetAtt"], str):
            return {"Fn::GetAtt": value["Fn::GetAtt"].split(".", 1)}
        return {str(name): _plain(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return _scalar(value)


def _scalar(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _function(value: Mapping[str, object]) -> str:
    name = next(iter(value), "")
    return name if len(value) == 1 and (name == "Ref" or str(name).startswith("Fn::")) else ""


def _text(value: object) -> str:
    match value:
        case {"Ref": str(name), **rest} if not rest:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [*parts], **rest} if not rest and all(isinstance(part, str) for part in parts):
            return f"${{{'.'.join(map(str, parts))}}}"
        case {"Fn::GetAtt": str(name), **rest} if not rest:
            return f"${{{name}}}"
        case {"Fn::Sub": str(text), **rest} if not rest:
            return text
        case Mapping() | list() | tuple():
            return json.dumps(value, sort_keys=True, ensure_ascii=False)
    return _scalar(value) or ("null" if value is None else '""')
