"""Replace `${NAME}` in a template, as GNU gettext's envsubst does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from iamgen.errors import Fault, IamgenError
from iamgen.similar_names import did_you_mean

# What envsubst takes for a name (gettext-runtime/src/envsubst.c): ASCII only, and with one brace it is text.
_PLACEHOLDER = re.compile(r"\$(?:\{(?P<braced>[A-Za-z_][A-Za-z0-9_]*)\}|(?P<bare>[A-Za-z_][A-Za-z0-9_]*))")


class FileTemplate(NamedTuple):
    """A text with placeholders."""

    text: str
    """The text."""
    shown: str
    """What messages call it."""


class ExpandedText(NamedTuple):
    """The text that a template made."""

    text: str
    """The text."""
    shown: str
    """What messages call the template."""
    lines: tuple[int, ...]
    """For each line of the text, the line of the template that it came from."""

    def where(self, line: int) -> str:
        """Return `file:line` of the template for a line of the text, counted from 1."""
        return f"{self.shown}:{self.lines[min(line, len(self.lines)) - 1]}"


def expand(
    template: FileTemplate, values: Mapping[str, str], hints: Mapping[str, str] = MappingProxyType({})
) -> ExpandedText:
    """Return the text with `${NAME}` and `$NAME` replaced; `$$`, a lone `$` and `${}` stay as they are.

    Values are not looked into. Raises IamgenError with each place of a name that has no value, where envsubst
    would leave nothing; `hints` has what to do about some of them.
    """
    missing = [match for match in _PLACEHOLDER.finditer(template.text) if _name(match) not in values]
    if missing:
        raise IamgenError(_undefined(match, template, values, hints) for match in missing)
    expanded_lines = [_PLACEHOLDER.sub(lambda match: values[_name(match)], line) for line in template.text.split("\n")]
    lines = tuple(n for n, text in enumerate(expanded_lines, 1) for _ in range(text.count("\n") + 1))
    return ExpandedText("\n".join(expanded_lines), template.shown, lines)


def names(template: FileTemplate) -> frozenset[str]:
    """Return the names that the template has placeholders for."""
    return frozenset(_name(match) for match in _PLACEHOLDER.finditer(template.text))


def _name(match: re.Match[str]) -> str:
    return match["braced"] or match["bare"]


def _undefined(
    match: re.Match[str], template: FileTemplate, values: Mapping[str, str], hints: Mapping[str, str]
) -> Fault:
    name = _name(match)
    line = template.text.count("\n", 0, match.start()) + 1
    otherwise = "define it in CONST.inc; the environment does not count"
    hint = hints.get(name) or did_you_mean(name, values, otherwise)
    return Fault(f"{template.shown}:{line}", f"nothing defines {name}", hint)
