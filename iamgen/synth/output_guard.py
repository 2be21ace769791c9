"""Look at a finished template once more: it may contain nothing that CloudFormation would replace.

Where an operator's text comes in it is refused with its line. This is the net below, which knows only the template, and
so holds whatever way a text came.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from iamgen.declaration.cloudformation import (
    ATTRIBUTE,
    NO_VALUE,
    PSEUDO_PARAMETERS,
    REFERENCE,
    ValuePath,
    not_finite,
    places,
    referred,
    replaced,
)
from iamgen.errors import Fault

_SECTIONS = frozenset({"AWSTemplateFormatVersion", "Description", "Resources"})
_OF_A_RESOURCE = frozenset({"Type", "Properties"})
_REFERENCES = frozenset((REFERENCE, ATTRIBUTE))
_DOUBTFUL = ("\\", "resolve", "transform")
"""Words of a template's text, in lower case, that may be part of what is replaced, and what may hide one in JSON."""
_HOW = "write what is meant instead, where it is declared"


def output_faults(account: str, template: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what must not leave in an account's template, with its place there; a reference must name a resource."""
    for section in template.keys() - _SECTIONS:
        yield Fault(account, f"its template has {section}, and may have {', '.join(sorted(_SECTIONS))} alone", _HOW)
    for name, resource in template["Resources"].items():
        for part in resource.keys() - _OF_A_RESOURCE:
            yield Fault(_where(account, ("Resources", name, part)), "this may not be part of a resource", _HOW)
    if not _is_plain(template):
        yield from _replaced(account, template)
        yield from _dangling(account, template)


def _is_plain(template: Mapping[str, Any]) -> bool:
    """Return whether a template surely has nothing but values and sound references to its own resources.

    To look for the rest in its text is many times faster than to visit each value. Where it has a word of which that
    might be a part, the answer is no, and the values are visited.
    """
    try:
        text = json.dumps(template, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    lower = text.lower()
    is_without_functions = lower.count("fn::") == text.count(f'"{ATTRIBUTE}": ')
    is_without_conditions = lower.count("condition") == text.count('"Condition": {')
    is_literal = not any(word in lower for word in _DOUBTFUL)
    return is_literal and is_without_functions and is_without_conditions and _refers_to_itself(template, text)


def _refers_to_itself(template: Mapping[str, Any], text: str) -> bool:
    """Return whether every reference in a template's text stands alone and names one of its resources."""
    references: list[dict[str, Any]] = []
    json.loads(text, object_hook=lambda block: references.append(block) if block.keys() & _REFERENCES else None)
    resources = template["Resources"]
    return all(len(block) == 1 and referred(*next(iter(block.items()))) in resources for block in references)


def _replaced(account: str, template: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what CloudFormation would replace, and numbers that JSON does not have."""
    known = {section: value for section, value in template.items() if section in _SECTIONS}
    for path, problem, hint in replaced(known):
        yield Fault(_where(account, path), f"it has {problem}", hint)
    for path in not_finite(known):
        yield Fault(_where(account, path), "it has a number that JSON does not have", _HOW)


def _dangling(account: str, template: Mapping[str, Any]) -> Iterator[Fault]:
    resources = template["Resources"]
    for place in places(template):
        if place.holder is None or place.text not in (REFERENCE, ATTRIBUTE):
            continue
        name = referred(place.text, place.holder[place.text])
        is_known = name in resources or (place.text == REFERENCE and name in PSEUDO_PARAMETERS)
        if name and name != NO_VALUE and not is_known:
            problem = f"{place.text} names {json.dumps(name)}, and the template has no such resource"
            yield Fault(_where(account, place.path), problem, _HOW)


def _where(account: str, path: ValuePath) -> str:
    return f"{account} {'/'.join(map(str, path))}"
