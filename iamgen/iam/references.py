"""What a part of a template refers to as it was written, also within texts of `Fn::Sub`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from iamgen.iam.holes import function, reference

SUBSTITUTED = re.compile(r"\$\{(!?)([^}]*)\}")
"""A variable of `Fn::Sub`; with an exclamation mark it is text that looks like one."""


def references(value: object) -> Iterator[str]:
    """Yield what a value refers to, whatever functions are around it: `Alice`, `Key.SecretAccessKey`."""
    name = reference(value)
    if name:
        yield name
    elif isinstance(value, Mapping):
        yield from (part[2].strip() for part in SUBSTITUTED.finditer(substituted_text(value)) if not part[1])
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
