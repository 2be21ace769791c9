"""What AWS has, as lists: its managed policies, services, actions, condition keys, service principals.

The text files begin with where they are from and when. `python -m iamgen.check.data.generate` writes those anew
that moto knows; it is a tool for development, as moto is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent


@cache
def managed_policies() -> Mapping[str, frozenset[str]]:
    """Return AWS's managed policies, path and name without the first `/`, each with the dangerous actions it allows."""
    return {name: frozenset(actions) for name, *actions in map(str.split, _lines("aws_managed_policies.txt"))}


@cache
def service_principals() -> frozenset[str]:
    """Return services that assume roles, without `.amazonaws.com`. The list is not complete."""
    return frozenset(_lines("service_principals.txt"))


@cache
def global_condition_keys() -> tuple[str, ...]:
    """Return the condition keys that are no single service's; one that ends in `/` is followed by a tag's key."""
    return tuple(_lines("global_condition_keys.txt"))


def _lines(file: str) -> Iterator[str]:
    text = (HERE / file).read_text("utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))
