"""What AWS has, as lists: its managed policies, services, condition keys, service principals, and steps to more power.

The text files begin with where they are from and when. `python -m iamgen.check.generate_data` writes those anew
that moto knows; it is a tool for development, as moto is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
MANAGED_POLICIES = "aws_managed_policies.txt"
SERVICE_PRINCIPALS = "service_principals.txt"
GLOBAL_CONDITION_KEYS = "global_condition_keys.txt"
ESCALATION_STEPS = "escalation_steps.txt"


@cache
def managed_policies() -> Mapping[str, frozenset[str]]:
    """Return AWS's managed policies, path and name without the first `/`, each with the dangerous actions it allows."""
    return {name: frozenset(actions) for name, *actions in map(str.split, _lines(MANAGED_POLICIES))}


@cache
def service_principals() -> frozenset[str]:
    """Return services that assume roles, without `.amazonaws.com`. The list is not complete."""
    return frozenset(_lines(SERVICE_PRINCIPALS))


@cache
def global_condition_keys() -> tuple[str, ...]:
    """Return the condition keys that are no single service's; one that ends in `/` is followed by a tag's key."""
    return tuple(_lines(GLOBAL_CONDITION_KEYS))


@cache
def escalation_steps() -> tuple[tuple[str, ...], ...]:
    """Return the steps to more power, each with its fields as the file explains them."""
    return tuple(tuple(field.strip() for field in line.split("|")) for line in _lines(ESCALATION_STEPS))


@cache
def list_date(file: str) -> str:
    """Return the date, or the year, of a list, as the file states it at its beginning."""
    head = (HERE / file).read_text("utf-8").partition("\n\n")[0]
    dated = re.findall(r"^#.*\b(?:is|as) of (\d{4}(?:-\d\d-\d\d)?)", head, re.MULTILINE)
    return str(dated[0])


def _lines(file: str) -> Iterator[str]:
    text = (HERE / file).read_text("utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))
