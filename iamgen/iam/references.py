"""Find what a part of a template refers to, as it was written, also within texts of `Fn::Sub`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from iamgen.iam.holes import function, reference

_SUBSTITUTED = re.compile(r"\$\{(!?)([^}]*)\}")
"""A variable of `Fn::Sub`; with an exclamation mark it is text that looks like one."""


def substituted(pattern: str, put: Callable[[re.Match[str]], str]) -> str:
    """Return a pattern of `Fn::Sub` with what `put` gives for each of its variables.

    Nothing is looked for behind the last closing brace: a text that opens many and closes none would take for ever.
    """
    closed, brace, rest = pattern.rpartition("}")
    return _SUBSTITUTED.sub(put, closed + brace) + rest


def references(value: object) -> Iterator[str]:
    """Yield what a value refers to, whatever functions are around it: `Alice`, `Key.SecretAccessKey`."""
    name = reference(value)
    if name:
        yield name
    elif isinstance(value, Mapping):
        closed, brace, _ = substituted_text(value).rpartition("}")
        yield from (part[2].strip() for part in _SUBSTITUTED.finditer(closed + brace) if not part[1])
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from references(part)


def substituted_text(value: object) -> str:
    """Return the text of an `Fn::Sub` as it was written; nothing of any other value."""
    match value:
        case {"Fn::Sub": str(pattern)} | {"Fn::Sub": [str(pattern), *_]} if function(value):
            return pattern
    return ""
