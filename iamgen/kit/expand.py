"""`${NAME}` in a template replaced, as GNU gettext's envsubst does it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from iamgen.errors import Fault, IamgenError
from iamgen.nearest import did_you_mean

# What envsubst takes for a name (gettext-runtime/src/envsubst.c): ASCII only, and with one brace it is text.
_PLACEHOLDER = re.compile(r"\$(?:\{(?P<braced>[A-Za-z_][A-Za-z0-9_]*)\}|(?P<bare>[A-Za-z_][A-Za-z0-9_]*))")


@dataclass(frozen=True)
class Template:
    """A text with placeholders, and what messages call it."""

    text: str
    shown: str


def expand(template: Template, values: Mapping[str, str], hints: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the text with `${NAME}` and `$NAME` replaced; `$$`, a lone `$` and `${}` stay as they are.

    Values are not looked into. Raises IamgenError with each place of a name that has no value, where envsubst
    would leave nothing; `hints` has what to do about some of them.
    """
    text = template.text
    missing = [found for found in _PLACEHOLDER.finditer(text) if _name(found) not in values]
    if missing:
        raise IamgenError(_undefined(found, template, values, hints) for found in missing)
    return _PLACEHOLDER.sub(lambda found: values[_name(found)], text)


def _name(found: re.Match[str]) -> str:
    return found["braced"] or found["bare"]


def _undefined(found: re.Match[str], template: Template, values: Mapping[str, str], hints: Mapping[str, str]) -> Fault:
    name = _name(found)
    line = template.text.count("\n", 0, found.start()) + 1
    otherwise = "define it in CONST.inc; the environment does not count"
    hint = hints.get(name) or did_you_mean(name, values, otherwise)
    return Fault(f"{template.shown}:{line}", f"nothing defines {name}", hint)
