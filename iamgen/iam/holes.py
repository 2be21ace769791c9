"""Texts with holes: what only CloudFormation can know, named in brackets that no policy can contain."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

HOLE = re.compile("⟨([^⟨⟩]*)⟩")
_SUBSTITUTED = re.compile(r"\$\{(!?)([^}]*)\}")
"""A variable of `Fn::Sub`; with an exclamation mark it is text that looks like one."""
_NO_VALUE = {"Ref": "AWS::NoValue"}


def hole(name: str) -> str:
    """Return the hole of that name."""
    return f"⟨{name.replace('⟨', '').replace('⟩', '')}⟩"


def shown(message: str) -> str:
    """Return a message with its holes as people write them, `${AWS::AccountId}`."""
    return HOLE.sub(r"${\1}", message)


def substituted(pattern: str, put: Callable[[re.Match[str]], str]) -> str:
    """Return a pattern of `Fn::Sub` with what `put` gives for each of its variables.

    Nothing is looked for behind the last closing brace: a text that opens many and closes none would take for ever.
    """
    closed, brace, rest = pattern.rpartition("}")
    return _SUBSTITUTED.sub(put, closed + brace) + rest


def function(value: object) -> str:
    """Return the name of the function that a value is, `Ref` or `Fn::…`, or nothing."""
    if isinstance(value, Mapping) and len(value) == 1:
        name = next(iter(value))
        if isinstance(name, str) and (name == "Ref" or name.startswith("Fn::")):
            return name
    return ""


def text(value: object) -> str:
    """Return a scalar, or what a function gives, as text: with holes for what is not known."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, Mapping | list | tuple):
        return str(value)
    name = function(value)
    return _called(name, value[name]) if name and isinstance(value, Mapping) else hole("object")


def _called(name: str, argument: object) -> str:
    match name, argument:
        case "Fn::Sub", str():
            return _substitute(argument, {})
        case "Fn::Sub", [str(pattern), Mapping() as variables]:
            return _substitute(pattern, variables)
        case "Fn::Join", [str(between), list(parts)]:
            return between.join(text(part) for part in parts if part != _NO_VALUE)
        case "Fn::GetAtt", [logical_id, attribute]:
            return hole(f"{text(logical_id)}.{text(attribute)}")
        case (("Ref" | "Fn::GetAtt"), str()):
            return hole(argument)
    return hole(name)


def _substitute(pattern: str, variables: Mapping[str, object]) -> str:
    def put(part: re.Match[str]) -> str:
        name = part[2].strip()
        if part[1]:
            return f"${{{name}}}"
        return text(variables[name]) if name in variables else hole(name)

    return substituted(pattern, put)
