"""Find the actions that policies mention and that are not yet in the list of AWS's actions.

AWS has new actions and services each week. A policy may name one of them, or mean it by a pattern such as `s3:Get*`.
So each entry of a policy is stood for by an action that it means, and that no list has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from iamgen.access.documents import Statement
from iamgen.access.known_actions import UNLISTED

_WILDCARDS = frozenset("*?")
_NEW = "(any new action)"


def action_entries(statements: Iterable[Statement]) -> Iterator[str]:
    """Yield the entries of Action and NotAction elements, as written."""
    for item in statements:
        yield from item.actions
        yield from item.not_actions


def mentioned_actions(entries: Iterable[str]) -> Mapping[str, str]:
    """Return the actions that entries of policies name, and one action for each pattern that represents new actions of
    AWS.

    They are named in lower case, each with how it is shown. Where the beginning of one pattern and the end of another
    may be those of the same action, one stands for what both mean.
    """
    patterns: dict[str, list[str]] = defaultdict(list)
    mentioned: dict[str, str] = {}
    for lower, entry in {entry.lower(): entry for entry in entries}.items():
        service, _, name = entry.partition(":")
        if _WILDCARDS & set(name):
            patterns[service.lower()].append(name)
        elif name:
            mentioned[lower] = entry
    for service, names in patterns.items():
        if service != "*":
            mentioned |= {_action_of(service, name): f"{service}:{name} {_NEW}" for name in (*names, *_both(names))}
    return mentioned


def _action_of(service: str, name: str) -> str:
    """Return an action that a pattern means and that no list has, in lower case."""
    return f"{service}:{name.lower().replace('*', UNLISTED).replace('?', '-')}"


def _both(names: list[str]) -> Iterator[str]:
    """Yield patterns that two patterns match together: one by its beginning, and the other by its end."""
    endings = [name for name in names if name.startswith("*") and name != "*"]
    beginnings = [name for name in names if name.endswith("*") and not name.startswith("*")] if endings else []
    yield from (f"{beginning}{ending[1:]}" for beginning in beginnings for ending in endings)
