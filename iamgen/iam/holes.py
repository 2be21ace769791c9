"""Texts with holes: values that only CloudFormation knows, named in brackets that no policy can contain."""

from __future__ import annotations

import re
from collections.abc import Mapping

HOLE = re.compile("⟨([^⟨⟩]*)⟩")
NO_VALUE = {"Ref": "AWS::NoValue"}
"""What stands for a property or an element that is to be left out."""


def hole(name: str) -> str:
    """Return the hole of that name."""
    return f"⟨{name.replace('⟨', '').replace('⟩', '')}⟩"


def is_known(written: str) -> bool:
    """Return whether a text is all there: without a hole."""
    return "⟨" not in written


def shown(written: str) -> str:
    """Return a text with its holes as people write them, `${AWS::AccountId}`."""
    return HOLE.sub(r"${\1}", written)


def function(value: object) -> str:
    """Return the name of the function that a value is, `Ref` or `Fn::…`, or nothing."""
    if type(value) is not str and isinstance(value, Mapping) and len(value) == 1:  # the first test is quick for a text
        name = next(iter(value))
        if isinstance(name, str) and (name == "Ref" or name.startswith("Fn::")):
            return name
    return ""


def text(value: object) -> str:
    """Return a scalar as text, and anything else as a hole, a reference under the name of what it refers to.

    Functions that can be worked out have been by then, see `intrinsics`: of one that is left the name is all there is.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, Mapping | list | tuple):
        return str(value)
    name = function(value)
    return hole(reference(value) or name or "object")


def reference(value: object) -> str:
    """Return what a `Ref` or `Fn::GetAtt` refers to, `AdminR` or `AdminR.Arn`; nothing for any other value."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": str(name)} if function(value):
            return name
        case {"Fn::GetAtt": [logical_id, attribute]} if function(value):
            return f"{text(logical_id)}.{text(attribute)}"
    return ""
